# For the parts: strict, at the top of the repository, with what the Python tests of the dev build need.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
[ -f build/dev/build.ninja ] || cmake --preset dev >/dev/null
cmake --build --preset dev | tail -n 1
export HOME_ENERGY_AGENT=$PWD/build/dev/agent/home-energy-agent HOME_ENERGY_BENT_AGENT=$PWD/build/dev/tests/bent-agent
export HOME_ENERGY_SANITIZED=0
export HOME_ENERGY_PATIENCE=30  # as in tests/CMakeLists.txt: the parts run beside each other
jobs=$((4 * $(nproc)))

# Runs ctest, and its summary becomes the figure.
tests() {
  local out code=0
  out=$(mktemp)
  ctest --no-tests=error "$@" | tee "$out" || code=$?
  grep -E '^[0-9]+% tests passed' "$out" | sed 's/^/figure: /' || true
  rm -f "$out"
  return "$code"
}

# For the tests of each Python file; ctest has --schedule-random.
in_random_order() {
  export HOME_ENERGY_ORDER=${HOME_ENERGY_ORDER:-$RANDOM}
  echo "figure: seed of the order in the Python files $HOME_ENERGY_ORDER"
}

# pytest of Debian in tests/integration.
integration() { (cd tests/integration && exec /usr/bin/python3 -B -m pytest -q -s -p no:cacheprovider "$@"); }

# What comes from npm, each in a folder of its own below build/.
install_from_npm() {
  install_npm_in aedes aedes@0.51.3  # the broker of Node-RED, of the last release that runs with Debian's Node.js
  install_npm_in node-red node-red@4.1.15
  install_npm_in mqtt-js mqtt@5
  # What reads descriptions of APIs: parsers, linters, and a generator of clients.
  install_npm_in api-tools @asyncapi/parser@3 @redocly/cli@2 @stoplight/spectral-cli@6 openapi-typescript@7 openapi-fetch@0 typescript@5 @types/node@20
}
install_npm_in() {
  local folder=build/$1
  shift
  [ -d "$folder/node_modules" ] || npm install --prefix "$folder" --no-save --no-audit --no-fund --ignore-scripts "$@"
}
