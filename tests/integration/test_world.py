"""Sun, home battery, a car that leaves and a price of power, as users meet them: over MQTT and HTTP, in history, Home Assistant, after a restart."""

import collections
import datetime
import json
import time

import jinja2
import pytest

import harness
from home_assistant import BIRTH, LONGEST_DELAY, stored
from test_events import Stream

HOME = "home-energy/home"
VILLA = ("--preset", "villa", "--clock", "paused", "--start-date", "2026-06-22", "--trip-spread-min", "0", "--trip-day-off", "0",
         "--trip-spread-energy", "0")
FURTHER = ("car", "heater", "solar", "storage")


@pytest.fixture
def client(started, broker):
    return started(harness.Client(broker.port, "home-energy/#", "homeassistant/#"))


def test_the_reference_home_has_nothing_of_it(started, folder, broker, client):
    agent = harness.online_agent(started, folder, broker, "--clock", "paused")
    agent.move_clock({"step": "1h"})
    assert list(agent.get("/state")[1]) == [
        "clock", "baseload", "price", "battery", "grid", "plan", "baseload/profile", "price/profile"]
    assert list(agent.get("/state")[1]["grid"])[-1] == "since"
    assert list(agent.get("/history?step=1h")[1]["rows"][0])[-1] == "minutes"
    for command, body in (("plug", {"plug": "off"}), ("trip", {"leave": "07:30", "back": "08:00", "kwh": 1}), ("trips", {}),
                          ("storage_mode", {"storage_mode": "hold"}), ("storage_power", {"storage_power": 1}),
                          ("storage_reserve", {"storage_reserve": 1})):
        assert agent.post(f"/{command}", body)[0] == (404 if command.startswith("storage") else 400)
    assert all(not m.topic.startswith(tuple(f"{HOME}/{each}" for each in FURTHER)) for m in client.drain())


def test_a_villa_lives_a_day(started, folder, broker, client):
    agent = harness.online_agent(started, folder, broker, *VILLA)
    for each in FURTHER:
        client.expect(f"{HOME}/{each}")
    agent.move_clock({"until": "0T12:00"})
    noon = agent.get("/state")[1]
    assert noon["car"]["away"] and noon["car"]["status"] == "A" and not noon["car"]["plugged"]
    forecast = client.expect(f"{HOME}/solar/forecast", lambda told: told == noon["solar/forecast"])
    assert forecast["unit"] == "kW" and len(forecast["values"]) == 96 and len(forecast["raw_tomorrow"]) == 96
    assert forecast["raw_today"][48] == {
        "start": "2026-06-22T12:00:00+00:00", "end": "2026-06-22T12:15:00+00:00", "value": noon["solar"]["power_kw"]}
    assert sum(forecast["values"]) / 4 == pytest.approx(noon["solar"]["forecast_today_kwh"], abs=0.001)
    assert noon["solar"]["power_kw"] > 0 and noon["solar"]["energy_kwh"] > 0
    grid, storage = noon["grid"], noon["storage"]
    drawn = noon["baseload"]["power_kw"] + noon["battery"]["power_kw"] + noon["heater"]["power_kw"] + storage["power_kw"]
    assert grid["power_kw"] == pytest.approx(drawn - noon["solar"]["power_kw"], abs=0.002)
    agent.move_clock({"until": "1T00:00"})
    day = agent.get("/history?from=0&to=1&step=1d")[1]["rows"][0]
    assert list(day)[-7:] == ["heater_kwh", "import_kwh", "export_kwh", "solar_kwh", "storage_in_kwh", "storage_out_kwh", "earned"]
    left = day["base_kwh"] + day["car_kwh"] + day["heater_kwh"] + day["storage_in_kwh"] - day["solar_kwh"] - day["storage_out_kwh"]
    assert day["import_kwh"] - day["export_kwh"] == pytest.approx(left, abs=0.002)
    state = agent.get("/state")[1]
    assert state["grid"]["energy_kwh"] == pytest.approx(day["import_kwh"], abs=0.001)
    assert state["grid"]["export_kwh"] == pytest.approx(day["export_kwh"], abs=0.001)
    late = started(harness.Client(broker.port, f"{HOME}/#"))
    with Stream(agent.port) as stream:
        for each in FURTHER:
            assert late.expect(f"{HOME}/{each}") == state[each]
        for each in FURTHER:
            assert stream.event(each) == state[each]


def test_a_home_without_a_car(started, folder, broker, client):
    options = ("--clock", "paused", "--data-dir", folder / "data")
    with_car = harness.online_agent(started, folder, broker, *options)
    with_car.post("/charge", {"charging": "on"})
    with_car.move_clock({"step": "1h"})
    assert stored(broker, f"{HOME}/battery") and stored(broker, f"{HOME}/plan")
    with_car.stop()
    agent = harness.online_agent(started, folder, broker, *options, "--car", "off")
    agent.move_clock({"step": "1h"})
    state = agent.get("/state")[1]
    assert list(state) == ["clock", "baseload", "price", "grid", "baseload/profile", "price/profile"]
    assert state["grid"]["power_kw"] == state["baseload"]["power_kw"]
    info = agent.get("/info")[1]
    assert info["battery_capacity_kWh"] == 0.0 and info["ev_battery_charge_start_stopp"] is False and info["base_current_load"] > 0
    assert agent.get("/") == (200, 0.0)
    for path in ("/charge", "/plan"):
        assert agent.get(path)[0] == 404
    for command, body in (("charge", {"charging": "on"}), ("discharge", {"discharging": "on"}), ("mode", {"mode": "cheapest"})):
        assert agent.post(f"/{command}", body) == (404, {"error": "car is not there: the home was started without one"})
    client.publish(f"{HOME}/charge/set", "on")
    assert client.expect(f"{HOME}/receipt", lambda told: told["status"] == "error")["error"].startswith("car is not there")
    assert agent.get("/baseload")[0] == agent.get("/priceperhour")[0] == 200
    # What the home had with the car is taken back, history apart.
    harness.wait_until(lambda: not stored(broker, f"{HOME}/battery") and not stored(broker, f"{HOME}/plan"), "battery and plan are gone")
    rows = agent.get("/history?from=0&step=1h")[1]["rows"]
    assert rows[0]["car_kwh"] > 0 and rows[-1]["car_kwh"] == 0

    def entities():
        document = json.loads(stored(broker, "homeassistant/device/home-energy__home/config"))
        return {name for name, each in document["cmps"].items() if len(each) > 1}

    client.publish(BIRTH, "online")  # which is when what is gone is taken from it
    harness.wait_until(lambda: not entities() & {"car_battery", "charge_car", "target", "charging_mode", "discharge_to_20"},
                       "Home Assistant hears of a home without a car", LONGEST_DELAY + harness.PATIENCE)
    assert "cost" in entities()
    agent.stop()
    again = harness.online_agent(started, folder, broker, *options, "--car", "off", "--storage-kwh", "10", "--storage-mode", "plan")
    plan = again.get("/plan")[1]
    assert list(plan) == ["currency", "storage"] and stored(broker, f"{HOME}/plan")


def test_commands_come_with_receipts(started, folder, broker, client):
    agent = harness.online_agent(started, folder, broker, *VILLA)

    def tell(command, payload):
        client.publish(f"{HOME}/{command}/set", payload)
        return client.expect(f"{HOME}/receipt")

    assert tell("storage_mode", "charge")["result"] == {"storage_mode": "charge"}
    assert agent.get("/state")[1]["storage"]["mode"] == "charge"
    assert tell("storage_power", '{"storage_power":2.5,"id":1}') == {
        "command": "storage_power", "status": "ok", "id": 1, "result": {"storage_power": 2.5}}
    assert agent.get("/state")[1]["storage"]["power_kw"] == 2.5
    assert tell("storage_mode", "sideways")["error"].startswith("storage_mode must be")
    assert tell("plug", "off")["result"] == {"plug": "off"}
    assert tell("charge", "on")["result"] == {"charging": "on", "pending": True, "mode": "manual"}
    assert agent.get("/state")[1]["battery"]["charging"] == "off"
    assert agent.post("/homes/home/plug", {"plug": "on"}) == (200, {"plug": "on"})
    assert agent.get("/state")[1]["battery"]["charging"] == "on"
    assert tell("trip", '{"leave":"01:00","back":"02:30","kwh":3,"id":"x"}')["result"] == {
        "trip": {"leave": "01:00", "back": "02:30", "kwh": 3.0}}
    assert agent.get("/state")[1]["car"]["departure"] == "2026-06-22T01:00:00+00:00"
    agent.move_clock({"step": "1h"})
    assert agent.get("/state")[1]["car"]["away"]
    assert tell("plug", "on")["error"] == "plug is not possible, the car is away"
    assert tell("trip", '{"back":"03:00"}')["status"] == "ok"
    week = {"sun": [{"leave": "10:00", "back": "12:00", "kwh": 1.5}]}
    assert tell("trips", json.dumps(week))["result"] == {"trips": week}
    for wrong in ("", "on", "[]", '{"sun":[{}]}', "{" * 3000, "\0", '{"sun":' + "[" * 200 + "]" * 200 + "}"):
        assert tell("trips", wrong)["status"] == "error"
    assert tell("mode", "solar")["result"] == {"mode": "solar"}


def test_the_plan_tells_what_comes_after_the_next_trips(started, folder, broker, client):
    agent = harness.online_agent(started, folder, broker, "--mode", "cheapest", "--start-soc", "80", "--clock", "paused",
                                 "--trips", "mon-sun 07:30-17:15 9.5")
    later = client.expect(f"{HOME}/plan", lambda p: p["later"])["later"]
    assert [(stay["back"], stay["departure"], stay["trip_kwh"]) for stay in later] == [
        ("2026-01-01T17:15:00+00:00", "2026-01-02T07:30:00+00:00", 9.5),
        ("2026-01-02T17:15:00+00:00", "2026-01-03T07:30:00+00:00", 9.5)]
    assert later[0]["stored_kwh"] == pytest.approx(46.3 * 0.8 - 9.5, abs=0.01)
    assert sum(block["kwh"] for block in later[0]["blocks"]) == pytest.approx(9.5, abs=0.01)
    agent.move_clock({"until": "0T12:00"})
    away = agent.get("/plan")[1]
    assert (away["start"], away["cost"], away["blocks"]) == (None, None, []) and len(away["later"]) == 2
    agent.move_clock({"until": "0T17:15"})
    back = agent.get("/plan")[1]
    foreseen = away["later"][0]["blocks"]
    assert [(each["start"], each["kwh"]) for each in back["blocks"]] == [(each["start"][11:16], each["kwh"]) for each in foreseen]
    # What one stay cannot reach is missing in the next one.
    agent.post("/trips", {"fri": [{"leave": "00:00", "back": "23:00", "kwh": 30}, {"leave": "23:30", "back": "23:59", "kwh": 1}]})
    first, last = agent.get("/plan")[1]["later"]
    assert first["shortfall_kwh"] == pytest.approx(30 - 3.7, abs=0.01)
    assert last["stored_kwh"] == pytest.approx(first["stored_kwh"] + 3.7 - 1, abs=0.01)
    agent.post("/plug", {"plug": "off"})
    assert agent.get("/plan")[1]["later"] == []
    assert "later" not in agent.get("/openapi.json")[1]["components"]["schemas"]["Plan"]["required"]


def test_all_of_it_comes_back_after_a_restart(started, folder, broker):
    options = (*VILLA, "--data-dir", folder / "data")
    agent = harness.online_agent(started, folder, broker, *options)
    agent.post("/storage_mode", {"storage_mode": "hold"})
    agent.post("/trips", {"mon": [{"leave": "02:00", "back": "09:00", "kwh": 7}]})
    agent.move_clock({"until": "0T05:00"})
    before, rows = agent.get("/state")[1], agent.get("/history?step=15m")[1]["rows"]
    agent.stop()
    again = harness.online_agent(started, folder, broker, *options)
    after = again.get("/state")[1]
    for each in (*FURTHER, "battery", "grid", "baseload"):
        assert after[each] == before[each], each
    assert again.get("/history?step=15m")[1]["rows"] == rows
    again.move_clock({"until": "0T09:00"})
    assert not again.get("/state")[1]["car"]["away"]


def test_home_assistant_gets_what_its_energy_dashboard_wants(started, folder, broker):
    harness.online_agent(started, folder, broker, *VILLA)
    home_assistant = started(harness.Client(broker.port, "homeassistant/#"))
    components = home_assistant.expect("homeassistant/device/home-energy__home/config")["cmps"]
    for energy in ("grid_energy", "grid_export_energy", "solar_energy", "storage_charged", "storage_discharged"):
        assert components[energy]["dev_cla"] == "energy" and components[energy]["stat_cla"] == "total_increasing"
    assert components["storage_mode"]["cmd_t"] == f"{HOME}/storage_mode/set"
    assert components["storage_mode"]["ops"] == ["self_consumption", "hold", "charge", "discharge", "plan"]
    assert components["storage_reserve"]["cmd_t"] == f"{HOME}/storage_reserve/set"
    assert components["plug_car"]["cmd_t"] == f"{HOME}/plug/set"
    assert components["car_at_home"]["dev_cla"] == "presence"
    assert components["car_at_home"]["val_tpl"] == "{{ 'OFF' if value_json.away else 'ON' }}"
    assert components["charging_mode"]["ops"][-2:] == ["immediate", "solar"]


def test_home_assistant_shows_that_charging_waits_for_the_plug(started, folder, broker, client):
    agent = harness.online_agent(started, folder, broker, *VILLA)
    components = client.expect("homeassistant/device/home-energy__home/config")["cmps"]
    pending, switch = components["car_charging_pending"], components["charge_car"]
    assert (pending["p"], pending["stat_t"]) == ("binary_sensor", f"{HOME}/car")

    def shown(component):
        payload = json.loads(stored(broker, component["stat_t"]))
        return jinja2.Environment(undefined=jinja2.StrictUndefined).from_string(component["val_tpl"]).render(value_json=payload)

    def wait_shown(*values):  # HTTP answers before the broker has it
        harness.wait_until(lambda: (shown(pending), shown(switch)) == values, f"pending and switch are {values}")

    agent.post("/plug", {"plug": "off"})
    agent.post("/charge", {"charging": "on"})
    wait_shown("ON", "off")
    agent.post("/plug", {"plug": "on"})
    wait_shown("OFF", "on")
    agent.post("/plug", {"plug": "off"})
    agent.post("/charge", {"charging": "off"})
    wait_shown("OFF", "off")


def test_what_is_gone_leaves_the_broker(started, folder, broker):
    agent = harness.online_agent(started, folder, broker, *VILLA, "--data-dir", folder / "data")
    agent.stop()
    harness.online_agent(started, folder, broker, "--clock", "paused", "--data-dir", folder / "data")

    def kept():
        late = started(harness.Client(broker.port, f"{HOME}/#"))
        time.sleep(0.5)  # what is retained has come by then
        return {message.topic for message in late.drain() if message.payload}

    gone = {f"{HOME}/{each}" for each in (*FURTHER, "solar/forecast")}
    harness.wait_until(lambda: not kept() & gone, "what is gone is cleared")


def test_a_day_stepped_is_a_day_run(started, folder, broker):
    """The same configuration and seed give the same bytes, whatever the pace."""
    def day(*options):
        agent = harness.online_agent(started, folder, broker, *VILLA[:6], *options)
        agent.move_clock({"until": "2T00:00"})
        rows = agent.request("GET", "/history?from=0&to=2&step=15m&format=csv")[2]
        agent.stop()
        return rows
    assert day() == day("--seconds-per-hour", "1", "--tick", "250ms")


def test_a_year_of_prices_from_a_file(started, folder, broker):
    rows = [f"{day:02d}.06.2026 {hour:02d}:00;{day},{hour:02d}" for day in range(1, 31) for hour in range(24)]
    (folder / "year.csv").write_text("Tid;Pris SEK/kWh\n" + "\n".join(rows) + "\n", encoding="utf-8")
    options = ("--prices", folder / "year.csv", "--clock", "paused", "--start-date", "2026-06-29", "--zone", "Europe/Stockholm",
               "--mode", "cheapest", "--data-dir", folder / "data")
    agent = harness.online_agent(started, folder, broker, *options)
    assert agent.get("/state")[1]["price"]["price"] == 29.0
    assert agent.get("/priceperhour")[1][23] == 2923.0
    assert agent.get("/plan")[1]["note"] is None
    agent.move_clock({"until": "2026-06-30T12:00"})
    assert agent.get("/state")[1]["price"]["price"] == 30.12
    assert "2026-07-01 00:00-07:00" in agent.get("/plan")[1]["note"] and "stand in" in agent.get("/plan")[1]["note"]
    agent.move_clock({"until": "2026-07-01T05:00"})
    assert agent.get("/state")[1]["price"]["price"] == 24.05  # the Wednesday before
    agent.stop()
    again = harness.online_agent(started, folder, broker, *options)
    assert again.get("/state")[1]["price"]["price"] == 24.05
    (folder / "wrong.csv").write_text("Tid;Pris\n01.06.2026 00:00;1\n03.06.2026 00:00;2\n", encoding="utf-8")
    with pytest.raises(AssertionError, match="must have its times at most an hour apart"):
        harness.online_agent(started, folder, broker, "--prices", folder / "wrong.csv")


def test_a_home_battery_that_plans_tells_what_it_is_going_to_do(started, folder, broker, client):
    agent = harness.online_agent(started, folder, broker, "--clock", "paused", "--storage-kwh", "10", "--storage-soc", "10",
                                 "--data-dir", folder / "data")
    client.publish(f"{HOME}/storage_mode/set", "plan")
    plan = client.expect(f"{HOME}/plan", lambda told: "storage" in told)["storage"]
    assert client.expect(f"{HOME}/receipt")["result"] == {"storage_mode": "plan"}
    assert plan["saving"] > 0 and plan["blocks"][0]["act"] == "charge"
    assert agent.get("/plan")[1]["storage"] == plan
    agent.move_clock({"until": "0T06:00"})
    assert agent.get("/state")[1]["storage"]["soc_percent"] > 50, "charged in the cheap hours of the night"
    assert agent.get("/plan")[1]["storage"]["blocks"] != plan["blocks"], "made anew"
    agent.stop()
    again = harness.online_agent(started, folder, broker, "--clock", "paused", "--storage-kwh", "10", "--data-dir", folder / "data")
    assert again.get("/state")[1]["storage"]["mode"] == "plan"
    assert again.get("/plan")[1]["storage"]["blocks"]
    client.publish(f"{HOME}/storage_mode/set", "self_consumption")
    client.expect(f"{HOME}/plan", lambda told: "storage" not in told)
    assert client.expect(f"{HOME}/receipt")["status"] == "ok"


def test_a_month_costs_its_highest_hours(started, folder, broker, client):
    """Over a month's end, and with a restart in the middle of an hour: as the hours of history say."""
    begin = datetime.date(2026, 1, 20)
    villa = ("--preset", "villa", "--clock", "paused", "--start-date", str(begin))

    def run(*options):
        agent = harness.online_agent(started, folder, broker, *villa, *options)
        agent.move_clock({"until": "5T17:30"})
        if options:
            agent.stop()
            agent = harness.online_agent(started, folder, broker, *villa, *options)
        agent.move_clock({"until": "24T00:00"})
        grid, rows = agent.get("/state")[1]["grid"], agent.get("/history?from=0&to=24&step=1h")[1]["rows"]
        agent.stop()
        return grid, rows

    with_power, rows = run("--peak-price", "06-22 81.25, 40.625", "--peak-hours", "3", "--data-dir", str(folder / "data"))
    without, _ = run()
    months = collections.defaultdict(lambda: collections.defaultdict(float))
    for row in rows:
        day, hour = row["start"].split("T")
        date, night = begin + datetime.timedelta(days=int(day)), not 6 <= int(hour[:2]) < 22
        highest = months[date.month]
        highest[date] = max(highest[date], row["import_kwh"] / (2 if night else 1))
    means = {month: sum(sorted(days.values())[-3:]) / 3 for month, days in months.items()}
    assert len(rows) == 24 * 24 and sorted(means) == [1, 2] and min(means.values()) > 1
    assert with_power["peak_kw"] == pytest.approx(means[2], abs=0.002)
    assert with_power["cost"] - without["cost"] == pytest.approx(81.25 * sum(means.values()), abs=0.1)
    assert with_power["energy_kwh"] == without["energy_kwh"] and "peak_kw" not in without
    assert sum(row["cost"] for row in rows) == pytest.approx(with_power["cost"], abs=0.05)
    assert client.expect(f"{HOME}/grid", lambda grid: "peak_kw" in grid)["peak_kw"] >= 0
    discovery = client.expect("homeassistant/device/home-energy__home/config", lambda told: "month_peak" in told["cmps"])
    assert discovery["cmps"]["month_peak"]["val_tpl"] == "{{ value_json.peak_kw }}"


def test_hours_of_power_need_its_price(started, folder, broker):
    with pytest.raises(AssertionError, match="--peak-hours: needs --peak-price"):
        harness.online_agent(started, folder, broker, "--peak-hours", "2")
    with pytest.raises(AssertionError, match="--peak-price"):
        harness.online_agent(started, folder, broker, "--peak-price", "-5")
