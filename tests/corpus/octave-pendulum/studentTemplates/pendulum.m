function angles = pendulum(angle, steps, h, step)
  % Angles of a pendulum of length 1 m, released at rest; step is @step_euler or @step_heun.
  angles = angle;
end
