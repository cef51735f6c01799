#!/usr/bin/env bash
# The brokers that are slow to start, and aedes of npm: those tests that are labelled `prove`.
. "$(dirname "$0")/environment.sh"
install_aedes
tests --preset dev -L prove
