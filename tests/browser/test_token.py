"""Where a token is set, the page asks for it once; a cookie that no script reads counts as it from then on."""

import pytest
from selenium.webdriver.common.keys import Keys

from nginx import Nginx
from page import home_agent

TOKEN = "correct-horse-battery"


@pytest.fixture
def guarded(started, folder, page):
    """Starts an agent with a token."""
    (folder / "token").write_text(TOKEN + "\n")
    page.expect_complaint("401 (Unauthorized)")
    return lambda *arguments, **options: home_agent(started, folder, None, "--http-token-file", folder / "token",
                                                    "--seconds-per-hour", "60", *arguments, **options)


@pytest.fixture
def home(guarded, page):
    """The page before the token was given."""
    agent = guarded()
    page.open(agent, live=False)
    return agent


@pytest.fixture
def readable(guarded, page):
    """The page of an agent that everybody may read."""
    agent = guarded("--http-read-anonymous")
    page.open(agent)
    return agent


def charging(agent):
    return agent.get("/state", Authorization=f"Bearer {TOKEN}")[1]["battery"]["charging"]


def sign_in(page, token=TOKEN):
    page.type("token", token, Keys.ENTER)


def asked(page):
    page.wait(lambda: page.shown("token-dialog"), "the page asks for the token")
    return page.text("token-words")


def answer(page, token):
    page.keys(token, Keys.ENTER)


# All is guarded


def test_the_page_shows_nothing_of_the_home_before(page, home):
    assert page.text("sign-in-title") == "The agent asks for its token"
    assert page.focused() == "token" and page.element("token").get_attribute("type") == "password"
    assert not page.shown("refused") and not page.shown("framed")
    for telling in ("20.0", "46.3", "Charge limit", "events"):
        assert telling not in page.driver.page_source, telling


def test_the_token_is_asked_for_once(page, home):
    sign_in(page)
    page.wait_live()
    assert page.driver.current_url == page.origin + "/"
    page.click("charge")
    page.wait_text("receipt", "Taken: charging is on.")
    assert charging(home) == "on"
    page.open(home)  # again, and in another tab
    page.driver.switch_to.new_window("tab")
    page.open(home)
    page.click("charge")
    page.wait_text("receipt", "Taken: charging is off.")


@pytest.mark.parametrize("token", ["wrong", "ein Wort", "schl\u00fcssel", "<b>&\"'"])
def test_a_wrong_token_is_refused_in_words(page, home, token):
    sign_in(page, token)
    page.wait(lambda: page.shown("refused"), "the refusal")
    assert page.text("refused") == "That token was not accepted. Please look it up and try again."
    assert page.value("token") == "" and page.driver.get_cookies() == []
    sign_in(page)
    page.wait_live()


def test_the_address_of_a_refusal_leads_back(page, home):
    sign_in(page, "wrong")
    page.wait(lambda: page.shown("refused"), "the refusal")
    page.open(home, "/session", live=False)
    sign_in(page)
    page.wait_live()
    assert page.driver.current_url == page.origin + "/"
    page.open(home, "/session")
    assert page.driver.current_url == page.origin + "/"


def test_no_script_reads_the_cookie(page, home):
    sign_in(page)
    page.wait_live()
    cookie, = page.driver.get_cookies()
    assert (cookie["path"], cookie["httpOnly"], cookie["sameSite"]) == ("/", True, "Strict")
    assert TOKEN not in cookie["value"]
    assert page.script("return document.cookie") == ""
    assert page.script("return sessionStorage.length + localStorage.length") == 0
    assert TOKEN not in page.driver.page_source and TOKEN not in page.driver.current_url


def test_signing_out(page, home):
    sign_in(page)
    page.wait_live()
    page.click("sign-out-button")
    page.wait(lambda: page.shown("sign-in"), "the page asks for the token")
    assert page.driver.get_cookies() == []
    page.open(home, live=False)
    assert page.shown("sign-in")


def test_another_token_ends_the_session(page, home, guarded, folder):
    page.hurry()
    sign_in(page)
    page.wait_live()
    page.expect_complaint("ERR_")
    home.stop()
    (folder / "token").write_text("another\n")
    guarded(port=home.port)
    page.wait(lambda: page.shown("sign-in"), "the page asks for the token by itself", 30)
    assert page.driver.current_url == page.origin + "/"


def test_a_page_at_another_port_does_not_act_by_the_cookie(page, home, started, folder):
    """Its origin is a local one, and to SameSite it is of the same site."""
    sign_in(page)
    page.wait_live()
    other = started(Nginx(folder, "location /other { default_type text/html; return 200 '<link rel=icon href=\"data:,\">'; }"))
    page.visit(other.origin, "/other", live=False)
    send = """const options = {method: "POST", credentials: "include", mode: "no-cors", body: new URLSearchParams({charging: "on"})};
              fetch(arguments[0], options).then(() => arguments[1]("sent"), () => arguments[1]("failed"));"""
    assert page.driver.execute_async_script(send, f"http://127.0.0.1:{home.port}/charge") == "sent"
    assert charging(home) == "off"


# Reading is open


def test_commands_ask_for_the_token(page, readable):
    page.click("charge")
    assert asked(page).startswith("Commands need the token")
    assert page.focused() == "token" and page.element("token").get_attribute("type") == "password"
    answer(page, TOKEN)
    page.wait_text("receipt", "Taken: charging is on.")
    assert charging(readable) == "on"
    page.click("charge")
    page.wait_text("receipt", "Taken: charging is off.")
    assert not page.shown("token-dialog") and page.shown("sign-out-button")
    page.click("sign-out-button")
    page.wait(lambda: not page.shown("sign-out-button"), "the page without the session")
    page.click("charge")
    asked(page)


@pytest.mark.parametrize("token", ["wrong", "ein Wort", "schl\u00fcssel"])
def test_a_wrong_token_is_asked_for_again_with_the_reason(page, readable, token):
    page.click("charge")
    asked(page)
    answer(page, token)
    page.wait_text("token-words", "That token was not accepted. ...")
    assert charging(readable) == "off"
    assert page.value("token") == ""
    answer(page, TOKEN)
    page.wait_text("receipt", "Taken: charging is on.")


def test_who_rather_not_is_told_that_nothing_was_sent(page, readable):
    page.click("charge")
    asked(page)
    page.keys(Keys.ESCAPE)
    page.wait_text("receipt", "Not sent: the agent takes commands only with its token.")
    assert charging(readable) == "off" and page.element("charge").is_enabled()


def test_without_a_token_nothing_is_asked(page, started, folder):
    page.open(home_agent(started, folder))
    page.click("charge")
    page.wait_text("receipt", "Taken: charging is on.")
    assert not page.shown("token-dialog") and not page.shown("sign-out-button")


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_the_sign_in_page_looks_whole(page, home, width, dark):
    page.browser.look(width, 640, dark=dark)
    sign_in(page, "wrong")
    page.wait(lambda: page.shown("refused"), "the refusal")
    assert page.call("look.js", "overflowing") == []
    assert page.call("look.js", "contrasts")["faint"] == []
