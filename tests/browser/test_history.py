"""The days gone by: what page, table and CSV tell is what GET /history tells."""

import csv
import io
import urllib.request

import pytest

import harness
from page import home_agent

FAST = ("--seconds-per-hour", "0.04", "--tick", "10ms")
CALM = ("--seconds-per-hour", "0.1", "--tick", "25ms")
DAYS = 8  # a week is shown, and a day before it


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A home with some days behind it: lived in a hurry, kept, and gone on with at a pace that one can look at."""
    folder = tmp_path_factory.mktemp("history")
    processes = []
    start = lambda one: processes.append(one.start()) or one  # noqa: E731
    hasty = home_agent(start, folder, None, *FAST, "--data-dir", folder / "state", "--mode", "cheapest")
    harness.wait_until(lambda: hasty.get("/state")[1]["clock"]["day"] >= DAYS, "some days have gone by", 3 * harness.PATIENCE)
    hasty.stop()
    yield home_agent(start, folder, None, *CALM, "--data-dir", folder / "state")
    for process in processes:
        process.kill()
        assert "Sanitizer" not in process.log(), process.log()


@pytest.fixture
def history(page, home):
    page.open(home)
    page.wait(lambda: page.text("history-summary"), "the history is there")
    return page


def choose(page, first, last, step):
    """Picks days and a step, as a reader does, and waits until they are shown."""
    for name, value in (("history-from", first), ("history-to", last)):
        page.type(name, str(value))
    page.driver.find_element("css selector", f"#history-step option[value='{step}']").click()
    page.click("history-show")
    page.wait(lambda: page.data("shown", "#history-step") == step and len(table(page)) == ROWS[step](last - first + 1),
              f"the rows of days {first} to {last} in {step}")


def test_each_currency_has_its_line_and_its_sum(page, started, folder):
    paid = home_agent(started, folder, None, *FAST, "--data-dir", folder / "state")
    harness.wait_until(lambda: paid.get("/state")[1]["clock"]["day"] >= 1, "a day has gone by", 3 * harness.PATIENCE)
    paid.stop()
    home = home_agent(started, folder, None, *CALM, "--data-dir", folder / "state", "--currency", "EUR")
    harness.wait_until(lambda: home.get("/state")[1]["grid"]["cost"] > 0, "it is paid in EUR")
    page.open(home)
    page.wait(lambda: {cells[4].split()[-1] for cells in table(page)} == {"SEK", "EUR"}, "costs in both currencies")
    words = page.text("history-summary")
    assert "SEK and" in words and "EUR" in words
    lines = page.script("return Chart.getChart('history-chart').data.datasets.map((one) => one.label)")
    assert lines == ["Cost, SEK", "Cost, EUR", "House", "Car"]


ROWS = {"1d": lambda days: days, "1h": lambda days: 24 * days, "15m": lambda days: 96 * days}


def table(page):
    return page.script("""
      const rows = [...document.querySelectorAll("#history-table tbody tr")];
      return rows.map((row) => [...row.cells].map((cell) => cell.textContent));""")


def is_a_week(rows):
    """The present day has no row before its first quarter is over."""
    return len(rows) in (6, 7)


def rows_of(home, first, last, step):
    status, answer = home.get(f"/history?from={first}&to={last + 1}&step={step}")
    assert status == 200
    return answer["rows"]


def first_number(words):
    return float(words.split()[0].replace(",", ""))


@pytest.mark.parametrize("first, last, step", [(0, 2, "1d"), (1, 2, "1h"), (1, 1, "15m"), (2, 2, "1d")])
def test_what_is_shown_is_what_the_agent_tells(history, home, first, last, step):
    choose(history, first, last, step)
    rows = rows_of(home, first, last, step)
    for cells, row in zip(table(history), rows, strict=True):
        day, time = row["start"].split("T")
        assert cells[0] == (f"Day {day}" if step == "1d" else f"Day {day}, {time[:5]}")
        for column, name in ((1, "base_kwh"), (2, "car_kwh"), (3, "price"), (4, "cost"), (5, "soc_percent")):
            rounded = 0.051 if column in (1, 2, 5) else 0.0051  # to one decimal, or to two
            assert first_number(cells[column]) == pytest.approx(row[name], abs=rounded), (cells, row)
    house, car, cost = (sum(row[name] for row in rows) for name in ("base_kwh", "car_kwh", "cost"))
    words = history.text("history-summary")
    told = [float(part) for part in words.replace(",", " ").replace("SEK.", "").split() if part.replace(".", "", 1).isdigit()]
    assert told == [pytest.approx(house, abs=0.051), pytest.approx(car, abs=0.051), pytest.approx(cost, abs=0.0051)], words
    drawn = history.script("return Chart.getChart('history-chart').data.datasets.map((one) => one.data)")
    assert drawn == [[row[name] for row in rows] for name in ("cost", "base_kwh", "car_kwh")]


def test_steps_agree_with_each_other(home):
    """Whole days are the sums of their hours and quarters, so the reader may choose any."""
    for name in ("base_kwh", "car_kwh", "cost"):
        sums = [sum(row[name] for row in rows_of(home, 0, 1, step)) for step in ROWS]
        assert sums == [pytest.approx(sums[0], abs=0.0006 * 2 * 96)] * 3  # each row is rounded by itself


def test_the_csv_has_the_same_range(history, home):
    choose(history, 1, 2, "1h")
    link = history.element("csv")
    assert link.get_attribute("download") is not None
    with urllib.request.urlopen(link.get_property("href"), timeout=10) as answer:
        assert answer.headers["Content-Type"].startswith("text/csv")
        lines = list(csv.DictReader(io.StringIO(answer.read().decode())))
    rows = rows_of(home, 1, 2, "1h")
    assert [line["start"] for line in lines] == [row["start"] for row in rows]
    assert [float(line["cost"]) for line in lines] == [row["cost"] for row in rows]


def test_begins_with_the_last_days_and_follows_the_present(history, home):
    today = home.get("/state")[1]["clock"]["day"]
    assert int(history.value("history-to")) in (today, today + 1)
    history.wait(lambda: int(history.value("history-from")) == max(0, int(history.value("history-to")) - 6), "a week is shown")
    history.wait(lambda: int(history.value("history-to")) > today, "a new day is taken up by itself", 2 * harness.PATIENCE)
    assert is_a_week(table(history))


def test_a_field_does_not_change_under_the_hand_of_a_reader(history, home):
    history.click("history-to")
    today = lambda: int(history.text("day").split()[-1])  # noqa: E731
    before, day = history.value("history-to"), today()
    history.wait(lambda: today() > max(day, int(before)), "another day begins", 2 * harness.PATIENCE)
    assert history.value("history-to") == before
    history.click("history-show")  # gone elsewhere without a choice
    history.wait(lambda: int(history.value("history-to")) > int(before), "the present is followed again", 2 * harness.PATIENCE)


def test_a_range_that_a_reader_chose_stays(history, home):
    choose(history, 0, 1, "1d")
    day = history.text("day")
    history.wait(lambda: history.text("day") != day, "another day begins", 2 * harness.PATIENCE)
    assert (history.value("history-from"), history.value("history-to")) == ("0", "1")
    assert len(table(history)) == 2


def test_days_of_which_nothing_is_kept(history):
    history.type("history-from", "900")
    history.type("history-to", "901")
    history.click("history-show")
    history.wait_text("history-summary", "Nothing is kept for these days.")
    assert table(history) == []


def test_only_what_was_asked_for_is_announced(history, home):
    told = lambda: history.script("return document.getElementById('history-told').textContent")  # noqa: E731
    day = history.value("history-to")
    history.wait(lambda: history.value("history-to") != day, "the present goes on", 2 * harness.PATIENCE)
    history.wait(lambda: is_a_week(table(history)), "another week is shown")
    assert told() == ""
    choose(history, 0, 1, "1d")
    assert told() == history.text("history-summary") != ""


def test_an_impossible_range_is_answered_with_a_reason(history):
    history.expect_complaint("400 (Bad Request)")
    history.type("history-from", "2")
    history.type("history-to", "0")
    history.click("history-show")
    summary = lambda: history.text("history-summary")  # noqa: E731
    history.wait(lambda: summary().endswith(".") and "SEK" not in summary(), "a reason is told")


def test_the_day_as_a_table_agrees_with_the_profiles(page, home):
    page.open(home)
    page.driver.find_element("css selector", ".today summary").click()
    page.wait(lambda: len(page.all("#day-table tbody tr")) == 24, "24 hours")
    prices = home.get("/priceperhour")[1]
    shown = page.script("return [...document.querySelectorAll('#day-table tbody tr')].map((row) => row.cells[1].textContent)")
    assert [first_number(cell) for cell in shown] == [pytest.approx(ore / 100, abs=0.0051) for ore in prices]
