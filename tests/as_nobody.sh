#!/usr/bin/env bash
# Runs tests that touch files as a user other than root: as nobody where root tests, else as who tests.
#   tests/as_nobody.sh unit PROGRAM [ARGUMENT...]     a test program
#   tests/as_nobody.sh integration TEST_FILE...       pytest with HOME_ENERGY_AGENT and HOME_ENERGY_BENT_AGENT
# What is run is copied first: the folders of root may be out of reach.
set -euo pipefail
sources=$(cd "$(dirname "$0")" && pwd)
kind=$1
shift
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT

user=()
if [ "$(id -u)" = 0 ]; then
  user=(setpriv --reuid=nobody --regid=nogroup --clear-groups env HOME="$copy" USER=nobody LOGNAME=nobody)
fi

case $kind in
  unit)
    cp "$1" "$copy/program"
    command=("$copy/program" "${@:2}")
    ;;
  integration)
    mkdir "$copy/tests"
    cp -r "$sources/integration" "$copy/tests"
    cp -r "$sources/../mosquitto" "$sources/../docs" "$copy"
    cp "$HOME_ENERGY_AGENT" "$copy/home-energy-agent"
    cp "$HOME_ENERGY_BENT_AGENT" "$copy/bent-agent"
    export HOME_ENERGY_AGENT=$copy/home-energy-agent HOME_ENERGY_BENT_AGENT=$copy/bent-agent
    mkdir "$copy/tmp"
    cd "$copy/tests/integration"
    command=(/usr/bin/python3 -B -m pytest -q -p no:cacheprovider --basetemp "$copy/tmp/pytest" "$@")
    ;;
esac
chmod -R a+rX "$copy"
[ ! -d "$copy/tmp" ] || chmod 1777 "$copy/tmp"
"${user[@]}" "${command[@]}"
