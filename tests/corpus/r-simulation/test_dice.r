source("dice.r")
stopifnot(abs(share_of_seven(1e5) - 1 / 6) < 0.01)
