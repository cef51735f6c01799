#!/usr/bin/env bash
# Coverage-guided fuzzing with clang: 10 minutes each target.
cd "$(dirname "$0")/../.."
exec tests/fuzz/run.sh $((${PROVE_MINUTES:-10} * 60))
