#!/usr/bin/env bash
# Every test alone: a process for each test of the Python files. The unit tests have one each in every other part.
. "$(dirname "$0")/environment.sh"
install_from_npm
/usr/bin/python3 -B tests/prove/alone.py $((jobs / 2))
