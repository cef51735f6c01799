"""A start at a broker that keeps thousands of other programs' devices for Home Assistant, large ones and broken ones among them:
none of them delays the agent, fills its memory or hides its own."""

import contextlib
import json
import os
import random
import time

import pytest

import flood
import harness
from home_assistant import BIRTH, PREFIX, STILL, stored

OTHERS, LARGE_EVERY, LARGE = 5000, 25, 100 * 1024  # 200 of them have 20 MB
SANITIZED = os.environ.get("HOME_ENERGY_SANITIZED") == "1"
GROWTH_KIB = (96 if SANITIZED else 32) * 1024
PROMPT = 5.0  # seconds from the start to `online`; 1 s on an idle machine
GONE = f"{PREFIX}/device/home-energy__cottage/config"


def retained(topic, payload):
    return b"\x31" + flood.publish(topic, payload)[1:]


def documents():
    """Packets of (topic, payload); the agent's own of an earlier start is the last."""
    noise = random.Random(20261128)
    for i in range(OTHERS):
        document = json.dumps({"dev": {"ids": [f"other-{i}"]}, "o": {"name": "other"}, "cmps": {"a": {"p": "sensor"}}}).encode()
        if i % LARGE_EVERY == 0:
            document = document.ljust(LARGE)
        elif i % LARGE_EVERY == 1:
            document = noise.randbytes(200) + b"\xff\xfe"
        yield retained(f"{PREFIX}/device/other-{i}/config", document)
    own = {"dev": {"ids": ["home-energy__cottage"]}, "o": {"name": "home-energy-agent"}, "cmps": {"cost": {"p": "sensor"}}}
    yield retained(GONE, json.dumps(own).encode())


def peak_kib(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))


@pytest.mark.parametrize("version", ["5", "3.1.1"])
def test_a_crowd_of_others_does_not_matter(started, folder, version):
    broker = started(harness.Broker(folder, config=harness.ROOMY))
    client = started(harness.Client(broker.port, "home-energy/status"))

    def online():
        """An agent that is online, and the seconds that it took."""
        began = time.monotonic()
        agent = started(harness.Agent(folder, *STILL, "--mqtt-version", version, uri=broker.uri))
        client.expect("home-energy/status", lambda p: p == "online", 3 * harness.PATIENCE)
        return agent, time.monotonic() - began

    alone, _ = online()
    before = peak_kib(alone.pid)
    alone.kill()
    client.expect("home-energy/status", lambda p: p == "offline")
    with contextlib.closing(flood.Sender(broker.port)) as sender:
        for packet in documents():
            sender.send(packet, 1)
        harness.wait_until(lambda: stored(broker, GONE), "all are stored")
    among, took = online()
    assert took < PROMPT
    assert peak_kib(among.pid) - before < GROWTH_KIB
    assert " warning " not in among.log()
    client.publish(BIRTH, "online", qos=0)
    harness.wait_until(lambda: not stored(broker, GONE), "its own is found among them")
