"""Where commands need a token, the page asks for it once and keeps it in this tab alone."""

import pytest
from selenium.webdriver.common.keys import Keys

from page import home_agent

TOKEN = "correct-horse-battery"


@pytest.fixture
def home(started, folder, page):
    (folder / "token").write_text(TOKEN + "\n")
    agent = home_agent(started, folder, None, "--http-token-file", folder / "token")
    page.expect_complaint("401 (Unauthorized)")
    page.open(agent)
    page.script("sessionStorage.clear()")
    return agent


def charging(agent):
    return agent.get("/state")[1]["battery"]["charging"]


def asked(page):
    page.wait(lambda: page.shown("token-dialog"), "the page asks for the token")
    return page.text("token-words")


def answer(page, token):
    page.keys(token, Keys.ENTER)


def test_the_token_is_asked_for_once(page, home):
    page.click("charge")
    assert asked(page).startswith("Commands need the token")
    assert page.focused() == "token" and page.element("token").get_attribute("type") == "password"
    answer(page, TOKEN)
    page.wait_text("receipt", "Taken: charging is on.")
    assert charging(home) == "on"
    page.click("charge")
    page.wait_text("receipt", "Taken: charging is off.")
    assert not page.shown("token-dialog") and charging(home) == "off"


def test_a_wrong_token_is_asked_for_again_with_the_reason(page, home):
    page.click("charge")
    asked(page)
    answer(page, "wrong")
    page.wait_text("token-words", "That token was not accepted. ...")
    assert charging(home) == "off"
    assert page.value("token") == ""
    answer(page, TOKEN)
    page.wait_text("receipt", "Taken: charging is on.")


@pytest.mark.parametrize("token", ["ein Wort", "schlüssel"])
def test_a_token_that_no_header_carries_is_wrong_too(page, home, token):
    page.click("charge")
    asked(page)
    answer(page, token)
    page.wait_text("token-words", "That token was not accepted. ...")


def test_who_rather_not_is_told_that_nothing_was_sent(page, home):
    page.click("charge")
    asked(page)
    page.keys(Keys.ESCAPE)
    page.wait_text("receipt", "Not sent: the agent takes commands only with its token.")
    assert charging(home) == "off" and page.element("charge").is_enabled()


def test_it_is_kept_in_this_tab_only(page, home):
    page.click("charge")
    asked(page)
    answer(page, TOKEN)
    page.wait_text("receipt", "Taken: charging is on.")
    assert page.script("return Object.values(sessionStorage)") == [TOKEN]
    assert page.script("return localStorage.length") == 0 and page.driver.get_cookies() == []
    assert TOKEN not in page.driver.page_source and TOKEN not in page.driver.current_url
    page.open(home)
    page.click("charge")
    page.wait_text("receipt", "Taken: charging is off.")  # a reload in the same tab asks no more
    page.driver.switch_to.new_window("tab")
    page.open(home)
    page.click("charge")
    asked(page)


def test_without_a_token_nothing_is_asked(page, started, folder):
    page.open(home_agent(started, folder))
    page.click("charge")
    page.wait_text("receipt", "Taken: charging is on.")
    assert not page.shown("token-dialog")
