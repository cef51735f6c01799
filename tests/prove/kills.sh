#!/usr/bin/env bash
# 200 rounds of a start, a load and kill -9; ./dev test does 60.
. "$(dirname "$0")/environment.sh"
HOME_ENERGY_KILLS=200 integration test_store_kill.py
echo "figure: 200 kills, nothing lost"
