#!/usr/bin/env bash
# All tests three times, in random order, those of each Python file as well.
. "$(dirname "$0")/environment.sh"
install_from_npm
in_random_order
tests --preset dev -j "$jobs" --schedule-random --repeat until-fail:3
