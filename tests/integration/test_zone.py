"""--zone: simulated days are those of a time zone, its nights of 23 and 25 hours among them."""

import datetime
import json
import zoneinfo

import pytest

import harness
from http_helpers import run_to_its_end

HOME = "home-energy/home"
AUTUMN = ("--zone", "Europe/Stockholm", "--start-date", "2026-10-25", "--clock", "paused")
SPRING = ("--zone", "Europe/Stockholm", "--start-date", "2026-03-29", "--clock", "paused")


def rows(agent, query=""):
    status, answer = agent.get(f"/history?{query}")
    assert status == 200
    return answer["rows"]


def hours_of_autumn():
    """The 25 hours of 2026-10-25, as Nord Pool writes them."""
    faces = [(hour, "+02:00") for hour in (0, 1, 2)] + [(hour, "+01:00") for hour in range(2, 24)]
    starts = [f"2026-10-25T{hour:02}:00:00{offset}" for hour, offset in faces] + ["2026-10-26T00:00:00+01:00"]
    return [{"start": start, "end": end, "value": round(0.5 + i / 100, 2)}
            for i, (start, end) in enumerate(zip(starts, starts[1:]))]


def test_25_prices_are_paid_each_in_its_hour(started, folder, broker):
    agent = harness.online_agent(started, folder, broker, *AUTUMN)
    client = started(harness.Client(broker.port, f"{HOME}/price/profile", f"{HOME}/clock"))
    sent = hours_of_autumn()
    status, answer = agent.post("/price", json.dumps(sent))
    assert (status, answer["price"]["missing"], answer["lowest"], answer["highest"]) == (200, [], 0.5, 0.74)
    assert client.expect(f"{HOME}/price/profile", lambda p: p["raw_today"] == sent)["values"] == \
        [entry["value"] for i, entry in enumerate(sent) if i != 3]  # by the clock's face, 24
    assert agent.move_clock({"step": "1d"})["time"] == "23:00"  # 24 hours
    agent.move_clock({"step": "1h"})
    hours = rows(agent, "from=2026-10-25&to=2026-10-26&step=1h")
    assert [(row["start"], row["price"], row["minutes"]) for row in hours] == \
        [(entry["start"], entry["value"], 60) for entry in sent]
    for row in hours:
        assert row["cost"] == pytest.approx(row["base_kwh"] * row["price"], abs=1e-4)
    day, = rows(agent, "from=2026-10-25&to=2026-10-26&step=1d")
    assert (day["start"], day["minutes"]) == ("2026-10-25T00:00:00+02:00", 25 * 60)
    assert day["cost"] == pytest.approx(sum(row["cost"] for row in hours), abs=2e-3)
    second = rows(agent, "from=2026-10-25T02:15:00%2B01:00&to=2026-10-25T02:30:00%2B01:00")
    assert [row["start"] for row in second] == ["2026-10-25T02:15:00+01:00"]


def test_the_cheapest_hour_before_the_departure_of_an_autumn_night(started, folder, broker):
    prices = [0.9] * 6 + [0.1] + [0.9] * 17
    agent = harness.online_agent(started, folder, broker, *AUTUMN, "--mode", "cheapest", "--ready-by", "07:00",
                                 "--start-soc", "70", "--fuse-kw", "25")
    agent.post("/price", json.dumps(prices))
    plan = agent.get("/plan")[1]
    assert plan["blocks"][-1]["end"] == "2026-10-25T07:00:00+01:00"
    agent.move_clock({"until": "07:00"})
    assert agent.get("/state")[1]["battery"]["soc_percent"] == pytest.approx(80, abs=0.01)
    assert {row["start"][:13] for row in rows(agent) if row["car_kwh"] > 0} == {"2026-10-25T06"}


def test_a_spring_day_has_23_hours(started, folder, broker):
    agent = harness.online_agent(started, folder, broker, *SPRING)
    assert agent.move_clock({"until": "1T00:00"})["date"] == "2026-03-30"
    hours = rows(agent, "from=2026-03-29&to=2026-03-30&step=1h")
    assert len(hours) == 23
    assert [row["start"] for row in hours[1:3]] == ["2026-03-29T01:00:00+01:00", "2026-03-29T03:00:00+02:00"]
    assert len(agent.get("/priceperhour")[1]) == 24
    assert agent.get("/state")[1]["price/profile"]["raw_today"][0]["start"] == "2026-03-30T00:00:00+02:00"


def test_until_says_which_of_two_equal_times_is_meant(started, folder, broker):
    agent = harness.online_agent(started, folder, broker, *AUTUMN)
    agent.move_clock({"until": "2026-10-25T02:15:00+01:00"})
    agent.move_clock("step")  # the second 02:15 and a tick
    assert rows(agent, "from=2026-10-25")[-1]["start"] == "2026-10-25T02:15:00+01:00"
    assert agent.post("/clock", {"until": "2026-10-25T02:15:00+02:00"})[0] == 400
    assert agent.move_clock({"until": "02:30"})["date"] == "2026-10-26"  # today's first one has passed


def test_prices_of_a_zone_s_tomorrow_hold_when_that_has_come(started, folder, broker):
    agent = harness.online_agent(started, folder, broker, *AUTUMN)
    tomorrow = [{"start": f"2026-10-26T{hour:02}:00:00+01:00", "value": hour / 10} for hour in range(24)]
    assert agent.post("/price", json.dumps(tomorrow))[0] == 200
    client = started(harness.Client(broker.port, f"{HOME}/price/profile"))
    assert client.expect(f"{HOME}/price/profile")["values"][1] == 0.7086
    agent.move_clock({"until": "1T03:00"})
    assert client.expect(f"{HOME}/price/profile")["values"] == [hour / 10 for hour in range(24)]
    assert agent.get("/state")[1]["price"]["price"] == 0.3


def test_what_was_known_of_moments_is_so_after_a_restart(started, folder, broker):
    agent = harness.online_agent(started, folder, broker, *AUTUMN, "--data-dir", folder / "data")
    agent.post("/price", json.dumps(hours_of_autumn()))
    agent.move_clock({"step": "3h"})  # to the second 02:00
    before = agent.get("/state")[1]
    assert (before["clock"]["time"], before["price"]["price"]) == ("02:00", 0.53)
    agent.stop()
    agent.start()
    after = agent.get("/state")[1]
    assert [after[topic] for topic in ("clock", "price", "price/profile")] == \
        [before[topic] for topic in ("clock", "price", "price/profile")]
    assert agent.move_clock({"step": "1h"})["time"] == "03:00"


@pytest.mark.parametrize("name", ["Nowhere", "", "../../etc/passwd", "europe"])
def test_a_zone_that_the_machine_does_not_know_is_refused(name):
    status, _, error = run_to_its_end("--zone", name)
    assert status == 2 and error[0].startswith("home-energy-agent: --zone: must be a time zone such as Europe/Stockholm")


@pytest.mark.parametrize("zone, date, minutes", [
    ("Australia/Lord_Howe", "2026-04-05", 1470), ("Australia/Lord_Howe", "2026-10-04", 1410),
    ("Antarctica/Troll", "2026-10-25", 1560), ("Antarctica/Troll", "2026-03-29", 1320),
    ("America/Santiago", "2026-04-04", 1500), ("America/Santiago", "2026-09-06", 1380),
    ("America/Havana", "2024-11-03", 1500), ("America/Havana", "2024-03-10", 1380), ("Asia/Kathmandu", "2026-10-25", 1440)])
def test_days_of_every_kind(started, folder, broker, zone, date, minutes):
    agent = harness.online_agent(started, folder, broker, "--zone", zone, "--start-date", date, "--clock", "paused")
    agent.move_clock({"step": f"{minutes}m"})
    clock = agent.get("/clock")[1]
    assert (clock["day"], clock["time"]) in ((1, "00:00"), (1, "01:00"))
    following = datetime.date.fromisoformat(date) + datetime.timedelta(days=1)
    quarters = rows(agent, f"from={date}&to={following}")
    starts = [datetime.datetime.fromisoformat(row["start"]) for row in quarters]
    assert [(b - a).total_seconds() for a, b in zip(starts, starts[1:])] == [900] * (minutes // 15 - 1)
    for start in starts:
        assert start.utcoffset() == start.astimezone(zoneinfo.ZoneInfo(zone)).utcoffset()
    day = rows(agent, f"from={date}&step=1d")[0]
    assert day["minutes"] == minutes
    assert day["base_kwh"] == pytest.approx(sum(row["base_kwh"] for row in quarters), abs=0.05)


def test_the_plan_command_knows_the_date(folder):
    file = folder / "prices.csv"
    begin = datetime.datetime(2026, 3, 28)
    file.write_text("time,price SEK/kWh\n" + "".join(
        f"{begin + datetime.timedelta(hours=hour):%Y-%m-%d %H:%M},{1 + hour // 24}\n"
        for hour in range(72) if hour != 26))  # what the clock never showed
    options = ("plan", "--prices", file, "--zone", "Europe/Stockholm", "--start-date", "2026-03-29", "--start-soc", "50")
    plan = json.loads(run_to_its_end(*options, "--json")[1])
    assert plan["end"].startswith("2026-03-29T") and {block["price"] for block in plan["blocks"]} == {2.0}
    rows = run_to_its_end(*options, "--at", "23:00", "--ready-by", "04:00")[1].splitlines()[1:21]
    assert [row.split()[:2] for row in rows[::4]] == [
        ["23:00", "2.0000"], ["00:00", "3.0000"], ["01:00", "3.0000"], ["02:00", "3.0000"], ["03:00", "3.0000"]]
