"""A clean restart brings everything back; what is said explicitly beats it."""

import json
import pathlib

import pytest

import durable
import harness
from durable import FAST, FILE, STILL, agent_on, counters, minutes, not_lower

CURVES = {values: ([round(0.1 + value / values, 4) for value in range(values)],
                   [round(0.3 + 2 * value / values, 3) for value in range(values)]) for values in (24, 96)}


@pytest.fixture
def data(folder):
    return folder / "data"


def state_of(agent, home="home"):
    return agent.get(f"/homes/{home}/state")[1]


def carry_out(agent, home="home", **commands):
    for name, value in commands.items():
        status, answer = agent.post(f"/homes/{home}/{name}", value if isinstance(value, list) else {name: value})
        assert status == 200 and "durable" not in answer, (name, answer)


def restarted(started, agent, data, folder, *arguments, **options):
    code, seconds = agent.stop()
    assert code == 0 and seconds < 2, agent.log()
    agent = started(agent_on(data, folder, *arguments, **options))
    # Until then what is read is what there is so far: the plan may still be in the making.
    harness.wait_until(lambda: agent.get("/healthz")[0] == 200, "the homes are as they were")
    return agent


@pytest.mark.parametrize("values", [24, 96])
def test_everything_comes_back_after_a_clean_restart(started, folder, data, values):
    agent = started(agent_on(data, folder, *FAST))
    prices, loads = CURVES[values]
    carry_out(agent, charge_limit=77.5, charge_power=7.2, target=66.5, ready_by="05:45", price=prices, baseload=loads)
    agent.post("/charge", {"charging": "on"})
    harness.wait_until(lambda: state_of(agent)["battery"]["charged_kwh"] > 6, "it charges")
    before = state_of(agent)
    agent = restarted(started, agent, data, folder, *STILL[:2], "--tick", "60s")
    after = state_of(agent)
    # Up to a second of simulation may be gone or gained: 2.5 h, in which 18.5 kWh go into the car.
    assert -150 <= minutes(after["clock"]) - minutes(before["clock"]) <= 450
    assert after["battery"]["soc_percent"] > 20 and after["battery"]["charging"] == "on"
    assert after["battery"]["stored_kwh"] == pytest.approx(9.26 + after["battery"]["charged_kwh"], abs=0.002)
    not_lower(counters(before), counters(after))
    assert (after["battery"]["limit_percent"], after["battery"]["charge_power_kw"]) == (77.5, 7.2)
    assert (after["plan"]["mode"], after["plan"]["target"], after["plan"]["ready_by"]) == ("manual", 66.5, "05:45")
    assert after["price/profile"]["values"] == prices and after["baseload/profile"]["values"] == loads
    assert after["grid"]["since"] == before["grid"]["since"]
    assert durable.healthz(agent)["store"] == "ok"


def test_a_home_at_rest_comes_back_to_the_byte_again_and_again(started, folder, data):
    agent = started(agent_on(data, folder, *STILL))
    carry_out(agent, mode="cheapest", target=70, charge_limit=90, ready_by="23:59", price=CURVES[24][0])
    before = state_of(agent)
    assert before["plan"]["blocks"]
    for _ in range(3):
        agent = restarted(started, agent, data, folder, *STILL)
        assert state_of(agent) == before


@pytest.mark.parametrize("arguments, path, value", [
    (("--start-soc", "35"), ("battery", "soc_percent"), 35.0),
    (("--charge-limit", "85"), ("battery", "limit_percent"), 85.0),
    (("--mode", "lowest_load"), ("plan", "mode"), "lowest_load"),
    (("--target", "40"), ("plan", "target"), 40.0),
    (("--ready-by", "12:30"), ("plan", "ready_by"), "12:30"),
])
def test_what_is_said_explicitly_beats_what_was_stored_and_nothing_else(started, folder, data, arguments, path, value):
    agent = started(agent_on(data, folder, *STILL, "--start-soc", "50"))
    carry_out(agent, mode="cheapest", charge_limit=75, target=60, ready_by="06:15")
    expected = state_of(agent)
    agent = restarted(started, agent, data, folder, *STILL, *arguments)
    assert f"options override what was stored: {arguments[0][2:]}\n" in agent.log()
    found = state_of(agent)
    assert found[path[0]][path[1]] == value != expected[path[0]][path[1]]
    for topic, key in (("battery", "soc_percent"), ("battery", "limit_percent"), ("plan", "mode"), ("plan", "target"),
                       ("plan", "ready_by")):
        if (topic, key) != path:
            assert found[topic][key] == expected[topic][key], key


def test_files_of_curves_and_the_environment_beat_what_was_stored(started, folder, data):
    agent = started(agent_on(data, folder, *STILL))
    carry_out(agent, price=CURVES[24][0], baseload=CURVES[24][1], charge_limit=80)
    (folder / "prices.json").write_text(json.dumps([2.5] * 24))
    agent = restarted(started, agent, data, folder, *STILL, "--prices", folder / "prices.json",
                      env={"HOME_ENERGY_CHARGE_LIMIT": "95"})
    assert "options override what was stored: charge-limit, prices\n" in agent.log()
    state = state_of(agent)
    assert state["price/profile"]["values"] == [2.5] * 24
    assert state["baseload/profile"]["values"] == CURVES[24][1]
    assert state["battery"]["limit_percent"] == 95.0


def test_fresh_starts_anew_and_keeps_the_old_file(started, folder, data):
    agent = started(agent_on(data, folder, *STILL))
    carry_out(agent, charge_limit=60)
    agent.stop()
    old = (data / FILE).read_bytes()
    agent = started(agent_on(data, folder, *STILL, "--fresh"))
    assert state_of(agent)["battery"]["limit_percent"] == 100.0
    aside = [path for path in data.iterdir() if path.name.startswith(FILE + ".before-")]
    assert len(aside) == 1 and aside[0].read_bytes() == old
    assert str(aside[0]) in agent.log()
    agent = restarted(started, agent, data, folder, *STILL, "--fresh")
    assert len([path for path in data.iterdir() if ".before-" in path.name]) == 2, "also within the same second"


def test_fresh_after_a_kill_keeps_what_is_in_the_log_of_the_old_file(started, folder, data):
    agent = started(agent_on(data, folder, *STILL))
    carry_out(agent, charge_limit=60)
    agent.kill()
    started(agent_on(data, folder, *STILL, "--fresh")).stop()
    old = next(path for path in data.iterdir() if ".before-" in path.name and path.name[-1].isdigit())
    for part in ("", "-wal"):
        if pathlib.Path(str(old) + part).exists():
            pathlib.Path(str(old) + part).rename(data / (FILE + part))
    assert state_of(started(agent_on(data, folder, *STILL)))["battery"]["limit_percent"] == 60.0


def test_several_homes_come_back_each_and_more_or_fewer_do_no_harm(started, folder, data):
    agent = started(agent_on(data, folder, *STILL, "--homes", "3"))
    for number, limit in ((1, 61.0), (2, 62.0), (3, 63.0)):
        carry_out(agent, f"home-{number}", charge_limit=limit, price=[number] * 24)
    for homes in (3, 2, 4, 3):
        agent = restarted(started, agent, data, folder, *STILL, "--homes", homes)
        found = [state_of(agent, f"home-{number + 1}") for number in range(homes)]
        assert [s["battery"]["limit_percent"] for s in found] == [61.0, 62.0, 63.0, 100.0][:homes]
        assert [s["price/profile"]["values"][0] for s in found[:3]] == [1.0, 2.0, 3.0][:homes]


def test_none_writes_nothing_anywhere(started, folder):
    home = folder / "home"
    home.mkdir()
    agent = started(agent_on("none", folder, *FAST, env={"HOME": str(home), "XDG_STATE_HOME": str(home)}))
    carry_out(agent, charge_limit=60)
    harness.wait_until(lambda: durable.history(agent), "there is history all the same")
    assert durable.healthz(agent)["store"] == "memory"
    opened = harness.open_files(agent.pid)
    assert not [path for path in opened if path.endswith((".db", "-wal"))]
    agent.stop()
    assert list(home.iterdir()) == [] and not list(folder.rglob("*.db*"))


@pytest.mark.parametrize("paces", [(4, 8, 4), (0.4, 7.2, 0.4), (4, 3600, 1)])
def test_another_pace_keeps_the_charge_and_never_lowers_a_counter(started, folder, data, paces):
    agent = started(agent_on(data, folder, *FAST))
    agent.post("/charge", {"charging": "on"})
    harness.wait_until(lambda: state_of(agent)["battery"]["charged_kwh"] > 4, "it charges")
    agent.post("/charge", {"charging": "off"})
    before = state_of(agent)
    for pace in paces:
        tick = "60s" if pace == 3600 else "100ms"
        agent = restarted(started, agent, data, folder, "--seconds-per-hour", pace, "--tick", tick)
        after = state_of(agent)
        not_lower(counters(before), counters(after))
        for key in ("soc_percent", "stored_kwh", "charged_kwh"):
            assert after["battery"][key] == pytest.approx(before["battery"][key], abs=0.002), key
        assert 0 <= minutes(after["clock"]) - minutes(before["clock"]) + 150 <= 600
        before = after
    durable.sums_agree(agent)
