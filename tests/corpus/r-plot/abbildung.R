library(ggplot2)

bild <- ggplot(mtcars, aes(wt, mpg)) +
  geom_point() +
  geom_smooth(method = "lm", formula = y ~ x) +
  labs(x = "Gewicht (1000 lbs)", y = "Meilen je Gallone")
ggsave("abbildung.png", bild, width = 6, height = 4)
