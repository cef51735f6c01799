"""Below a folder of somebody else's server: behind an nginx with its defaults, at /energy/."""

import pytest

from nginx import Nginx, below
from page import home_agent

TOKEN = "correct-horse-battery/+= ü"
SLOW = ("--seconds-per-hour", "60")


@pytest.fixture
def served(started, folder, page):
    """Starts an agent behind nginx: (agent, nginx)."""
    def serve(*arguments):
        agent = home_agent(started, folder, None, *arguments)
        return agent, started(Nginx(folder, below("/energy/", agent)))
    yield serve
    page.leave()


@pytest.fixture
def guarded(served, folder):
    (folder / "token").write_text(TOKEN + "\n")
    return lambda *arguments: served("--http-token-file", folder / "token", *SLOW, *arguments)


def charging(agent, home="home", **headers):
    return agent.get(f"/homes/{home}/state", **headers)[1]["battery"]["charging"]


def bearer():
    return {"Authorization": f"Bearer {TOKEN}".encode()}


def fill_in(page, token):
    page.type("token", token)
    page.click("sign-in")


def test_the_page_lives_below_a_folder(page, served):
    _, nginx = served("--seconds-per-hour", "1", "--tick", "250ms")
    page.visit(nginx.origin, "/energy/")
    times = set()
    page.wait(lambda: times.add(page.text("time")) or len(times) >= 3, "the time moves")
    page.wait(lambda: page.script("return window.Chart?.getChart('history-chart') !== undefined"), "both charts are drawn")
    page.wait(lambda: page.text("total-house") != "–", "today's quarters have come")
    asked = [event["request"]["url"] for method, event in page.browser.network() if method == "Network.requestWillBeSent"]
    outside = [url for url in asked if not url.startswith((nginx.origin + "/energy/", "data:", "about:"))]
    assert outside == [] and f"{nginx.origin}/energy/events" in asked


def test_without_the_slash_nginx_leads_to_it(page, served):
    _, nginx = served(*SLOW)
    page.visit(nginx.origin, "/energy")
    assert page.driver.current_url == nginx.origin + "/energy/"


def test_each_change_comes_at_once(page, served):
    """nginx keeps back what is less than 4 KiB, unless it is told not to."""
    agent, nginx = served(*SLOW)
    page.visit(nginx.origin, "/energy/")
    for wanted in ("on", "off", "on"):
        assert agent.post("/charge", {"charging": wanted})[0] == 200
        page.wait(lambda wanted=wanted: page.data("charging") == wanted, f"the page shows charging {wanted}")


def test_commands_and_history(page, served):
    agent, nginx = served(*SLOW)
    page.visit(nginx.origin, "/energy/")
    page.click("charge")
    page.wait_text("receipt", "Taken: charging is on.")
    page.choose("cheapest")
    page.wait_text("receipt", "Taken: the car charges in the cheapest hours.")
    assert agent.get("/plan")[1]["mode"] == "cheapest"
    link = page.element("csv").get_property("href")
    assert link.startswith(nginx.origin + "/energy/history?")
    page.click("history-show")
    page.wait(lambda: page.script("return window.Chart?.getChart('history-chart') !== undefined"), "the history is drawn")


def test_homes_among_several(page, served):
    agent, nginx = served("--homes", "3", *SLOW)
    page.visit(nginx.origin, "/energy/")
    page.type("home-chooser", "home-2", "\ue007")
    page.wait(lambda: page.driver.current_url == nginx.origin + "/energy/homes/home-2", "the other home's page")
    page.wait_live()
    page.click("charge")
    page.wait_text("receipt", "Taken: charging is on.")
    assert [charging(agent, f"home-{one}") for one in (1, 2, 3)] == ["off", "on", "off"]
    page.type("home-chooser", "home-1", "\ue007")
    page.wait(lambda: page.driver.current_url == nginx.origin + "/energy/", "the first home's page again")


def test_sign_in(page, guarded):
    agent, nginx = guarded("--homes", "2")
    page.expect_complaint("401 (Unauthorized)")
    page.visit(nginx.origin, "/energy/homes/home-2", live=False)
    assert "20.0" not in page.driver.page_source
    fill_in(page, "wrong")
    page.wait(lambda: page.text("refused").startswith("That token was not accepted."), "the refusal in words")
    fill_in(page, TOKEN)
    page.wait_live()
    assert page.driver.current_url == nginx.origin + "/energy/homes/home-2"
    cookie, = page.driver.get_cookies()
    assert (cookie["path"], cookie["httpOnly"], cookie["sameSite"], cookie["secure"]) == ("/energy", True, "Strict", False)
    assert TOKEN not in cookie["value"]
    page.click("charge")
    page.wait_text("receipt", "Taken: charging is on.")
    assert charging(agent, "home-2", **bearer()) == "on"
    page.click("sign-out-button")
    page.wait(lambda: page.shown("sign-in"), "the page asks for the token")
    assert page.driver.get_cookies() == []


def test_sign_in_without_javascript(page, guarded):
    agent, nginx = guarded("--homes", "2")
    page.expect_complaint("401 (Unauthorized)")
    page.browser.scripts(False)
    try:
        page.visit(nginx.origin, "/energy/homes/home-2", live=False)
        fill_in(page, "wrong")
        page.wait(lambda: page.text("refused").startswith("That token was not accepted."), "the refusal in words")
        fill_in(page, TOKEN)
        page.wait(lambda: page.text("soc") == "20.0", "the page")
        assert page.driver.current_url == nginx.origin + "/energy/homes/home-2"
        page.click("charge")
        page.wait(lambda: page.text("charge") == "Stop charging", "the page is there again")
        assert page.driver.current_url == nginx.origin + "/energy/homes/home-2"
        assert [charging(agent, f"home-{one}", **bearer()) for one in (1, 2)] == ["off", "on"]
        page.click("sign-out-button")
        page.wait(lambda: page.shown("sign-in"), "the page asks for the token")
    finally:
        page.browser.scripts(True)


def test_over_tls_the_cookie_stays_there(page, guarded, started, folder):
    agent, _ = guarded()
    secure = started(Nginx(folder, below("/", agent), tls=True))
    page.browser.cdp("Security.setIgnoreCertificateErrors", ignore=True)
    try:
        page.visit(secure.origin, live=False)
        fill_in(page, TOKEN)
        page.wait_live()
        cookie, = page.driver.get_cookies()
        assert (cookie["secure"], cookie["httpOnly"], cookie["sameSite"]) == (True, True, "Strict")
        page.click("charge")
        page.wait_text("receipt", "Taken: charging is on.")
        page.click("sign-out-button")
        page.wait(lambda: page.shown("sign-in"), "the page asks for the token")
        assert page.driver.get_cookies() == []
    finally:
        page.leave()
        page.browser.cdp("Security.setIgnoreCertificateErrors", ignore=False)


def test_the_session_outlives_the_agent(page, guarded, started, folder):
    agent, nginx = guarded()
    page.visit(nginx.origin, "/energy/", live=False)
    fill_in(page, TOKEN)
    page.wait_live()
    page.expect_complaint("502 (Bad Gateway)", "ERR_INCOMPLETE_CHUNKED_ENCODING", "ERR_CONNECTION")
    agent.stop()
    page.wait(lambda: page.text("live") == "not live", "the page sees that the agent has gone")
    home_agent(started, folder, None, "--http-token-file", folder / "token", *SLOW, port=agent.port)
    page.wait_live(30)
    page.click("charge")
    page.wait_text("receipt", "Taken: charging is on.")
