module sums
contains
  real function harmonic(n)
    integer, intent(in) :: n
    integer :: k
    ! BEGIN SOLUTION
    harmonic = 0
    do k = n, 1, -1
      harmonic = harmonic + 1.0 / k
    end do
    ! END SOLUTION
  end function
end module
