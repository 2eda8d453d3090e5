source("regression.R")
twin <- read.csv(file.path("localTests", "data", "heights.csv"))
reference <- coef(lm(child ~ parent, data = twin))
stopifnot(
  isTRUE(all.equal(slope(twin$parent, twin$child), unname(reference[2]))),
  isTRUE(all.equal(intercept(twin$parent, twin$child), unname(reference[1]))),
  isTRUE(all.equal(predict_height(0), unname(reference[1])))
)
