"""Several cars in one home, as users meet them: over MQTT and HTTP, behind one fuse, after a restart, and when one is gone."""

import contextlib
import json
import re

import pytest

import harness
from home_assistant import BIRTH, LONGEST_DELAY, HomeAssistant, stored
from test_events import Stream

HOME = "home-energy/home"
HOUSE = """
[house]
fuse-kw = 16
load-balancing = "on"
[[car]]
charger-kw = 11
charger-min-kw = 1.4
[[car]]
capacity-kwh = 40
charger-kw = 7.4
charger-min-kw = 1.4
trips = ["mon-fri 07:00-16:00 8"]
"""
OF_HOME_DEVICE = "homeassistant/device/home-energy__home/config"
OF_SECOND_DEVICE = "homeassistant/device/home-energy__home_2Fcar-2/config"
OF_SECOND = [f"{HOME}/car-2/{name}" for name in ("battery", "plan", "car")]


@pytest.fixture
def client(started, broker):
    return started(harness.Client(broker.port, "home-energy/#"))


@pytest.fixture
def options(folder):
    path = folder / "house.toml"
    path.write_text(HOUSE)
    return ("--house", path, "--clock", "paused", "--data-dir", folder / "data")


def test_each_car_is_told_and_tells(started, folder, broker, client, options):
    agent = harness.online_agent(started, folder, broker, *options)
    for topic in OF_SECOND:
        client.expect(topic)
    client.publish(f"{HOME}/car-2/charge/set", '{"charging":"on","id":7}', response_topic="home-energy/answers/me")
    told = {"command": "car-2/charge", "status": "ok", "id": 7, "result": {"charging": "on"}}
    assert client.expect(f"{HOME}/receipt") == told and client.expect("home-energy/answers/me") == told
    assert agent.post("/homes/home/car-2/charge_power", {"charge_power": 3}) == (200, {"charge_power": 3.0})
    assert client.expect(OF_SECOND[0], lambda p: p["power_kw"] == 3)["charging"] == "on"
    assert agent.post("/charge", {"charging": "on"})[0] == 200
    agent.move_clock({"step": "1h"})
    state = agent.get("/state")[1]
    assert (state["battery"]["charged_kwh"], state["car-2"]["battery"]["charged_kwh"]) == (11, 3)
    assert state["car-2"]["car"]["status"] == "C"
    assert state["grid"]["power_kw"] == pytest.approx(state["baseload"]["power_kw"] + 14)
    assert agent.get("/car-2/charge")[1] == state["car-2"]["battery"]["soc_percent"] == 27.5
    assert agent.get("/charge")[1] == state["battery"]["soc_percent"]
    assert agent.get("/car-2/plan") == agent.get("/homes/home/car-2/plan") == (200, state["car-2"]["plan"])
    late = started(harness.Client(broker.port, f"{HOME}/car-2/+"))
    with Stream(agent.port) as stream:
        for name, topic in zip(("battery", "plan", "car"), OF_SECOND):
            assert late.expect(topic) == stream.event(f"car-2/{name}") == state["car-2"][name]


def test_what_is_wrong_is_answered_and_changes_nothing(started, folder, broker, client, options):
    agent = harness.online_agent(started, folder, broker, *options)
    before = agent.get("/state")[1]
    for topic, words in (("home/car-3/charge", "car-3 is not there"), ("home/car-2/price", 'command "car-2/price" does not exist'),
                         ("none/car-2/charge", 'home "none" does not exist'), ("home/car-2/charge", "charging must be")):
        client.publish(f"home-energy/{topic}/set", "maybe" if topic == "home/car-2/charge" else "on")
        receipt = "home-energy/receipt" if topic.startswith("none") else f"{HOME}/receipt"
        assert words in client.expect(receipt)["error"], topic
    for path, code in (("/car-3/charge", 404), ("/car-2/foo", 404), ("/car-2/price", 404), ("/car-2/", 404), ("/car-/charge", 404),
                       ("/car-2/car-2/charge", 404), ("/homes/car-2/charge", 404), ("/car-2/mode", 400), ("/car-02/charge", 404)):
        assert agent.post(path, {"charging": "on"})[0] == code, path
    assert agent.get("/car-3/plan")[0] == agent.get("/car-2/info")[0] == agent.get("/car-2")[0] == 404
    assert agent.get("/car-2/mode")[0] == 405
    assert agent.get("/state")[1] == before
    for topic in ("car-2/charge", "home/price/profile", "home/car-2/battery/x"):  # no commands of a car
        client.publish(f"home-energy/{topic}/set", "on")
    client.publish(f"{HOME}/car-2/target/set", "70")
    assert client.expect(f"{HOME}/receipt", lambda p: p["status"] == "ok")["command"] == "car-2/target"


def test_two_plans_within_one_fuse_and_after_a_restart(started, folder, broker, client, options):
    agent = harness.online_agent(started, folder, broker, *options)
    for command in ("mode", "car-2/mode"):
        client.publish(f"{HOME}/{command}/set", "cheapest")
        assert client.expect(f"{HOME}/receipt")["command"] == command
    assert all(agent.get(path)[1]["blocks"] for path in ("/plan", "/car-2/plan"))
    agent.move_clock({"until": "0T02:30"})
    agent.kill()
    agent = harness.online_agent(started, folder, broker, *options)
    state = agent.get("/state")[1]
    assert state["clock"]["time"] == "02:30" and state["car-2"]["plan"]["mode"] == "cheapest"
    agent.move_clock({"until": "0T07:00"})
    state = agent.get("/state")[1]
    assert state["battery"]["soc_percent"] >= 79.99 and state["car-2"]["battery"]["charged_kwh"] == pytest.approx(24, abs=0.01)
    assert state["car-2"]["car"]["away"] and state["car-2"]["battery"]["power_kw"] == 0
    agent.move_clock({"until": "1T00:00"})
    day = agent.get("/history?from=0&to=1&step=1d")[1]["rows"][0]
    state = agent.get("/state")[1]
    both = state["battery"]["charged_kwh"] + state["car-2"]["battery"]["charged_kwh"]
    assert day["overload_minutes"] == 0 and day["car_kwh"] == pytest.approx(both, abs=0.002)
    assert state["grid"]["energy_kwh"] == pytest.approx(day["base_kwh"] + both, abs=0.002)


def test_a_car_that_is_gone_leaves_nothing(started, folder, broker, client, options):
    agent = harness.online_agent(started, folder, broker, *options)
    agent.post("/car-2/charge", {"charging": "on"})
    agent.move_clock({"step": "1h"})
    imported = agent.get("/state")[1]["grid"]["energy_kwh"]
    assert all(stored(broker, topic) for topic in (*OF_SECOND, OF_SECOND_DEVICE))
    document = json.loads(stored(broker, OF_SECOND_DEVICE))
    assert document["dev"]["via_device"] == "home-energy__home"
    told = (harness.SOURCE / "docs" / "home-assistant.md").read_text()
    named = set(re.findall(r"\b(?:sensor|switch|number)\.home_energy_\w*car_2\w*", told))
    assert named and named <= {component["def_ent_id"] for component in document["cmps"].values()}
    ha = started(HomeAssistant(broker).start())
    assert {"charge_car", "car_battery", "plug_car"} <= ha.names("home-energy__home_2Fcar-2")
    assert not any("car_2" in name for name in ha.names())
    agent.stop()
    alone = harness.online_agent(started, folder, broker, "--clock", "paused", "--data-dir", folder / "data")
    harness.wait_until(lambda: not any(stored(broker, topic) for topic in OF_SECOND), "what was told of it is gone")
    state = alone.get("/state")[1]
    assert "car-2" not in state and state["grid"]["energy_kwh"] == imported
    assert alone.post("/car-2/charge", {"charging": "on"})[0] == 404
    harness.wait_until(lambda: not ha.names("home-energy__home_2Fcar-2"), "Home Assistant hears of one car",
                       LONGEST_DELAY + harness.PATIENCE)
    assert "charge_car" in ha.names() and stored(broker, OF_SECOND_DEVICE)  # for one that is off now
    client.publish(BIRTH, "online")
    harness.wait_until(lambda: not stored(broker, OF_SECOND_DEVICE), "the next one hears nothing of it",
                       LONGEST_DELAY + harness.PATIENCE)


def test_entities_that_the_home_had_of_its_second_car_are_taken_back(started, folder, broker, options):
    """As an agent announced them that made no device of a car."""
    agent = harness.online_agent(started, folder, broker, *options)
    document = json.loads(stored(broker, OF_HOME_DEVICE))
    agent.stop()
    document["cmps"]["car_2_battery"] = {**document["cmps"]["car_battery"], "uniq_id": "home-energy__home_car_2_battery"}
    with contextlib.closing(harness.Client(broker.port)) as earlier:
        earlier.publish(OF_HOME_DEVICE, json.dumps(document), retain=True)
    ha = started(HomeAssistant(broker).start())
    harness.wait_until(lambda: "car_2_battery" in ha.names(), "it knows the earlier document")
    harness.online_agent(started, folder, broker, *options)
    harness.wait_until(lambda: "car_2_battery" not in ha.names() and ha.names("home-energy__home_2Fcar-2"),
                       "the second car is a device", LONGEST_DELAY + harness.PATIENCE)
