heights <- read.csv(file.path("data", "heights.csv"))

slope <- function(x, y) {
  dx <- x - mean(x)
  dy <- y - mean(y)
  sum(dx * dy) / sum(dx^2)
}

intercept <- function(x, y) {
  mean(y) - slope(x, y) * mean(x)
}

predict_height <- function(parent, data = heights) {
  a <- intercept(data$parent, data$child)
  b <- slope(data$parent, data$child)
  a + b * parent
}
