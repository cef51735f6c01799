#!/usr/bin/env bash
# All tests under AddressSanitizer and UndefinedBehaviorSanitizer: those too, and the checks of each pointer, that ./dev test leaves out.
. "$(dirname "$0")/environment.sh"
[ -f build/asan-all/build.ninja ] || cmake --preset asan-all >/dev/null
cmake --build --preset asan-all
tests --preset asan-all -j "$jobs" -LE prove
