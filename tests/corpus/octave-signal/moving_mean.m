function y = moving_mean(x, width)
  ## BEGIN SOLUTION
  kernel = ones(width, 1) / width;
  y = conv(x(:), kernel, "same");
  ## END SOLUTION
endfunction
