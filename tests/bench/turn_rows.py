"""The longest turn of the thread that owns the homes, in its own processor time, where much falls due at one moment."""

import contextlib
import re
import time

import harness
from measuring import Row, broker_and_agent, folder, median

MOST_MS = 5
# Plans of some milliseconds each, of a charger that regulates.
SLOW_PLANS = ("--charger-min-kw", "1.4", "--taper", "60:5,75:3", "--start-cost", "0.5")


def longest_turn_ms(agent):
    return max(float(turn) for turn in re.findall(r"longest turn so far took ([0-9.]+) ms", agent.log()))


def of_planning(homes):
    """Homes that differ plan at one departure."""
    with folder() as place, broker_and_agent(place, "--homes", homes, "--ha-discovery", "off", "--log-level", "debug",
                                             "--seconds-per-hour", "4", "--ready-by", "05:00", *SLOW_PLANS) as (broker, agent):
        planning = lambda: agent.get("/healthz")[1].get("planning", 0)
        with contextlib.closing(harness.Client(broker.port)) as client:
            for home in range(1, homes + 1):
                client.publish(f"home-energy/home-{home}/target/set", f"{40 + home * 0.05:.2f}", qos=0)
                client.publish(f"home-energy/home-{home}/mode/set", "cheapest", qos=0)
        harness.wait_until(planning, "they plan")
        harness.wait_until(lambda: planning() == 0, "all have planned", 120)
        harness.wait_until(planning, "they depart", 60)
        harness.wait_until(lambda: planning() == 0, "all have planned again", 120)
        return longest_turn_ms(agent)


def of_the_commit_gate(homes, seconds):
    """All homes tick and are stored."""
    with folder() as place, broker_and_agent(place, "--homes", homes, "--ha-discovery", "off", "--log-level", "debug",
                                             "--data-dir", str(place / "data")) as (_, agent):
        time.sleep(seconds)
        return longest_turn_ms(agent)


def row(what, values):
    longest = median(values)
    return Row(f"longest turn of the owner's thread, {what}", f"{longest:.1f} ms", "", f"{longest:.1f} ms",
               f"at most {MOST_MS} ms", longest <= MOST_MS)


def turns(bench):
    return [row("1,000 homes that differ plan at one departure", [of_planning(1000) for _ in range(bench.rounds)]),
            row("100,000 homes with a data folder",
                [of_the_commit_gate(100_000, bench.pick(30, 10)) for _ in range(bench.rounds)])]
