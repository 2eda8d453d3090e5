function [U, y] = eliminate(A, b)
  n = rows(A);
  for k = 1:n-1
    for i = k+1:n
      factor = A(i, k) / A(k, k);
      A(i, :) -= factor * A(k, :);
      b(i) -= factor * b(k);
    end
  end
  U = A;
  y = b;
end
