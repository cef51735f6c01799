"""The longest turn of the thread that owns the homes, in its own processor time, where much falls due at one moment."""

import contextlib
import json
import re
import resource
import shutil
import signal
import sqlite3
import time

import harness
from measuring import Agent, Broker, Row, broker_and_agent, folder, median, running
from page_rows import event_stream, hear_all

MOST_MS = 5
PATIENCE = 120  # seconds, for what takes long on purpose
# Plans of some milliseconds each, of a charger that regulates.
SLOW_PLANS = ("--charger-min-kw", "1.4", "--taper", "60:5,75:3", "--start-cost", "0.5")
KWH_OF_TRIP = 20
TRIPS = f"mon-sun 08:00-17:00 {KWH_OF_TRIP}"
MANY = ("--ha-discovery", "off", "--log-level", "debug", "--homes")
# No day there has 23 or 25 hours, so that a file can be put back by whole days.
UTC = {"TZ": "UTC"}
DAY, DAYS_AWAY, ASLEEP = 86_400, 2, 20  # s, days, s
CATCHES_UP = "simulating what was missed since"
STREAMS = 1000
TIMEOUT = 4  # seconds of --http-timeout: after half of them a stream with nothing to tell sends a comment


def longest_turn_ms(agent):
    return max(float(turn) for turn in re.findall(r"longest turn so far took ([0-9.]+) ms", agent.log()))


def planning(agent):
    return agent.get("/healthz")[1].get("planning", 0)


def make_differ(broker, agent, homes):
    """Until each home has planned."""
    with contextlib.closing(harness.Client(broker.port)) as client:
        for home in range(1, homes + 1):
            client.publish(f"home-energy/home-{home}/target/set", f"{40 + home * 0.05:.2f}", qos=0)
            client.publish(f"home-energy/home-{home}/mode/set", "cheapest", qos=0)
    harness.wait_until(lambda: planning(agent), "they plan")
    harness.wait_until(lambda: not planning(agent), "all have planned", PATIENCE)


def of_planning(homes):
    """Homes that differ plan at one departure."""
    with folder() as place, broker_and_agent(place, *MANY, homes, "--seconds-per-hour", "4", "--ready-by", "05:00",
                                             *SLOW_PLANS) as (broker, agent):
        make_differ(broker, agent, homes)
        harness.wait_until(lambda: planning(agent), "they depart", 60)
        harness.wait_until(lambda: not planning(agent), "all have planned again", PATIENCE)
        return longest_turn_ms(agent)


def of_the_commit_gate(homes, seconds):
    """All homes tick and are stored."""
    with folder() as place, broker_and_agent(place, *MANY, homes, "--data-dir", str(place / "data")) as (_, agent):
        time.sleep(seconds)
        return longest_turn_ms(agent)


def real_agent(place, data, homes, broker, *arguments):
    return Agent(place, *MANY, homes, "--realtime", "--data-dir", str(data), *SLOW_PLANS, *arguments, uri=broker.uri,
                 env=UTC)


def put_back(data, days):
    """The file is as if it had been written so many days earlier: day 0 began then, and the homes stood still since."""
    with contextlib.closing(sqlite3.connect(data / "home-energy.db")) as file:
        file.execute("UPDATE agent SET wall_ms = wall_ms - 1000 * ?1, epoch = epoch - ?1, first_date = first_date - ?2",
                     (days * DAY, days))
        file.commit()


def is_present(agent):
    """Before the loop runs nothing is answered: 100,000 homes take their time to be made."""
    return json.loads(agent.request("GET", "/healthz", patience=PATIENCE)[2])["status"] == "ok"


def of_catching_up(place, stored, homes):
    """A start after days away, on each of which all cars left, came back and planned."""
    data = place / "away"
    shutil.rmtree(data, ignore_errors=True)
    shutil.copytree(stored, data)
    put_back(data, DAYS_AWAY)
    with running(Broker(place)) as broker, running(real_agent(place, data, homes, broker, "--trips", TRIPS)) as agent:
        harness.wait_until(lambda: is_present(agent), "they have caught up", PATIENCE)
        last = lambda: agent.get(f"/homes/home-{homes}/state")[1]
        harness.wait_until(lambda: last()["battery"]["charged_kwh"] > KWH_OF_TRIP, "that they have charged is on disk")
        if CATCHES_UP not in agent.log() or last()["clock"]["day"] < DAYS_AWAY:
            raise RuntimeError(f"this is no catching up: {agent.log()[-1000:]}")
        return longest_turn_ms(agent)


def of_waking(homes):
    """The machine sleeps; to the process it is the same to be stopped, since its timers stand still then, too."""
    with folder() as place, running(Broker(place)) as broker, \
            running(Agent(place, *MANY, homes, "--realtime", "--tick", "1s", uri=broker.uri, env=UTC)) as agent:
        harness.wait_until(lambda: is_present(agent), "they tick", PATIENCE)
        before = agent.log().count(CATCHES_UP)  # it may have been long in coming up
        agent.signal(signal.SIGSTOP)
        time.sleep(ASLEEP)
        agent.signal(signal.SIGCONT)
        harness.wait_until(lambda: agent.log().count(CATCHES_UP) > before, "it notices")
        harness.wait_until(lambda: is_present(agent), "they have caught up", PATIENCE)
        return longest_turn_ms(agent)


class Stream:
    """GET /events, read with the others of its kind; `ticks` counts what is looked for."""

    def __init__(self, port):
        self.stream, self.ticks = event_stream(port), 0

    def close(self):
        self.stream.close()


def of_streams(count, seconds, least, what, *arguments):
    """So many read one home's events, and each hears at least so often what it is to hear."""
    with folder() as place, broker_and_agent(place, "--log-level", "debug", *arguments) as (_, agent), \
            contextlib.ExitStack() as stack:
        readers = [stack.enter_context(contextlib.closing(Stream(agent.port))) for _ in range(count)]
        hear_all(readers, time.monotonic() + seconds, what)
        if min(reader.ticks for reader in readers) < least:
            raise RuntimeError(f"a stream heard {what} {min(reader.ticks for reader in readers)} times in {seconds} s")
        return longest_turn_ms(agent)


def turn_row(what, values):
    longest = median(values)
    return Row(f"longest turn of the owner's thread, {what}", f"{longest:.1f} ms", "", f"{longest:.1f} ms",
               f"at most {MOST_MS} ms", longest <= MOST_MS)


def turns(bench):
    return [turn_row("1,000 homes that differ plan at one departure", [of_planning(1000) for _ in range(bench.rounds)]),
            turn_row("100,000 homes with a data folder",
                     [of_the_commit_gate(100_000, bench.pick(30, 10)) for _ in range(bench.rounds)])]


def weekend(bench):
    homes = 1000
    with folder() as place:
        with running(Broker(place)) as broker, running(real_agent(place, place / "stored", homes, broker)) as agent:
            agent.wait_connected()
            make_differ(broker, agent, homes)
        return [turn_row(f"{homes:,} homes that differ catch up {DAYS_AWAY} days",
                         [of_catching_up(place, place / "stored", homes) for _ in range(bench.rounds)])]


def asleep(bench):
    return [turn_row("100,000 homes wake up with the machine", [of_waking(100_000) for _ in range(bench.rounds)])]


def streams(bench):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))  # the agent raises its own by itself
    seconds, what = bench.pick(10, 5), f"{STREAMS:,} streams of one home's events"
    try:
        busy = [of_streams(STREAMS, seconds, seconds - 2, b"event: clock") for _ in range(bench.rounds)]
        quiet = [of_streams(STREAMS, TIMEOUT + 2, 1, b":\n\n", "--clock", "paused", "--http-timeout", TIMEOUT) for _ in range(bench.rounds)]
        return [turn_row(what, busy), turn_row(f"{what}, where nothing happens", quiet)]
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
