function show_steps(steps)
  % Print one line for each step.
  for k = 1:numel(steps)
    printf("%2d  %.12f\n", k, steps(k));
  end
end
