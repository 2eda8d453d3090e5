vektoren
assert(skalarprodukt, 49)
