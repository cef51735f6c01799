"""What an earlier start announced and is no more is gone in Home Assistant, too, whether it ran during the change or not."""

import json
import time

import pytest

import harness
from home_assistant import BIRTH, DEVICE, HOME, LONGEST_DELAY, STILL, HomeAssistant, is_stub, stored

OLD = {"p": "sensor", "uniq_id": "home-energy__home_wind", "name": "Wind", "stat_t": f"{HOME}/wind"}


def entities(broker):
    return set(json.loads(stored(broker, DEVICE))["cmps"])


def keep_old_document(client):
    """What an earlier version of the agent left at the broker."""
    document = {"dev": {"ids": ["home-energy__home"], "name": "Home Energy"},
                "o": {"name": "home-energy-agent"}, "cmps": {"wind": OLD, "cost": {"p": "sensor", "uniq_id": "c"}}}
    client.publish(DEVICE, json.dumps(document), retain=True)


@pytest.mark.parametrize("version", ["5", "3.1.1"])
def test_an_entity_that_is_gone_is_removed_step_by_step(started, folder, broker, version):
    watcher = started(harness.Client(broker.port, "homeassistant/device/#"))
    keep_old_document(watcher)
    watcher.expect_message(DEVICE)
    started(harness.Agent(folder, *STILL, "--mqtt-version", version, uri=broker.uri))
    first, document = watcher.expect_message(DEVICE)
    began = time.monotonic()
    assert document["cmps"]["wind"] == OLD
    assert json.loads(stored(broker, DEVICE)) == document
    _, stubbed = watcher.expect_message(DEVICE)
    assert time.monotonic() - began > 0.9
    assert is_stub(stubbed["cmps"]["wind"]) and len(stubbed["cmps"]) == len(document["cmps"])
    assert json.loads(stored(broker, DEVICE)) == document, "not retained: one that is off must learn of it first"
    watcher.publish(BIRTH, "online", qos=0)
    assert is_stub(watcher.expect(DEVICE)["cmps"]["wind"])
    assert "wind" in entities(broker)
    began = time.monotonic()
    assert "wind" not in watcher.expect(DEVICE)["cmps"]
    assert time.monotonic() - began > 1.8
    assert "wind" not in entities(broker)


@pytest.mark.parametrize("runs_during_the_change", [True, False])
def test_an_entity_that_is_gone_is_gone_in_home_assistant(started, folder, broker, runs_during_the_change):
    keep_old_document(started(harness.Client(broker.port)))
    ha = started(HomeAssistant(broker).start())
    harness.wait_until(lambda: "wind" in ha.names(), "it is known")
    if not runs_during_the_change:
        ha.stop()
    harness.online_agent(started, folder, broker, *STILL)
    if runs_during_the_change:
        harness.wait_until(lambda: "charge_car" in ha.names() and "wind" not in ha.names(), "it is removed")
        ha.stop()
    ha.start()
    harness.wait_until(lambda: "wind" not in ha.names() and len(ha.documents) >= 3, "it is removed after the restart")
    ha.stop()
    ha.start()
    time.sleep(LONGEST_DELAY + 1.0)
    assert ha.names() == entities(broker) and "wind" not in ha.names()


@pytest.mark.parametrize("runs_during_the_change", [True, False])
def test_a_home_that_is_gone_is_gone_in_home_assistant(started, folder, broker, runs_during_the_change):
    agent = harness.online_agent(started, folder, broker, *STILL, "--homes", "3")
    ha = started(HomeAssistant(broker).start())
    gone = "home-energy__home-3"
    harness.wait_until(lambda: ha.names(gone), "it is known")
    if not runs_during_the_change:
        ha.stop()
    agent.stop()
    harness.online_agent(started, folder, broker, *STILL, "--homes", "2")
    if runs_during_the_change:
        harness.wait_until(lambda: not ha.names(gone), "it is removed")
        assert stored(broker, f"homeassistant/device/{gone}/config"), "for one that is off"
        ha.stop()
    ha.start()
    harness.wait_until(lambda: not ha.names(gone) and len(ha.documents) >= 5, "it is removed after the restart")
    harness.wait_until(lambda: stored(broker, f"homeassistant/device/{gone}/config") is None, "its document is cleared")
    assert stored(broker, "home-energy/home-3/battery") is stored(broker, "home-energy/home-3/price/profile") is None
    assert stored(broker, "home-energy/home-2/battery")
    assert ha.names("home-energy__home-2") == ha.names("home-energy__home-1") != set()


def test_documents_of_others_and_nonsense_are_left_alone(started, folder, broker):
    client = started(harness.Client(broker.port))
    others = {"homeassistant/device/home-energy__other/config": json.dumps({"o": {"name": "zigbee2mqtt"}, "cmps": {}}),
              "homeassistant/device/home-energy__x/config": "nonsense",
              "homeassistant/device/home-energy__y/config": b"\xff\0\xfe" * 1000,
              "homeassistant/device/home-energy__z/config": "[" * 60_000,
              "homeassistant/device/north__home/config": json.dumps({"o": {"name": "home-energy-agent"}, "cmps": {}}),
              DEVICE: "x" * 100_000}
    for topic, payload in others.items():
        client.publish(topic, payload, retain=True)
    agent = harness.online_agent(started, folder, broker, *STILL)
    client.publish(BIRTH, "online", qos=0)
    time.sleep(2 * LONGEST_DELAY + 1.0)
    for topic, payload in others.items():
        if topic != DEVICE:
            assert stored(broker, topic) == (payload if isinstance(payload, bytes) else payload.encode()), topic
    assert "charge_car" in entities(broker) and agent.running()
