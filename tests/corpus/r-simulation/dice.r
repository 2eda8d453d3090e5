set.seed(1)

throw_two <- function(times) {
  ## BEGIN SOLUTION
  sample(6, times, replace = TRUE) + sample(6, times, replace = TRUE)
  ## END SOLUTION
}

share_of_seven <- function(times) {
  ## BEGIN SOLUTION
  mean(throw_two(times) == 7)
  ## END SOLUTION
}
