function steps = newton(f, derivative, start, tolerance)
  % All steps from the start to where f is nearly zero.
  steps = start;
  %% begin solution
  while abs(f(steps(end))) > tolerance
    x = steps(end);
    steps(end + 1) = x - f(x) / derivative(x);
  end
  %% end solution
end
