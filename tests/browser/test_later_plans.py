"""A car that leaves: what the page tells of its stays at home after the next trips."""

import pytest

from page import home_agent


@pytest.fixture
def agent(started, folder):
    return home_agent(started, folder, None, "--mode", "cheapest", "--start-soc", "80", "--clock", "paused",
                      "--trips", "mon-sun 07:30-17:15 9.5")


def test_the_next_stays_are_told_also_while_it_is_away(page, agent):
    page.open(agent)
    page.wait_text("plan-later", "Back today at 17:15: 9.5 kWh for ...")
    page.wait(lambda: page.text("plan-short").startswith("Next charging: "), "what comes next is of the later stay")
    agent.move_clock({"until": "0T12:00"})
    page.wait_text("plan-words", "Nothing to charge before the car is plugged in.")
    page.wait_text("car-place", "Away, back today at 17:15.")
    (block, *_) = agent.get("/plan")[1]["later"][0]["blocks"]
    assert f"{block['start'][11:16]}–" in page.text("plan-later")
    agent.post("/trip", {"back": "19:00"})
    page.wait_text("plan-later", "Back today at 19:00: ...")
    agent.move_clock({"until": "0T19:00"})
    page.wait_text("plan-later", "Back tomorrow at 17:15: 9.5 kWh for ...")
    page.wait_text("plan-words", "80 % by 07:00: 9.5 kWh for ...")
    agent.post("/mode", {"mode": "manual"})
    page.wait(lambda: not page.shown("plan"), "there is no plan by hand")


def test_a_block_may_be_days_ahead(page, agent):
    page.open(agent)
    code = """const main = document.querySelector('script[type=module]').src;
              return import(main.replace('main.js', 'later_plans.js')).then((it) => it.laterSpans(arguments[0], '2026-01-01'))"""
    spans = lambda *blocks: [(span["start"], span["end"]) for span in page.script(
        code, {"blocks": [{"start": start, "end": end} for start, end in blocks]})]
    assert spans(("2026-01-01T22:00:00+00:00", "2026-01-02T00:30:00+00:00"), ("2026-01-03T02:00:00+00:00", "2026-01-03T03:00:00+00:00")) == [
        (1320, 1470), (2 * 1440 + 120, 2 * 1440 + 180)]
    days = """const main = document.querySelector('script[type=module]').src;
              return import(main.replace('main.js', 'format.js')).then((it) => arguments[0].map((start) => it.spanWords({ start, end: start + 60 })))"""
    assert page.script(days, [-60, 60, 1500, 2940, 4380]) == [
        "yesterday 23:00–00:00", "01:00–02:00", "tomorrow 01:00–02:00", "the day after tomorrow 01:00–02:00", "in 3 days 01:00–02:00"]
    assert spans(("2025-12-31T22:00:00+01:00", "2026-01-01T00:00:00+01:00")) == [(-120, 0)]
    agent.post("/trips", {"thu": [{"leave": "08:00", "back": "14:00", "kwh": 9.5}], "sat": [{"leave": "07:30", "back": "09:00", "kwh": 4}]})
    page.wait_text("plan-later", "Back today at 14:00: 9.5 kWh for ...")
    assert page.text("plan-later").splitlines()[0].endswith(" by Sat, Jan 3 at 07:30: 22:42–23:00, tomorrow 22:00–23:00.")
