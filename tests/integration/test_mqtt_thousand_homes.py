"""A thousand homes in one agent: all of them are told of, and each is obeyed as promptly as one."""

import time

import pytest

import harness

HOMES = 1000
TELEMETRY = ("clock", "baseload", "price", "battery", "grid")
PROMPT = 1.0  # seconds from a command to its receipt
TICKS = 5  # of 1 s each
PACE_ERROR = 1.5  # seconds that so many ticks may be early or late, as a client on a busy machine sees them


@pytest.fixture
def broker(started, folder):
    return started(harness.Broker(folder, config=harness.ROOMY))


@pytest.fixture
def agent(started, folder, broker):
    return harness.online_agent(started, folder, broker, "--homes", str(HOMES))


def test_every_home_s_telemetry_arrives_and_is_kept(agent, started, broker):
    for name in TELEMETRY:  # one at a time: a slow machine's client would fall ever further behind all five at once
        expected = {f"home-energy/home-{i + 1}/{name}" for i in range(HOMES)}
        for _ in ("live and kept", "once more, from a later subscriber"):
            client = started(harness.Client(broker.port, f"home-energy/+/{name}"))
            heard, end = set(), time.monotonic() + 3 * harness.PATIENCE
            while heard != expected:
                heard.add(client.messages.get(timeout=harness.PATIENCE).topic)
                assert time.monotonic() < end, f"{len(expected - heard)} topics are missing"
            client.close()
    assert agent.running()


def test_commands_are_answered_promptly(agent, started, broker):
    client = started(harness.Client(broker.port, "home-energy/home-777/receipt", "home-energy/home-777/battery"))
    for payload in ("on", "off") * 3:
        began = time.monotonic()
        client.publish("home-energy/home-777/charge/set", payload)
        client.expect("home-energy/home-777/battery", lambda p, payload=payload: p["charging"] == payload)
        assert client.expect("home-energy/home-777/receipt")["result"] == {"charging": payload}
        assert time.monotonic() - began < PROMPT
    assert agent.get("/homes/home-776/state")[1]["battery"]["charged_kwh"] == 0.0


def ticks(clock):
    return ((clock["day"] * 24 + clock["hour"]) * 60 + clock["minute"]) // 15


def test_the_ticks_keep_pace(agent, started, broker):
    for home in ("home-1", "home-1000"):
        client = started(harness.Client(broker.port, f"home-energy/{home}/clock"))
        client.expect(f"home-energy/{home}/clock")
        first, began = ticks(client.expect(f"home-energy/{home}/clock")), time.monotonic()
        client.expect(f"home-energy/{home}/clock", lambda p, last=first + TICKS: ticks(p) >= last)
        assert abs(time.monotonic() - began - TICKS) < PACE_ERROR
    assert " warning " not in agent.log()
