#!/usr/bin/env bash
# Unit and integration tests under ThreadSanitizer.
. "$(dirname "$0")/environment.sh"
[ -f build/tsan/build.ninja ] || cmake --preset tsan >/dev/null
cmake --build --preset tsan
tests --preset tsan -j $((jobs / 2)) -L 'unit|integration'
