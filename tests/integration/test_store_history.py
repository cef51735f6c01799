"""GET /history: its rows against the counters, what may be asked of it, and what becomes of old days."""

import csv
import io
import threading

import pytest

import durable
import harness
from durable import FAST, STILL, agent_on, counters, history, sums_agree

PAUSED = ("--clock", "paused")
QUICK = ("--seconds-per-hour", "0.04", "--tick", "10ms")  # a day lasts 0.96 s, a tick is a quarter of an hour
COLUMNS = ["start", "base_kwh", "car_kwh", "price", "cost", "soc_percent", "overload_minutes", "minutes"]


@pytest.fixture(scope="module")
def lived(tmp_path_factory):
    """A home that lived a day and a bit, charged for some of it, and stands still now: one for all that only ask."""
    folder = tmp_path_factory.mktemp("history")
    agent = agent_on(folder / "data", folder, *PAUSED).start()
    agent.post("/charge", {"charging": "on"})
    agent.move_clock({"until": "1T05:00"})
    agent.stop()
    agent = agent_on(folder / "data", folder, *STILL).start()
    yield agent
    agent.kill()


def total(rows, column):
    return sum(row[column] for row in rows)


def test_rows_tell_what_the_counters_rose_by(lived):
    state = lived.get("/state")[1]
    for step, seconds in (("15m", 900), ("1h", 3600), ("1d", 86400)):
        rows = history(lived, f"from=0&step={step}")
        assert [list(row) for row in rows] == [COLUMNS] * len(rows)
        bound = 0.0006 * len(rows) + 0.001
        assert total(rows, "base_kwh") == pytest.approx(counters(state)["base"], abs=bound), step
        assert total(rows, "car_kwh") == pytest.approx(counters(state)["charged"], abs=bound), step
        assert total(rows, "cost") == pytest.approx(state["grid"]["cost"], abs=0.0001 * len(rows) + 0.001), step
        assert rows[-1]["soc_percent"] == state["battery"]["soc_percent"]
        assert len(rows) == (durable.minutes(state["clock"]) * 60 + seconds - 1) // seconds
    assert counters(state)["charged"] > 30


def test_quarters_are_what_the_curves_say(lived):
    loads = lived.get("/baseload")[1]  # kWh of each hour, were they lived
    for row, load in zip(history(lived, "from=0&to=1&step=1h"), loads):
        assert row["base_kwh"] == pytest.approx(load, abs=0.002), row
    values = lived.get("/state")[1]["price/profile"]["values"]
    per_value = 96 // len(values)
    for number, row in enumerate(history(lived, "from=0&to=1")):
        assert row["start"] == f"0T{number // 4:02}:{number % 4 * 15:02}"
        assert row["price"] == values[number // per_value]
        assert row["cost"] == pytest.approx((row["base_kwh"] + row["car_kwh"]) * row["price"], abs=0.003)


@pytest.mark.parametrize("query, first, count", [
    ("from=0T01:00&to=0T02:00", "0T01:00", 4), ("from=0T01:15&to=0T01:30", "0T01:15", 1), ("from=0&to=0", None, 0),
    ("from=0T23:45&to=1", "0T23:45", 1), ("from=0&to=1", "0T00:00", 96), ("from=0&to=1&step=1h", "0T00:00", 24),
    ("from=0T00:45&to=0T02:15&step=1h", "0T00:00", 3), ("from=0T12:00&to=1&step=1d", "0T00:00", 1),
    ("from=7", None, 0), ("from=7&to=100000000", None, 0), ("from=%30&to=0T00%3A30", "0T00:00", 2),
    ("step=15m&to=1&from=0", "0T00:00", 96), ("from=0T00:00&to=0T00:15&format=json", "0T00:00", 1),
])
def test_from_to_and_step(lived, query, first, count):
    rows = history(lived, query)
    assert len(rows) == count and (rows[0]["start"] if rows else None) == first


def test_without_a_query_it_is_today(lived):
    rows = history(lived, "")
    assert rows == history(lived, "from=1") and rows[0]["start"] == "1T00:00"
    assert lived.get("/history?from=0")[1].keys() == {"home", "step", "currency", "rows"}
    assert lived.get("/homes/home/history?from=0") == lived.get("/history?from=0")


@pytest.mark.parametrize("query, accept", [("format=csv", {}), ("", {"Accept": "text/csv"}),
                                           ("format=csv", {"Accept": "application/json"})])
def test_csv_tells_the_same(lived, query, accept):
    rows = history(lived, "from=0&to=1&step=1h")
    status, headers, body = lived.request("GET", f"/history?from=0&to=1&step=1h&{query}", headers=accept)
    assert status == 200 and headers["Content-Type"].startswith("text/csv") and body.endswith(b"\r\n")
    assert headers["Content-Disposition"] == 'attachment; filename="home.csv"'
    table = list(csv.DictReader(io.StringIO(body.decode())))
    assert [{key: value if key == "start" else float(value) for key, value in row.items()} for row in table] == rows


def test_format_beats_accept(lived):
    headers = lived.request("GET", "/history?format=json", headers={"Accept": "text/csv"})[1]
    assert headers["Content-Type"] == "application/json"


@pytest.mark.parametrize("field, value", [
    *(("from", value) for value in ("", "x", "-1", "1.5", "1T", "1T7:15", "1T07:10", "1T24:00", "T07:15", "2026-11-22",
                                    "1T07:15:00", "99999999999999999999", "10000000001", "+1", "1%00", "%FF", "1 ")),
    *(("to", value) for value in ("", "x", "-1", "1T07:01", "2026-11-22T07:15", "1e3")),
    ("to", "0&from=1"), ("to", "1T00:00&from=1T00:15"), ("to", "0"),
    *(("step", value) for value in ("", "15", "1m", "1H", "1w", "15m,1h")),
    *(("format", value) for value in ("", "xml", "JSON", "csv;")),
])
def test_a_wrong_query_is_told_with_its_field(lived, field, value):
    status, answer = lived.get(f"/history?{field}={value.replace(' ', '%20')}")
    assert status == 400 and answer["error"].startswith(f"{field} must "), answer


def test_homes_beyond_those_with_a_history(started, folder):
    agent = started(agent_on(folder / "data", folder, *FAST, "--homes", "3", "--history-homes", "2"))
    for home in ("home-1", "home-2"):
        harness.wait_until(lambda home=home: history(agent, "", f"/homes/{home}/history"), "there are rows")
    status, answer = agent.get("/homes/home-3/history")
    assert status == 404 and "--history-homes" in answer["error"]
    assert agent.get("/homes/home-4/history")[0] == 404
    agent.stop()
    agent = started(agent_on(folder / "data", folder, *FAST, "--homes", "3", "--history-homes", "0"))
    assert agent.get("/history")[0] == agent.get("/homes/home-1/history")[0] == 404


def old_and_kept(agent, keep_days):
    """Rows by day: days before those that are kept are one row each, from midnight."""
    rows = history(agent)
    days = {}
    for row in rows:
        days.setdefault(int(row["start"].split("T")[0]), []).append(row)
    today = max(days)
    assert sorted(days) == list(range(today + 1))
    for day, of_day in days.items():
        if day < today - keep_days - 1:  # a day is summed up with the first row of another, give or take one
            assert len(of_day) == 1 and of_day[0]["start"] == f"{day}T00:00", (day, len(of_day))
        elif today - keep_days + 1 < day < today:
            assert len(of_day) == 96, (day, today, len(of_day))
    return {day: round(total(of_day, "base_kwh"), 3) for day, of_day in days.items()}


@pytest.mark.parametrize("keep_days", [1, 2, 5])
@pytest.mark.parametrize("data", ["data", "none"])
def test_old_days_become_sums_and_lose_nothing(started, folder, keep_days, data):
    place = data if data == "none" else folder / data
    agent = started(agent_on(place, folder, *PAUSED, "--keep-days", keep_days))
    agent.post("/charge", {"charging": "on"})
    agent.move_clock({"until": f"{keep_days + 4}T13:15"})
    sums = old_and_kept(agent, keep_days)
    sums_agree(agent)
    day = max(sums)
    assert max(sums[n] for n in range(day)) - min(sums[n] for n in range(day)) < 0.06, "days are alike, all are whole"
    if data == "none":
        return
    for end in (agent.kill, agent.stop):  # sums of sums, and others' idea of what is old
        end()
        agent.start()
        agent.move_clock({"step": "2d"})
        old_and_kept(agent, keep_days)
        sums_agree(agent)
    agent.stop()
    agent = started(agent_on(place, folder, *PAUSED, "--keep-days", "1"))
    agent.move_clock({"step": "1d"})
    old_and_kept(agent, 1)
    sums_agree(agent)


def test_a_discharge_begins_the_next_day_and_loses_nothing(started, folder):
    agent = started(agent_on(folder / "data", folder, *PAUSED))
    for day in range(1, 6):
        agent.post("/charge", {"charging": "on"})
        agent.move_clock({"step": "2h"})
        for _ in range(1 + (day == 5)):
            assert agent.post("/discharge", {"discharging": "on"})[0] == 200
    agent.move_clock({"step": "45m"})
    rows = sums_agree(agent)
    assert [row["start"] for row in rows] == [f"{day}T00:00" for day in (0, 1, 2, 3, 4, 6)], "day 5 had no tick"
    quarters = [row["start"] for row in history(agent)]
    assert quarters == sorted(quarters) and len(set(quarters)) == len(quarters)
    agent.kill()
    agent.start()
    assert [row["start"] for row in history(agent)][:len(quarters) - 1] == quarters[:-1]
    sums_agree(agent)


def test_many_ask_at_once_and_time_goes_on(started, folder):
    agent = started(agent_on(folder / "data", folder, *QUICK))
    harness.wait_until(lambda: agent.get("/state")[1]["clock"]["day"] >= 4, "days pass")
    answers = []
    threads = [threading.Thread(target=lambda: answers.extend(agent.get("/history?from=0")[0] for _ in range(10)))
               for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [200] * 200
    assert durable.healthz(agent)["status"] == "ok"
    assert agent.post("/charge_limit", {"charge_limit": 60}) == (200, {"charge_limit": 60.0})
