#include "average.h"

double weighted_average(const double *values, const double *weights, size_t n)
{
    (void)values;
    (void)weights;
    (void)n;
    return 0.0; /* your code */
}
