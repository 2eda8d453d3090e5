#include "average.h"

double weighted_average(const double *values, const double *weights, size_t n)
{
    double sum = 0.0;
    double total = 0.0;

    for (size_t i = 0; i < n; i++) {
        sum += values[i] * weights[i];
        total += weights[i];
    }
    return total == 0.0 ? 0.0 : sum / total;
}
