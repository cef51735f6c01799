#!/usr/bin/python3
"""Takes the README's pictures of the page: /usr/bin/python3 tests/browser/screenshots.py
Needs the agent in build/dev, or where HOME_ENERGY_AGENT says."""

import base64
import contextlib
import os
import pathlib
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
SOURCE = HERE.parents[1]
sys.path.insert(0, str(HERE.parent / "integration"))
os.environ.setdefault("HOME_ENERGY_AGENT", str(SOURCE / "build/dev/agent/home-energy-agent"))

import harness  # noqa: E402 (it reads the environment)
from browser import Browser  # noqa: E402
from page import Page, home_agent  # noqa: E402

HASTY = ("--seconds-per-hour", "0.04", "--tick", "10ms")
CALM = ("--seconds-per-hour", "6", "--tick", "1500ms")
DAYS = 6  # so that the history has some bars
MOST_BYTES = 150_000


def live_some_days(start, folder, broker):
    """Days in a hurry, each ended by a discharge; then the last one, slow enough to be looked at."""
    state = ("--data-dir", folder / "state", "--mode", "cheapest")
    hasty = home_agent(start, folder, broker, *HASTY, *state)
    for day in range(1, DAYS):
        harness.wait_until(lambda: hasty.get("/state")[1]["clock"]["hour"] >= 21, "an evening", 60)
        assert hasty.post("/discharge", {"discharging": "on"})[0] == 200
        harness.wait_until(lambda: hasty.get("/state")[1]["clock"]["day"] >= day, "a new day", 60)
    hasty.stop()
    calm = home_agent(start, folder, broker, *CALM, *state)
    assert calm.post("/discharge", {"discharging": "on"})[0] == 200
    return calm


def picture(browser, page, name, width, height, dark):
    browser.look(width, height, dark=dark)
    page.wait(lambda: page.text("total-house") != "–" and page.text("plan-short"), "the day is there")
    page.wait(lambda: not page.shown("broker-note"), "no note shows")
    still = "return document.getAnimations().every((one) => one.playState !== 'running')"
    page.wait(lambda: page.script(still), "nothing moves")
    data = base64.b64decode(browser.cdp("Page.captureScreenshot", format="png")["data"])
    assert len(data) < MOST_BYTES, f"{name}: {len(data)} bytes"
    (SOURCE / "docs" / name).write_bytes(data)
    print(f"docs/{name}: {len(data)} bytes, at {page.text('time')} of {page.text('day')}")


def main():
    with tempfile.TemporaryDirectory() as place, contextlib.ExitStack() as stack:
        folder = pathlib.Path(place)
        folder.chmod(0o755)  # mosquitto, started as root, reads its configuration as another user

        def start(process):
            stack.callback(process.kill)
            return process.start()

        broker = start(harness.Broker(folder))
        agent = live_some_days(start, folder, broker)
        browser = Browser(folder)
        stack.callback(browser.close)
        page = Page(browser)
        page.open(agent)
        page.wait(lambda: page.script("return window.Chart?.getChart('history-chart') !== undefined"), "the charts are drawn")
        page.wait(lambda: page.text("time").startswith("03:"), "it is 03:00, with the charging half done", 60)
        picture(browser, page, "page-desktop.png", 1280, 900, dark=False)
        picture(browser, page, "page-phone.png", 390, 844, dark=True)


if __name__ == "__main__":
    main()
