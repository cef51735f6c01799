"""The page at the sizes people have, light and dark: nothing beside the window, legible, large enough to touch."""

import pytest

import harness
from page import Page, home_agent

SIZES = [(360, 640), (390, 844), (1280, 900), (1920, 1080)]
ABOVE_THE_FOLD = ["soc", "stored", "capacity", "charge", "power", "price", "time", "battery-fill"]
LONG = "Ladebegrenzungseinstellungsmöglichkeiten"
LOOKS = [(size, dark) for size in SIZES for dark in (False, True)]
NAMES = [f"{width}x{height} {'dark' if dark else 'light'}" for (width, height), dark in LOOKS]


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A home that charges by a plan, so that all that can be shown is shown."""
    folder = tmp_path_factory.mktemp("look")
    with_plan = ("--mode", "cheapest", "--seconds-per-hour", "60", "--baseload", folder / "load.json")
    (folder / "load.json").write_text(str([10.5] * 24))
    processes = []
    agent = home_agent(lambda one: processes.append(one.start()) or one, folder, None, *with_plan)
    assert agent.post("/charge", {"charging": "on"})[0] == 200
    assert agent.post("/mode", {"mode": "cheapest"})[0] == 200
    yield agent
    processes[0].kill()
    assert "Sanitizer" not in agent.log(), agent.log()


@pytest.fixture
def look(page, home):
    """Opens the page at a size and in a scheme, with plan, tables and notes unfolded."""
    def open_(size, dark=False) -> Page:
        page.browser.look(*size, dark=dark)
        page.open(home)
        page.wait(lambda: page.shown("plan"), "the plan is there")
        page.wait(lambda: page.script("return window.Chart?.getChart('day-chart')?.data.datasets.length"), "the chart is there")
        page.wait(lambda: page.shown("broker-note"), "the note of the broker is there")
        # A colour on its way to another has the contrast of neither.
        page.wait(lambda: page.script("return document.getAnimations().length") == 0, "nothing is in motion")
        return page
    return open_


def unfold(page):
    page.script("for (const one of document.querySelectorAll('details')) one.open = true;"
                "document.getElementById('receipt').textContent = 'Not taken.';"
                "document.getElementById('receipt').classList.add('bad');"
                "document.getElementById('store-banner').textContent = 'Writes to the disk fail.';"
                "document.getElementById('store-banner').hidden = false;")


@pytest.mark.parametrize("size, dark", LOOKS, ids=NAMES)
def test_fits_and_is_legible(look, size, dark):
    page = look(size, dark)
    assert page.script("return matchMedia('(prefers-color-scheme: dark)').matches") is dark
    unfold(page)
    assert page.call("look.js", "overflowing") == []
    told = page.call("look.js", "contrasts")
    assert told["faint"] == [] and told["judged"] > 60, told
    assert page.call("look.js", "chartContrasts") == []
    assert page.call("look.js", "smallTargets", 44) == []


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("dialog", ["discharge-dialog", "token-dialog"])
def test_dialogs_fit_and_are_legible(look, dialog, dark):
    page = look((360, 640), dark)
    page.script("document.getElementById(arguments[0]).showModal()", dialog)
    assert page.call("look.js", "overflowing") == []
    assert page.call("look.js", "contrasts")["faint"] == []
    assert page.call("look.js", "smallTargets", 44) == []


@pytest.mark.parametrize("size", SIZES, ids=[f"{width}x{height}" for width, height in SIZES])
def test_what_matters_needs_no_scrolling(page, started, folder, broker, size):
    """Battery, percents, kWh, the button, power, price and time are seen at once."""
    agent = home_agent(started, folder, broker, "--seconds-per-hour", "60")
    page.browser.look(*size)
    page.open(agent)
    assert page.call("look.js", "aboveTheFold", ABOVE_THE_FOLD) == []


@pytest.mark.parametrize("width", [360, 390, 1280])
def test_long_words_fit(look, width):
    page = look((width, 800))
    unfold(page)
    page.call("look.js", "lengthen", LONG)
    assert page.text("mode-words") == LONG  # else nothing was tried
    assert page.call("look.js", "overflowing") == []


@pytest.mark.parametrize("size", SIZES, ids=[f"{width}x{height}" for width, height in SIZES])
def test_a_large_text_fits(look, size):
    """Who sets the browser's text to 150 % must not scroll sideways."""
    page = look(size)
    page.script("document.documentElement.style.fontSize = '150%'")
    unfold(page)
    assert page.call("look.js", "overflowing") == []


def test_the_charts_take_the_colours_of_the_scheme_as_it_turns(look):
    page = look((1280, 900))
    colour = "return Chart.getChart('day-chart').data.datasets[0].borderColor"
    light = page.script(colour)
    page.browser.look(1280, 900, dark=True)
    page.wait(lambda: page.script(colour) != light, "the chart is drawn anew", harness.PATIENCE)
