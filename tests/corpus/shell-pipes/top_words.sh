#!/bin/sh
# The most frequent words of a file, one a line, with their number.
# BEGIN SOLUTION
tr ' ' '\n' < "$1" | sort | uniq -c | sort -rn | head -n 2
# END SOLUTION
