#include <assert.h>
#include "../src/list.h"

int main(void)
{
    node *list = push(push(push(0, 3), 17), 4);
    assert(total(list) == 24);
    destroy(list);
    return 0;
}
