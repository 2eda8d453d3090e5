# Mean, median and spread of a sample as a named vector.
describe <- function(x) {
  # BEGIN SOLUTION
  x <- sort(x)
  n <- length(x)
  middle <- mean(x[c(ceiling(n / 2), floor(n / 2) + 1)])
  c(mean = sum(x) / n, median = middle, spread = sqrt(sum((x - sum(x) / n)^2) / (n - 1)))
  # END SOLUTION
}

rain <- read.csv("data/rainfall.csv")
print(describe(rain$mm))
