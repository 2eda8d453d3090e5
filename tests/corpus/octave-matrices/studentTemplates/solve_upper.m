function x = solve_upper(U, y)
  % Solve U*x = y, U has zeros below its diagonal.
end
