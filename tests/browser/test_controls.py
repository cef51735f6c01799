"""What is set on the page arrives over MQTT, what is set over MQTT arrives on the page; who edits is not disturbed."""

import pytest
from selenium.webdriver.common.keys import Keys

import harness
from page import home_agent

HOME = "home-energy/home"


@pytest.fixture
def client(started, broker, home):
    return started(harness.Client(broker.port, f"{HOME}/#"))


def plan_with(client, **wanted):
    return client.expect(f"{HOME}/plan", lambda plan: all(plan[name] == value for name, value in wanted.items()))


def test_the_limit_arrives(page, client):
    page.type("limit", "85", Keys.TAB)
    client.expect(f"{HOME}/battery", lambda battery: battery["limit_percent"] == 85)
    page.wait_text("receipt", "Taken: the charge limit is 85 %.")
    page.wait(lambda: page.value("limit-slider") == "85", "the slider follows the field")


def test_the_target_arrives_from_the_slider_by_arrow_keys(page, client):
    page.element("target-slider").send_keys(Keys.ARROW_RIGHT, Keys.ARROW_RIGHT)
    plan_with(client, target=82)
    page.wait_text("receipt", "Taken: the target is 82 %.")
    assert page.value("target") == "82"


def test_the_departure_arrives(page, client):
    page.element("ready-by").send_keys("0930AM")
    plan_with(client, ready_by="09:30")
    page.wait_text("receipt", "Taken: the car is to be ready by 09:30.")


@pytest.mark.parametrize("mode, words", [("cheapest", "cheapest hours"), ("lowest_load", "quietest hours")])
def test_the_mode_arrives_with_its_plan(page, client, mode, words):
    page.choose(mode)
    plan = plan_with(client, mode=mode)
    page.wait(lambda: words in page.text("receipt"), "the receipt names the mode")
    page.wait(lambda: page.shown("plan"), "the plan is there")
    page.wait_text("plan-words", "80 % by 07:00: ...")
    assert len(page.all("#plan-blocks li")) == len(plan["blocks"]) > 0
    page.choose("manual")
    plan_with(client, mode="manual")
    page.wait(lambda: not page.shown("plan"), "by hand there is no plan")


@pytest.mark.parametrize("topic, payload, field, shown", [
    ("charge_limit", "70", "limit", "70"), ("charge_limit", "82.5", "limit", "82.5"), ("target", "65", "target", "65"),
    ("ready_by", "17:45", "ready-by", "17:45")])
def test_what_is_set_elsewhere_is_shown(page, client, topic, payload, field, shown):
    client.publish(f"{HOME}/{topic}/set", payload)
    page.wait(lambda: page.value(field) == shown, f"#{field} shows {shown}")


def test_a_mode_set_elsewhere_is_shown(page, client):
    client.publish(f"{HOME}/mode/set", "lowest_load")
    page.wait(lambda: page.element("mode-lowest_load").is_selected(), "the mode is chosen on the page")
    assert not page.element("mode-manual").is_selected()
    assert page.text("mode-words").startswith("The agent charges when the house itself draws least.")


def test_a_field_that_is_edited_is_not_overwritten(page, client):
    page.type("limit", "9")
    client.publish(f"{HOME}/charge_limit/set", "70")
    page.wait(lambda: page.element("battery-limit").get_attribute("x1") == "70", "the page has heard of the limit")
    assert page.value("limit") == "9"
    page.keys("5", Keys.ENTER)
    client.expect(f"{HOME}/battery", lambda battery: battery["limit_percent"] == 95)
    page.wait_text("receipt", "Taken: the charge limit is 95 %.")


def test_a_field_that_is_emptied_shows_again_what_holds(page, client):
    """Nothing is no percentage: it is not sent."""
    client.drain()
    page.type("limit", Keys.BACKSPACE, Keys.TAB)
    page.wait(lambda: page.value("limit") == "100", "the field shows what holds")
    assert not [message for message in client.drain() if message.topic.endswith("/receipt")]


def test_discharging_asks_first(page, home, client):
    assert home.post("/charge", {"charging": "on"})[0] == 200
    page.wait(lambda: page.number("soc") > 20, "there is something to discharge")
    page.click("discharge")
    page.wait(lambda: page.shown("discharge-dialog"), "the page asks")
    page.driver.find_element("css selector", "#discharge-dialog .plain-button").click()
    page.wait(lambda: not page.shown("discharge-dialog"), "the question goes")
    assert home.get("/state")[1]["battery"]["charging"] == "on"
    page.click("discharge")
    page.click("discharge-confirm")
    client.expect(f"{HOME}/battery", lambda battery: battery["soc_percent"] == 20 and battery["charging"] == "off")
    page.wait_text("soc", "20")
    page.wait_text("receipt", "Taken: the battery goes to 20 %.")
    page.wait_text("day", "day 1")


def test_a_further_device_is_shown_and_switched(page, started, folder, broker):
    """The page knows no heater: it shows what it is told of."""
    agent = home_agent(started, folder, broker, "--clock", "paused", "--heater-kw", "2.5")
    page.open(agent)
    page.wait_text("heater-power", "0.0 kW")
    page.wait_text("heater-switch", "Switch on")
    page.click("heater-switch")
    page.wait_text("receipt", "Taken: heating is on.")
    page.wait_text("heater-power", "2.5 kW")
    page.wait_text("heater-switch", "Switch off")
    agent.move_clock({"step": "1d"})
    page.wait_text("history-summary", "House ...")
    page.click("history-show")
    page.wait(lambda: "heater 60.0 kWh" in page.text("history-summary"), "the history tells of it")
    for place in ("#history-table thead", "#history-legend"):
        assert "Heater" in page.script("return document.querySelector(arguments[0]).textContent", place)
