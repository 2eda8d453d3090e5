#include <stdint.h>

/* How many bits are set. */
int count(uint32_t bits)
{
    /* SOLUTION BEGIN */
    int found = 0;
    while (bits) {
        bits &= bits - 1;
        found++;
    }
    return found;
    /* SOLUTION END */
}

/* Whether exactly one bit is set. */
int is_power(uint32_t bits)
{
    /* SOLUTION BEGIN */
    return bits && !(bits & (bits - 1));
    /* SOLUTION END */
}
