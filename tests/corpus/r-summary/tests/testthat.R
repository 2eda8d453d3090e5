library(testthat)
source("describe.R")

test_that("the sample of rainfall is described", {
  found <- describe(c(38, 43, 51, 45, 67, 75))
  expect_equal(found[["mean"]], 53.1667, tolerance = 1e-4)
  expect_equal(found[["median"]], 48)
})
