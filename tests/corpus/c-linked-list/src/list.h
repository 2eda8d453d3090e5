#pragma once

typedef struct node {
    int value;
    struct node *next;
} node;

node *push(node *list, int value);
int total(const node *list);
void destroy(node *list);
