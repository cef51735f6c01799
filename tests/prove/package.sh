#!/usr/bin/env bash
# The Debian package: built twice in two folders it has the same bytes, lintian finds no error, its service is shut in, and in a
# bare Debian it installs, runs, keeps its state over an upgrade, and is gone when it is purged. As root: it makes a chroot.
set -euo pipefail
cd "$(dirname "$0")/../.."
[ "$(id -u)" = 0 ] || { echo "needs root, for a chroot" >&2; exit 1; }
work=$(mktemp -d)
root=$work/root
cleanup() {
  for pid in $(cat "$work"/*.pid 2>/dev/null); do kill "$pid" 2>/dev/null && tail --pid="$pid" -f /dev/null || true; done
  for each in dev/pts dev proc; do mountpoint -q "$root/$each" && umount "$root/$each"; done
  rm -rf --one-file-system "$work"
}
trap cleanup EXIT

SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)
export SOURCE_DATE_EPOCH
for copy in first second/deeper; do git clone -q . "$work/$copy"; done  # before the first is built: both of one commit
for copy in first second/deeper; do (cd "$work/$copy" && ./dev package); done
package=$(echo "$work"/first/build/dist/*.deb)
cmp "$package" "$work"/second/deeper/build/dist/*.deb
echo "figure: $(basename "$package") $(stat -c %s "$package") bytes, twice the same"

# The version before, for the upgrade from it.
git clone -q . "$work/before"
git -C "$work/before" checkout -q "$(git log -1 --format=%H -G'^project\(.* VERSION' -- CMakeLists.txt)^"
(cd "$work/before" && env -u SOURCE_DATE_EPOCH ./dev package)
before=$(echo "$work"/before/build/dist/*.deb)

lintian --fail-on error "$package"
for shell in bash zsh fish; do "$work/first/build/package/agent/describe" $shell | $shell -n /dev/stdin; done
systemd-analyze verify --man=no "$work/first/agent/package/home-energy-agent.service" 2>&1 | grep -v 'is not executable' && exit 1
exposure=$(systemd-analyze security --offline=true "$work/first/agent/package/home-energy-agent.service" | sed -n 's/.*Overall exposure level for .*: \([0-9.]*\) .*/\1/p')
echo "figure: exposure $exposure of 10"
awk -v exposure="$exposure" 'BEGIN { exit !(exposure > 0 && exposure <= 2.0) }'

mmdebstrap --variant=minbase bookworm "$root" >/dev/null 2>&1
for each in proc dev dev/pts; do mount --bind "/$each" "$root/$each"; done
cp "$package" "$root/home-energy-agent.deb"
cp "$before" "$root/before.deb"
# How this machine reaches Debian's packages.
for each in /etc/apt/sources.list /etc/apt/apt.conf.d/99* /etc/resolv.conf; do [ ! -f "$each" ] || cp "$each" "$root$each"; done
readonly IN_ROOT=(chroot "$root" env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 LC_ALL=C.UTF-8)  # one process: its id is the program's
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
start() {
  STATE_DIRECTORY=/var/lib/home-energy-agent "${IN_ROOT[@]}" home-energy-agent --config /etc/home-energy-agent/home-energy-agent.toml \
    --mqtt-uri "mqtt://127.0.0.1:$broker_port" --http-port "$port" >"$work/log" 2>&1 &
  echo $! >"$work/agent.pid"
  for _ in $(seq 100); do "${IN_ROOT[@]}" home-energy-agent health --http-port "$port" 2>/dev/null | grep '"broker":"connected"' >/dev/null && return; sleep 0.1; done
  cat "$work/log"
  return 1
}
stop() {
  kill "$(cat "$work/agent.pid")"
  wait "$(cat "$work/agent.pid")"
  rm "$work/agent.pid"
  ! "${IN_ROOT[@]}" home-energy-agent health --http-port "$port" >/dev/null 2>&1 || { echo "it still answers"; exit 1; }
}

began=$SECONDS
"${IN_ROOT[@]}" apt-get update -qq
"${IN_ROOT[@]}" apt-get install -y -qq --no-install-recommends /before.deb mosquitto >/dev/null
broker_port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
"${IN_ROOT[@]}" mosquitto -p "$broker_port" >/dev/null 2>&1 &
echo $! >"$work/broker.pid"
"${IN_ROOT[@]}" install -d /var/lib/home-energy-agent
start
curl -sf -H 'Accept: text/html' "127.0.0.1:$port/" | grep '<title>Home Energy' >/dev/null
echo "figure: from a bare Debian to the page in $((SECONDS - began)) s"
curl -sf -d '{"charging":"on"}' "127.0.0.1:$port/charge" >/dev/null
curl -sf -d '{"pause":true}' "127.0.0.1:$port/clock" >/dev/null
curl -sf -d '{"step":"1h"}' "127.0.0.1:$port/clock" >/dev/null
charged=$(curl -sf "127.0.0.1:$port/charge")
stop
echo '# mine' >>"$root/etc/home-energy-agent/home-energy-agent.toml"
"${IN_ROOT[@]}" apt-get install -y -qq -o Dpkg::Options::=--force-confold /home-energy-agent.deb >/dev/null  # keeps what was changed in the options
[ "$("${IN_ROOT[@]}" home-energy-agent --version)" = "home-energy-agent $(dpkg-deb -f "$package" Version)" ]
grep -q '^# mine' "$root/etc/home-energy-agent/home-energy-agent.toml"
start
now=$(curl -sf "127.0.0.1:$port/charge")
awk -v before="$charged" -v after="$now" 'BEGIN { exit !(after >= before && before > 20) }' || { echo "charged $charged, then $now"; exit 1; }
stop
"${IN_ROOT[@]}" apt-get remove -y -qq home-energy-agent >/dev/null
[ ! -e "$root/usr/bin/home-energy-agent" ] && [ -e "$root/var/lib/home-energy-agent" ] && [ -e "$root/etc/home-energy-agent/home-energy-agent.toml" ]
"${IN_ROOT[@]}" apt-get purge -y -qq home-energy-agent >/dev/null
[ ! -e "$root/var/lib/home-energy-agent" ] && [ ! -e "$root/etc/home-energy-agent" ] && [ ! -e "$root/usr/share/doc/home-energy-agent" ]
echo "figure: installed, upgraded from $(dpkg-deb -f "$before" Version) with its state, removed, purged"
