#!/usr/bin/env bash
# The long run: ./dev prove [--minutes N] [PART...]. A part is the script of its name here; it prints what it did, lines that
# begin with "figure: " go into the table, and its exit code is its result. Logs: build/prove/PART.log.
set -uo pipefail
cd "$(dirname "$0")/../.."
readonly ALL=(tidy plans kills fuzz asan tsan alone order nobody load repeat brokers soak)

usage() { echo "usage: ./dev prove [--minutes N] [PART...] with N of fuzz (each target) and soak, and PART of: ${ALL[*]}" >&2; exit 2; }

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

mkdir -p build/prove
failed=0 table=''
for part in "${parts[@]}"; do
  log=build/prove/$part.log began=$SECONDS result=ok
  printf '\n== %s\n' "$part"
  "tests/prove/$part.sh" 2>&1 | tee "$log"
  [ "${PIPESTATUS[0]}" = 0 ] || { result=FAILED failed=1; }
  figures=$(sed -n 's/^figure: //p' "$log" | paste -sd '|' | sed 's/|/; /g')
  table+=$(printf '%-8s %-7s %6d s  %s' "$part" "$result" $((SECONDS - began)) "$figures")$'\n'
done
printf '\n%s' "$table"
exit "$failed"
