"""--realtime with a folder: the while that a process was not there is lived at its start; a clock that is put forward
or back while it runs lowers nothing."""

import datetime
import re
import time
import zoneinfo

import pytest

import durable
import harness
from durable import HOME, agent_on, counters, healthz, not_lower, bent_environment, put

ZONE = zoneinfo.ZoneInfo("Europe/Stockholm")
CHARGER = 7.4  # kW
HOUR = 3600


@pytest.fixture
def wall(folder):
    return Wall(folder)


class Wall:
    """The wall clock of the agents of a test."""

    def __init__(self, folder, zone=ZONE):
        self.zone = zone
        self.env, _, self.file = bent_environment(folder, zone.key)
        self.offset = self.asleep = 0

    def set(self, text):
        """To a local time; the first of the two where there are two."""
        self.move(datetime.datetime.fromisoformat(text).replace(tzinfo=self.zone).timestamp() - self.now())

    def move(self, seconds):
        self.offset += round(seconds)
        put(self.file, f"{self.offset} {self.asleep}")

    def sleep(self, seconds):
        """Of the whole machine: the clock of its processes stands still, that on the wall does not."""
        self.asleep += seconds
        self.move(seconds)

    def now(self):
        return time.time() + self.offset

    def local(self):
        return datetime.datetime.fromtimestamp(self.now(), self.zone)


def follows(agent, wall):
    """Whether the home's clock shows what the wall's does, to a few seconds."""
    clock = agent.get("/state")[1]["clock"]
    shown = clock["hour"] * 60 + clock["minute"]
    return any(shown == at.hour * 60 + at.minute
               for at in (wall.local() - datetime.timedelta(seconds=3), wall.local()))


def energy_between(values, begin, end):
    """kWh of a base load of 24 or 96 values between two moments, by the local clock, second by second."""
    per_value = 24 * 60 // len(values)
    total = 0.0
    for moment in range(int(begin), int(end)):
        local = datetime.datetime.fromtimestamp(moment, ZONE)
        total += values[(local.hour * 60 + local.minute) // per_value] / HOUR
    return total


def settled(agent):
    """The state, when all that has happened is on disk: what was missed is seen of the counters from then on."""
    assert agent.post("/ready_by", {"ready_by": "07:00"}) == (200, {"ready_by": "07:00"})
    return agent.get("/state")[1]


def rows_since(agent, text):
    rows = durable.history(agent, f"from={text}")
    starts = [datetime.datetime.fromisoformat(row["start"]) for row in rows]
    assert starts == sorted(starts) and len(set(starts)) == len(starts)
    return list(zip(starts, rows))


def real_time_agent(folder, wall, *arguments, **options):
    return agent_on(folder / "data", folder, "--realtime", "--tick", "1s", *arguments, env=wall.env, **options)


@pytest.mark.parametrize("end", ["kill", "stop"])
@pytest.mark.parametrize("begin", ["2026-11-22T09:50:00", "2026-11-22T23:05:30", "2026-10-25T01:20:00",
                                   "2027-03-28T01:20:00"], ids=["day", "midnight", "autumn", "spring"])
def test_what_was_missed_is_lived_at_the_start(started, folder, wall, begin, end):
    wall.set(begin)
    agent = started(real_time_agent(folder, wall))
    agent.post("/charge", {"charging": "on"})
    values = agent.get("/state")[1]["baseload/profile"]["values"]
    time.sleep(1.5)
    went, before = wall.now(), agent.get("/state")[1]
    agent.kill() if end == "kill" else agent.stop()
    wall.move(2 * HOUR)
    agent.start()
    came, after = wall.now(), settled(agent)
    lived = energy_between(values, went, came)
    # a second more or less at both ends: at 11 kW 0.003 kWh each, and the wire's three decimals
    assert after["baseload"]["energy_kwh"] - before["baseload"]["energy_kwh"] == pytest.approx(lived, abs=0.012)
    charged = after["battery"]["charged_kwh"] - before["battery"]["charged_kwh"]
    assert charged == pytest.approx(CHARGER * (came - went) / HOUR, abs=0.012)
    assert after["battery"]["charging"] == "on" and follows(agent, wall)
    rows = rows_since(agent, begin[:10])
    expected, moment = set(), went - went % 900
    while moment <= came - 5:
        expected.add(datetime.datetime.fromtimestamp(moment, datetime.timezone.utc))
        moment += 900
    assert {start.astimezone(datetime.timezone.utc) for start, _ in rows} >= expected, "a row for each quarter that was missed"
    assert sum(row["car_kwh"] for _, row in rows) == pytest.approx(after["battery"]["charged_kwh"], abs=0.02)
    durable.sums_agree(agent, query=f"from={begin[:10]}&step=1d")


def test_twenty_days_away_are_lived_in_no_time(started, folder, wall):
    wall.set("2026-11-02T12:05:00")
    agent = started(real_time_agent(folder, wall, "--mode", "cheapest"))
    before = settled(agent)  # a home that is killed before its first commit begins anew
    agent.kill()
    wall.move(20 * 24 * HOUR)
    began = time.monotonic()
    agent.start()
    assert time.monotonic() - began < (30 if durable.SANITIZED else 8)
    after = settled(agent)
    day = energy_between(after["baseload/profile"]["values"], wall.now() - 24 * HOUR, wall.now())
    assert after["baseload"]["energy_kwh"] - before["baseload"]["energy_kwh"] == pytest.approx(20 * day, abs=0.1)
    assert after["clock"]["day"] == before["clock"]["day"] + 20
    assert after["battery"]["soc_percent"] == 80.0, "the plan was kept while nobody was there"
    assert len(rows_since(agent, "2026-11-02")) == 20 * 96 + 1
    durable.sums_agree(agent, query="from=2026-11-02&step=1d")


@pytest.mark.parametrize("begin", ["2026-11-22T09:50:00", "2026-11-22T23:05:30"], ids=["day", "midnight"])
def test_what_was_slept_is_lived_when_the_machine_wakes(started, folder, wall, begin):
    wall.set(begin)
    agent = started(real_time_agent(folder, wall))
    agent.post("/charge", {"charging": "on"})
    values = agent.get("/state")[1]["baseload/profile"]["values"]
    for asleep in (2 * HOUR, 40):
        went, before = wall.now(), settled(agent)
        wall.sleep(asleep)
        harness.wait_until(lambda: follows(agent, wall), "the clock follows", 4)
        time.sleep(1.2)
        came, after = wall.now(), settled(agent)
        lived = energy_between(values, went, came)
        assert after["baseload"]["energy_kwh"] - before["baseload"]["energy_kwh"] == pytest.approx(lived, abs=0.012)
        charged = after["battery"]["charged_kwh"] - before["battery"]["charged_kwh"]
        assert charged == pytest.approx(CHARGER * (came - went) / HOUR, abs=0.012)
    assert agent.log().count("simulating what was missed") == 2
    durable.sums_agree(agent, query=f"from={begin[:10]}&step=1d")
    rows = [start.replace(tzinfo=None) for start, _ in rows_since(agent, begin[:10])]
    assert all(later - row == datetime.timedelta(minutes=15) for row, later in zip(rows, rows[1:])), rows


def test_a_signal_ends_a_long_catching_up_at_once_and_loses_nothing(started, folder, wall):
    wall.set("2026-11-02T12:05:00")
    agent = started(real_time_agent(folder, wall, "--homes", "300", "--ha-discovery", "off"))
    assert agent.post("/charge_limit", {"charge_limit": 66}) == (200, {"charge_limit": 66.0})
    before = agent.get("/state")[1]
    agent.kill()
    wall.move(60 * 24 * HOUR)
    harness.Process.start(agent)
    harness.wait_until(lambda: re.search("simulating what was missed: .* is reached, until", agent.log()), "it catches up, and says how far it is")
    code, seconds = agent.stop()
    assert code == 0 and seconds < 2, agent.log()
    wall.move(-60 * 24 * HOUR)
    agent.start()
    after = settled(agent)
    assert after["battery"]["limit_percent"] == 66.0 and after["clock"]["day"] == before["clock"]["day"]
    not_lower(counters(before), counters(after))


def test_a_clock_that_was_put_back_while_it_was_away_lowers_nothing(started, folder, wall):
    wall.set("2026-11-22T02:10:00")
    agent = started(real_time_agent(folder, wall))
    agent.post("/charge", {"charging": "on"})
    time.sleep(1.5)
    for seconds in (-5 * HOUR, -30 * 24 * HOUR, 2 * HOUR):
        before = agent.get("/state")[1]
        agent.kill()
        wall.move(seconds)
        agent.start()
        after = settled(agent)
        not_lower(counters(before), counters(after))
        assert follows(agent, wall) and after["battery"]["charging"] == "on"
        rows_since(agent, "2026-10-01")
        durable.sums_agree(agent, query="from=2026-10-01&step=1d")


@pytest.mark.parametrize("begin, jumps", [
    ("2026-11-22T12:00:00", [3 * HOUR, -5 * HOUR]),
    ("2026-11-22T01:10:00", [-2 * HOUR, 2 * HOUR]),  # back across midnight, and forwards again
    ("2026-10-25T02:30:00", [HOUR, -HOUR]),  # from the first half past two to the second, and back
    ("2026-11-22T12:00:00", [40 * 24 * HOUR, -40 * 24 * HOUR]),
    ("2026-11-22T12:00:00", [7, -7, 30, -30, 2, -2]),
], ids=["hours", "midnight", "autumn", "days", "seconds"])
def test_a_clock_that_jumps_while_it_runs_lowers_nothing(started, folder, wall, broker, begin, jumps):
    wall.set(begin)
    agent = started(real_time_agent(folder, wall, uri=broker.uri))
    harness.wait_online(broker)
    client = started(harness.Client(broker.port, f"{HOME}/clock"))
    agent.post("/charge", {"charging": "on"})
    for seconds in jumps:
        before = agent.get("/state")[1]
        client.drain()
        wall.move(seconds)
        harness.wait_until(lambda: follows(agent, wall), "the clock follows", 4)
        if abs(seconds) >= 2 * HOUR and seconds % (24 * HOUR):
            told = client.expect(f"{HOME}/clock", lambda p: p["hour"] == wall.local().hour)
            assert told["minute"] <= wall.local().minute
        not_lower(counters(before), counters(agent.get("/state")[1]))
        charged = before["battery"]["charged_kwh"]
        harness.wait_until(lambda: agent.get("/state")[1]["battery"]["charged_kwh"] > charged + 0.002, "ticks go on")
        rows_since(agent, "2026-10-01")
        durable.sums_agree(agent, query="from=2026-10-01&step=1d")
    assert healthz(agent) == {"status": "ok", "running": True, "broker": "connected", "homes": 1, "store": "ok"}
    before = agent.get("/state")[1]
    agent.kill()
    agent.start()
    not_lower(counters(before), counters(agent.get("/state")[1]))
    durable.sums_agree(agent, query="from=2026-10-01&step=1d")


@pytest.mark.parametrize("begin, last", [("2026-10-25T02:59:57", "02:00"), ("2027-03-28T01:59:57", "03:00"),
                                         ("2026-11-21T23:59:57", "00:00")], ids=["autumn", "spring", "midnight"])
def test_the_hour_that_is_left_out_or_repeated_while_it_runs(started, folder, wall, begin, last):
    wall.set(begin)
    agent = started(real_time_agent(folder, wall))
    harness.wait_until(lambda: wall.local().strftime("%H:%M") == last, "the hour begins")
    time.sleep(3)
    assert follows(agent, wall)
    starts = [start.strftime("%H:%M") for start, _ in rows_since(agent, begin[:10])]
    assert len(starts) == 2 and last in starts
    durable.sums_agree(agent, query=f"from={begin[:10]}&step=1d")


def test_days_are_not_lost_when_a_simulated_home_becomes_a_real_one_and_back(started, folder, wall):
    wall.set("2026-11-22T12:00:00")
    data = folder / "data"
    agent = started(agent_on(data, folder, *durable.FAST, env=wall.env))
    harness.wait_until(lambda: agent.get("/state")[1]["clock"]["hour"] >= 3, "a while passes")
    for arguments in (("--realtime", "--tick", "1s"), durable.FAST, ("--realtime", "--tick", "1s")):
        before = agent.get("/state")[1]
        agent.stop()
        agent = started(agent_on(data, folder, *arguments, env=wall.env))
        after = agent.get("/state")[1]
        not_lower(counters(before), counters(after))
        time.sleep(0.5)
    assert follows(agent, wall)
    durable.sums_agree(agent, query="from=2026-11-01&step=1d")


@pytest.mark.parametrize("night", ["2026-10-24", "2027-03-27", "2026-11-21"])  # the clock is put back; on; neither
def test_a_plan_is_ready_in_time_in_every_night(started, folder, wall, night):
    morning = datetime.date.fromisoformat(night) + datetime.timedelta(days=1)
    wall.set(f"{night}T23:30:00")
    options = ("--mode", "cheapest", "--target", "80", "--ready-by", "07:00", "--start-soc", "65")
    agent = started(real_time_agent(folder, wall, *options))
    prices = [1.0] * 24
    prices[6] = 0.1
    assert agent.post("/price", prices)[0] == 200
    assert agent.post("/baseload", [0.5] * 24)[0] == 200  # so that the fuse leaves room in each hour
    agent.stop()
    wall.set(f"{morning}T07:00:02")
    agent = started(real_time_agent(folder, wall))
    state = settled(agent)
    assert state["clock"]["time"] == "07:00" and state["battery"]["soc_percent"] >= 80, state
