"""--realtime: an hour is an hour, and the home's clock is the one on the wall."""

import datetime
import zoneinfo

import pytest

import harness


def minutes_apart(shown, zone):
    """How far the home's clock is from the zone's, in minutes, across midnight too."""
    now = datetime.datetime.now(zoneinfo.ZoneInfo(zone))
    apart = (shown["hour"] * 60 + shown["minute"] - now.hour * 60 - now.minute) % (24 * 60)
    return min(apart, 24 * 60 - apart)


@pytest.mark.parametrize("zone", ["Europe/Stockholm", "Asia/Kathmandu", "America/St_Johns"])
def test_the_clock_is_the_local_one(started, folder, broker, zone):
    agent = started(harness.Agent(folder, "--realtime", "--tick", "1s", uri=broker.uri, env={"TZ": zone})).wait_connected()
    client = started(harness.Client(broker.port, "home-energy/#"))
    assert client.expect("home-energy/info")["seconds_per_hour"] == 3600.0
    assert minutes_apart(client.expect("home-energy/home/clock"), zone) <= 1
    offset = datetime.datetime.now(zoneinfo.ZoneInfo(zone)).isoformat()[-6:]
    today = client.expect("home-energy/home/price/profile")["raw_today"]
    assert offset in [slot["start"][-6:] for slot in today]
    assert client.expect("home-energy/home/grid")["since"][-6:] == offset
    agent.post("/charge", {"charging": "on"})
    first = client.expect("home-energy/home/battery", lambda p: p["charged_kwh"] > 0)["charged_kwh"]
    assert first == pytest.approx(7.4 / 3600, abs=0.0011)  # one tick of a second, to the wire's three decimals


def test_a_tick_is_ten_seconds_where_none_is_given(started, folder, broker):
    agent = started(harness.Agent(folder, "--realtime", uri=broker.uri)).wait_connected()
    client = started(harness.Client(broker.port, "home-energy/home/battery"))
    agent.post("/charge", {"charging": "on"})
    first = client.expect("home-energy/home/battery", lambda p: p["charged_kwh"] > 0, patience=15)["charged_kwh"]
    assert first == pytest.approx(7.4 * 10 / 3600, abs=0.0006)


def test_a_discharge_leaves_the_clock_alone(started, folder, broker):
    agent = started(harness.Agent(folder, "--realtime", "--start-soc", "90", uri=broker.uri,
                                  env={"TZ": "UTC"})).wait_connected()
    assert agent.post("/discharge", {"discharging": "on"}) == (200, {"discharging": "on"})
    state = agent.get("/state")[1]
    assert state["battery"]["soc_percent"] == 20.0
    assert state["clock"]["day"] == 0
    assert minutes_apart(state["clock"], "UTC") <= 1
