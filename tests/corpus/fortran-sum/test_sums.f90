program test_sums
  use sums
  if (abs(harmonic(3) - 11.0 / 6.0) > 1e-6) stop 1
end program
