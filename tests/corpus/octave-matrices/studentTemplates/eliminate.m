function [U, y] = eliminate(A, b)
  % Make zeros below the diagonal of A.
end
