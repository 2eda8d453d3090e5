#include "average.h"

double average(const double *values, size_t n)
{
    (void)values;
    (void)n;
    return 0.0; /* your code */
}
