#!/usr/bin/env bash
# 5,000 random problems of up to 192 slots, each plan against CBC, one seed a core; then 300 days of car and home battery.
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
build/dev/tests/planner/joint_proof --days "${PROVE_JOINT_DAYS:-300}" --seed 2 --seconds 30 >"$folder/joint" || code=1
cat "$folder/joint"
sed -n '$s/^/figure: car and home battery: /p' "$folder/joint"
for storage in no yes; do
  build/dev/tests/planner/joint_proof --days "${PROVE_JOINT_DAYS:-300}" --seed 2 --seconds 30 --peak-price yes --storage $storage >"$folder/joint" || code=1
  tail -n 2 "$folder/joint"
  tail -n 2 "$folder/joint" | sed "s/^/figure: month's highest hours, home battery $storage: /"
done
exit "$code"
