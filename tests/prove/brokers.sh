#!/usr/bin/env bash
# The brokers that are slow to start, Prometheus, and what comes from npm (aedes, Node-RED, linters): those tests that are labelled `prove`.
. "$(dirname "$0")/environment.sh"
install_from_npm
tests --preset dev -L prove
