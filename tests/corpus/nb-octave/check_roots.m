assert(sort(r), [2; 3], 1e-9)
