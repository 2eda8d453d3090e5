function y = step_heun(f, t, y, h)
  % One Heun step of size h for y' = f(t, y).
end
