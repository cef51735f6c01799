"""In a frame of another page, as Home Assistant's webpage card shows it: only where it was permitted, and with a token, too."""

import pytest

from nginx import Nginx
from page import home_agent

TOKEN = "correct-horse-battery"


class Card:
    """A page of another port with the agent's in it."""

    def __init__(self, page, started, folder):
        self.page, self.started, self.folder = page, started, folder

    def show(self, *arguments, host="127.0.0.1", permit=True):
        """@param host of the page around; the agent's is always 127.0.0.1"""
        self.nginx = self.started(Nginx(self.folder, """location = /card { default_type text/html; return 200
            '<!doctype html><title>card</title><link rel=icon href="data:,"><iframe id=card width=900 height=700></iframe>'; }"""))
        self.around = f"http://{host}:{self.nginx.port}"
        if permit:
            arguments = ("--http-frame-ancestors", f"http://homeassistant.local:8123,{self.around}", *arguments)
        self.agent = home_agent(self.started, self.folder, None, "--seconds-per-hour", "60", *arguments)
        self.page.visit(self.around, "/card", live=False)
        self.page.script("document.getElementById('card').src = arguments[0]", f"http://127.0.0.1:{self.agent.port}/")
        self.page.driver.switch_to.frame("card")
        return self.agent


@pytest.fixture
def card(page, started, folder):
    yield Card(page, started, folder)
    page.driver.switch_to.default_content()
    page.leave()


@pytest.fixture
def token(folder):
    (folder / "token").write_text(TOKEN + "\n")
    return "--http-token-file", folder / "token"


def sign_in(page):
    page.wait(lambda: page.shown("sign-in"), "the card asks for the token")
    page.type("token", TOKEN)
    page.click("sign-in")


def test_a_page_that_may_shows_it(page, card):
    agent = card.show()
    page.wait_live()
    page.click("charge")
    page.wait_text("receipt", "Taken: charging is on.")
    assert agent.get("/state")[1]["battery"]["charging"] == "on"


@pytest.mark.parametrize("arguments", [(), ("--http-frame-ancestors", "self"),
                                       ("--http-frame-ancestors", "http://homeassistant.local:8123")], ids=" ".join)
def test_any_other_page_does_not(page, card, arguments):
    page.expect_complaint("frame-ancestors")
    card.show(*arguments, permit=False)
    page.wait(lambda: "ERR_BLOCKED_BY_RESPONSE" in page.driver.page_source, "Chromium refuses")
    assert page.all("#soc") == []


def test_the_token_in_a_card_of_the_same_host(page, card, token):
    agent = card.show(*token)
    page.expect_complaint("Blocked autofocusing")
    sign_in(page)
    page.wait_live()
    page.click("charge")
    page.wait_text("receipt", "Taken: charging is on.")
    assert agent.get("/state", Authorization=f"Bearer {TOKEN}")[1]["battery"]["charging"] == "on"


def test_in_a_card_of_another_host_no_cookie_is_kept_and_the_page_says_so(page, card, token):
    page.expect_complaint("Blocked autofocusing")
    card.show(*token, host="127.0.0.2")
    sign_in(page)
    page.wait(lambda: page.shown("sign-in") and page.value("token") == "", "it asks again")
    assert "open the page by itself" in page.text("framed")


def test_reading_in_a_card_of_another_host(page, card, token):
    card.show(*token, "--http-read-anonymous", host="127.0.0.2")
    page.wait_live()
    assert page.text("soc") == "20"
