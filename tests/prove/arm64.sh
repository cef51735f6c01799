#!/usr/bin/env bash
# The package of arm64, cross-built, under qemu: it runs, talks to a broker, and its homes are what they are on this machine, byte for
# byte: telemetry and history of two summer days of a villa, a plan, and what Home Assistant is told. As root, for the root of its packages.
set -euo pipefail
cd "$(dirname "$0")/../.."
[ "$(id -u)" = 0 ] || { echo "needs root, for mmdebstrap" >&2; exit 1; }
work=$(mktemp -d)
cleanup() {
  for each in $(cat "$work"/*.pid 2>/dev/null); do kill "$each" 2>/dev/null || true; done
  rm -rf "$work"
}
trap cleanup EXIT
SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)
export SOURCE_DATE_EPOCH
./dev package arm64
for arch in amd64 arm64; do dpkg-deb -x build/dist/home-energy-agent_*_$arch.deb "$work/$arch"; done
file -b "$work/arm64/usr/bin/home-energy-agent" | grep -q aarch64

free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
program_of() {  # ARCH: its command line, in the array program
  program=(env -i PATH="$PATH")
  [ "$1" = amd64 ] || program+=(qemu-aarch64-static -L "$PWD/build/sysroot-arm64")
  program+=("$work/$1/usr/bin/home-energy-agent")
}
broker_port=$(free_port)
mosquitto -p "$broker_port" >/dev/null 2>&1 &
echo $! >"$work/broker.pid"
for arch in amd64 arm64; do
  port=$(free_port)
  program_of "$arch"
  "${program[@]}" --preset villa --zone Europe/Stockholm --start-date 2026-06-17 --clock paused --mode cheapest --http-port "$port" \
    --mqtt-uri "mqtt://127.0.0.1:$broker_port" --base-topic "homes/$arch" >"$work/$arch.log" 2>&1 &
  echo $! >"$work/$arch.pid"
  for _ in $(seq 600); do curl -sf "127.0.0.1:$port/healthz" | grep '"connected"' >/dev/null && break; sleep 0.1; done
  curl -sf -d '{"step":"50h"}' "127.0.0.1:$port/clock" >/dev/null
  for path in state plan 'history?from=0' 'history?from=0&step=1d' solar/forecast; do
    curl -s "127.0.0.1:$port/$path" | sed -E 's/"since":"[^"]*"//'
    echo
  done >"$work/$arch.told"
  mosquitto_sub -h 127.0.0.1 -p "$broker_port" -t "homes/$arch/home/#" -W 2 -F '%t %p' 2>/dev/null | sed -E "s#^homes/$arch/##; s/\"since\":\"[^\"]*\"//" |
    sort >>"$work/$arch.told" || true
  "${program[@]}" plan --json --preset villa --mode cheapest --soc 20 --start-date 2026-06-17 >>"$work/$arch.told"
  kill "$(cat "$work/$arch.pid")"
  wait "$(cat "$work/$arch.pid")"
  rm "$work/$arch.pid"
done
[ "$(wc -c <"$work/amd64.told")" -gt 30000 ] || { wc -c "$work"/*.told;  cat "$work"/*.log; exit 1; }
cmp "$work/amd64.told" "$work/arm64.told"
echo "figure: arm64 under qemu: $(wc -c <"$work/arm64.told") bytes of two days, the same as on amd64; package $(stat -c %s build/dist/*_arm64.deb) bytes"
