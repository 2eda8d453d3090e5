#ifndef AVERAGE_H
#define AVERAGE_H

#include <stddef.h>

/* Mean of n values; 0 for n = 0. */
double average(const double *values, size_t n);

/* Mean of n values, each counted with its weight; 0 when all weights are 0. */
double weighted_average(const double *values, const double *weights, size_t n);

#endif
