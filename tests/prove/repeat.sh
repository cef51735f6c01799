#!/usr/bin/env bash
# All tests three times.
. "$(dirname "$0")/environment.sh"
tests --preset dev -j "$jobs" --repeat until-fail:3 -LE prove
