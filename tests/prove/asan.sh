#!/usr/bin/env bash
# All tests under AddressSanitizer and UndefinedBehaviorSanitizer, those too that ./dev test leaves out.
. "$(dirname "$0")/environment.sh"
[ -f build/asan/build.ninja ] || cmake --preset asan >/dev/null
cmake --build --preset asan
tests --preset asan -j "$jobs" -LE prove
