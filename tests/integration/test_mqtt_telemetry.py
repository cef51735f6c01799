"""The contract's telemetry table against a real mosquitto: topic, quality of service, retained flag, payload."""

import collections
import datetime
import json
import re

import pytest

import contract
import harness

HOME = "home-energy/home"
STILL = ["--seconds-per-hour", "3600", "--tick", "60s"]  # stays at 00:00 for the first minute

PRICES = """85.28 70.86 68.01 67.95 68.01 85.04 87.86 100.26 118.45 116.61 105.93 91.95 90.51 90.34 90.80 88.85 90.39
            99.03 87.11 82.90 80.45 76.48 32.00 34.29"""
BASE_LOAD = """0.88 0.77 2.20 1.98 2.75 3.85 4.51 3.74 3.85 4.40 4.73 6.16 4.62 3.74 3.52 3.63 5.83 11.00 8.91 6.05
               4.29 2.64 1.87 0.99"""

# The contract's examples: the reference home at 03:45, charging since 00:00.
AT_0345 = {
    "clock": r'{"day":0,"time":"03:45","hour":3,"minute":45,"date":"2026-01-01","weekday":"thu","running":false,'
             r'"seconds_per_hour":4.0}',
    "baseload": r'{"power_kw":1.98,"energy_kwh":5.335}',
    "price": r'{"price":0.6795,"unit":"SEK/kWh"}',
    "battery": r'{"soc_percent":79.94,"stored_kwh":37.01,"capacity_kwh":46.3,"charging":"on","power_kw":7.4,'
               r'"charged_kwh":27.75,"limit_percent":100.0}',
    "grid": r'{"power_kw":9.38,"energy_kwh":33.085,"cost":24.1597,"currency":"SEK","fuse_kw":11.0,"overload":false,'
            r'"since":"SINCE"}',
}

COUNTERS = [("baseload", "energy_kwh"), ("battery", "charged_kwh"), ("grid", "energy_kwh"), ("grid", "cost")]

# What a subscriber finds who comes late: topic, quality of service.
RETAINED = {
    "home-energy/status": 1,
    "home-energy/info": 1,
    f"{HOME}/clock": 0,
    f"{HOME}/baseload": 0,
    f"{HOME}/price": 0,
    f"{HOME}/battery": 0,
    f"{HOME}/grid": 0,
    f"{HOME}/plan": 0,
    f"{HOME}/baseload/profile": 1,
    f"{HOME}/price/profile": 1,
    f"{HOME}/status": 1,
}


def numbers(text):
    return [float(number) for number in text.split()]


def moments(agent, client, ticks):
    """What is known of the home before the first and after each of so many ticks, as {topic's last part: payload as text}: the
    clock is stepped, and all that a tick causes is published before it is answered."""
    present, found = {}, []
    for tick in range(ticks + 1):
        agent.move_clock("step=true" if tick else "pause=true")  # answered when all that came before is published
        client.publish(f"{HOME}/end-of/tick", qos=1)  # behind it there is nothing of this tick
        while (message := client.messages.get(timeout=harness.PATIENCE)).topic != f"{HOME}/end-of/tick":
            present[message.topic.removeprefix(f"{HOME}/")] = message.payload.decode()
        found.append(dict(present))
    return found


def stepped(started, folder, broker, *arguments):
    """An agent whose clock stands at 00:00, and a client that hears its home."""
    agent = harness.online_agent(started, folder, broker, "--clock", "paused", *arguments)
    return agent, started(harness.Client(broker.port, f"{HOME}/+", f"{HOME}/end-of/tick"))


def start_at_midnight(started, folder, broker, *arguments):
    """An agent that is charging before its first tick, and a client that heard everything from the start."""
    client = started(harness.Client(broker.port, "home-energy/#"))
    agent = started(harness.Agent(folder, *arguments, uri=broker.uri))
    client.expect("home-energy/status", lambda p: p == "online")
    return agent, client


@pytest.fixture
def still(started, folder, broker):
    return harness.online_agent(started, folder, broker, *STILL)


def test_a_late_subscriber_gets_every_topic_retained_and_nothing_else(still, started, broker):
    late = started(harness.Client(broker.port).subscribe("#", qos=2))
    late.expect("home-energy/status", lambda p: p == "online")
    again = started(harness.Client(broker.port).subscribe("home-energy/#", qos=2))
    found = [again.messages.get(timeout=harness.PATIENCE) for _ in RETAINED]
    assert {m.topic: m.qos for m in found} == RETAINED
    assert all(m.retained for m in found)
    assert again.drain() == []


@pytest.mark.parametrize("version", ["5", "3.1.1"])
def test_telemetry_is_the_contract_s_to_the_byte(started, folder, broker, version):
    agent, client = stepped(started, folder, broker, "--mqtt-version", version)
    assert agent.post("/charge", {"charging": "on"})[0] == 200
    last = moments(agent, client, 15)[-1]
    since = json.loads(last["grid"])["since"]
    assert {name: last[name] for name in AT_0345} == {
        name: payload.replace("SINCE", since) for name, payload in AT_0345.items()}


def test_the_counters_begin_when_the_agent_starts_and_say_it_with_their_zone(started, folder, broker):
    before = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)
    started(harness.Agent(folder, *STILL, uri=broker.uri, env={"TZ": "Asia/Tokyo"}))
    client = started(harness.Client(broker.port, "home-energy/#"))
    since = client.expect(f"{HOME}/grid")["since"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+09:00", since)
    assert before <= datetime.datetime.fromisoformat(since) <= datetime.datetime.now(datetime.timezone.utc)


def test_charging_from_midnight_follows_the_trace_until_the_battery_is_full(started, folder, broker):
    agent, client = stepped(started, folder, broker)
    assert agent.post("/charge", {"charging": "on"})[0] == 200
    shown = [(json.loads(m["clock"])["time"], json.loads(m["battery"])) for m in moments(agent, client, 21)]
    expected = [(time, stored, percent) for time, _, stored, percent in contract.trace()]
    assert [(time, b["stored_kwh"], b["soc_percent"]) for time, b in shown] == expected
    assert all(b["charging"] == "on" and b["power_kw"] == 7.4 for _, b in shown[:-1])
    assert (shown[-1][1]["charging"], shown[-1][1]["power_kw"]) == ("off", 0.0)
    assert shown[-1][1]["charged_kwh"] == 37.04
    assert agent.get("/charge") == (200, 100.0)


def test_the_day_follows_the_curves_and_midnight_leaves_the_battery_alone(started, folder, broker):
    agent, client = stepped(started, folder, broker)
    hours = collections.defaultdict(set)
    *day, midnight = moments(agent, client, 96)
    for moment in day:
        clock = json.loads(moment["clock"])
        assert clock["time"] == f"{clock['hour']:02}:{clock['minute']:02}"
        hours[clock["hour"]].add((json.loads(moment["price"])["price"], json.loads(moment["baseload"])["power_kw"]))
    expected = zip((round(öre / 100, 4) for öre in numbers(PRICES)), numbers(BASE_LOAD))
    assert [hours[hour] for hour in range(24)] == [{both} for both in expected]
    assert json.loads(midnight["clock"]) == {"day": 1, "time": "00:00", "hour": 0, "minute": 0, "date": "2026-01-02",
                                             "weekday": "fri", "running": False, "seconds_per_hour": 4.0}
    assert json.loads(midnight["battery"])["stored_kwh"] == 9.26


def test_counters_never_fall_over_days_and_resets(started, folder, broker):
    agent, client = stepped(started, folder, broker)
    seen = []
    for name in ("charge", "discharge", "charge"):
        client.publish(f"{HOME}/{name}/set", "on")
        client.expect(f"{HOME}/receipt")
        seen += moments(agent, client, 50)
    for topic, counter in COUNTERS:
        values = [json.loads(moment[topic])[counter] for moment in seen if topic in moment]
        assert values == sorted(values) and values[-1] > 0, (topic, counter)


@pytest.mark.parametrize("fuse, overload", [("8.0", True), ("8.28", False), ("11.0", False)])
def test_overload_is_more_than_the_fuse_carries(started, folder, broker, fuse, overload):
    _, client = start_at_midnight(started, folder, broker, *STILL, "--fuse-kw", fuse)
    client.publish(f"{HOME}/charge/set", "on")
    grid = client.expect(f"{HOME}/grid", lambda p: p["power_kw"] == 8.28)
    assert (grid["fuse_kw"], grid["overload"]) == (float(fuse), overload)
    client.publish(f"{HOME}/charge/set", "off")
    assert client.expect(f"{HOME}/grid", lambda p: p["power_kw"] == 0.88)["overload"] is False


@pytest.mark.parametrize("arguments, homes, pace", [
    ([], ["home"], "4.0"),
    (["--homes", "3"], ["home-1", "home-2", "home-3"], "4.0"),
    (["--home", "villa_2", "--seconds-per-hour", "8"], ["villa_2"], "8.0"),
])
def test_info_introduces_the_agent(started, folder, broker, arguments, homes, pace):
    agent = harness.online_agent(started, folder, broker, *arguments)
    client = started(harness.Client(broker.port, "home-energy/info"))
    message, _ = client.expect_message("home-energy/info")
    ids = json.dumps(homes, separators=(",", ":"))
    assert message.payload.decode() == (
        f'{{"name":"home-energy-agent","version":"{harness.agent_version()}","protocol":1,"homes":{ids},'
        f'"seconds_per_hour":{pace},"http":"http://127.0.0.1:{agent.port}"}}')


def test_the_profiles_hold_the_curves(started, folder, broker):
    harness.online_agent(started, folder, broker, *STILL, env={"TZ": "Asia/Tokyo"})
    client = started(harness.Client(broker.port, f"{HOME}/+/profile"))
    load = client.expect(f"{HOME}/baseload/profile")
    assert list(load.items()) == [("unit", "kW"), ("values", numbers(BASE_LOAD))]
    price = client.expect(f"{HOME}/price/profile")
    prices = [round(öre / 100, 4) for öre in numbers(PRICES)]
    assert list(price) == ["unit", "values", "raw_today"]
    assert (price["unit"], price["values"]) == ("SEK/kWh", prices)
    today = datetime.datetime.now(datetime.timezone(datetime.timedelta(hours=9)))
    midnight = today.replace(hour=0, minute=0, second=0, microsecond=0)
    starts = [(midnight + datetime.timedelta(hours=hour)).isoformat() for hour in range(25)]
    rows = [{"start": start, "end": end, "value": value} for start, end, value in zip(starts, starts[1:], prices)]
    assert price["raw_today"] == rows


def test_the_price_profile_is_published_again_at_the_wall_clock_s_midnight(started, folder, broker):
    client = started(harness.Client(broker.port, f"{HOME}/price/profile"))
    now = datetime.datetime.now(datetime.timezone.utc)
    east = (24 * 3600 - 4 - (now.hour * 3600 + now.minute * 60 + now.second)) % (24 * 3600)
    zone = f"AAA-{east // 3600}:{east // 60 % 60}:{east % 60}"  # where it is 4 s to midnight
    started(harness.Agent(folder, uri=broker.uri, env={"TZ": zone}))
    first = client.expect(f"{HOME}/price/profile")["raw_today"][0]["start"][:10]
    following = datetime.date.fromisoformat(first) + datetime.timedelta(days=1)
    tomorrow = client.expect(f"{HOME}/price/profile")["raw_today"]
    assert tomorrow[0]["start"].startswith(f"{following}T00:00:00")
    assert [row["value"] for row in tomorrow] == [round(öre / 100, 4) for öre in numbers(PRICES)]


def test_the_status_comes_last_and_receipts_are_not_kept(started, folder, broker):
    agent, client = start_at_midnight(started, folder, broker, *STILL)
    client.publish(f"{HOME}/charge/set", "on")
    message, _ = client.expect_message(f"{HOME}/receipt")
    assert (message.qos, message.retained) == (0, False)
    late = started(harness.Client(broker.port, "home-energy/#"))
    found = [late.messages.get(timeout=harness.PATIENCE) for _ in RETAINED]
    assert f"{HOME}/receipt" not in {m.topic for m in found}
    assert agent.running()


def test_everything_is_there_when_online_is_said(started, folder, broker):
    watcher = started(harness.Client(broker.port).subscribe("home-energy/#", qos=2))
    started(harness.Agent(folder, *STILL, uri=broker.uri))
    found = [watcher.messages.get(timeout=harness.PATIENCE) for _ in RETAINED]
    assert {m.topic: m.qos for m in found} == RETAINED
    assert [(m.topic, m.payload) for m in found[-2:]] == [(f"{HOME}/status", b"online"), ("home-energy/status", b"online")]


def test_each_home_has_a_status_that_is_no_part_of_its_state(started, folder, broker):
    agent = harness.online_agent(started, folder, broker, *STILL, "--homes", "2")
    late = started(harness.Client(broker.port, "home-energy/+/status"))
    assert {(m.topic, m.payload, m.qos, m.retained) for m in (late.messages.get(timeout=harness.PATIENCE) for _ in "12")} == {
        (f"home-energy/home-{n}/status", b"online", 1, True) for n in (1, 2)}
    assert "status" not in agent.get("/state")[1]


@pytest.mark.parametrize("base", ["e", "site/stockholm/energy", "home-energy/north"])
def test_a_base_topic_may_have_several_levels(started, folder, broker, base):
    harness.online_agent(started, folder, broker, *STILL, "--base-topic", base, base=base)
    client = started(harness.Client(broker.port, f"{base}/#"))
    client.expect(f"{base}/status", lambda p: p == "online")
    client.publish(f"{base}/home/charge/set", "on")
    assert client.expect(f"{base}/home/receipt")["status"] == "ok"
    client.publish(f"{base}/ghost/charge/set", "on")
    assert client.expect(f"{base}/receipt")["status"] == "error"
