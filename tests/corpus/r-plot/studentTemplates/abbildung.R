library(ggplot2)

# Zeichnen Sie mpg gegen wt aus mtcars, mit Punkten und Gerade.
