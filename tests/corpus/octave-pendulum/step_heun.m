function y = step_heun(f, t, y, h)
  % One Heun step of size h for y' = f(t, y).
  k1 = f(t, y);
  k2 = f(t + h, y + h * k1);
  y = y + h / 2 * (k1 + k2);
end
