#!/bin/sh
# A scanner that takes its time: so long as it is told, else two seconds.
echo "scanning"
sleep "${1:-2}"
echo "done"
