"""Receipts while homes that are gone are taken back: start with 200, then with 3, plus Home Assistant's birth message."""

import contextlib
import time

from harness import Client
from measuring import Agent, Broker, Row, folder, median, percentile, running

HOMES, LEFT, LONGEST = 200, 3, 60
COMMANDS_PER_S = 100
# As the package brings it, but for the port: it announces a Receive Maximum of 20, and has Nagle's algorithm on.
STOCK = "listener @PORT@ 127.0.0.1\nallow_anonymous true\nlog_dest stderr\nlog_type error\n"
BASE, DEVICES = "home-energy", "homeassistant/device"


def wait_online(broker):
    with contextlib.closing(Client(broker.port, f"{BASE}/status")) as client:
        client.expect(f"{BASE}/status", lambda payload: payload == "online", LONGEST)


class Watch:
    """Counts the homes whose status and document have been cleared."""

    def __init__(self, port):
        self.client, self.cleared = Client(port, f"{BASE}/+/status", f"{DEVICES}/+/config"), set()

    def close(self):
        self.client.close()

    def all_gone(self):
        for message in self.client.drain():
            if not message.payload and not message.retained:
                self.cleared.add(message.topic)
        statuses = sum(topic.endswith("/status") for topic in self.cleared)
        return statuses == len(self.cleared) - statuses == HOMES - LEFT


def ask(client, number):
    """Milliseconds from a command to its receipt."""
    began = time.perf_counter()
    client.publish(f"{BASE}/home-1/charge/set", "off" if number % 2 else "on", qos=0)
    client.expect(f"{BASE}/home-1/receipt", patience=LONGEST)
    return (time.perf_counter() - began) * 1000


def one():
    """(the 99th percentile of the receipts in ms, the slowest, seconds until all are gone)"""
    with folder() as place, running(Broker(place, config=STOCK)) as broker:
        with running(Agent(place, "--homes", HOMES, uri=broker.uri)):
            wait_online(broker)
        with running(Agent(place, "--homes", LEFT, uri=broker.uri)), \
                contextlib.closing(Client(broker.port, f"{BASE}/home-1/receipt")) as client, \
                contextlib.closing(Watch(broker.port)) as watch:
            wait_online(broker)
            began, taken = time.monotonic(), []
            client.publish("homeassistant/status", "online", qos=0)
            while not watch.all_gone():
                taken.append(ask(client, len(taken)))
                if time.monotonic() - began > LONGEST:
                    raise RuntimeError(f"after {LONGEST} s {len(watch.cleared)} topics are cleared, of {2 * (HOMES - LEFT)}")
                time.sleep(1 / COMMANDS_PER_S)
            return percentile(taken, 99), max(taken), time.monotonic() - began


def receipts(bench):
    p99, slowest, lasted = (median(values) for values in zip(*[one() for _ in range(bench.rounds)]))
    return [Row(f"receipt p99 while {HOMES - LEFT} of {HOMES} homes are removed (in {lasted:.0f} s); the slowest",
                f"{p99:.1f} ms, {slowest:.1f} ms", "", f"{p99:.1f} ms", "under 100 ms", p99 < 100)]
