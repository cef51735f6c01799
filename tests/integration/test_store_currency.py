"""Another currency: cost begins anew, what was paid before keeps its own."""

import csv
import io
import time

import pytest

import harness
from home_assistant import STILL

FAST = ["--seconds-per-hour", "0.4", "--tick", "10ms"]


def start(started, folder, broker, *arguments):
    return harness.online_agent(started, folder, broker, *FAST, "--data-dir", folder / "data", *arguments)


def grid_of(agent):
    return agent.get("/state")[1]["grid"]


def after_a_change(started, folder, broker, *later):
    """An agent that was paid in SEK for a while, and is now in EUR: (the grid before, the agent)."""
    agent = start(started, folder, broker)
    before = harness.wait_until(lambda: grid_of(agent)["cost"] > 10 and grid_of(agent), "something was paid")
    time.sleep(1.1)  # `since` has seconds
    assert agent.post("/price", [2.0] * 24)[0] == 200
    agent.stop()
    return before, start(started, folder, broker, "--currency", "EUR", *later)


def test_cost_and_since_begin_anew_and_energy_goes_on(started, folder, broker):
    before, agent = after_a_change(started, folder, broker, *STILL)
    now = grid_of(agent)
    assert now["currency"] == "EUR" and now["since"] > before["since"]
    assert now["cost"] < before["cost"] and now["energy_kwh"] >= before["energy_kwh"]
    assert agent.get("/priceperhour")[1] != [200.0] * 24, "prices that were set are of the other currency"
    assert "the currency was SEK and is EUR now" in agent.log()
    agent.stop()
    again = start(started, folder, broker, "--currency", "EUR", *STILL)
    assert grid_of(again)["since"] == now["since"]
    assert "the currency was" not in again.log()


def test_sums_are_of_one_currency(started, folder, broker):
    _, agent = after_a_change(started, folder, broker)
    harness.wait_until(lambda: grid_of(agent)["cost"] > 1, "something was paid again")
    for step in ("15m", "1h", "1d"):
        answer = agent.get(f"/history?from=0&step={step}")[1]
        assert answer["currency"] == "EUR"
        assert {row["currency"] for row in answer["rows"]} == {"SEK", "EUR"}
        found = sum(row["cost"] for row in answer["rows"] if row["currency"] == "EUR")
        assert found == pytest.approx(grid_of(agent)["cost"], abs=found / 2)
    days = agent.get("/history?from=0&to=1&step=1d")[1]["rows"]
    assert len(days) in (1, 2) and days[0].get("currency", "SEK") == "SEK"
    table = agent.request("GET", "/history?from=0&step=1d&format=csv")[2].decode()
    rows = list(csv.DictReader(io.StringIO(table)))
    assert {row["currency"] for row in rows} == {"SEK", "EUR"}


def test_one_currency_looks_as_ever(started, folder, broker):
    agent = start(started, folder, broker)
    harness.wait_until(lambda: grid_of(agent)["cost"] > 1, "something was paid")
    answer = agent.get("/history?from=0")[1]
    assert answer["currency"] == "SEK" and "currency" not in answer["rows"][0]
    assert b"currency" not in agent.request("GET", "/history?from=0&format=csv")[2]


def test_a_home_that_was_away_during_the_change_does_not_add_up(started, folder, broker):
    agent = start(started, folder, broker, "--homes", "2")
    harness.wait_until(lambda: agent.get("/homes/home-2/state")[1]["grid"]["cost"] > 10, "something was paid")
    agent.stop()
    one = start(started, folder, broker, "--home", "home-1", "--currency", "EUR")
    harness.wait_until(lambda: grid_of(one)["cost"] > 0, "it is paid in EUR")
    one.stop()
    both = start(started, folder, broker, "--homes", "2", "--currency", "EUR", *STILL)
    assert both.get("/homes/home-2/state")[1]["grid"]["cost"] == 0.0
    assert both.get("/homes/home-1/state")[1]["grid"]["cost"] == 0.0, "they share `since`"
