"""Numbers that somebody else wrote into the file: the home that they belong to begins anew, the others go on."""

import contextlib
import json
import sqlite3

import pytest

import durable
from durable import FILE, STILL, agent_on

HOMES = ("--homes", "3")
INT64 = 2 ** 63


@pytest.fixture
def data(started, folder):
    """Of an agent that ended well, with three homes whose limits differ."""
    agent = started(agent_on(folder / "data", folder, *HOMES, *STILL))
    for number in (1, 2, 3):
        assert agent.post(f"/homes/home-{number}/charge_limit", {"charge_limit": 60 + number})[0] == 200
    assert agent.stop()[0] == 0
    return folder / "data"


def change(data, alter):
    """The stored state of the second home, altered."""
    with contextlib.closing(sqlite3.connect(data / FILE)) as db:
        state = json.loads(db.execute("SELECT state FROM home WHERE id = 'home-2'").fetchone()[0])
        alter(state)
        db.execute("UPDATE home SET state = ? WHERE id = 'home-2'", (json.dumps(state),))
        db.commit()


def put(place, value):
    def alter(state):
        for key in place[:-1]:
            state = state[key]
        state[place[-1]] = value
    return alter


@pytest.mark.parametrize("place, value, told", [
    (["stored"], INT64 - 1, "stored must be a whole number within 0..60000000000, got \"9223372036854775807\""),
    (["stored"], -1, "stored must be a whole number within 0..60000000000, got \"-1\""),
    (["stored"], float("nan"), "state cannot be read"),
    (["moment"], -INT64, "moment must be a whole number within -864000000000000..864000000000000, got \"-9223372036854775808\""),
    (["counters", "charged"], "-5", "charged must be a whole number within 0.."),
    (["counters", "cost"], "9" * 37, "cost must be a whole number within -"),
    (["row", "overload_ticks"], 10 ** 18, "overload_ticks must be a whole number within 0.."),
    (["ticks_per_hour"], 0, "ticks_per_hour must be a whole number within 1..360000, got \"0\""),
], ids=lambda value: value if isinstance(value, str) and len(value) < 20 else "")
def test_a_home_out_of_range_begins_anew_and_the_others_go_on(started, folder, data, place, value, told):
    change(data, put(place, value))
    # Another pace than the stored one: all is scaled.
    agent = started(agent_on(data, folder, *HOMES, "--seconds-per-hour", "4", "--tick", "1s"))
    limits = [agent.get(f"/homes/home-{number}/state")[1]["battery"]["limit_percent"] for number in (1, 2, 3)]
    assert limits == [61.0, 100.0, 63.0]
    lines = [line for line in agent.log().splitlines() if "begins anew" in line]
    assert len(lines) == 1 and 'home "home-2"' in lines[0] and told in lines[0], agent.log()
    kept = [path for path in data.iterdir() if path.name.startswith(f"{FILE}.damaged-")]
    assert len(kept) == 1 and str(kept[0]) in agent.log()
    with contextlib.closing(sqlite3.connect(kept[0])) as old:
        assert json.loads(old.execute("SELECT state FROM home WHERE id = 'home-2'").fetchone()[0])["limit"] == 6200
    assert durable.healthz(agent)["store"] == "ok"
    assert agent.post("/homes/home-2/charge_limit", {"charge_limit": 55}) == (200, {"charge_limit": 55.0})
    agent.kill()
    again = started(agent_on(data, folder, *HOMES, *STILL))
    assert again.get("/homes/home-2/state")[1]["battery"]["limit_percent"] == 55.0
    assert "begins anew" not in again.log()


def test_history_out_of_range_is_left_out(started, folder):
    data = folder / "data"
    agent = started(agent_on(data, folder, *durable.FAST))
    durable.harness.wait_until(lambda: len(durable.history(agent)) > 8, "some quarters pass")
    assert agent.stop()[0] == 0
    with contextlib.closing(sqlite3.connect(data / FILE)) as db:
        db.execute("UPDATE history SET base_mwh = -1 WHERE quarter = 2")
        db.execute("UPDATE history SET cost_micro = 9223372036854775807 WHERE quarter = 3")
        db.execute("UPDATE history SET soc = 'full' WHERE quarter = 4")
        db.commit()
    agent = started(agent_on(data, folder, *STILL))
    starts = [row["start"] for row in durable.history(agent)]
    assert starts[:4] == ["0T00:00", "0T00:15", "0T01:15", "0T01:30"]
    assert "store: a row of history is left out: base_mwh must be a whole number within 0.." in agent.log()
