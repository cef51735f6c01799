"""The clock of all homes, live: paused, stepped, run and paced over MQTT and HTTP, and what has been published when it
answers."""

import json
import os
import time

import pytest

import harness

SET, RECEIPT, CLOCK = "home-energy/clock/set", "home-energy/receipt", "home-energy/home/clock"
SANITIZED = os.environ.get("HOME_ENERGY_SANITIZED") == "1"
PAUSED = ("--clock", "paused")
AT_START = {"day": 0, "time": "00:00", "hour": 0, "minute": 0, "date": "2026-01-01", "weekday": "thu", "running": False,
            "seconds_per_hour": 4.0}


@pytest.fixture
def paused(started, folder, broker):
    return harness.online_agent(started, folder, broker, *PAUSED)


def test_a_paused_clock_stands_and_is_healthy(paused):
    assert paused.get("/clock") == (200, AT_START)
    time.sleep(1.2)  # more than a tick, were it running
    assert paused.get("/clock") == (200, AT_START)
    status, health = paused.get("/healthz")
    assert (status, health["status"], health["running"]) == (200, "ok", False)


def test_the_receipt_of_a_step_comes_behind_all_that_it_caused(paused, started, broker):
    client = started(harness.Client(broker.port, "home-energy/#"))
    client.expect("home-energy/status")
    client.publish(SET, '{"step":"1h","id":"a"}')
    before = []
    while not before or before[-1].topic != RECEIPT:
        before.append(client.messages.get(timeout=harness.PATIENCE))
    assert json.loads(before[-1].payload) == {
        "command": "clock", "status": "ok", "id": "a",
        "result": AT_START | {"time": "01:00", "hour": 1}}
    last = {message.topic: json.loads(message.payload) for message in before[:-1] if message.topic != SET}
    assert last[CLOCK]["time"] == "01:00"
    assert last["home-energy/home/price"]["price"] == 0.7086
    time.sleep(0.3)
    assert [m for m in client.drain() if not m.topic.endswith("/set")] == []


@pytest.mark.parametrize("version", ["5", "3.1.1"])
def test_when_http_answers_the_broker_has_it_all(started, folder, version):
    """With 300 homes: a subscriber who comes after the answer finds each of them at the time that it names."""
    broker = started(harness.Broker(folder, config=harness.ROOMY))
    agent = harness.online_agent(started, folder, broker, *PAUSED, "--homes", "300", "--ha-discovery", "off", "--mqtt-version",
                                 version)
    for until in ("07:00", "2T12:15"):
        clock = agent.move_clock({"until": until})
        late = started(harness.Client(broker.port, "home-energy/+/clock"))
        shown = [json.loads(late.messages.get(timeout=harness.PATIENCE).payload) for _ in range(300)]
        assert all(each == clock for each in shown)
    assert clock["day"] == 2 and clock["time"] == "12:15" and clock["date"] == "2026-01-03"


def test_a_response_topic_gets_the_one_receipt_and_no_progress(paused, started, broker):
    asker = started(harness.Client(broker.port, "home-energy/answers/me", RECEIPT))
    asker.publish(SET, '{"step":"3660d"}', response_topic="home-energy/answers/me", correlation=b"7")
    progress = asker.expect(RECEIPT, lambda p: p["status"] == "progress")
    assert progress["command"] == "clock" and progress["result"]["day"] > 0
    asker.publish(SET, "pause")
    message, answer = asker.expect_message("home-energy/answers/me")
    assert message.properties.CorrelationData == b"7"
    assert answer["status"] == "error" and "by a pause" in answer["error"]
    assert asker.expect(RECEIPT, lambda p: p["status"] == "ok")["result"]["running"] is False


def test_a_step_while_one_runs_is_refused_and_names_pause(paused, started, broker):
    client = started(harness.Client(broker.port, RECEIPT))
    client.publish(SET, '{"step":"3660d","id":1}')
    client.expect(RECEIPT, lambda p: p["status"] == "progress")
    client.publish(SET, '{"step":"15m","id":2}')
    refused = client.expect(RECEIPT, lambda p: p.get("id") == 2)
    assert refused["status"] == "error" and '{"pause":true}' in refused["error"]
    assert paused.post("/clock", {"until": "07:00"})[0] == 400
    began = time.monotonic()
    assert paused.post("/charge", {"charging": "on"})[0] == 200  # homes are told things meanwhile
    assert paused.get("/healthz")[0] == 200
    assert time.monotonic() - began < 2
    assert paused.post("/clock", {"pause": True})[0] == 200
    assert client.expect(RECEIPT, lambda p: p.get("id") == 1)["status"] == "error"


def test_pause_run_and_pace_of_a_clock_that_runs(started, folder, broker):
    agent = harness.online_agent(started, folder, broker)
    client = started(harness.Client(broker.port, "home-energy/#"))
    client.publish(SET, "0.04")
    assert client.expect("home-energy/info", lambda p: p["seconds_per_hour"] == 0.04)
    client.expect(CLOCK, lambda p: p["day"] >= 1 and p["seconds_per_hour"] == 0.04)
    client.publish(SET, "pause")
    stands = client.expect(RECEIPT, lambda p: not p["result"]["running"])["result"]
    assert agent.get("/clock")[1] == stands
    assert agent.move_clock({"run": True, "seconds_per_hour": 0.4})["running"] is True
    client.expect(CLOCK, lambda p: p["running"] and p["time"] != stands["time"])


@pytest.mark.parametrize("command", ["", "{}", "maybe", '{"step":"7m"}', '{"until":"0T00:00"}', '{"run":true,"pause":true}',
                                     '{"realtime":true}', "[1]", "\xff", '{"step":"15m"', "1e400", "0.0001"])
def test_what_the_clock_cannot_do_changes_nothing(paused, command):
    for body in (command, command.encode("latin-1")):
        status, answer = paused.post("/clock", body)
        assert status == 400 and answer["error"]
    assert paused.get("/clock") == (200, AT_START)


def test_the_wall_clock_is_only_read(started, folder, broker):
    agent = harness.online_agent(started, folder, broker, "--realtime")
    for command in ({"pause": True}, {"step": "1h"}, {"seconds_per_hour": 4}, {"until": "07:00"}):
        status, answer = agent.post("/clock", command)
        assert status == 400 and "--realtime" in answer["error"]
    assert agent.post("/clock", {"realtime": True})[0] == 200
    clock = agent.get("/clock")[1]
    assert clock["seconds_per_hour"] == 3600.0 and clock["running"] is True
    assert clock["date"] == time.strftime("%Y-%m-%d") and clock["weekday"] == time.strftime("%a").lower()


def test_without_a_broker_the_clock_is_told_by_http(started, folder):
    agent = started(harness.Agent(folder, *PAUSED, "--start-date", "2024-02-28", uri=f"mqtt://127.0.0.1:{harness.free_port()}"))
    assert agent.move_clock({"until": "2T07:00"})["date"] == "2024-03-01"
    assert agent.post("/clock", "step=1h")[1]["time"] == "08:00"


def test_a_long_step_does_not_run_ahead_of_the_store(started, folder):
    """Ten homes make more rows of history a second than a database takes: a million of them, 3 s on an idle machine."""
    busy = 6 * harness.PATIENCE
    agent = started(harness.Agent(folder, *PAUSED, "--homes", "10", "--keep-days", "1", uri="mqtt://127.0.0.1:1"))
    agent.move_clock({"step": "30d"}, busy)
    before = agent.resident_kib()
    days = 60 if SANITIZED else 1000
    assert agent.post("/clock", {"step": f"{days}d"}, busy)[0] in (200, 202)  # a busy machine takes longer than HTTP waits
    harness.wait_until(lambda: agent.get("/clock")[1]["day"] == 30 + days, "it is there", busy)
    assert agent.resident_kib() - before < (256 if SANITIZED else 32) * 1024


def history(agent):
    return agent.request("GET", "/history?from=0&to=2&step=15m")[2]


def test_real_seconds_do_not_matter_to_what_comes_out(started, folder, broker):
    """A day of smart charging stepped, at 40 ms an hour and at once: the same bytes of history."""
    days = []
    for number, move in enumerate(("steps", "runs", "at once")):
        agent = harness.online_agent(started, folder, broker, *PAUSED, "--mode", "cheapest", "--taper", "60:5.1", "--home", f"h{number}")
        if move == "steps":
            for _ in range(2 * 96):
                agent.move_clock("step=15m")
        elif move == "runs":
            agent.move_clock({"run": True, "seconds_per_hour": 0.04})
            harness.wait_until(lambda: agent.get("/clock")[1]["day"] >= 2, "two days have passed")  # noqa: B023
        else:
            agent.move_clock({"until": "2T00:00"})
        rows = json.loads(history(agent))["rows"]
        days.append(json.dumps([row for row in rows if row["start"] < "2T"]))
        assert len(json.loads(days[-1])) == 2 * 96
        agent.stop()
    assert days[0] == days[1] == days[2]
