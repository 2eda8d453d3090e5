#ifndef STRINGS_H
#define STRINGS_H

#include <stddef.h>

size_t length(const char *text);
void reverse(char *text);

#endif
