#include <stdlib.h>
#include "list.h"

node *push(node *list, int value)
{
    node *first = malloc(sizeof *first);
    first->value = value;
    first->next = list;
    return first;
}

int total(const node *list)
{
    int sum = 0;
    for (; list != NULL; list = list->next) {
        sum += list->value;
    }
    return sum;
}

void destroy(node *list)
{
    while (list != NULL) {
        node *next = list->next;
        free(list);
        list = next;
    }
}
