#!/usr/bin/env bash
# The long run: ./dev prove [--minutes N] [PART...]. A part is the script of its name here; it prints what it did, lines that
# begin with "figure: " go into the table, and its exit code is its result. Logs: build/prove/PART.log.
set -uo pipefail
cd "$(dirname "$0")/../.."
# Three lanes: what only works, and knows no hurry, yields to the others; what mostly waits runs beside them.
readonly PATIENT=(fuzz plans tidy) HASTY=(kills nobody brokers package image arm64 alone load repeat tsan asan) WAITS=(soak)
readonly ALL=("${PATIENT[@]}" "${HASTY[@]}" "${WAITS[@]}")

usage() {
  echo "usage: ./dev prove [--minutes N] [PART...] with N of fuzz (each target) and soak, and PART of: ${ALL[*]}" >&2
  exit 2
}

export PROVE_MINUTES=''  # each part has its own default
parts=()
while [ $# -gt 0 ]; do
  case "$1" in
    --minutes) [[ ${2:-} =~ ^[1-9][0-9]*$ ]] || usage; PROVE_MINUTES=$2; shift ;;
    -*) usage ;;
    *) [[ " ${ALL[*]} " == *" $1 "* ]] || usage; parts+=("$1") ;;
  esac
  shift
done
[ ${#parts[@]} -gt 0 ] || parts=("${ALL[@]}")

# Runs those of the given parts that are wanted, one after the other.
run() {
  local part result figures began
  for part in "$@"; do
    [[ " ${parts[*]} " == *" $part "* ]] || continue
    began=$SECONDS result=ok
    "tests/prove/$part.sh" >"build/prove/$part.log" 2>&1 || result=FAILED
    figures=$(sed -n 's/^figure: //p' "build/prove/$part.log" | paste -sd '|' | sed 's/|/; /g')
    printf '%-8s %-7s %6d s  %s\n' "$part" "$result" $((SECONDS - began)) "$figures" | tee "build/prove/$part.result"
  done
}

mkdir -p build/prove
bash tests/prove/environment.sh || exit  # builds, so that no two parts do so at once
for part in "${parts[@]}"; do rm -f "build/prove/$part.result"; done
(renice -n 19 "$BASHPID" >/dev/null && run "${PATIENT[@]}") &
run "${WAITS[@]}" &
run "${HASTY[@]}"
wait
echo
failed=0
for part in "${parts[@]}"; do
  cat "build/prove/$part.result"
  grep -q " FAILED " "build/prove/$part.result" && failed=1 && tail -n 40 "build/prove/$part.log"
done
exit "$failed"
