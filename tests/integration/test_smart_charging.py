"""A plan charges the car: over MQTT, over HTTP and on the command line, kept by a home that lives its day."""

import collections
import datetime
import json
import random
import re
import subprocess

import pytest
import yaml

import harness
from home_assistant import DEVICE, stored

HOME = "home-energy/home"
BRISK = ["--seconds-per-hour", "0.4", "--tick", "100ms"]  # a day lasts 9.6 s, a tick is a quarter of an hour
STILL = ["--seconds-per-hour", "3600", "--tick", "60s"]  # stays at 00:00 for the first minute
REFERENCE = {
    "mode": "cheapest", "target": 80.0, "ready_by": "00:00", "start": "03:00", "end": "00:00", "energy_kwh": 27.78,
    "cost": 13.73, "cost_now": 20.38, "saving": 6.65, "start_cost": 0.0, "currency": "SEK", "shortfall_kwh": 0.0,
    "blocks": [
        {"start": "03:00", "end": "04:46", "kw": 7.4, "kwh": 12.98, "price": 0.6798, "why": "next cheapest, adjoining"},
        {"start": "22:00", "end": "00:00", "kw": 7.4, "kwh": 14.8, "price": 0.3315, "why": "cheapest 2 h before 00:00"},
    ], "note": None}


def command(client, name, payload):
    """The receipt of a command."""
    client.publish(f"{HOME}/{name}/set", payload if isinstance(payload, str) else json.dumps(payload))
    return client.expect(f"{HOME}/receipt", lambda p: p["command"] == name)


def test_the_reference_plan_over_mqtt_and_http(started, folder, broker):
    agent = harness.online_agent(started, folder, broker, *STILL)
    client = started(harness.Client(broker.port, f"{HOME}/plan", f"{HOME}/receipt"))
    assert client.expect(f"{HOME}/plan")["mode"] == "manual"
    assert command(client, "ready_by", "00:00")["result"] == {"ready_by": "00:00"}
    assert command(client, "target", {"target": 80, "id": 7}) == {
        "command": "target", "status": "ok", "id": 7, "result": {"target": 80.0}}
    assert command(client, "mode", "Cheapest")["result"] == {"mode": "cheapest"}
    assert agent.get("/plan") == (200, REFERENCE)
    assert agent.get("/homes/home/plan")[1] == agent.get("/state")[1]["plan"] == REFERENCE
    assert json.loads(stored(broker, f"{HOME}/plan")) == REFERENCE


def test_the_same_commands_over_http(started, folder, broker):
    agent = harness.online_agent(started, folder, broker, *STILL, "--homes", "2")
    assert agent.post("/homes/home-2/mode", {"mode": "lowest_load"}) == (200, {"mode": "lowest_load"})
    assert agent.post("/homes/home-2/target", "target=60") == (200, {"target": 60.0})
    assert agent.post("/homes/home-2/ready_by", {"ready_by": "06:30"}) == (200, {"ready_by": "06:30"})
    plan = agent.get("/homes/home-2/plan")[1]
    assert (plan["mode"], plan["target"], plan["ready_by"]) == ("lowest_load", 60.0, "06:30")
    assert plan["blocks"] and agent.get("/plan")[1]["mode"] == "manual"
    assert agent.post("/mode", {"mode": "cheapest"})[0] == 200
    assert agent.post("/charge", {"charging": "on"}) == (200, {"charging": "on", "mode": "manual"})
    assert agent.post("/charge", {"charging": "on"}) == (200, {"charging": "on"})


def test_a_day_of_the_cheapest_plan(started, folder, broker):
    client = started(harness.Client(broker.port, f"{HOME}/grid", f"{HOME}/battery", f"{HOME}/clock", f"{HOME}/plan"))
    agent = started(harness.Agent(folder, "--clock", "paused", "--mode", "cheapest", "--ready-by", "00:00", uri=broker.uri))
    client.expect(f"{HOME}/clock", lambda p: p["time"] == "00:00")
    for _ in range(25 * 4):  # each is published before the next: what comes too late for its moment would be seen at another
        agent.move_clock({"step": "15m"})
    powers, charging, plans, time = [], {}, [], None
    while True:
        message = client.messages.get(timeout=harness.PATIENCE)
        payload = json.loads(message.payload)
        if message.topic.endswith("/plan"):
            plans.append(payload)
        elif message.topic.endswith("/clock"):
            time = payload["time"]
            if payload["day"] == 1 and payload["hour"] >= 1:
                break
        elif message.topic.endswith("/battery"):
            charging[time] = payload
        else:
            powers.append(payload["power_kw"])
            assert payload["overload"] is False
    assert max(powers) <= 11.0
    assert charging["03:00"]["charging"] == charging["22:00"]["charging"] == "on"
    assert charging["05:00"]["charging"] == charging["00:00"]["charging"] == "off"
    assert (charging["00:00"]["soc_percent"], charging["00:00"]["charged_kwh"]) == (80.0, 27.78)
    assert [len(plan["blocks"]) for plan in plans] == [2, 0], "made at the start, and when the day was over"


def test_charge_takes_over_and_the_receipt_says_so(started, folder, broker):
    harness.online_agent(started, folder, broker, *STILL, "--mode", "cheapest")
    client = started(harness.Client(broker.port, f"{HOME}/+"))
    assert command(client, "charge", "on")["result"] == {"charging": "on", "mode": "manual"}
    assert json.loads(stored(broker, f"{HOME}/plan"))["mode"] == "manual"
    assert json.loads(stored(broker, f"{HOME}/battery"))["charging"] == "on"


def test_the_charger_is_turned_down_from_outside(started, folder, broker):
    """As evcc does: amperes times volts, again and again, and a pause."""
    agent = harness.online_agent(started, folder, broker, *STILL, "--homes", "2")
    client = started(harness.Client(broker.port, "home-energy/home-1/+"))

    def tell(payload):
        client.publish("home-energy/home-1/charge_power/set", payload)
        receipt = client.expect("home-energy/home-1/receipt", lambda p: p["command"] == "charge_power")
        return receipt.get("result") or receipt["error"]

    quiet = json.loads(stored(broker, "home-energy/home-1/battery"))
    assert list(quiet)[-1] == "limit_percent", "what nobody has told is not shown"
    assert tell("3.68") == {"charge_power": 3.68}
    assert agent.post("/charge", {"charging": "on"})[0] == 200
    told = client.expect("home-energy/home-1/battery", lambda p: p["charging"] == "on")
    assert (told["power_kw"], told["charge_power_kw"]) == (3.68, 3.68)
    assert agent.post("/charge_power", "charge_power=1.38") == (200, {"charge_power": 1.38})
    assert agent.post("/homes/home-2/charge_power", {"charge_power": 0}) == (200, {"charge_power": 0.0})
    assert agent.post("/homes/home-2/charge", {"charging": "on"})[0] == 200
    battery = agent.get("/homes/home-2/state")[1]["battery"]
    assert (battery["power_kw"], battery["charging"]) == (0.0, "on")
    assert agent.get("/state")[1]["battery"]["power_kw"] == 1.38
    assert tell("11.04") == "charge_power must be at most --charger-kw, which is 7.4, got 11.04"
    assert agent.post("/charge_power", {"charge_power": 8})[0] == agent.post("/charge_power", {})[0] == 400
    assert agent.get("/state")[1]["battery"]["power_kw"] == 1.38
    assert tell('{"charge_power":7.4,"id":3}') == {"charge_power": 7.4}
    assert json.loads(stored(broker, "home-energy/home-1/battery")) == {**quiet, "charging": "on", "power_kw": 7.4}


def test_a_charger_that_modulates_has_its_power_in_battery_and_home_assistant(started, folder, broker):
    options = (*STILL, "--charger-kw", "11.04", "--charger-min-kw", "4.14", "--mode", "cheapest", "--ready-by", "00:00",
               "--data-dir", folder / "data")
    agent = harness.online_agent(started, folder, broker, *options)
    entity = json.loads(stored(broker, DEVICE))["cmps"]["charge_power"]
    assert (entity["p"], entity["min"], entity["max"], entity["step"], entity["unit_of_meas"]) == ("number", 0, 11.04, 0.1, "kW")
    assert (entity["stat_t"], entity["val_tpl"]) == (f"{HOME}/battery", "{{ value_json.charge_power_kw }}")
    assert agent.get("/state")[1]["battery"]["charge_power_kw"] == 11.04
    client = started(harness.Client(broker.port, f"{HOME}/receipt"))
    client.publish(entity["cmd_t"], "6.9")
    assert client.expect(f"{HOME}/receipt")["result"] == {"charge_power": 6.9}
    plan = agent.get("/plan")[1]
    assert max(block["kw"] for block in plan["blocks"]) <= 6.9 and plan["note"] == "charge_power is 6.9 kW"
    agent.stop()
    again = harness.online_agent(started, folder, broker, *options)
    assert again.get("/state")[1]["battery"]["charge_power_kw"] == 6.9 and again.get("/plan")[1] == plan
    client.publish(entity["cmd_t"], "4")
    client.expect(f"{HOME}/receipt")
    plan = again.get("/plan")[1]
    assert plan["blocks"] == [] and plan["shortfall_kwh"] == 27.78
    assert plan["note"].endswith("the charger gives no power; charge_power is 4.0 kW, less than the charger's minimum")


def test_the_page_of_evcc_asks_for_what_its_home_takes(started, folder, broker):
    text = (harness.SOURCE / "docs" / "evcc.md").read_text()
    options = re.search(r"run -- (--preset .*) --mqtt-uri", text).group(1).replace("--realtime", "--clock paused").split()
    charger = yaml.safe_load(re.search(r"```yaml\n(.*?)```", text, re.DOTALL).group(1))["chargers"][0]
    agent = harness.online_agent(started, folder, broker, *options)
    client = started(harness.Client(broker.port, f"{HOME}/receipt"))

    def tell(attribute, payload):
        client.publish(charger[attribute]["topic"], payload)
        assert client.expect(f"{HOME}/receipt")["status"] == "ok", (attribute, payload)

    tell("enable", "true")
    for attribute in ("maxcurrent", "maxcurrentmillis"):
        template = re.fullmatch(r"\{\{ mulf \.(\w+) ([0-9.]+) \}\}", charger[attribute]["payload"])
        assert template.group(1) == attribute
        for amperes in (16, 6):  # the most and the least that evcc asks for
            tell(attribute, str(amperes * float(template.group(2))))
            assert agent.get("/state")[1]["battery"]["power_kw"] == pytest.approx(amperes * 230 * 3 / 1000)
    assert agent.get("/state")[1]["car"]["status"] == "C"


@pytest.mark.parametrize("name, payload, said", [
    ("charge_power", "-1", "charge_power must be a power in kW from 0 to --charger-kw, got -1"),
    ("charge_power", "8", "charge_power must be at most --charger-kw, which is 7.4, got 8.0"),
    ("charge_power", '{"charge_power":"full"}', "charge_power must be a power in kW"),
    ("mode", "fast", 'mode must be "manual", "cheapest", "lowest_load", "immediate" or "solar"'),
    ("mode", "", "mode must be"), ("mode", '{"mode":1}', "mode must be"), ("mode", '{"Mode":"cheapest"}', "mode is missing"),
    ("target", "19.9", "target must be a percentage from 20 to 100"), ("target", "1e999", "target must be"),
    ("target", "91", "target must be at most the charge limit, which is 90.0 %"),
    ("ready_by", "24:00", 'ready_by must be a time from "00:00" to "23:59"'), ("ready_by", "7", "ready_by must be"),
    ("ready_by", "0700", "ready_by must be"), ("ready_by", '{"ready_by":["07:00"]}', "ready_by must be"),
    ("ready_by", "07:00:30", "ready_by must be"),
    ("price", "[]", "price must hold 24, 48 or 96 numbers"), ("price", "[1,2,3]", "24, 48 or 96"), ("price", "x", "price"),
    ("price", json.dumps(["1,5"] * 24), "price"), ("price", json.dumps([True] * 24), "price"), ("price", json.dumps([1e300] * 24), "price must hold numbers within"),
    ("price", json.dumps({"values": [1] * 24, "unit": "EUR/kWh"}), "SEK/kWh"),
    ("price", json.dumps({"values": [1] * 24, "unit": "bananas"}), "SEK/kWh"),
    ("price", json.dumps([{"start": "2026-11-22T00:00:00+01:00", "value": 1}]), "--realtime"),
    ("price", "[" * 60_000, "price"), ("price", " " * 65_537, "65536 bytes"),
    ("baseload", json.dumps([-1] * 24), "baseload must hold numbers within 0..1000"),
    ("baseload", json.dumps({"values": [1] * 24, "unit": "SEK/kWh"}), "kW"), ("baseload", b"\xff\0", "baseload"),
])
def test_bad_input_is_told_and_changes_nothing(started, folder, broker, name, payload, said):
    agent = harness.online_agent(started, folder, broker, *STILL, "--mode", "cheapest", "--charge-limit", "90")
    client = started(harness.Client(broker.port, f"{HOME}/receipt"))
    before = agent.get("/state")[1]
    client.publish(f"{HOME}/{name}/set", payload)
    receipt = client.expect(f"{HOME}/receipt")
    assert receipt["status"] == "error" and said in receipt["error"], receipt
    assert agent.post(f"/{name}", payload)[0] in (400, 413)
    assert agent.get("/state")[1] == before


def test_prices_and_loads_that_are_set_change_curves_and_plan(started, folder, broker):
    agent = harness.online_agent(started, folder, broker, *STILL, "--mode", "cheapest", "--ready-by", "00:00")
    client = started(harness.Client(broker.port, f"{HOME}/#"))
    cheap_at_noon = [100] * 12 + [10] * 4 + [100] * 8
    assert command(client, "price", {"values": cheap_at_noon, "unit": "öre/kWh"})["result"] == \
        {"price": 24, "unit": "SEK/kWh", "lowest": 0.1, "highest": 1.0}
    assert command(client, "baseload", [0.5] * 96)["result"] == \
        {"baseload": 96, "unit": "kW", "lowest": 0.5, "highest": 0.5}
    assert agent.get("/priceperhour")[1] == [float(value) for value in cheap_at_noon]
    assert agent.get("/baseload")[1] == [0.5] * 24
    assert [(b["start"], b["end"]) for b in agent.get("/plan")[1]["blocks"]] == [("12:14", "16:00")]
    assert json.loads(stored(broker, f"{HOME}/price/profile"))["values"] == [value / 100 for value in cheap_at_noon]
    assert json.loads(stored(broker, f"{HOME}/price"))["price"] == 1.0
    assert agent.post("/price", "[" + ",".join(["2"] * 96) + "]") == \
        (200, {"price": 96, "unit": "SEK/kWh", "lowest": 2.0, "highest": 2.0})
    assert agent.post("/homes/home/baseload", {"values": [800] * 24, "unit": "W"}) == \
        (200, {"baseload": 24, "unit": "kW", "lowest": 0.8, "highest": 0.8})
    hundredths = agent.get("/priceperhour")[1]
    status, refusal = agent.post("/price", hundredths)
    assert status == 400 and "200.0 SEK per kWh: are these per MWh, or öre? send the unit" in refusal["error"]
    assert agent.get("/priceperhour")[1] == hundredths
    assert agent.get("/state")[1]["baseload"]["power_kw"] == 0.8


def test_prices_of_home_assistant_s_sensors_in_real_time(started, folder, broker):
    zone = "AAA-3"  # three hours east, without summer time
    here = datetime.timezone(datetime.timedelta(hours=3))
    ready_by = (datetime.datetime.now(here) + datetime.timedelta(hours=12)).strftime("%H:%M")
    agent = harness.online_agent(started, folder, broker, "--realtime", "--mode", "cheapest", "--ready-by", ready_by,
                                 "--fuse-kw", "100", env={"TZ": zone})
    midnight = datetime.datetime.now(here).replace(hour=0, minute=0, second=0, microsecond=0)

    def slots(days):
        hours = [midnight + datetime.timedelta(days=days, hours=hour) for hour in range(25)]
        return [{"start": a.isoformat(), "end": b.isoformat(), "value": 1 + a.hour / 100} for a, b in zip(hours, hours[1:])]

    client = started(harness.Client(broker.port, f"{HOME}/receipt"))
    both = {"raw_today": slots(0), "raw_tomorrow": slots(1), "unit_of_measurement": "SEK/kWh"}
    known = {"from": both["raw_today"][0]["start"], "to": both["raw_tomorrow"][-1]["end"], "missing": []}
    assert command(client, "price", both)["result"] == {"price": known, "unit": "SEK/kWh", "lowest": 1.0, "highest": 1.23}
    state = agent.get("/state")[1]
    assert state["price/profile"]["values"] == [round(1 + hour / 100, 2) for hour in range(24)]
    assert state["plan"]["note"] is None
    start = datetime.datetime.fromisoformat(state["plan"]["start"])
    assert start.tzinfo is not None and start.utcoffset() == datetime.timedelta(hours=3)
    assert start > datetime.datetime.now(here) - datetime.timedelta(minutes=2)
    gap = slots(0)
    hole = f"{gap[5]['start']}/{gap[5]['end']}"
    del gap[5]
    result = command(client, "price", gap)["result"]["price"]
    assert result == {"from": gap[0]["start"], "to": gap[-1]["end"], "missing": [hole], "filled": [hole]}


SEEDS = {"mode": [b"cheapest", b'{"mode":"lowest_load","id":1}'], "target": [b"80", b'{"target":55.5}'],
         "ready_by": [b"07:00", b'{"ready_by":"23:59"}'],
         "price": [json.dumps([0.5] * 24).encode(), json.dumps({"values": [50] * 96, "unit": "\u00f6re/kWh"}).encode(),
                   json.dumps([{"start": "2026-11-22T00:00:00+01:00", "value": 1}] * 3).encode()],
         "baseload": [json.dumps({"values": [1, 2, 3] * 8, "unit": "kW"}).encode(), b",".join([b"0.5"] * 24)]}


def mutated(dice, payload):
    payload = bytearray(payload)
    for _ in range(dice.randint(0, 4)):
        at = dice.randrange(len(payload) + 1)
        payload[at:at + dice.randrange(3)] = dice.choice([b"", b"[", b"}", b"-", b"9", b"e9", b"\0", b"\xff", b'"', b",", b"null"])
    return bytes(payload)


def test_thousands_of_mangled_commands_leave_a_home_that_makes_sense(started, folder, broker):
    agent = harness.online_agent(started, folder, broker, *BRISK, "--mode", "cheapest")
    client = started(harness.Client(broker.port, f"{HOME}/receipt"))
    dice = random.Random(20261125)
    answers = collections.Counter()
    for _ in range(40):
        for _ in range(50):
            name = dice.choice(list(SEEDS))
            client.publish(f"{HOME}/{name}/set", mutated(dice, dice.choice(SEEDS[name])), qos=0)
        for _ in range(50):
            answers[client.expect(f"{HOME}/receipt")["status"]] += 1
        state = agent.get("/state")[1]
        plan = state["plan"]
        assert plan["mode"] in ("manual", "cheapest", "lowest_load") and 20 <= plan["target"] <= 100
        assert 0 <= state["battery"]["soc_percent"] <= 100 and plan["shortfall_kwh"] >= 0
        assert plan["energy_kwh"] == pytest.approx(sum(block["kwh"] for block in plan["blocks"]), abs=0.001 * 50)
    assert answers["ok"] > 100 and answers["error"] > 100 and agent.running()


def run_plan(*arguments):
    done = subprocess.run([harness.AGENT, "plan", *arguments], capture_output=True, text=True, timeout=60)
    return done.returncode, done.stdout, done.stderr


def test_a_plan_on_the_command_line(folder):
    code, out, err = run_plan("--ready-by", "00:00", "--json")
    assert (code, json.loads(out), err) == (0, REFERENCE, "")
    code, out, _ = run_plan("--soc", "20", "--target", "80", "--ready-by", "07:00")
    rows = out.splitlines()
    assert code == 0 and len([row for row in rows if "░" in row]) == 28, "a bar for each slot"
    assert rows[0].split() == ["time", "SEK/kWh", "house", "car", "kW"]
    assert rows[-1] == "27.78 kWh to 80 % by 07:00: 19.05 SEK; at once 20.38, saved 1.33"
    (folder / "prices.json").write_text(json.dumps([1] * 23 + [0.5]))
    (folder / "loads.csv").write_text("\n".join(["0.5"] * 24))
    files = ["--prices", str(folder / "prices.json"), "--baseload", str(folder / "loads.csv")]
    code, out, _ = run_plan(*files, "--at", "20:10", "--ready-by", "00:10", "--soc", "70", "--json", "--currency", "EUR")
    plan = json.loads(out)
    assert (code, plan["currency"], plan["blocks"][0]["start"], plan["blocks"][0]["end"]) == (0, "EUR", "23:22", "00:00")


@pytest.mark.parametrize("arguments, said", [
    (["--at", "7"], "--at: must be 00:00..23:59"), (["--soc", "101"], "--soc: must be 0..100"),
    (["--mode", "manual"], "--mode"), (["--taper", "80:5,70:3"], "--taper: must be"), (["--foo"], "--foo"),
    (["--target", "90", "--charge-limit", "80"], "--target: must be at most --charge-limit"),
    (["--charger-min-kw", "8"], "--charger-min-kw: must be at most --charger-kw"), (["--min-run", "61"], "--min-run"),
])
def test_a_wrong_option_of_a_plan_is_told(arguments, said):
    code, out, err = run_plan(*arguments)
    assert (code, out, err.count("\n")) == (2, "", 1) and said in err
