"""One page a home, and one chooser for thousands of them."""

import pytest
from selenium.webdriver.common.keys import Keys

from page import home_agent

HOMES = 3000
LAST = f"home-{HOMES - 1}"


@pytest.fixture
def homes(started, folder, page):
    page.expect_complaint("404 (Not Found)")  # the last homes have no history, as far as the page asks for it
    agent = home_agent(started, folder, None, "--homes", str(HOMES), "--ha-discovery", "off")
    page.open(agent)
    return agent


def options(page):
    return page.script("return [...document.querySelectorAll('#home-list li')].map((one) => one.textContent)")


def find(page, words):
    page.click("home-chooser")
    page.wait(lambda: page.shown("home-list-box"), "the list opens")
    page.keys(words)
    page.wait(lambda: options(page) and all(words in home for home in options(page)), "the list holds what was typed")


def charging(agent, home):
    return agent.get(f"/homes/{home}/state")[1]["battery"]["charging"]


def test_a_home_is_found_by_typing(page, homes):
    page.click("home-chooser")
    page.wait(lambda: len(options(page)) == 50, "the first ones are offered")
    assert page.text("home-list-note") == f"50 of {HOMES} shown. Type to find the others."
    page.keys(LAST)
    page.wait(lambda: options(page) == [LAST], "one is left")
    page.keys(Keys.ENTER)
    page.wait(lambda: page.driver.current_url == f"{page.origin}/homes/{LAST}", "its page opens")
    page.wait_live()
    assert page.text("home-name") == LAST


def test_a_click_charges_that_home_only(page, homes):
    find(page, LAST)
    page.driver.find_element("css selector", "#home-list li").click()
    page.wait(lambda: page.driver.current_url.endswith(LAST), "its page opens")
    page.wait_live()
    page.click("charge")
    page.wait_text("receipt", "Taken: charging is on.")
    assert charging(homes, LAST) == "on"
    others = ["home-1", "home-2", f"home-{HOMES - 2}", f"home-{HOMES}"]
    assert {charging(homes, home) for home in others} == {"off"}


def test_by_arrow_keys_and_escape(page, homes):
    find(page, "home-299")
    page.keys(Keys.ARROW_DOWN, Keys.ARROW_DOWN)
    active = page.element("home-chooser").get_attribute("aria-activedescendant")
    assert page.text(active) == "home-2990"  # home-299 itself comes first
    assert page.element(active).get_attribute("aria-selected") == "true"
    page.keys(Keys.ESCAPE)
    assert not page.shown("home-list-box") and page.value("home-chooser") == "home-1"
    assert page.element("home-chooser").get_attribute("aria-expanded") == "false"


def test_enter_without_a_choice_stays(page, homes):
    page.open(homes, "/homes/home-7")
    page.click("home-chooser")
    page.wait(lambda: options(page), "the list is there")
    page.keys(Keys.ENTER)
    page.keys(Keys.ESCAPE)
    page.keys(Keys.ENTER)
    page.wait_live()
    assert page.driver.current_url == page.origin + "/homes/home-7"


def test_what_is_no_home_is_said(page, homes):
    page.click("home-chooser")
    page.wait(lambda: options(page), "the list is there")
    page.keys("castle", Keys.ENTER)
    page.wait_text("home-list-note", "No home of that name.")
    assert page.driver.current_url == page.origin + "/"


def test_a_home_without_history_says_so(page, homes):
    page.open(homes, f"/homes/{LAST}")
    page.wait(lambda: page.shown("history-none") and page.text("history-none").endswith("."), "a sentence tells why")
    assert "history" in page.text("history-none").lower()
    assert not page.shown("history-chart") and not page.shown("csv")
    assert page.shown("day-chart")  # the day needs no history


@pytest.mark.parametrize("width", [360, 390])
def test_the_chooser_fits_a_phone(page, homes, width):
    page.browser.look(width, 640)
    page.click("home-chooser")
    page.wait(lambda: len(options(page)) == 50, "the list is there")
    assert page.call("look.js", "overflowing") == []
    page.script("document.getElementById('live').textContent = 'not live'")  # the longer of its words
    tops = page.script("return ['.brand', '.chooser', '#live'].map((one) => document.querySelector(one).getBoundingClientRect())"
                       ".map((box) => box.top + box.height / 2)")
    assert max(tops) - min(tops) < 4, "the sign, the chooser and the connection stand in one line"


def test_one_home_has_no_chooser(page, started, folder):
    page.open(home_agent(started, folder))
    assert not page.shown("home-chooser")


def test_an_unknown_home_is_answered_as_an_error(homes):
    status, headers, body = homes.request("GET", "/homes/nothing", headers={"Accept": "text/html"})
    assert status == 404 and headers["Content-Type"].startswith("application/json") and b"error" in body
