"""Without JavaScript: the state is read, and a form charges."""

import pytest

from page import home_agent

TOKEN = "correct-horse-battery"


@pytest.fixture
def plain(page):
    page.browser.scripts(False)
    yield page
    page.browser.scripts(True)


def state(agent):
    return agent.get("/state")[1]["battery"]["charging"]


def test_the_state_is_there(plain, started, folder):
    agent = home_agent(started, folder, None, "--start-soc", "50", "--seconds-per-hour", "3600", "--tick", "60s")
    plain.open(agent, live=False)
    assert plain.text("soc") == "50.0" and plain.text("stored") == "23.15" and plain.text("time") == "00:00"
    assert plain.text("charge") == "Start charging"
    assert plain.all("p.without-js")[0].is_displayed()
    for name in ("live", "day-chart", "limit", "discharge", "history-title", "home-chooser"):
        assert not plain.shown(name), name


def test_the_form_charges_and_comes_back(plain, started, folder):
    agent = home_agent(started, folder)
    plain.open(agent, live=False)
    plain.browser.network()
    plain.click("charge")
    plain.wait(lambda: plain.text("charge") == "Stop charging", "the page is there again")
    assert state(agent) == "on"
    assert plain.driver.current_url == plain.origin + "/"
    redirects = [event["redirectResponse"]["status"] for method, event in plain.browser.network()
                 if method == "Network.requestWillBeSent" and "redirectResponse" in event]
    assert redirects == [303]  # so that a reload does not charge once more
    plain.click("charge")
    plain.wait(lambda: plain.text("charge") == "Start charging", "the page is there again")
    assert state(agent) == "off"


def test_the_form_of_a_home_among_several(plain, started, folder):
    agent = home_agent(started, folder, None, "--homes", "3")
    plain.open(agent, "/homes/home-2", live=False)
    plain.click("charge")
    plain.wait(lambda: plain.text("charge") == "Stop charging", "the page is there again")
    assert plain.driver.current_url == plain.origin + "/homes/home-2"
    assert [agent.get(f"/homes/home-{one}/state")[1]["battery"]["charging"] for one in (1, 2, 3)] == ["off", "on", "off"]


@pytest.fixture
def token(folder):
    (folder / "token").write_text(TOKEN + "\n")
    return "--http-token-file", folder / "token"


def guarded_state(agent, path="/state"):
    return agent.get(path, Authorization=f"Bearer {TOKEN}")[1]["battery"]["charging"]


def test_signing_in_and_out(plain, started, folder, token):
    agent = home_agent(started, folder, None, *token)
    plain.open(agent, live=False)
    assert "20.0" not in plain.driver.page_source
    plain.type("token", TOKEN)
    plain.click("sign-in")
    plain.wait(lambda: plain.text("charge") == "Start charging", "the page")
    assert plain.driver.current_url == plain.origin + "/" and not plain.shown("sign-in-link")
    plain.click("charge")
    plain.wait(lambda: plain.text("charge") == "Stop charging", "the page is there again")
    assert guarded_state(agent) == "on"
    plain.click("sign-out-button")
    plain.wait(lambda: plain.shown("sign-in"), "the page asks for the token")


def test_a_form_of_a_session_that_has_ended(plain, started, folder, token):
    plain.expect_complaint("401 (Unauthorized)")
    agent = home_agent(started, folder, None, "--homes", "2", *token)
    plain.open(agent, "/homes/home-2", live=False)
    plain.type("token", TOKEN)
    plain.click("sign-in")
    plain.wait(lambda: plain.text("charge") == "Start charging", "the page")
    plain.browser.cdp("Network.clearBrowserCookies")
    plain.click("charge")
    plain.wait(lambda: plain.shown("sign-in"), "the page asks for the token")
    plain.type("token", TOKEN)
    plain.click("sign-in")
    plain.wait(lambda: plain.text("charge") == "Start charging", "the page, with nothing changed")
    assert plain.driver.current_url == plain.origin + "/homes/home-2"


def test_where_reading_is_open_the_page_leads_to_the_token(plain, started, folder, token):
    """On a page of its own: this one is shown anew every 30 s, and what was typed by then would be lost."""
    agent = home_agent(started, folder, None, "--http-read-anonymous", "--homes", "2", *token)
    plain.open(agent, "/homes/home-2", live=False)
    assert plain.text("soc") == "20.0" and not plain.shown("charge")
    plain.click("sign-in-link")
    plain.type("token", TOKEN)
    plain.click("sign-in")
    plain.wait(lambda: plain.shown("charge"), "the button")
    assert plain.driver.current_url == plain.origin + "/homes/home-2" and not plain.shown("sign-in-link")
    plain.click("charge")
    plain.wait(lambda: plain.text("charge") == "Stop charging", "the page is there again")
    assert guarded_state(agent, "/homes/home-2/state") == "on"


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_looks_whole(plain, started, folder, dark):
    plain.browser.look(360, 640, dark=dark)
    plain.open(home_agent(started, folder), live=False)
    assert plain.call("look.js", "overflowing") == []
    assert plain.call("look.js", "contrasts")["faint"] == []
