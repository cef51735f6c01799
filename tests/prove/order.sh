#!/usr/bin/env bash
# All tests in random order, and those of each Python file as well.
. "$(dirname "$0")/environment.sh"
export HOME_ENERGY_ORDER=${HOME_ENERGY_ORDER:-$RANDOM}
echo "figure: seed of the order in the Python files $HOME_ENERGY_ORDER"
tests --preset dev -j "$jobs" --schedule-random -LE prove
