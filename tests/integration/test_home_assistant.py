"""Home Assistant sees the homes: announced in the right order, again at its birth, never with a stale value."""

import json
import os
import re
import time
import types

import jinja2
import pytest

import harness
from home_assistant import BIRTH, DEVICE, HOME, LONGEST_DELAY, STILL, stored

SANITIZED = int(os.environ.get("HOME_ENERGY_SANITIZED", "0"))


def is_document(message):
    return message.topic.startswith("homeassistant/device/")


def heard_until(client, condition, patience=harness.PATIENCE):
    """All messages up to the first that meets the condition, with the moment of each: [(message, seconds)]."""
    heard, end = [], time.monotonic() + patience
    while not heard or not condition(heard[-1][0]):
        heard.append((client.messages.get(timeout=max(0.0, end - time.monotonic())), time.monotonic()))
    return heard


def online(message):
    return message.topic == "home-energy/status" and message.payload == b"online"


def test_documents_come_before_the_state_and_online_comes_last(started, folder, broker):
    watcher = started(harness.Client(broker.port).subscribe("#", qos=2))
    started(harness.Agent(folder, *STILL, "--homes", "2", uri=broker.uri))
    messages = [message for message, _ in heard_until(watcher, online)]
    documents = [message for message in messages if is_document(message)]
    assert messages[:2] == documents
    assert [m.topic.split("/")[2] for m in documents] == ["home-energy__home-1", "home-energy__home-2"]
    assert all(m.qos == 1 and stored(broker, m.topic) == m.payload for m in documents)
    assert json.loads(documents[1].payload)["dev"]["name"] == "Home Energy home-2"


def test_every_template_renders_against_what_is_published(started, folder, broker):
    harness.online_agent(started, folder, broker, *STILL)
    environment = jinja2.Environment(undefined=jinja2.StrictUndefined)  # a missing key is an error
    for name, component in json.loads(stored(broker, DEVICE))["cmps"].items():
        for form in ("val_tpl", "lrst_val_tpl"):
            if form in component and name != "last_error":
                payload = json.loads(stored(broker, component["stat_t"]))
                assert environment.from_string(component[form]).render(value_json=payload) != "", name
        if "json_attr_t" in component:
            assert isinstance(json.loads(stored(broker, component["json_attr_t"])), dict)


def test_the_last_error_is_what_was_refused_last(started, folder, broker):
    harness.online_agent(started, folder, broker, *STILL, "--charge-limit", "70")
    component = json.loads(stored(broker, DEVICE))["cmps"]["last_error"]
    template = jinja2.Environment(undefined=jinja2.StrictUndefined).from_string(component["val_tpl"])
    client = started(harness.Client(broker.port, component["stat_t"]))
    state = "unknown"
    for payload, expected in (("50", "unknown"), ("80", "target must be at most the charge limit, which is 70.0 %"),
                              ("60", "target must be at most the charge limit, which is 70.0 %")):
        client.publish(f"{HOME}/target/set", payload)
        receipt = client.expect(component["stat_t"])
        state = template.render(value_json=receipt, this=types.SimpleNamespace(state=state))
        assert state == expected
    client.publish(f"{HOME}/mode/set", "x" * 3000)
    assert len(template.render(value_json=client.expect(component["stat_t"]), this=None)) <= 255


def test_the_docs_name_entities_that_exist(started, folder, broker):
    harness.online_agent(started, folder, broker, *STILL, "--preset", "villa", "--peak-price", "50")
    announced = {component["def_ent_id"] for component in json.loads(stored(broker, DEVICE))["cmps"].values()}
    text = (harness.SOURCE / "docs" / "home-assistant.md").read_text()
    named = set(re.findall(r"\b(?:binary_sensor|sensor|switch|number|button|select|text)\.home_energy_\w+", text))
    assert {name for name in named if "car_2" not in name} == announced  # those of further cars: test_cars.py


def test_everything_is_announced_again_at_a_birth(started, folder, broker):
    harness.online_agent(started, folder, broker, *STILL)
    watcher = started(harness.Client(broker.port, "#"))
    heard_until(watcher, online)
    time.sleep(1.0)  # documents of one device keep a second apart: now the delay alone counts
    delays = []
    for _ in range(3):
        born = time.monotonic()
        watcher.publish(BIRTH, "online", qos=0)
        messages = heard_until(watcher, online)
        topics = [message.topic for message, _ in messages if message.topic != BIRTH]
        assert topics[0] == DEVICE
        assert {f"{HOME}/{name}" for name in ("clock", "baseload", "price", "battery", "grid")} < set(topics)
        delays.append(messages[-1][1] - born)
        time.sleep(1.0)
    assert max(delays) < LONGEST_DELAY + 1.0, "and some for a busy machine"
    assert len({round(delay, 2) for delay in delays}) > 1, "agents must not answer in the same moment"


def test_births_in_a_row_are_answered_once(started, folder, broker):
    harness.online_agent(started, folder, broker, *STILL)
    watcher = started(harness.Client(broker.port, "#"))
    heard_until(watcher, online)
    for _ in range(100):
        watcher.publish(BIRTH, "online", qos=0)
    messages = heard_until(watcher, online)
    time.sleep(LONGEST_DELAY + 1.0)
    later = [(message, 0) for message in watcher.drain()]
    assert len([m for m, _ in messages + later if is_document(m)]) == 1


def test_what_is_no_birth_is_passed_over(started, folder, broker):
    agent = harness.online_agent(started, folder, broker, *STILL)
    watcher = started(harness.Client(broker.port, "homeassistant/device/+/config", "home-energy/+/receipt"))
    watcher.expect_message(DEVICE)
    for payload in ("offline", "", "ONLINE", "online ", '{"state":"online"}', b"\xff\0", b"x" * 100_000):
        watcher.publish(BIRTH, payload)
    watcher.publish(BIRTH + "/x", "online")
    watcher.publish("homeassistant/device/home-energy__home/config/x", "online")
    time.sleep(LONGEST_DELAY + 1.0)
    assert watcher.drain() == []
    assert agent.running()


@pytest.mark.parametrize("version", ["5", "3.1.1"])
def test_a_stored_birth_is_one_of_the_past(started, folder, broker, version):
    watcher = started(harness.Client(broker.port, "homeassistant/device/#"))
    watcher.publish(BIRTH, "online", retain=True)
    harness.online_agent(started, folder, broker, *STILL, "--mqtt-version", version)
    time.sleep(LONGEST_DELAY + 1.0)
    assert len(watcher.drain()) == 1


def test_a_hundred_homes_are_announced_within_two_seconds(started, folder, broker):
    took = []
    while len(took) < 3 and min(took, default=99) > 2.0:  # a busy machine may hold one up
        watcher = started(harness.Client(broker.port, "homeassistant/device/#", "home-energy/status"))
        watcher.drain()
        agent = started(harness.Agent(folder, *STILL, "--homes", "100", uri=broker.uri))
        connected = harness.wait_until(lambda: "mqtt: connected" in agent.log() and time.monotonic(), "it is there")
        messages = heard_until(watcher, online)
        took.append(messages[-1][1] - connected)
        documents = [json.loads(message.payload) for message, _ in messages if is_document(message) and not message.retained]
        assert len({document["dev"]["ids"][0] for document in documents}) == len(documents) == 100
        agent.stop()
    assert min(took) < (20.0 if SANITIZED else 2.0)


def test_after_a_kill_the_switch_is_not_stale(started, folder, broker):
    agent = harness.online_agent(started, folder, broker, *STILL)
    watcher = started(harness.Client(broker.port, "#"))
    watcher.publish(f"{HOME}/charge/set", "on")
    watcher.expect(f"{HOME}/battery", lambda p: p["charging"] == "on")
    agent.kill()
    watcher.expect("home-energy/status", lambda p: p == "offline")
    agent.start()
    battery = None
    for message, _ in heard_until(watcher, online):
        battery = harness.parsed(message) if message.topic == f"{HOME}/battery" else battery
    assert battery["charging"] == "off", "what holds is there before the entities are available again"


def test_after_a_restart_the_cost_begins_anew_at_its_own_time(started, folder, broker):
    agent = harness.online_agent(started, folder, broker, *STILL)
    agent.move_clock({"step": "4h"})
    watcher = started(harness.Client(broker.port, f"{HOME}/grid"))
    before = watcher.expect(f"{HOME}/grid", lambda p: p["cost"] > 1)
    time.sleep(1.1)  # `since` has seconds
    agent.stop()
    watcher.drain()
    agent.start()
    after = watcher.expect(f"{HOME}/grid", lambda p: p["since"] != before["since"])
    assert after["cost"] == 0.0 and after["since"] > before["since"]


@pytest.mark.parametrize("topic, payload", [
    ("charge_limit/set", "10.5"), ("charge_limit/set", "300"), ("charge_limit/set", "None"),
    ("charge/set", "unknown"), ("charge/set", ""), ("discharge/set", "press me")])
def test_what_a_control_must_not_send_changes_nothing(started, folder, broker, topic, payload):
    harness.online_agent(started, folder, broker, *STILL)
    client = started(harness.Client(broker.port, f"{HOME}/+"))
    before = client.expect(f"{HOME}/battery")
    client.publish(f"{HOME}/{topic}", payload)
    assert client.expect(f"{HOME}/receipt")["status"] == "error"
    assert json.loads(stored(broker, f"{HOME}/battery")) == before


def test_discovery_can_be_off_and_elsewhere(started, folder, broker):
    watcher = started(harness.Client(broker.port, "#"))
    agent = started(harness.Agent(folder, "--ha-discovery", "off", uri=broker.uri))
    assert not any("device" in message.topic for message, _ in heard_until(watcher, online))
    agent.stop()
    watcher.drain()
    agent = started(harness.Agent(folder, "--ha-prefix", "site/ha", uri=broker.uri))
    assert watcher.messages.get(timeout=harness.PATIENCE).topic in ("home-energy/status",
                                                                    "site/ha/device/home-energy__home/config")
    heard_until(watcher, online)
    watcher.publish("site/ha/status", "online", qos=0)
    watcher.expect_message("site/ha/device/home-energy__home/config")


def test_the_page_is_linked_where_others_reach_it(started, folder, broker):
    def device(*arguments, **options):
        agent = harness.online_agent(started, folder, broker, *STILL, *arguments, **options)
        agent.stop()
        return json.loads(stored(broker, DEVICE))["dev"]

    assert "cu" not in device()
    assert "cu" not in device("--http-address", "0.0.0.0", "--http-allow-anonymous")
    shown = device("--http-address", "0.0.0.0", "--http-allow-anonymous", "--public-url", "https://home.lan/agent")
    assert shown["cu"] == "https://home.lan/agent"


def test_the_log_says_that_the_dashboard_wants_real_time(started, folder, broker):
    hint = "for the energy dashboard use --realtime"
    assert hint in harness.online_agent(started, folder, broker).log()
    for arguments in (["--realtime"], ["--ha-discovery", "off"]):
        agent = harness.online_agent(started, folder, broker, *arguments, "--mqtt-client-id", arguments[0])
        assert hint not in agent.log()
