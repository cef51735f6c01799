"""By keyboard alone, and as a screen reader is told of it."""

import pytest
from selenium.webdriver.common.keys import Keys

import harness

# In the order of the page; between them may be others.
STOPS = ["charge", "mode-manual", "target-slider", "target", "limit-slider", "limit", "ready-by", "discharge",
         "history-from", "history-to", "history-step", "history-show", "csv"]


@pytest.fixture
def client(started, broker, home):
    return started(harness.Client(broker.port, "home-energy/home/battery", "home-energy/home/plan"))


def tab_to(page, name):
    for _ in range(40):
        if page.focused() == name:
            return
        page.keys(Keys.TAB)
    raise AssertionError(f"no way to #{name} by the Tab key")


def charging(client, wanted):
    client.expect("home-energy/home/battery", lambda battery: battery["charging"] == wanted)


def test_tab_goes_through_the_page_in_its_order(page, home):
    seen = []
    for _ in range(40):
        page.keys(Keys.TAB)
        if (stop := page.focused()) not in seen:
            seen.append(stop)
    assert seen[0] == "skip"
    assert [stop for stop in seen if stop in STOPS] == STOPS, seen


def test_the_focus_is_seen(page, home):
    """At each stop something marks where it is: the field itself, or the word of the radio button upon it."""
    for name in STOPS[:8]:
        tab_to(page, name)
        outline = page.script("""
          const at = document.activeElement;
          const marked = at.type === "radio" ? at.nextElementSibling : at;
          return getComputedStyle(marked).outlineStyle + getComputedStyle(marked).outlineWidth""")
        assert outline == "solid3px", (name, outline)


@pytest.mark.parametrize("key", [Keys.ENTER, Keys.SPACE], ids=["Enter", "Space"])
def test_charging(page, client, key):
    tab_to(page, "charge")
    page.keys(key)
    charging(client, "on")
    page.wait_text("receipt", "Taken: charging is on.")
    page.wait(lambda: page.focused() == "charge", "the button has the focus again")
    page.keys(key)
    charging(client, "off")


def test_the_link_to_the_content(page, home):
    page.keys(Keys.TAB)
    assert page.element("content") and page.script("return document.activeElement.getBoundingClientRect().left >= 0")
    page.keys(Keys.ENTER, Keys.TAB)
    assert page.focused() == "charge"


def test_a_mode_by_arrow_keys(page, client):
    tab_to(page, "mode-manual")
    page.keys(Keys.ARROW_RIGHT)
    client.expect("home-energy/home/plan", lambda plan: plan["mode"] == "cheapest")
    assert page.focused() == "mode-cheapest"


def test_a_limit_and_a_target(page, client):
    tab_to(page, "limit")
    page.keys(Keys.ARROW_DOWN, Keys.ARROW_DOWN, Keys.TAB)
    client.expect("home-energy/home/battery", lambda battery: battery["limit_percent"] == 98)
    tab_to(page, "target-slider")
    page.keys(Keys.ARROW_LEFT)
    client.expect("home-energy/home/plan", lambda plan: plan["target"] == 79)


def test_escape_leaves_the_battery_as_it_is(page, home):
    assert home.post("/charge", {"charging": "on"})[0] == 200
    tab_to(page, "discharge")
    page.keys(Keys.ENTER)
    page.wait(lambda: page.shown("discharge-dialog"), "the page asks")
    page.keys(Keys.ESCAPE)
    page.wait(lambda: not page.shown("discharge-dialog"), "the question goes")
    assert page.focused() == "discharge"
    assert home.get("/state")[1]["battery"]["charging"] == "on"
    assert page.text("receipt") == ""


def test_the_first_answer_keeps_the_battery(page, home):
    """Enter, pressed twice in haste, must not discharge."""
    tab_to(page, "discharge")
    page.keys(Keys.ENTER)
    page.wait(lambda: page.shown("discharge-dialog"), "the page asks")
    page.keys(Keys.ENTER)
    page.wait(lambda: not page.shown("discharge-dialog"), "the question goes")
    assert home.get("/state")[1]["clock"]["day"] == 0


def test_discharging(page, home, client):
    assert home.post("/charge", {"charging": "on"})[0] == 200
    client.expect("home-energy/home/battery", lambda battery: battery["soc_percent"] > 20)
    tab_to(page, "discharge")
    page.keys(Keys.ENTER)
    page.wait(lambda: page.shown("discharge-dialog"), "the page asks")
    tab_to(page, "discharge-confirm")
    page.keys(Keys.SPACE)
    client.expect("home-energy/home/battery", lambda battery: battery["soc_percent"] == 20 and battery["charging"] == "off")
    page.wait(lambda: page.focused() == "discharge", "the focus is where it was")


class Tree:
    """The accessibility tree: what a screen reader gets."""

    def __init__(self, page):
        nodes = page.browser.cdp("Accessibility.getFullAXTree")["nodes"]
        self.nodes = [node for node in nodes if not node["ignored"]]
        self.by_id = {node["nodeId"]: node for node in nodes}

    def names(self, role):
        return [self.name(node) for node in self.nodes if node["role"]["value"] == role]

    def name(self, node):
        return node.get("name", {}).get("value", "")

    def above(self, node, role):
        """The name of the nearest one of that role that holds the node."""
        while node := self.by_id.get(node.get("parentId")):
            if node.get("role", {}).get("value") == role:
                return self.name(node)
        return None


def test_roles_and_names(page, home):
    tree = Tree(page)
    assert tree.names("button").count("Start charging") == 1
    radios = [node for node in tree.nodes if node["role"]["value"] == "radio"]
    assert [tree.name(node) for node in radios] == ["By hand", "Cheapest hours", "Quietest hours", "At once"]
    assert {tree.above(node, "group") for node in radios} == {"Who decides when the car charges"}
    assert set(tree.names("slider")) == {"Target of the plan, slider", "Charge limit, slider"}
    assert {"Target of the plan", "Charge limit"} <= set(tree.names("spinbutton"))
    assert len(tree.names("main")) == 1 and tree.names("heading")[0] == "home"
    for role in ("button", "radio", "slider", "spinbutton", "combobox", "link", "image", "region"):
        assert all(name.strip() for name in tree.names(role)), (role, tree.names(role))


def test_live_regions_tell_of_commands_and_of_the_connection(page, home):
    live = page.script("return [...document.querySelectorAll('[role=status], [role=alert]')].map((one) => one.id)")
    assert {"receipt", "live", "store-banner", "broker-note"} <= set(live)
    assert len(Tree(page).names("status")) >= 3
    numbers = page.script("""
      const moving = [...document.querySelectorAll("#soc, #power, #time, #price")];
      return moving.filter((one) => one.closest("[aria-live], [role=status]")).length;""")
    assert numbers == 0, "numbers that move each second must not be read aloud"
