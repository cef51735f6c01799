"""Pause, step and speed of the simulated clock on the page; what is told over MQTT is shown there."""

import pytest
from selenium.webdriver.support.select import Select

import harness
from page import home_agent

CLOCK, SET = "home-energy/home/clock", "home-energy/clock/set"


@pytest.fixture
def home(started, folder, broker, page):
    """Runs, but stays at 00:00 for the first minute."""
    agent = home_agent(started, folder, broker, "--seconds-per-hour", "3600", "--tick", "60s")
    page.open(agent)
    return agent


@pytest.fixture
def client(started, broker, home):
    return started(harness.Client(broker.port, CLOCK))


def shown_speed(page):
    return Select(page.element("clock-speed")).first_selected_option.text


def test_pause_step_and_go_on(page, client):
    page.click("clock-run")
    client.expect(CLOCK, lambda clock: not clock["running"])
    page.wait_text("clock-run", "Go on")
    page.wait_text("receipt", "Taken: it is 00:00, and time stands still.")
    for button, time in (("15m", "00:15"), ("1h", "01:15")):
        page.all(f"button[data-step='{button}']")[0].click()
        client.expect(CLOCK, lambda clock: clock["time"] == time)  # noqa: B023
        page.wait_text("time", time)
    page.click("clock-run")
    client.expect(CLOCK, lambda clock: clock["running"])
    page.wait_text("clock-run", "Pause")
    page.wait_text("receipt", "Taken: it is 01:15, and time goes on.")


def test_the_speed_is_chosen_and_followed(page, client):
    page.wait(lambda: shown_speed(page) == "1 h", "the speed of the start")
    Select(page.element("clock-speed")).select_by_visible_text("10 s")
    client.expect(CLOCK, lambda clock: clock["seconds_per_hour"] == 10)
    client.publish(SET, "90")  # none of the choices
    page.wait(lambda: shown_speed(page) == "1.5 min", "the speed that somebody else has set")
    assert [option.text for option in Select(page.element("clock-speed")).options] == [
        "0.4 s", "1 s", "4 s", "10 s", "1 min", "1.5 min", "1 h"]


def test_what_another_does_to_the_clock_is_shown(page, client):
    client.publish(SET, '{"until":"2T07:00"}')
    page.wait_text("time", "07:00")
    page.wait_text("clock-run", "Go on")


def test_the_clock_is_that_of_all_homes_from_each_page(page, started, folder, broker):
    agent = home_agent(started, folder, broker, "--clock", "paused", "--homes", "2", "--ha-discovery", "off")
    page.open(agent, "/homes/home-2")
    page.all("button[data-step='1h']")[0].click()
    page.wait_text("time", "01:00")
    assert agent.get("/homes/home-1/state")[1]["clock"]["time"] == "01:00"


def test_a_clock_that_follows_the_wall_has_no_controls(page, started, folder, broker):
    page.open(home_agent(started, folder, broker, "--realtime"))
    assert not page.shown("clock")


def test_in_a_time_zone_days_have_dates_and_the_clock_is_moved_as_well(started, folder, page):
    page.open(home_agent(started, folder, None, "--clock", "paused", "--zone", "Europe/Stockholm", "--start-date", "2026-10-25"))
    assert page.text("day") == "Oct 25"
    for time in ("01:00", "02:00", "02:00", "03:00"):
        page.all("button[data-step='1h']")[0].click()
        page.wait_text("receipt", f"Taken: it is {time}, and time stands still.")
        page.wait_text("time", time)
    assert page.element("history-from").get_attribute("type") == "date"
