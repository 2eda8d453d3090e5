function angles = pendulum(angle, steps, h, step)
  % Angles of a pendulum of length 1 m, released at rest; step is @step_euler or @step_heun.
  g = 9.81;
  f = @(t, y) [y(2); -g * sin(y(1))];
  y = [angle; 0];
  angles = zeros(1, steps + 1);
  angles(1) = angle;
  for k = 1:steps
    y = step(f, (k - 1) * h, y, h);
    angles(k + 1) = y(1);
  end
end
