steps = newton(@(x) x^2 - 2, @(x) 2*x, 1, 1e-12);
assert(steps(end), sqrt(2), 1e-10)
assert(numel(steps) < 8)
