"""kill -9 at any moment under load: what was acknowledged holds, and no counter that was seen falls."""

import os
import random
import time

import durable
import harness
from durable import FAST, agent_on, counters, minutes, sound_file, sums_agree
from kill_load import Ear, Load, Seen, check_settings, new_settings

SEED = 20261125
# Each round is a start, a load and a kill. ./dev prove does 200 of them. A sanitized agent is several times slower.
ROUNDS = int(os.environ.get("HOME_ENERGY_KILLS", "15" if durable.SANITIZED else "60"))
# A second of simulation is 2.5 h. What a start or a busy machine takes is no simulation, so this is not to the minute.
MOST_LOST = 150 + 30


class Crashes:
    """What is known across the rounds."""

    def __init__(self, started, folder, broker, *arguments, **options):
        self.folder, self.data, self.seen = folder, folder / "data", Seen()
        self.agent = started(agent_on(self.data, folder, *FAST, *arguments, uri=broker.uri, **options))
        self.ear = started(Ear(broker.port, self.seen))
        self.settings, self.rows, self.clock, self.acknowledged = new_settings(), [], None, 0

    def check(self):
        """After a start."""
        floor = self.seen.floor()
        state = self.agent.get("/state")[1]
        self.seen.note(counters(state), floor, "at the start")
        check_settings(state, self.settings)
        assert state["clock"]["day"] >= self.settings["days"]["least"], "an acknowledged discharge was undone"
        if self.clock is not None:
            assert minutes(state["clock"]) >= self.clock - MOST_LOST
        assert not self.seen.faults, self.seen.faults[:5]

    def check_history(self):
        """Rows that were over stay as they were; days sum up to the counters."""
        rows = durable.history(self.agent)
        over = self.rows[:-1]
        assert rows[:len(over)] == over, "rows of history changed or went"
        assert len(rows) >= len(self.rows)
        if self.rows and rows[len(over)]["start"] == self.rows[-1]["start"]:  # what was seen of the open one
            assert rows[len(over)]["base_kwh"] >= self.rows[-1]["base_kwh"]
        self.rows = rows
        sums_agree(self.agent)

    def round(self, number, seconds):
        load = Load(self.agent, self.ear, self.settings, number)
        time.sleep(seconds)
        self.agent.kill()
        self.ear.online.clear()
        load.end()
        self.clock, self.acknowledged = load.clock, self.acknowledged + load.acknowledged


def test_no_kill_undoes_what_was_acknowledged_or_seen(started, folder, broker):
    print("seed", SEED)
    chance = random.Random(SEED)
    crashes = Crashes(started, folder, broker)
    for number in range(ROUNDS):
        crashes.check()
        crashes.check_history()
        crashes.round(number, chance.uniform(0.02, 0.4))
        if number % 10 == 0:
            sound_file(crashes.data, folder)
        if number % 4 == 0:  # killed while it starts, too
            harness.Process.start(crashes.agent)
            time.sleep(chance.uniform(0, 0.08))
            crashes.agent.kill()
        crashes.agent.start()
    crashes.check()
    crashes.check_history()
    assert crashes.acknowledged > 10 * ROUNDS, "there was a load"
    assert crashes.settings["days"]["least"] > 0
    assert "put aside" not in crashes.agent.log() and "store: " in crashes.agent.log()


def test_broker_and_agent_killed_together(started, folder, broker):
    print("seed", SEED + 1)
    chance = random.Random(SEED + 1)
    crashes = Crashes(started, folder, broker)
    for number in range(4 if durable.SANITIZED else 8):
        assert crashes.ear.online.wait(3 * harness.PATIENCE)
        crashes.check()
        load = Load(crashes.agent, crashes.ear, crashes.settings, 1000 + number)
        time.sleep(chance.uniform(0.2, 0.6))
        for process in chance.sample([broker, crashes.agent], 2):
            process.kill()
        crashes.ear.online.clear()
        load.end()
        crashes.ear.close()
        for process in chance.sample([broker, crashes.agent], 2):
            process.start()
        crashes.clock = load.clock
        crashes.ear = started(Ear(broker.port, crashes.seen))
    assert crashes.ear.online.wait(3 * harness.PATIENCE)
    crashes.check()
    crashes.check_history()
    retained_topics_are_right(started, crashes.agent, broker)


def retained_topics_are_right(started, agent, broker):
    """Those that only commands and days change are what HTTP says."""
    late = started(harness.Client(broker.port, f"{durable.HOME}/#"))
    state = agent.get("/state")[1]
    found = {}
    harness.wait_until(lambda: found.update({m.topic: harness.parsed(m) for m in late.drain()}) or
                       len([1 for topic in found if topic.endswith("profile")]) == 2, "all retained ones are here")
    assert found[f"{durable.HOME}/price/profile"] == state["price/profile"]
    assert found[f"{durable.HOME}/baseload/profile"] == state["baseload/profile"]
    fresh = started(harness.Client(broker.port, f"{durable.HOME}/battery"))
    assert fresh.expect(f"{durable.HOME}/battery")["limit_percent"] == state["battery"]["limit_percent"]
