"""An agent under churn for a long time: clients come and go, pages and streams are opened and left, commands are given, and
the broker restarts. Memory stays bounded, no descriptor leaks, no tick is late. usage: soak.py MINUTES"""

import contextlib
import itertools
import os
import pathlib
import random
import socket
import sys
import tempfile
import time

import harness

HOMES = 20
# A simulated hour takes 0.4 s, so that days, plans and old rows of history turn over many thousand times.
ARGUMENTS = ("--homes", HOMES, "--seconds-per-hour", "0.4", "--tick", "100ms", "--mode", "cheapest", "--keep-days", "30")
BROKER_RESTARTS_S = 60
SAMPLE_S = 1
PAUSE_S = 0.01  # each connection keeps its port for a minute: without a pause there is none left in the end
WARM_UP_SHARE = 0.25  # buffers and history fill until then
GROWTH_KIB = 32 * 1024  # what allocators keep after a burst; a leak of 100 bytes a request is more within an hour
SPARE_DESCRIPTORS = 8  # of connections that are just ending
SEED = 20261128
PATHS = ("/", "/state", "/plan", "/history?from=0&step=1h", "/homes", "/openapi.json", "/charge", "/nothing")
COMMANDS = (("mode", "cheapest"), ("mode", "manual"), ("charge", "on"), ("charge", "off"), ("target", "80"),
            ("charge_limit", "90"), ("discharge", "on"), ("mode", "nonsense"))


class Soak:
    def __init__(self, folder):
        self.folder, self.chance = folder, random.Random(SEED)
        self.broker = harness.Broker(folder).start()
        self.agent = harness.Agent(folder, *map(str, ARGUMENTS), "--data-dir", str(folder / "data"), uri=self.broker.uri).start()
        self.memory, self.late, self.counts = [], [], dict.fromkeys(("requests", "commands", "streams", "restarts"), 0)

    def ask(self):
        self.agent.request("GET", self.chance.choice(PATHS))
        self.counts["requests"] += 1

    def leave_a_stream(self):
        with socket.create_connection(("127.0.0.1", self.agent.port), timeout=harness.PATIENCE) as peer:
            peer.sendall(b"GET /events HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            assert peer.recv(4096)
        self.counts["streams"] += 1

    def command(self):
        client = harness.Client(self.broker.port)
        with contextlib.closing(client):
            for name, value in self.chance.sample(COMMANDS, 3):
                client.publish(f"home-energy/home-{self.chance.randint(1, HOMES)}/{name}/set", value)
                self.counts["commands"] += 1

    def restart_the_broker(self):
        self.broker.kill()
        self.broker.start()
        self.counts["restarts"] += 1

    def sample(self):
        status, health = self.agent.get("/healthz")
        if status != 200 or health["status"] != "ok":
            self.late.append(health)
        self.memory.append(self.agent.resident_kib())

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.agent.pid}/fd"))

    def run(self, seconds):
        self.agent.wait_connected(3 * harness.PATIENCE)
        at_first, end = self.descriptors(), time.monotonic() + seconds
        sample_at, restart_at = time.monotonic(), time.monotonic() + min(BROKER_RESTARTS_S, seconds / 3)
        for act in itertools.cycle((self.ask, self.ask, self.command, self.leave_a_stream)):
            now = time.monotonic()
            if now >= end:
                break
            act()
            time.sleep(PAUSE_S)
            if now >= sample_at:
                self.sample()
                sample_at = now + SAMPLE_S
            if now >= restart_at:
                self.restart_the_broker()
                restart_at = now + BROKER_RESTARTS_S
        self.agent.wait_connected(3 * harness.PATIENCE)
        harness.wait_until(lambda: self.descriptors() <= at_first + SPARE_DESCRIPTORS,
                           f"all descriptors but {at_first} are closed")

    def judge(self):
        warm = int(len(self.memory) * WARM_UP_SHARE)
        least, most = min(self.memory[warm:]), max(self.memory[warm:])
        print(f"figure: {self.counts}, memory {self.memory[0] // 1024} MB at the start, then {least // 1024} to {most // 1024} MB, "
              f"{len(self.late)} of {len(self.memory)} looks found ticks late")
        assert most - least < GROWTH_KIB, "memory grows"
        assert not self.late, self.late[:3]
        assert self.agent.stop()[0] == 0, self.agent.log()[-2000:]

    def close(self):
        self.agent.kill()
        self.broker.kill()


def main():
    with tempfile.TemporaryDirectory(prefix="soak-home-energy-") as place:
        folder = pathlib.Path(place)
        folder.chmod(0o755)  # mosquitto, started as root, reads its files as user mosquitto
        with contextlib.closing(Soak(folder)) as soak:
            soak.run(60 * int(sys.argv[1]))
            soak.judge()


main()
