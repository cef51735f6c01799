#!/usr/bin/env bash
# Every test alone: a process for each test of the Python files; the unit tests are so in ctest anyway.
. "$(dirname "$0")/environment.sh"
install_aedes
install_node_red
tests --preset dev -j "$jobs" -L unit
/usr/bin/python3 -B tests/prove/alone.py $((jobs / 2))
