#!/usr/bin/env bash
# All tests in random order, those of each Python file as well, with two busy loops beside.
. "$(dirname "$0")/environment.sh"
install_from_npm
in_random_order
for _ in 1 2; do
  while :; do :; done &
  loops+=($!)
done
trap 'kill "${loops[@]}"' EXIT
tests --preset dev -j $((jobs / 2)) --schedule-random
