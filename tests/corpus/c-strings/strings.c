#include "strings.h"

/* Number of characters in front of the final zero. */
size_t length(const char *text)
{
    /* BEGIN SOLUTION */
    const char *end = text;
    while (*end != '\0') {
        end++;
    }
    return (size_t)(end - text);
    /* END SOLUTION */
}

/* Turn a text around where it stands. */
void reverse(char *text)
{
    // BEGIN SOLUTION
    size_t last = length(text);
    for (size_t first = 0; first + 1 < last; first++) {
        char kept = text[first];
        text[first] = text[--last];
        text[last] = kept;
    }
    // END SOLUTION
}
