"""A disk that takes nothing: the page says so, and commands say that they are not saved."""

import resource

import pytest

import harness
from page import home_agent

NOTHING = 0


def limit_files(agent, most):
    """The kernel refuses writes beyond `most` bytes (EFBIG), as a full disk refuses them; no mount, no root."""
    _, hard = resource.prlimit(agent.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(agent.pid, resource.RLIMIT_FSIZE, (most, hard))


def store(agent):
    return agent.get("/healthz")[1].get("store")


@pytest.fixture
def home(started, folder, page):
    """Unless it is ignored, the signal that comes with the refusal ends the process; `env` ignores it and becomes the agent."""
    agent = home_agent(lambda one: started(_deaf(one)), folder, None, "--data-dir", folder / "state")
    harness.wait_until(lambda: store(agent) == "ok", "the store works")
    page.hurry()
    page.open(agent)
    return agent


def _deaf(agent):
    agent.command = ["/usr/bin/env", "--ignore-signal=XFSZ", *agent.command]
    return agent


def test_the_banner_comes_and_goes(page, home):
    assert not page.shown("store-banner")
    limit_files(home, NOTHING)
    harness.wait_until(lambda: store(home) == "failing", "the agent notices")
    page.wait(lambda: page.text("store-banner").startswith("Writes to the disk fail: "), "the page says so")
    assert page.text("store-banner").endswith("What you set now is lost at a restart.")
    limit_files(home, resource.RLIM_INFINITY)
    harness.wait_until(lambda: store(home) == "ok", "the agent stores again")
    page.wait(lambda: not page.shown("store-banner"), "the banner goes")


def test_it_is_told_without_scripts_too(page, home):
    limit_files(home, NOTHING)
    harness.wait_until(lambda: store(home) == "failing", "the agent notices")
    page.browser.scripts(False)
    try:
        page.open(home, live=False)
        assert page.text("store-banner").startswith("Writes to the disk fail: ")
    finally:
        page.browser.scripts(True)
    limit_files(home, resource.RLIM_INFINITY)
    harness.wait_until(lambda: store(home) == "ok", "the agent stores again")
    page.open(home)
    assert not page.shown("store-banner")


def test_a_command_is_taken_but_said_not_to_be_saved(page, home):
    limit_files(home, NOTHING)
    harness.wait_until(lambda: store(home) == "failing", "the agent notices")
    page.wait(lambda: page.shown("store-banner"), "the page has moved down for it")
    page.click("charge")
    page.wait_text("receipt", "Taken, but not saved: charging is on until the agent restarts.")
    assert "bad" in page.element("receipt").get_attribute("class")
    page.wait(lambda: page.data("charging") == "on", "it charges all the same")
    limit_files(home, resource.RLIM_INFINITY)
    harness.wait_until(lambda: store(home) == "ok", "the agent stores again")
    page.wait(lambda: not page.shown("store-banner"), "the page has moved up again")
    page.click("charge")
    page.wait_text("receipt", "Taken: charging is off.")


def test_what_was_taken_meanwhile_is_stored_afterwards(page, home):
    """The promise of the receipt is the least that holds: once the disk is well again, all is kept."""
    limit_files(home, NOTHING)
    harness.wait_until(lambda: store(home) == "failing", "the agent notices")
    page.type("limit", "75", "\n")
    page.wait_text("receipt", "Taken, but not saved: the charge limit is 75 %...")
    limit_files(home, resource.RLIM_INFINITY)
    harness.wait_until(lambda: store(home) == "ok", "the agent stores again")
    page.expect_complaint("ERR_")
    home.kill()
    home.start()
    page.wait_live()
    assert home.get("/state")[1]["battery"]["limit_percent"] == 75
