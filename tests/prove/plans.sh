#!/usr/bin/env bash
# 5,000 random problems of up to 192 slots, each plan against CBC. One seed a core.
. "$(dirname "$0")/environment.sh"
count=${PROVE_PLANS:-5000} parts=$(nproc)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
for seed in $(seq "$parts"); do
  build/dev/tests/planner/planner_proof --instances $((count / parts)) --seed "$seed" --max-slots 192 --time-limit 600 >"$folder/$seed" &
  pids+=($!)
done
code=0
for pid in "${pids[@]}"; do wait "$pid" || code=1; done
cat "$folder"/*
sed -n '/^compared/s/^/figure: /p; $s/^/figure: /p' "$folder"/*
exit "$code"
