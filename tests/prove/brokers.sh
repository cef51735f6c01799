#!/usr/bin/env bash
# The brokers that are slow to start, Prometheus, aedes and Node-RED of npm: those tests that are labelled `prove`.
. "$(dirname "$0")/environment.sh"
install_aedes
install_node_red
tests --preset dev -L prove
