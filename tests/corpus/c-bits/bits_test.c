#include <assert.h>
#include <stdint.h>

int count(uint32_t bits);
int is_power(uint32_t bits);

int main(void)
{
    assert(count(0xF0F0) == 8);
    assert(is_power(64) && !is_power(65));
    return 0;
}
