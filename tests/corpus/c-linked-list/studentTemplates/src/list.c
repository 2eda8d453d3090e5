#include <stdlib.h>
#include "list.h"

node *push(node *list, int value)
{
    return list;
}

int total(const node *list)
{
    return 0;
}

void destroy(node *list)
{
}
