#!/bin/sh
test "$(./top_words.sh text.txt | wc -l)" -eq 2
./top_words.sh text.txt | grep -q '2 be'
