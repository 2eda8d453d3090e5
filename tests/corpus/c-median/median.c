#include "src/average.h"

#include <stdlib.h>
#include <string.h>

static int ascending(const void *left, const void *right)
{
    const double a = *(const double *)left;
    const double b = *(const double *)right;

    return (a > b) - (a < b);
}

double median(const double *values, size_t n)
{
    double *sorted;
    double result;

    if (n == 0) {
        return 0.0;
    }
    sorted = malloc(n * sizeof *sorted);
    if (sorted == NULL) {
        return 0.0;
    }
    memcpy(sorted, values, n * sizeof *sorted);
    qsort(sorted, n, sizeof *sorted, ascending);
    result = n % 2 ? sorted[n / 2] : average(&sorted[n / 2 - 1], 2);
    free(sorted);
    return result;
}
