"""The agent goes away and comes back; the page says so and goes on by itself."""

import json
import signal

import pytest

import harness
from page import home_agent

LOST = ("ERR_CONNECTION_REFUSED", "ERR_INCOMPLETE_CHUNKED_ENCODING", "ERR_EMPTY_RESPONSE", "ERR_CONNECTION_RESET")


def wait_gone(page):
    page.wait_text("live", "not live")
    assert page.element("live").get_attribute("data-live") == "false"


def wait_moving(page):
    """Values move on: the clock leaves what it shows."""
    time = page.text("time")
    page.wait(lambda: page.text("time") != time, "the time moves on")


@pytest.mark.parametrize("kept", [True, False], ids=["with its state", "anew"])
def test_killed_and_started_again(page, started, folder, kept):
    page.expect_complaint(*LOST)
    arguments = ["--data-dir", folder / "state"] if kept else []
    agent = home_agent(started, folder, None, *arguments)
    page.open(agent)
    page.click("charge")
    page.wait(lambda: page.number("soc") > 20, "the car charges")
    agent.kill()
    wait_gone(page)
    agent.start()
    page.wait_live()
    page.wait_text("live", "live")
    wait_moving(page)
    charging = "on" if kept else "off"
    page.wait(lambda: page.data("charging") == charging, f"charging is {charging}, as the agent has it")
    page.wait(lambda: page.text("soc") == f"{agent.get('/state')[1]['battery']['soc_percent']:.1f}".removesuffix(".0"),
              "the page shows the state of charge that the agent has now")


def test_a_command_without_an_agent_is_said_to_be_unanswered(page, started, folder):
    page.expect_complaint(*LOST)
    agent = home_agent(started, folder)
    page.open(agent)
    agent.kill()
    wait_gone(page)
    page.click("charge")
    page.wait_text("receipt", "No answer from the agent...")
    assert page.element("charge").is_enabled()


def test_another_run_may_ask_for_a_token(page, started, folder):
    """What only the HTML tells is learnt anew, without a reload."""
    page.expect_complaint(*LOST, "401 (Unauthorized)")
    agent = home_agent(started, folder)
    page.open(agent)
    agent.kill()
    wait_gone(page)
    (folder / "token").write_text("secret\n")
    home_agent(started, folder, None, "--http-token-file", folder / "token", "--http-read-anonymous", port=agent.port)
    page.wait(lambda: page.data("token") == "required", "the page knows that commands need a token")
    page.click("charge")
    page.wait(lambda: page.shown("token-dialog"), "the page asks for it")


def test_another_run_counts_its_own_days(page, started, folder):
    page.expect_complaint(*LOST)
    agent = home_agent(started, folder)
    page.open(agent)
    assert agent.post("/discharge", {"discharging": "on"})[0] == 200
    page.wait_text("day", "day 1")
    agent.kill()
    wait_gone(page)
    agent.start()
    page.wait_live()
    page.wait_text("day", "day 0")
    page.wait(lambda: page.value("history-to") == "0", "the history ends today")


def test_another_run_has_its_own_today(page, started, folder):
    page.expect_complaint(*LOST)
    agent = home_agent(started, folder, None, "--seconds-per-hour", "1", "--tick", "250ms")
    page.open(agent)
    page.wait(lambda: page.text("time") >= "06:00", "a quarter of the day goes by")
    agent.kill()
    wait_gone(page)
    agent = home_agent(started, folder, port=agent.port)
    page.wait_live()
    page.wait(lambda: "00:45" <= page.text("time") < "05:00" and page.text("total-house") != "–", "the new run goes on")
    shown = float(page.text("total-house").split()[0])
    assert 0 < shown <= agent.get("/state")[1]["baseload"]["energy_kwh"] + 0.05


def test_an_agent_that_does_not_answer_is_not_live(page, started, folder):
    """A machine that lost its power or its network: the stream does not end, it is silent."""
    late = "/healthz - Failed to load resource: the server responded with a status of 503"  # until the world has gone on
    page.expect_complaint(*LOST, late)
    agent = home_agent(started, folder)
    page.hurry()
    page.open(agent)
    agent.signal(signal.SIGSTOP)
    page.wait(lambda: page.text("live") == "not live", "the silence is noticed", 2 * harness.PATIENCE)
    agent.signal(signal.SIGCONT)
    page.wait_live()
    wait_moving(page)


def test_many_tabs(page, started, folder):
    """More than a browser opens connections to a server: those that nobody looks at give theirs up."""
    agent = home_agent(started, folder)
    page.open(agent)
    for _ in range(8):
        page.driver.switch_to.new_window("tab")
        page.open(agent)
    page.click("charge")
    page.wait_text("receipt", "Taken: charging is on.")
    page.driver.switch_to.window(page.driver.window_handles[0])
    page.wait_live()
    page.wait(lambda: page.data("charging") == "on", "the first tab hears again what the home tells")


def test_the_broker_goes_and_comes(page, started, folder, broker):
    agent = home_agent(started, folder, broker)
    page.hurry()
    page.open(agent)
    assert not page.shown("broker-note")
    broker.kill()
    harness.wait_until(lambda: agent.get("/healthz")[1]["broker"] != "connected", "the agent notices")
    page.wait(lambda: "This page works" in page.text("broker-note"), "the page says that there is no broker")
    page.click("charge")
    page.wait_text("receipt", "Taken: charging is on.")
    broker.start()
    page.wait(lambda: not page.shown("broker-note"), "the note goes", 3 * harness.PATIENCE)


def test_the_title_of_the_battery_follows(page, started, folder):
    """Who does not see the picture is told what it shows."""
    agent = home_agent(started, folder)
    page.open(agent)
    page.click("charge")
    title = lambda: page.element("battery-title").get_property("textContent")  # noqa: E731
    page.wait(lambda: title().endswith("charging on"), json.dumps(title()))
