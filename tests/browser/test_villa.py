"""A home with sun, a battery of its own and a car that leaves; and the reference home, which has nothing of these."""

import pytest
from selenium.webdriver.common.keys import Keys

from page import home_agent

STILL = ("--clock", "paused", "--start-date", "2026-06-22")  # a Monday


@pytest.fixture(scope="module")
def villa(tmp_path_factory):
    folder = tmp_path_factory.mktemp("villa")
    processes = []
    calm = ("--trip-spread-min", "0", "--trip-spread-energy", "0", "--trip-day-off", "0")
    yield home_agent(lambda one: processes.append(one.start()) or one, folder, None, "--preset", "villa", "--peak-price", "50", *calm, *STILL)
    processes[0].kill()
    assert "Sanitizer" not in processes[0].log(), processes[0].log()


def until(agent, hour):
    """On to the next time that the clock shows this hour."""
    now = agent.get("/state")[1]["clock"]["hour"]
    agent.move_clock({"step": f"{(hour - now - 1) % 24 + 1}h"})


@pytest.fixture
def state(villa):
    return lambda topic: villa.get("/state")[1][topic]


def words_of_the_picture(page):
    return page.script("return document.getElementById('flows-words').textContent")


def test_the_modes_of_a_home_with_sun(page, villa, state):
    page.open(villa)
    page.wait(lambda: page.element("mode-immediate").is_selected(), "the mode of the preset is chosen")
    assert page.text("mode-words").startswith("The car charges up to the target as soon as it is plugged in.")
    page.element("mode-immediate").send_keys(Keys.ARROW_RIGHT)
    page.wait_text("receipt", "Taken: the car charges with the sun.")
    assert state("plan")["mode"] == "solar" and not page.shown("plan")
    page.choose("immediate")
    page.wait_text("receipt", "Taken: the car charges at once when it is plugged in.")
    assert state("plan")["mode"] == "immediate"


def test_the_devices_have_words_and_settings(page, villa, state):
    page.open(villa)
    until(villa, 13)
    page.wait_text("solar-power", f"{state('solar')['power_kw']:.2f}".rstrip("0") + " kW")
    for day in ("today", "tomorrow"):
        page.wait_text(f"solar-{day}", f"{state('solar')[f'forecast_{day}_kwh']:.1f} kWh")
    assert "The sun gives" in page.text("facts") and "Solar draws" not in page.text("facts")
    page.driver.find_element("css selector", "#storage-mode option[value=discharge]").click()
    page.wait_text("receipt", "Taken: the home battery gives.")
    page.wait_text("storage-power", "gives ...")
    page.type("storage-reserve", "35", Keys.TAB)
    page.wait_text("receipt", "Taken: the home battery keeps a reserve of 35 %.")
    assert (state("storage")["mode"], state("storage")["reserve_percent"]) == ("discharge", 35)
    assert villa.post("/storage_mode", {"storage_mode": "self_consumption"})[0] == 200
    assert villa.post("/storage_reserve", {"storage_reserve": 10})[0] == 200
    page.wait(lambda: (page.value("storage-mode"), page.value("storage-reserve")) == ("self_consumption", "10"), "what is set elsewhere is shown")


def test_the_charger_is_turned_down(page, villa, state):
    page.expect_complaint("400 (Bad Request)")
    page.open(villa)
    page.wait(lambda: page.value("charge-power") == "11", "the charger's own power")
    page.type("charge-power", "6.9", Keys.TAB)
    page.wait_text("receipt", "Taken: the charger draws at most 6.9 kW.")
    assert state("battery")["charge_power_kw"] == 6.9
    page.type("charge-power", "12", Keys.TAB)
    page.wait_text("receipt", "Not taken: charge_power must be at most --charger-kw, which is 11.0, got 12.0.")
    assert villa.post("/charge_power", {"charge_power": 11})[0] == 200
    page.wait(lambda: page.value("charge-power") == "11", "what is set elsewhere is shown")


def test_the_car_leaves_and_its_plug(page, villa):
    until(villa, 6)
    page.open(villa)
    page.wait_text("car-place", "Plugged in.")
    assert page.text("car-trip").startswith("It leaves today at 07:30; the trip takes 9.5 kWh.")
    page.click("plug")
    page.wait_text("receipt", "Taken: the car is unplugged.")
    page.wait_text("car-place", "At home, unplugged.")
    page.wait_text("plug", "Plug in")
    page.wait_text("charge", "Charge when plugged in")
    until(villa, 9)
    page.wait_text("car-place", "Away until it comes back.")
    assert not page.element("plug").is_enabled()
    assert page.text("car-trip").startswith("It left today at 07:30")
    page.click("charge")
    page.wait_text("receipt", "Taken: the car charges when it is plugged in, and the car charges by hand.")
    page.wait_text("charge", "Do not charge on return")
    assert page.data("charging") == "off"
    page.open(villa)
    page.wait_text("charge", "Do not charge on return")  # told by the agent, not remembered by the page
    until(villa, 19)
    page.wait_text("car-place", "Plugged in.")
    page.wait_text("charge", "Stop charging")
    assert villa.post("/mode", {"mode": "immediate"})[0] == 200


@pytest.mark.parametrize("hour", [3, 13, 22])
def test_the_picture_tells_what_gives_and_takes(page, villa, state, hour):
    until(villa, hour)
    page.open(villa)
    grid = state("grid")["power_kw"]
    told = f"{abs(grid):.2f}".rstrip("0")
    told += "0" if told.endswith(".") else ""
    page.wait(lambda: f"{told} kW go to the grid" in words_of_the_picture(page) if grid < 0 else f"the grid gives {told} kW" in words_of_the_picture(page),
              f"the grid's {grid} kW")
    words = words_of_the_picture(page)
    assert words.startswith("The house draws") and "the home battery at" in words and "the heater draws" in words
    assert ("the car is away" in words) == state("car")["away"]
    assert page.script("return document.querySelector('.flow-grid').classList.contains('out')") == (grid < 0)
    shown = page.script("return document.querySelector('.node-solar .kw').textContent")
    assert float(shown.split()[0]) == pytest.approx(state("solar")["power_kw"], abs=0.051)


def test_the_history_stacks_what_is_used_alone(page, villa):
    villa.move_clock({"step": "1d"})
    page.open(villa)
    page.wait(lambda: page.script("return window.Chart?.getChart('history-chart') !== undefined"), "the chart is there")
    drawn = page.script("return Chart.getChart('history-chart').data.datasets.map((one) => [one.type, one.label])")
    assert drawn == [["line", "Cost"], ["line", "Sun"], ["line", "Export"], ["bar", "House"], ["bar", "Car"], ["bar", "Heater"]]
    heads = page.script("return [...document.querySelectorAll('#history-table th')].map((one) => one.textContent)")
    assert heads == ["Time", "House", "Car", "Heater", "Sun", "Import", "Export", "Home battery, in", "Home battery, out", "Mean price", "Cost",
                     "Earned", "Car’s battery", "Over the fuse"]
    assert page.script("return document.querySelector('#history-table tbody tr').cells.length") == len(heads)
    rows = villa.get("/history?from=0&step=1d")[1]["rows"]
    sun, given = (sum(row[name] for row in rows) for name in ("solar_kwh", "export_kwh"))
    assert f"sun {sun:.1f} kWh, of which {100 * (sun - given) / sun:.0f} % were used at home." in page.text("history-summary")
    day = page.script("return Chart.getChart('day-chart').data.datasets.map((one) => one.label)")
    assert day == ["Price", "Fuse", "Sun", "Export", "House", "Car, charged", "Car, planned"]
    page.wait(lambda: page.text("total-sun") != "–", "the sun of today")
    peak = villa.get("/state")[1]["grid"]["peak_kw"]
    assert peak > 0 and float(page.text("month-peak").removesuffix(" kW")) == pytest.approx(peak, abs=0.006)


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("size", [(360, 640), (390, 844), (1280, 900)], ids=["360", "390", "1280"])
def test_fits_and_is_legible(page, villa, size, dark):
    page.browser.look(*size, dark=dark)
    page.open(villa)
    page.wait(lambda: "the sun gives" in words_of_the_picture(page), "the picture is there")
    page.script("for (const one of document.querySelectorAll('details')) one.open = true;")
    page.wait(lambda: page.script("return document.getAnimations().length") == 0, "nothing is in motion")
    assert page.call("look.js", "overflowing") == []
    assert page.call("look.js", "contrasts")["faint"] == []
    assert page.call("look.js", "chartContrasts") == []
    assert page.call("look.js", "smallTargets", 44) == []
    page.script("document.documentElement.style.fontSize = '150%'")
    assert page.call("look.js", "overflowing") == []


def test_without_javascript(page, villa):
    page.browser.scripts(False)
    try:
        page.open(villa, live=False)
        assert page.shown("charge") and not any(page.shown(name) for name in ("flows", "car-state", "mode-solar"))
        assert page.call("look.js", "overflowing") == []
    finally:
        page.browser.scripts(True)


def test_the_reference_home_shows_nothing_of_it(page, started, folder):
    page.open(home_agent(started, folder, None, *STILL))
    hidden = ("flows", "car-state", "mode-solar", "total-sun", "total-export", "charge-power", "month-peak")
    assert [name for name in hidden if page.shown(name)] == []
    assert page.script("return document.querySelectorAll('[id^=solar], [id^=storage], .flow').length") == 0
    loaded = page.script("return performance.getEntriesByType('resource').map((one) => one.name.split('/').pop())")
    assert not {"car.js", "flows.js"} & set(loaded)
    page.wait_text("charge", "Start charging")


def test_a_home_without_a_car_shows_nothing_of_one(page, started, tmp_path):
    agent = home_agent(started, tmp_path, None, "--car", "off", "--solar-kwp", "6", "--storage-kwh", "8", *STILL)
    agent.move_clock({"step": "13h"})
    page.open(agent)
    page.wait(lambda: "the sun gives" in words_of_the_picture(page), "the picture of the flows")
    assert "car" not in words_of_the_picture(page)
    for hidden in ("charge", "battery-title", "mode-manual", "target", "discharge", "total-car", "plan", "plug"):
        assert not page.shown(hidden), hidden
    assert page.text("controls-title") == "Settings" and page.shown("storage-mode") and page.shown("clock-run")
    assert "car" not in page.text("content").lower()
    page.wait(lambda: page.text("history-summary").startswith("House "), "the history")
    assert "car" not in page.text("history-summary")
    headings = [each.text for each in page.driver.find_elements("css selector", "#history-table th")]
    assert "Car" not in headings and "Battery" not in headings
