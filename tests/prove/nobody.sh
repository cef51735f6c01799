#!/usr/bin/env bash
# Tests that touch files, as a user other than root. Not those of a disk that is full or read-only: they mount one; nor those of
# brokers that have a folder of their own.
. "$(dirname "$0")/environment.sh"
for program in shell_tests memory_tests; do tests/as_nobody.sh unit build/dev/tests/$program; done
readarray -t files < <(cd tests/integration && grep -lE -e '--data-dir|write_text|password_file|secret_file' test_*.py |
  grep -vE 'store_disk|rabbitmq|ejabberd|aedes|node_red|descriptions_linted|mqtt_js')
tests/as_nobody.sh integration "${files[@]}"
