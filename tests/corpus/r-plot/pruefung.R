stopifnot(file.exists("abbildung.png"), inherits(bild, "ggplot"), length(bild$layers) == 2)
