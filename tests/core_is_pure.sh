#!/usr/bin/env bash
# The core is told everything. Whatever it calls outside of itself is in the list: no file, socket, thread, clock, environment
# or source of randomness can be reached by another name. usage: core_is_pure.sh ARCHIVE ALLOWED
set -euo pipefail
archive=$1 allowed=$2
members=$(nm --undefined-only "$archive" | grep -c ' U ')
[ "$members" -gt 0 ] || { echo "no symbols in $archive"; exit 1; }
defined=$(nm --defined-only "$archive" | awk 'NF == 3 { print $3 }' | sort -u)
impure=$(nm --undefined-only "$archive" | awk '$1 == "U" { print $2 }' | sort -u | comm -23 - <(echo "$defined") |
  c++filt | grep -vxE -f <(grep -v '^#' "$allowed") || true)
[ -z "$impure" ] || { printf 'The core does input or output, reads a clock or calls what the list does not have:\n%s\n' "$impure"; exit 1; }
