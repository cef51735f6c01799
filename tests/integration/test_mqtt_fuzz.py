"""Twenty thousand payloads that are no commands: each gets its receipt, and the agent is the same afterwards."""

import json
import os
import random

import pytest

import harness

HOME = "home-energy/home"
STILL = ["--seconds-per-hour", "3600", "--tick", "60s"]  # time hardly moves while this runs
SEED = 20261122
WARM_UP, PAYLOADS = 2_000, 20_000
OUTSTANDING = 100  # receipts awaited at most; a stock broker begins to drop behind 1,000
SANITIZED = os.environ.get("HOME_ENERGY_SANITIZED") == "1"
QUARANTINE_MIB = 16  # AddressSanitizer keeps freed memory back; so much here
GROWTH_KIB = (4 * QUARANTINE_MIB if SANITIZED else 4) * 1024  # what an allocator may keep, and no more
LONGEST = 4096  # bytes of a command that is read
HUGE = 100 * 1024  # what passes the agent's Maximum Packet Size of 128 KiB
TOO_HUGE = 200 * 1024  # what the broker keeps from the agent: no receipt
PATIENCE = 30.0

KEYS = {"charge": ("charging", "chargin"), "discharge": ("discharging",), "charge_limit": ("charge_limit",), "foo": ()}
SWITCH = ("on", "off", "true", "false", "1", "0")
WORDS = {"charge": SWITCH, "discharge": ("on", "press"), "charge_limit": (), "foo": ()}
SEEDS = [b"on", b"off", b"PRESS", b"80", b'{"charging":"on"}', b'{"discharging":"on","id":"abc"}',
         b'{"charge_limit":80,"id":7}', b'{"charging":"off","id":"x","other":{"a":[1,2.5,null,true]}}']
ALMOST = ["onn", "o n", "0n", "on!", "оn", "on;off", "ofF.", "press me", "tru", "+on", "on\0", "\0on", "“on”", "'on'",
          "on,", "1e999", "-1e999", "NaN", "Infinity", "19.999999", "100.0001", "0x50", "080,5", "8 0", "--80", "80%",
          "1e-999", "", " ", "\n", "{", "}", "[", "]", '"', "null", "true", "{}", "[]", '"on"', "[80]", "\ufeffon",
          "charging=on"]
BROKEN_UTF8 = [b"\xff", b"\xc0\xaf", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"on\xc3", b'{"charging":"\xf0\x9f"}',
               b"\x80on"]
VALUES = ['"onn"', "1", "null", "true", "[]", "{}", '["on"]', '{"charging":"on"}', "1e999", "-5", '""', '"\\ud800"',
          '"\\u0000on"', "19.9", "1000", '"80 "', "99999999999999999999999999", '"' + "x" * 300 + '"']


def may_be_legal(command, payload):
    """Whether any reader could take this for a command; such payloads are not sent."""
    text = payload.decode(errors="replace").strip(" \t\r\n")
    if is_value(command, text):
        return True
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return False
    if isinstance(document, str):
        return is_value(command, document)
    if not isinstance(document, dict):
        return False
    return any(is_value(command, document[key]) for key in KEYS[command] if key in document)


def is_value(command, value):
    if command == "charge_limit":
        return not isinstance(value, bool) and is_limit(str(value))
    return str(value).strip().lower() in WORDS[command]


def is_limit(text):
    try:
        return 20 <= float(text) <= 100
    except ValueError:
        return False


def noise(rng, length):
    return rng.randbytes(rng.randrange(length))


def mutated(rng):
    payload = bytearray(rng.choice(SEEDS))
    for _ in range(rng.randint(1, 4)):
        at = rng.randrange(len(payload) + 1)
        change = rng.randrange(4)
        if change == 0:
            payload[at:at] = noise(rng, 4)
        elif change == 1:
            del payload[at:at + rng.randint(1, 3)]
        elif change == 2:
            payload[at:at + 1] = bytes([rng.randrange(256)])
        else:
            payload[at:at] = payload[:at]
    return bytes(payload)


def deep(rng):
    depth = rng.choice([10, 500, 1900, 10_000])
    opening = rng.choice(['{"charging":', "[", '{"id":[', '{"charge_limit":{"a":'])
    text = opening.encode() * (depth if rng.random() < 0.5 else 1) + b"[" * depth + b"]" * rng.choice([0, depth])
    return text[:HUGE]


def wrong_object(rng):
    """JSON objects with keys twice, of the wrong type, and ids of any kind."""
    keys = rng.choices(["charging", "discharging", "charge_limit", "chargin", "id", "id", "x", ""], k=rng.randint(1, 5))
    return ("{" + ",".join(f'"{key}":{rng.choice(VALUES)}' for key in keys) + "}").encode()


KINDS = {
    lambda rng: noise(rng, 300): 20,
    mutated: 35,
    wrong_object: 25,
    lambda rng: rng.choice(ALMOST).encode(): 12,
    lambda rng: rng.choice(BROKEN_UTF8) + noise(rng, 8): 5,
    deep: 2,
    lambda rng: b"on".ljust(rng.randint(LONGEST + 1, 2 * LONGEST)): 1,
}


def attack(rng):
    """A (command, payload) that nobody could take for a command."""
    while True:
        command = rng.choice(list(KEYS))
        payload = rng.choices(list(KINDS), KINDS.values())[0](rng)
        if not may_be_legal(command, payload):
            return command, payload


class Attacker:
    """Sends with a bounded number of receipts awaited, and counts what came back."""

    def __init__(self, client):
        self.client, self.sent, self.answered = client, 0, 0

    def send(self, command, payload):
        self.client.paho.publish(f"{HOME}/{command}/set", payload, 1)
        self.sent += 1
        while self.sent - self.answered >= OUTSTANDING:
            self.take_receipt()

    def take_receipt(self):
        receipt = json.loads(self.client.messages.get(timeout=PATIENCE).payload)
        assert receipt["status"] == "error" and receipt["error"], receipt
        self.answered += 1

    def run(self, rng, count):
        for _ in range(count):
            self.send(*attack(rng))

    def finish(self):
        while self.answered < self.sent:
            self.take_receipt()


def battery(agent):
    return agent.get("/state")[1]["battery"]


@pytest.fixture
def agent(started, folder, broker):
    options = os.environ.get("ASAN_OPTIONS", "").split(":") + [f"quarantine_size_mb={QUARANTINE_MIB}"]
    environment = {"ASAN_OPTIONS": ":".join(filter(None, options))} if SANITIZED else {}
    return harness.online_agent(started, folder, broker, *STILL, "--charge-limit", "77.5", env=environment)


def test_payloads_that_are_no_commands_change_nothing(agent, started, broker):
    rng = random.Random(SEED)
    client = started(harness.Client(broker.port, f"{HOME}/receipt"))
    client.paho.max_inflight_messages_set(OUTSTANDING)
    attacker, before = Attacker(client), battery(agent)
    attacker.run(rng, WARM_UP)
    for size in (HUGE, HUGE, HUGE):
        attacker.send("charge", rng.randbytes(size))
    attacker.finish()
    resident = agent.resident_kib()
    attacker.run(rng, PAYLOADS)
    for size in (HUGE, HUGE, HUGE):
        attacker.send("charge", rng.randbytes(size))
    attacker.finish()
    assert attacker.answered == WARM_UP + PAYLOADS + 6
    assert agent.resident_kib() - resident < GROWTH_KIB
    assert battery(agent) == before
    assert agent.get("/state")[1]["clock"]["day"] == 0
    client.publish(f"{HOME}/charge/set", '{"charging":"on","id":"still there"}')
    assert client.expect(f"{HOME}/receipt") == {
        "command": "charge", "status": "ok", "id": "still there", "result": {"charging": "on"}}
    assert (agent.log().count("mqtt: connected to"), agent.log().count(" warning ")) == (1, 0), agent.log()


@pytest.mark.parametrize("command", ["charge", "discharge", "charge_limit", "foo"])
def test_a_packet_over_the_maximum_is_kept_away_by_the_broker(agent, client, command):
    for _ in range(5):
        client.publish(f"{HOME}/{command}/set", b"x" * TOO_HUGE)
        client.publish(f"{HOME}/charge/set", "on")
        assert client.expect(f"{HOME}/receipt") == {
            "command": "charge", "status": "ok", "result": {"charging": "on"}}
    assert agent.log().count("mqtt: connected to") == 1


@pytest.mark.parametrize("size", [LONGEST + 1, 65_536, 65_537, TOO_HUGE])
def test_over_mqtt_311_any_size_is_answered(started, folder, broker, size):
    agent = harness.online_agent(started, folder, broker, *STILL, "--mqtt-version", "3.1.1")
    client = started(harness.Client(broker.port, f"{HOME}/receipt"))
    client.publish(f"{HOME}/charge/set", b"on".ljust(size))
    refusal = client.expect(f"{HOME}/receipt")
    assert (refusal["status"], "4096" in refusal["error"]) == ("error", True)
    assert battery(agent)["charging"] == "off"
