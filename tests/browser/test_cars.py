"""A home with two cars: what the page shows of the second, and what it can be told."""

import pytest
from selenium.webdriver.common.keys import Keys

from page import home_agent

HOUSE = """
[house]
fuse-kw = 16
[[car]]
[[car]]
capacity-kwh = 40
trips = ["mon-sun 07:00-16:00 8"]
[solar]
kwp = 5
[heater]
kw = 2
[storage]
kwh = 5
"""


@pytest.fixture(scope="module")
def agent(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cars")
    (folder / "house.toml").write_text(HOUSE)
    processes = []
    yield home_agent(lambda one: processes.append(one.start()) or one, folder, None, "--house", folder / "house.toml",
                     "--clock", "paused", "--start-date", "2026-06-22")
    processes[0].kill()
    assert "Sanitizer" not in processes[0].log(), processes[0].log()


@pytest.fixture
def second(agent):
    return lambda part: agent.get("/state")[1]["car-2"][part]


def test_the_second_car_has_a_line_a_button_and_settings(page, agent, second):
    page.open(agent)
    page.wait_text("car-2-soc", "20 %")
    page.wait_text("car-2-does", "does not charge")
    page.click("car-2-charge")
    page.wait_text("receipt", "Taken for car 2: charging is on.")
    page.wait_text("car-2-does", "draws 7.4 kW")
    page.wait_text("car-2-charge", "Stop charging")
    assert second("battery")["charging"] == "on" and page.text("charge") == "Start charging"
    page.driver.find_element("css selector", "#car-2-mode option[value=cheapest]").click()
    page.wait_text("receipt", "Taken for car 2: the car charges in the cheapest hours.")
    page.type("car-2-target", "60", Keys.TAB)
    page.wait_text("receipt", "Taken for car 2: the target is 60 %.")
    assert (second("plan")["mode"], second("plan")["target"]) == ("cheapest", 60)
    assert agent.get("/plan")[1]["mode"] == "manual"
    assert agent.post("/car-2/mode", {"mode": "immediate"})[0] == 200
    page.wait(lambda: page.value("car-2-mode") == "immediate", "what is set elsewhere is shown")


def test_it_is_away_and_part_of_the_picture(page, agent):
    agent.post("/car-2/mode", {"mode": "manual"})
    agent.move_clock({"until": "0T12:00"})
    page.open(agent)
    page.wait_text("car-2-does", "is away")
    page.wait(lambda: "car 2 is away" in page.script("return document.getElementById('flows-words').textContent"), "the picture")
    assert len(page.all("#flows .node-car")) == 2
    page.click("car-2-charge")
    page.wait_text("receipt", "Taken for car 2: the car charges when it is plugged in.")
    page.wait_text("car-2-charge", "Stop charging")
    agent.post("/car-2/charge", {"charging": "off"})


@pytest.mark.parametrize("size", [(360, 640), (1280, 900)])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_it_fits_and_is_legible(page, agent, size, dark):
    page.browser.look(*size, dark=dark)
    page.open(agent)
    page.wait_text("car-2-soc", "...")
    page.wait(lambda: page.script("return document.getAnimations().length") == 0, "nothing is in motion")
    assert page.call("look.js", "overflowing") == []
    assert page.call("look.js", "contrasts")["faint"] == []
    assert page.call("look.js", "smallTargets", 44) == []


def test_a_home_with_one_car_loads_nothing_of_it(page, started, folder):
    page.open(home_agent(started, folder, None, "--clock", "paused"))
    page.wait_text("charge", "Start charging")
    loaded = page.script("return performance.getEntriesByType('resource').map((one) => one.name.split('/').pop())")
    assert "further_cars.js" not in loaded and page.script("return document.querySelectorAll('[id^=car-2]').length") == 0
