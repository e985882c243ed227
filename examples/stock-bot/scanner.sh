#!/bin/sh
# A slow scanner: it takes the seconds of its argument, or two.
echo "scanning"
sleep "${1:-2}"
echo "done"
