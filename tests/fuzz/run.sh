#!/usr/bin/env bash
# Coverage-guided fuzzing with clang's libFuzzer: tests/fuzz/run.sh SECONDS [TARGET...], as many targets at a time as there
# are cores. It begins from the corpus, and keeps what it finds in build/fuzz/found/TARGET; with MINIMISE=1 the corpus takes
# over from there what it needs. An input that fails is left as build/fuzz/found/TARGET.crash-...
# It fails, too, where the home gets through too few inputs: of slow plans too few are tried. That is judged where the
# fuzzer had a processor for itself.
set -euo pipefail
cd "$(dirname "$0")/../.."
readonly SECONDS_EACH=${1:?usage: tests/fuzz/run.sh SECONDS [TARGET...]}
shift
readonly LONGEST=4096  # bytes: enough for a curve with its dates, or some requests
targets=("$@")
[ ${#targets[@]} -gt 0 ] || targets=(command curve discovery home http options stored text)

command -v clang++ >/dev/null || { echo "clang++ is missing: ./dev setup --all installs it" >&2; exit 1; }
readonly LEAST_SPEED=1000  # inputs of the home for each second of processor time: what an unloaded machine makes a second
readonly LEAST_SHARE=80    # per cent of a processor, with less of which the machine is loaded
readonly FAST=home  # a life with its plans is much work: fuzzed without sanitizers, and what was found is run again with them
for preset in fuzz fuzz-fast; do
  [ $preset = fuzz ] || [[ " ${targets[*]} " == *" $FAST "* ]] || continue
  [ -f build/$preset/build.ninja ] || cmake --preset $preset >/dev/null
  cmake --build --preset $preset --target fuzz | tail -n 1
done

# Of real, user's and system's seconds in a file: inputs for each second of processor time, and per cent of a processor.
own_speed() {
  awk -v runs="$1" '/^[0-9. ]+$/ && $1 > 0 { own = $2 + $3; print int(own > 0 ? runs / own : 0), int(100 * own / $1) }' "$2"
}

# One target. Leaks and time-outs count, too: no input of so few bytes may take 20 s.
fuzz() {
  local target=$1 found=build/fuzz/found/$1 log=build/fuzz/found/$1.log code=0 preset=fuzz
  [ "$target" != "$FAST" ] || preset=fuzz-fast
  mkdir -p "$found" "tests/fuzz/corpus/$target"
  local TIMEFORMAT='%R %U %S'
  { time FUZZ_TARGET=$target build/$preset/tests/fuzz/fuzz -max_total_time="$SECONDS_EACH" -max_len=$LONGEST -timeout=20 -rss_limit_mb=2048 \
    -entropic=0 -print_funcs=0 -print_final_stats=1 -artifact_prefix="$found." "$found" "tests/fuzz/corpus/$target" \
    >"$log" 2>&1; } 2>"$found.time" || code=$?
  if [ "$target" = "$FAST" ] && [ "$code" = 0 ]; then
    FUZZ_TARGET=$target build/fuzz/tests/fuzz/fuzz -runs=0 -entropic=0 -timeout=20 "$found" >>"$log" 2>&1 || code=$?
  fi
  local runs speed own share coverage
  runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
  read -r own share _ <<<"$(own_speed "${runs:-0}" "$found.time") 0 0"
  speed=$(sed -n 's/^stat::average_exec_per_sec: *//p' "$log")
  coverage=$(grep -o 'cov: [0-9]*' "$log" | tail -n 1)
  echo "figure: $target ${runs:-0} inputs, ${speed:-0}/s, $own for each second of processor time, $share % of a processor, ${coverage:-no coverage}"
  [ "$code" = 0 ] || { echo "$target FAILED, log: $log"; grep -E 'does not hold|ERROR|runtime error|Test unit written' "$log" | head -n 20; }
  if [ "$target" = "$FAST" ] && [ "$code" = 0 ] && [ "$own" -lt "$LEAST_SPEED" ]; then
    echo "$target is TOO SLOW: $own inputs for each second of processor time, at least $LEAST_SPEED are wanted"
    [ "$share" -lt "$LEAST_SHARE" ] && echo "but the machine was loaded: not judged" || code=1
  fi
  return "$code"
}

# The smallest set of short inputs that reaches the same.
minimise() {
  local target=$1 corpus=tests/fuzz/corpus/$1 small
  small=$(mktemp -d)
  FUZZ_TARGET=$target build/fuzz/tests/fuzz/fuzz -merge=1 -max_len=$LONGEST "$small" "$corpus" "build/fuzz/found/$target" >/dev/null 2>&1
  rm -rf "$corpus"
  mkdir "$corpus"
  find "$small" -type f -size -"${LARGEST:-2}"k -exec cp -t "$corpus" {} +
  rm -rf "$small"
}

# Freed memory is watched for a while, and stacks are short: each costs a third of the speed.
export ASAN_OPTIONS=quarantine_size_mb=16:malloc_context_size=6
export -f fuzz own_speed minimise
export SECONDS_EACH LONGEST LEAST_SPEED LEAST_SHARE FAST
failed=0
printf '%s\n' "${targets[@]}" | xargs -n 1 -P "$(nproc)" bash -euo pipefail -c 'fuzz "$0"' || failed=1
if [ -n "${MINIMISE:-}" ]; then
  printf '%s\n' "${targets[@]}" | xargs -n 1 -P "$(nproc)" bash -euo pipefail -c 'minimise "$0"'
fi
exit "$failed"
