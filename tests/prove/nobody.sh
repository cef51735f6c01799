#!/usr/bin/env bash
# Tests that touch files, as a user other than root: those that ./dev test leaves out for their time.
. "$(dirname "$0")/environment.sh"
readarray -t files < <(cd tests/integration && ls test_odd_paths.py test_store_*.py)
tests/as_nobody.sh integration "${files[@]}"
