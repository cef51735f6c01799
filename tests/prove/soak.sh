#!/usr/bin/env bash
# An hour with churn: clients, pages, streams, commands, restarts of the broker.
. "$(dirname "$0")/environment.sh"
cd tests/integration
exec env PYTHONPATH=. /usr/bin/python3 -B ../prove/soak.py "${PROVE_MINUTES:-60}"
