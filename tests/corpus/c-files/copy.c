#include <stdio.h>

int main(int argc, char **argv)
{
    if (argc != 3) {
        fprintf(stderr, "usage: copy FROM TO\n");
        return 2;
    }
    /* BEGIN SOLUTION */
    FILE *from = fopen(argv[1], "rb"), *to = fopen(argv[2], "wb");
    char buffer[4096];
    size_t got;
    while (from && to && (got = fread(buffer, 1, sizeof buffer, from)) > 0) {
        fwrite(buffer, 1, got, to);
    }
    /* END SOLUTION */
    return 0;
}
