#!/usr/bin/env bash
# The container image: made twice it has the same files, is small, has nothing to log in to, and runs as nobody on a read-only file
# system without any capability; its volume keeps the state. As root, with podman.
set -euo pipefail
cd "$(dirname "$0")/../.."
[ "$(id -u)" = 0 ] || { echo "needs root, for podman" >&2; exit 1; }
work=$(mktemp -d)
readonly PODMAN=(podman --storage-driver vfs --root "$work/storage" --runroot "$work/run" --runtime runc --cgroup-manager cgroupfs)
cleanup() {
  "${PODMAN[@]}" rm -fa >/dev/null 2>&1 || true
  [ ! -f "$work/broker.pid" ] || kill "$(cat "$work/broker.pid")"
  rm -rf "$work"
}
trap cleanup EXIT

./dev image
image=$(echo build/dist/*.image.tar.gz)
layer() { tar tzf "$image" | grep -E '^[0-9a-f]{64}\.tar$'; }  # its name is its hash; buildah puts the name of its container beside it
first=$(layer)
./dev addon  # which makes the image once more
[ "$first" = "$(layer)" ] || { echo "$first, then $(layer)"; exit 1; }
echo "figure: image $(stat -c %s "$image") bytes compressed, $(gzip -dc "$image" | wc -c) not, twice the same files"
[ "$(stat -c %s "$image")" -le 40000000 ]

tag=$(gzip -dc "$image" | "${PODMAN[@]}" load --quiet | sed 's/^Loaded image: //')
labels=$("${PODMAN[@]}" image inspect --format '{{json .Labels}} {{json .HealthCheck.Test}} {{.User}}' "$tag")
for each in org.opencontainers.image.{title,description,version,revision,licenses} '"/usr/bin/home-energy-agent","health"' '10001:10001'; do
  [[ $labels == *$each* ]] || { echo "$each is missing: $labels"; exit 1; }
done
files=$("${PODMAN[@]}" image mount "$tag")
[ -z "$(find "$files" -perm /6000)" ] || { echo "something runs as another user"; exit 1; }
[ "$(find "$files" -type f -perm /111 ! -name '*.so*' -printf '%f\n')" = home-energy-agent ] || { echo "there is more to run than the agent"; exit 1; }
for each in "$files"/var/lib/dpkg/status.d/*; do  # the list names what scanners find
  grep -q "^PackageName: $(basename "$each")$" build/dist/*.image.spdx
done

addon=$(tar tzf build/dist/home-energy-agent-addon_*.tar.gz)
for each in config.yaml Dockerfile root.tar.gz DOCS.md CHANGELOG.md icon.png apparmor.txt translations/en.yaml; do
  [[ $addon == *home_energy_agent/$each* ]] || { echo "the add-on has no $each"; exit 1; }
done

free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
broker_port=$(free_port) port=$(free_port)
mosquitto -p "$broker_port" >/dev/null 2>&1 &
echo $! >"$work/broker.pid"
start() {
  "${PODMAN[@]}" run -d --name agent --network host --no-healthcheck --read-only --cap-drop all \
    --security-opt no-new-privileges --ulimit nofile=4096:4096 --ulimit nproc=100:100 -v state:/var/lib/home-energy-agent "$tag" \
    --realtime --mqtt-uri "mqtt://127.0.0.1:$broker_port" --http-port "$port" >/dev/null
  for _ in $(seq 100); do health | grep '"broker":"connected"' >/dev/null && return; sleep 0.1; done
  "${PODMAN[@]}" logs agent
  return 1
}
health() { "${PODMAN[@]}" exec agent /usr/bin/home-energy-agent health --http-port "$port" 2>/dev/null; }
start
curl -sf -H 'Accept: text/html' "127.0.0.1:$port/" | grep '<title>Home Energy' >/dev/null
curl -sf -d '{"charge_limit":77}' "127.0.0.1:$port/charge_limit" >/dev/null
! "${PODMAN[@]}" exec agent /bin/sh -c true 2>/dev/null || { echo "it has a shell"; exit 1; }
"${PODMAN[@]}" rm -f agent >/dev/null
start
curl -sf "127.0.0.1:$port/state" | grep '"limit_percent":77.0' >/dev/null
echo "figure: runs as nobody, read-only, without capabilities; keeps its state in a volume"
