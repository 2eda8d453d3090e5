#include <assert.h>
#include <string.h>
#include "strings.h"

int main(void)
{
    char word[] = "stressed";
    assert(length(word) == 8);
    reverse(word);
    assert(strcmp(word, "desserts") == 0);
    return 0;
}
