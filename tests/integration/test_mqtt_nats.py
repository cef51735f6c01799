"""The agent at a NATS server, which speaks MQTT 3.1.1 only and refuses 5 by name."""

import statistics
import time

import paho.mqtt.client as paho
import pytest

import harness
from brokers import Nats

HOME = "home-energy/home"
PATIENCE = 30.0  # seconds: the broker starts, and the agent comes back after up to 11 s


@pytest.fixture
def nats(started, folder):
    return started(Nats(folder))


def listener(started, nats, *filters):
    return started(harness.Client(nats.port, *filters, version=paho.MQTTv311))


def wait_online(started, nats):
    listener(started, nats, "home-energy/status").expect("home-energy/status", lambda p: p == "online", PATIENCE)


def test_it_is_online_at_once_and_answers_at_once(started, folder, nats):
    agent = started(harness.Agent(folder, uri=nats.uri))
    wait_online(started, nats)
    assert " warning " not in agent.log()
    assert agent.log().count(", MQTT 3.1.1, the broker refuses 5") == 1
    late = listener(started, nats, f"{HOME}/battery", f"{HOME}/receipt")
    assert late.expect(f"{HOME}/battery")["capacity_kwh"] == 46.3
    took = []
    for _ in range(50):
        began = time.monotonic()
        late.publish(f"{HOME}/charge/set", "on")
        assert late.expect(f"{HOME}/receipt")["status"] == "ok"
        took.append((time.monotonic() - began) * 1000)
    assert statistics.median(took) < 100, took


def test_a_restart_of_the_broker(started, folder, nats):
    agent = started(harness.Agent(folder, uri=nats.uri))
    wait_online(started, nats)
    nats.kill()
    harness.wait_until(lambda: "lost" in agent.log(), "the loss is told")
    assert agent.post("/charge_limit", {"charge_limit": 90})[0] == 200
    nats.start()
    harness.wait_until(lambda: agent.log().count("mqtt: connected to") == 2, "the agent is back", PATIENCE)
    client = listener(started, nats, f"{HOME}/battery", f"{HOME}/receipt")
    client.expect(f"{HOME}/battery", lambda p: p["limit_percent"] == 90.0)
    client.publish(f"{HOME}/charge/set", "off")
    client.expect(f"{HOME}/receipt", lambda p: p["status"] == "ok")
