found = moving_mean(load("signal.csv"), 3);
assert(found, load("private/expected.csv"), 1e-4)
