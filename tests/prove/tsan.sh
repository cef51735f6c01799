#!/usr/bin/env bash
# Unit and integration tests under ThreadSanitizer.
. "$(dirname "$0")/environment.sh"
[ -f build/tsan/build.ninja ] || cmake --preset tsan >/dev/null
cmake --build --preset tsan
code=0
tests --preset tsan -j "$jobs" -L unit || code=$?
tests --preset tsan -j "$(nproc)" -L integration || code=$?  # ten times as slow: no more at once than there are cores
exit "$code"
