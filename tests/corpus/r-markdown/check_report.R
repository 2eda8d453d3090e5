source(knitr::purl("report.Rmd"))
stopifnot(abs(means[["setosa"]] - 5) < 1e-9, abs(means[["virginica"]] - 6.05) < 1e-9)
