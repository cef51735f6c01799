"""What a home does follows from its configuration alone: not from the process, its pace, or how many homes it has."""

import harness
from http_helpers import NO_BROKER

DAYS = 2
CONFIGURATION = ("--mode", "cheapest", "--target", "80", "--ready-by", "06:30")


def days_of(started, folder, home, *arguments):
    agent = started(harness.Agent(folder, *CONFIGURATION, *arguments, uri=NO_BROKER))
    if "paused" in arguments:
        agent.move_clock({"until": f"{DAYS}T00:00"})
    harness.wait_until(lambda: agent.get(f"/homes/{home}/state")[1]["clock"]["day"] >= DAYS, "the days pass",
                       3 * harness.PATIENCE)
    return agent.request("GET", f"/homes/{home}/history?from=0&to={DAYS}&step=15m&format=csv")[2]


def test_another_process_gives_the_same_bytes_at_any_pace_and_among_any_number_of_homes(started, folder):
    expected = days_of(started, folder, "home", "--seconds-per-hour", "0.04", "--tick", "10ms")
    assert len(expected.splitlines()) == 1 + 96 * DAYS
    slower = days_of(started, folder, "home", "--seconds-per-hour", "0.08", "--tick", "20ms")
    many = days_of(started, folder, "home-7", "--clock", "paused", "--homes", "20")
    assert slower == expected and many == expected


def test_another_configuration_gives_other_bytes(started, folder):
    """The comparison can fail."""
    paused = ("--clock", "paused")
    assert days_of(started, folder, "home", *paused) != days_of(started, folder, "home", *paused, "--target", "70")
