"""Without JavaScript: the state is read, and a form charges."""

import pytest

from page import home_agent


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
    assert plain.driver.find_element("class name", "without-js").is_displayed()
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


def test_no_form_where_a_token_is_needed(plain, started, folder):
    """A form cannot send the header, so the button could only fail."""
    (folder / "token").write_text("secret\n")
    agent = home_agent(started, folder, None, "--http-token-file", folder / "token")
    plain.open(agent, live=False)
    assert plain.text("soc") == "20.0"
    assert not plain.shown("charge")


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_looks_whole(plain, started, folder, dark):
    plain.browser.look(360, 640, dark=dark)
    plain.open(home_agent(started, folder), live=False)
    assert plain.call("look.js", "overflowing") == []
    assert plain.call("look.js", "contrasts")["faint"] == []
