#include "average.h"

#include <stdio.h>

static int failures = 0;

static void expect(const char *what, double found, double wanted)
{
    if (found != wanted) {
        printf("%s: %g instead of %g\n", what, found, wanted);
        failures++;
    }
}

int main(void)
{
    const double values[] = {1.0, 2.0, 6.0};
    const double weights[] = {1.0, 1.0, 2.0};

    expect("mean", average(values, 3), 3.0);
    expect("mean of nothing", average(values, 0), 0.0);
    expect("weighted mean", weighted_average(values, weights, 3), 3.75);
    expect("weighted mean of nothing", weighted_average(values, weights, 0), 0.0);
    return failures;
}
