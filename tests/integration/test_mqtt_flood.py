"""However much comes over MQTT, what waits inside is bounded: memory stays, HTTP answers, and what was dropped is
told."""

import json
import os
import time

import pytest

import flood
import harness
from http_helpers import SANITIZED, SMALL_QUARANTINE

BASE = "home-energy"
HOME = f"{BASE}/home"
STILL = ["--seconds-per-hour", "3600", "--tick", "60s"]  # stays at 00:00 for the first minute
KIB = 1024
THREADS = "TSAN_OPTIONS" in os.environ  # ThreadSanitizer remembers who touched what: 170 MB were seen
MARGIN_KIB = (256 if THREADS else 128 if SANITIZED else 32) * KIB
# 50 ms are promised, of a machine that has something left to do it with: `./dev bench` measures that. Unbounded it took
# as long as the whole flood.
USUALLY = 0.2  # seconds
LINES_A_SECOND = 3  # of the log: each kind of fault is told once a second at most
PATIENCE = 12 * harness.PATIENCE

CURVE = json.dumps([0.5 + i / 1000 for i in range(24)]).encode()
FLOODS = {
    "curves of 61 KB": (2500, flood.publish(f"{HOME}/price/set", CURVE.ljust(61 * KIB))),
    "small commands": (100_000, flood.publish(f"{HOME}/charge/set", b"on")),
    "commands that do not exist": (50_000, flood.publish(f"{HOME}/foo/set", b"x" * 500)),
    "homes that do not exist": (2500, flood.publish(f"{BASE}/ghost/charge/set", b"x" * 61 * KIB)),
    "the longest response topics and correlation data": (2500, flood.publish(
        f"{HOME}/charge/set", b"on", "answers/" + "a" * 248, b"c" * 60_000)),
    "response topics that are no topics": (2500, flood.publish(
        f"{HOME}/charge/set", b"on", "+" * 60_000, b"c" * 60_000)),
}


def receipts_of(client):
    return [json.loads(message.payload) for message in client.drain()]


def commands_work_again(client):
    """Sends a command until its receipt is there: beyond the bound it is dropped, too. Returns all receipts."""
    receipts = []

    def answered():
        client.publish(f"{HOME}/charge_limit/set", '{"charge_limit":90,"id":"last"}')
        receipts.extend(receipts_of(client))
        return any(receipt.get("id") == "last" for receipt in receipts)

    harness.wait_until(answered, "commands are answered after the flood", PATIENCE)
    return receipts


@pytest.mark.parametrize("name", FLOODS)
def test_a_flood_costs_neither_memory_nor_answers(started, folder, broker, name):
    count, packet = FLOODS[name]
    agent = harness.online_agent(started, folder, broker, *STILL, env=SMALL_QUARANTINE)
    began = time.monotonic()
    client = started(harness.Client(broker.port, f"{BASE}/+/receipt", f"{BASE}/receipt"))
    sender = started(flood.Sender(broker.port))
    with flood.Watch(agent) as watch:
        sender.send(packet, count)
        receipts = commands_work_again(client)
    assert watch.grown_kib < MARGIN_KIB
    assert watch.statuses == [200]
    assert watch.seconds[len(watch.seconds) // 2] < USUALLY
    assert any("dropped" not in receipt and receipt.get("id") != "last" for receipt in receipts), "none was answered"
    assert len(agent.log().splitlines()) < 30 + LINES_A_SECOND * (time.monotonic() - began)


def test_what_is_dropped_is_told_as_a_number_once_a_second(started, folder, broker):
    count, packet = FLOODS["curves of 61 KB"]
    agent = harness.online_agent(started, folder, broker, *STILL, "--mode", "cheapest")  # each of them makes a plan
    client = started(harness.Client(broker.port, f"{BASE}/+/receipt", f"{BASE}/receipt"))
    sender = started(flood.Sender(broker.port))
    began, receipts = time.monotonic(), []
    sender.send(packet, count)

    def told():
        receipts.extend(receipts_of(client))
        return [receipt for receipt in receipts if "dropped" in receipt]

    harness.wait_until(told, "what was dropped is told", PATIENCE)
    receipts += commands_work_again(client)
    assert {(receipt["command"], receipt["status"]) for receipt in told()} == {("", "error")}
    assert all(str(receipt["dropped"]) in receipt["error"] for receipt in told())
    assert len(told()) <= time.monotonic() - began + 1
    answered = [receipt for receipt in receipts if "dropped" not in receipt and receipt.get("id") != "last"]
    assert len(answered) + sum(receipt["dropped"] for receipt in told()) <= count  # the broker drops some itself
    assert abs(agent.log().count("messages dropped") - len(told())) <= 1  # one may be on its way
