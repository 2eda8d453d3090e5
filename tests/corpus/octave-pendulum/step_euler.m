function y = step_euler(f, t, y, h)
  % One Euler step of size h for y' = f(t, y).
  y = y + h * f(t, y);
end
