#!/bin/sh
set -e
cc -o copy copy.c
./copy sample.bin copied.bin
cmp sample.bin copied.bin
