#!/usr/bin/env bash
# The brokers that are slow to start: those tests that are labelled `prove`.
. "$(dirname "$0")/environment.sh"
tests --preset dev -L prove
