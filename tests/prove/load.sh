#!/usr/bin/env bash
# All tests with two busy loops beside.
. "$(dirname "$0")/environment.sh"
for _ in 1 2; do
  while :; do :; done &
  loops+=($!)
done
trap 'kill "${loops[@]}"' EXIT
tests --preset dev -j $((jobs / 2)) -LE prove
