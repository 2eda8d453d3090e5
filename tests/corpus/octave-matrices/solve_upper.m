function x = solve_upper(U, y)
  n = numel(y);
  x = zeros(n, 1);
  for k = n:-1:1
    x(k) = (y(k) - U(k, k+1:n) * x(k+1:n)) / U(k, k);
  end
end
