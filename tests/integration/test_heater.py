"""A further device as users meet it: over MQTT and HTTP, in events, history, Home Assistant, and after a restart."""

import json

import pytest

import harness
from test_events import Stream

HOME = "home-energy/home"
HEATER = ("--clock", "paused", "--heater-kw", "2")
OFF = {"heating": "off", "power_kw": 0.0, "energy_kwh": 0.0}


@pytest.fixture
def client(started, broker):
    return started(harness.Client(broker.port, "home-energy/#", "homeassistant/#"))


def test_a_home_without_a_heater_has_nothing_of_it(started, folder, broker, client):
    agent = harness.online_agent(started, folder, broker, "--clock", "paused")
    client.publish(f"{HOME}/heater/set", "on")
    assert "heater is not there" in client.expect(f"{HOME}/receipt")["error"]
    assert agent.post("/heater", {"heating": "on"})[0] == 404
    assert "heater" not in agent.get("/state")[1]
    assert all("heater" not in m.topic or m.topic.endswith("/set") for m in client.drain())
    assert "heater" not in json.dumps(agent.get("/history?step=15m")[1])


def test_it_is_switched_and_told_of_everywhere(started, folder, broker, client):
    agent = harness.online_agent(started, folder, broker, *HEATER)
    message, told = client.expect_message(f"{HOME}/heater")
    assert told == OFF and message.payload == b'{"heating":"off","power_kw":0.0,"energy_kwh":0.0}'
    home_assistant = started(harness.Client(broker.port, "homeassistant/#"))
    document = home_assistant.expect("homeassistant/device/home-energy__home/config")
    assert document["cmps"]["heater"]["cmd_t"] == f"{HOME}/heater/set"
    client.publish(f"{HOME}/heater/set", '{"heating":"on","id":7}')
    assert client.expect(f"{HOME}/grid")["power_kw"] == 2.88
    assert client.expect(f"{HOME}/heater") == {"heating": "on", "power_kw": 2.0, "energy_kwh": 0.0}
    assert client.expect(f"{HOME}/receipt") == {
        "command": "heater", "status": "ok", "id": 7, "result": {"heating": "on"}}
    agent.move_clock({"until": "1T00:00"})
    assert agent.post("/homes/home/heater", {"heating": "off"}) == (200, {"heating": "off"})
    state = agent.get("/state")[1]
    assert state["heater"] == {"heating": "off", "power_kw": 0.0, "energy_kwh": 48.0}
    assert state["grid"]["energy_kwh"] == pytest.approx(state["baseload"]["energy_kwh"] + 48)
    day = agent.get("/history?from=0&to=1&step=1d")[1]["rows"][0]
    assert day["heater_kwh"] == 48.0 and list(day)[-1] == "heater_kwh"
    late = started(harness.Client(broker.port, f"{HOME}/heater"))
    assert late.expect(f"{HOME}/heater") == state["heater"]
    with Stream(agent.port) as stream:
        assert stream.event("heater") == state["heater"]


def test_its_hours_switch_it(started, folder, broker):
    agent = harness.online_agent(started, folder, broker, *HEATER, "--heater-hours", "22-06")
    heats = {}
    for hour in range(24):
        heats[hour] = agent.get("/state")[1]["heater"]["heating"] == "on"
        agent.move_clock({"step": "1h"})
    assert heats == {hour: hour >= 22 or hour < 6 for hour in range(24)}
    assert agent.get("/state")[1]["heater"]["energy_kwh"] == 16.0


def test_it_goes_on_where_it_stood(started, folder, broker, client):
    data = ("--data-dir", folder / "data")
    agent = harness.online_agent(started, folder, broker, *HEATER, *data)
    agent.post("/heater", "heating=on")
    agent.move_clock({"step": "3h"})
    before, rows = agent.get("/state")[1]["heater"], agent.get("/history?from=0&step=15m")[1]["rows"]
    agent.kill()
    again = harness.online_agent(started, folder, broker, *HEATER, *data)
    assert again.get("/state")[1]["heater"] == before == {"heating": "on", "power_kw": 2.0, "energy_kwh": 6.0}
    assert again.get("/history?from=0&step=15m")[1]["rows"][:12] == rows[:12]
    again.stop()
    # Without it: the broker and Home Assistant forget it, history keeps what it drew, its counter waits for it.
    without = harness.online_agent(started, folder, broker, "--clock", "paused", *data)
    assert client.expect_message(f"{HOME}/heater", lambda m: m.payload == b"")
    client.expect("homeassistant/device/home-energy__home/config", lambda p: p["cmps"].get("heater") == {"p": "switch"})
    late = started(harness.Client(broker.port, f"{HOME}/#"))
    late.expect(f"{HOME}/status")
    assert f"{HOME}/heater" not in {m.topic for m in late.drain()}
    assert "heater" not in without.get("/state")[1]
    assert without.get("/history?from=0&step=1d")[1]["rows"][0]["heater_kwh"] == 6.0


@pytest.mark.parametrize("options, named", [
    (["--heater-hours", "22-06"], "--heater-kw above 0"), (["--heater-kw", "-1"], "0..1000"),
    (["--heater-kw", "2", "--heater-hours", "22-22"], "22-06"), (["--heater-kw", "2", "--heater-hours", "25-06"], "22-06"),
    (["--heater-kw", "2", "--heater-hours", "6"], "22-06"), (["--heater-kw", "nan"], "0..1000")])
def test_wrong_options_are_refused(started, folder, options, named):
    agent = harness.Agent(folder, *options, uri="mqtt://127.0.0.1:1")
    started(harness.Process(agent.command, agent.log_path, agent.env)).popen.wait(harness.PATIENCE)
    assert options[-2] in agent.log() and named in agent.log()
