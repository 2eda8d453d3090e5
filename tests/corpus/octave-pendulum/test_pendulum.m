%!test
%! angles = pendulum(0.1, 1000, 0.001, @step_heun);
%! assert(angles(1), 0.1);
%! assert(abs(angles(end) - 0.1 * cos(sqrt(9.81))) < 1e-3);
%!test
%! assert(step_heun(@(t, y) -y, 0, 1, 0.5), 0.625);
