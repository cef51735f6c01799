#!/usr/bin/env bash
# Tests that touch files, as a user other than root: those that ./dev test leaves out for their time. Not those of a disk that
# is full or read-only: they mount one.
. "$(dirname "$0")/environment.sh"
readarray -t files < <(cd tests/integration && ls test_odd_paths.py test_store_*.py | grep -v test_store_disk.py)
tests/as_nobody.sh integration "${files[@]}"
