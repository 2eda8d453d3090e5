#include <assert.h>
#include <stddef.h>

double median(const double *values, size_t n);

int main(void)
{
    const double values[] = {9.0, 1.0, 4.0, 2.0};

    assert(median(values, 4) == 3.0);
    assert(median(values, 3) == 4.0);
    assert(values[0] == 9.0);
    return 0;
}
