"""Real time: dates instead of numbers of days, and a plan for the real night."""

import datetime

import pytest

from page import home_agent

NIGHT = 2  # the hour that it is in the home: before the departure at 07:00, so that the plan lies on this day


def zone_where_it_is(hour):
    """A time zone, as TZ takes it, in which it is that hour now. Whole hours from UTC-11 to UTC+12."""
    ahead = (hour - datetime.datetime.now(datetime.timezone.utc).hour + 11) % 24 - 11
    return f"<{ahead:+03d}>{-ahead:+d}", datetime.timezone(datetime.timedelta(hours=ahead))


@pytest.fixture
def zone():
    return zone_where_it_is(NIGHT)


@pytest.fixture
def home(started, folder, page, zone):
    agent = home_agent(started, folder, None, "--realtime", "--data-dir", folder / "state", env={"TZ": zone[0]})
    page.open(agent)
    return agent


def planned(page):
    """What the chart shows of the plan: its points, in hours and kW."""
    return page.script("""
      const plan = Chart.getChart("day-chart")?.data.datasets.find((one) => one.series === "plan");
      return (plan?.data ?? []).filter((point) => point.y !== null && point.y > 0).map((point) => point.x);""")


def test_day_and_time_are_those_of_the_wall(page, home, zone):
    before = datetime.datetime.now(zone[1])
    shown = page.text("day"), page.text("time")
    after = datetime.datetime.now(zone[1])
    assert shown in {(f"{moment:%b} {moment.day}", f"{moment:%H:%M}") for moment in (before, after)}, shown
    assert page.value("history-to") == f"{before:%Y-%m-%d}" and page.element("history-to").get_attribute("type") == "date"


def test_says_nothing_of_a_simulation(page, home):
    page.click("discharge")
    page.wait(lambda: page.shown("discharge-dialog"), "the page asks")
    assert "clock goes to" not in page.text("discharge-dialog")
    assert "simulated" not in page.driver.find_element("tag name", "footer").text


def test_the_charts_are_there(page, home):
    page.wait(lambda: page.script("return Chart.getChart('day-chart')?.data.datasets.length") == 5, "the day's chart is drawn")
    assert page.shown("day-chart") and page.shown("history-chart")
    now = page.script("return Chart.getChart('day-chart').series.now") / 60
    assert NIGHT <= now < NIGHT + 1.1
    page.wait(lambda: page.text("history-summary"), "the history is there")


def test_a_plan_shows_in_words_and_on_the_chart(page, home):
    page.wait(lambda: page.script("return Chart.getChart('day-chart')?.data.datasets.length") == 5, "the day's chart is drawn")
    assert planned(page) == []
    page.choose("cheapest")
    page.wait_text("plan-words", "80 % by 07:00: ...")
    hours = page.wait(lambda: planned(page), "the plan is on the chart")
    assert NIGHT <= min(hours) < max(hours) <= 7
    assert page.text("plan-short").startswith(("Next charging: ", "Planned to charge until "))
    blocks = [line.text for line in page.all("#plan-blocks li")]
    assert blocks and all("kWh at" in words for words in blocks)
    page.choose("manual")
    page.wait(lambda: planned(page) == [], "by hand nothing is planned")
