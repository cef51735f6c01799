"""The page as its reader uses it: looks for words, clicks, types; and waits for what must come instead of sleeping."""

import pathlib
import subprocess

from selenium.common.exceptions import WebDriverException
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

import harness

HERE = pathlib.Path(__file__).resolve().parent
# Above 1024, those that browsers refuse to open whatever listens there.
UNSAFE_PORTS = {1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, *range(6665, 6670), 6679, 6697, 10080}


def safe_port():
    while (port := harness.free_port()) in UNSAFE_PORTS:
        pass
    return port


def home_agent(started, folder, broker=None, *arguments, **options):
    """A started agent at a port that a browser opens; with a broker it hears commands."""
    uri = broker.uri if broker else "mqtt://127.0.0.1:1"
    agent = started(harness.Agent(folder, *arguments, uri=uri, port=options.pop("port", None) or safe_port(), **options))
    if broker:
        harness.wait_online(broker)
    return agent


def mosquitto_pub(broker, topic, payload):
    command = ["/usr/bin/mosquitto_pub", "-h", "127.0.0.1", "-p", str(broker.port), "-t", topic, "-m", payload]
    subprocess.run(command, check=True, timeout=10)


class Page:
    def __init__(self, browser):
        self.browser, self.driver, self.expected, self.hurried = browser, browser.driver, [], None

    # What it shows

    def open(self, agent, path="/", live=True):
        return self.visit(f"http://127.0.0.1:{agent.port}", path, live)

    def visit(self, origin, path="/", live=True):
        self.origin = origin
        self.driver.get(self.origin + path)
        return self.wait_live() if live else self

    def hurry(self, on=True):
        """From the next page on its timers run ten times as fast: it asks for the agent's health each half second."""
        if self.hurried:
            self.browser.cdp("Page.removeScriptToEvaluateOnNewDocument", identifier=self.hurried)
        source = "const real = setTimeout; window.setTimeout = (call, ms, ...more) => real(call, ms / 10, ...more);"
        added = self.browser.cdp("Page.addScriptToEvaluateOnNewDocument", source=f"{{ {source} }}") if on else {}
        self.hurried = added.get("identifier")

    def element(self, name):
        return self.driver.find_element(By.ID, name)

    def all(self, selector):
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def text(self, name):
        """The visible words, as a reader gets them; none where the element is hidden."""
        return self.element(name).text

    def value(self, name):
        return self.element(name).get_property("value")

    def shown(self, name):
        return self.element(name).is_displayed()

    def number(self, name):
        """A number as written in en-US."""
        return float(self.text(name).replace(",", ""))

    def data(self, name, of="body"):
        return self.script("return document.querySelector(arguments[0]).dataset[arguments[1]]", of, name)

    def script(self, code, *arguments):
        return self.driver.execute_script(code, *arguments)

    def call(self, file, function, *arguments):
        """Calls a function of a script beside the tests. By DevTools, which the page's CSP does not bind."""
        return self.script(f"{(HERE / file).read_text()}\nreturn {function}(...arguments);", *arguments)

    # What it does

    def click(self, name):
        self.element(name).click()

    def choose(self, mode):
        """A click on the word of a mode: the radio button itself is unseen."""
        self.driver.find_element(By.CSS_SELECTOR, f"label:has(#mode-{mode})").click()

    def keys(self, *keys):
        ActionChains(self.driver).send_keys(*keys).perform()

    def type(self, name, words, *after):
        field = self.element(name)
        field.click()
        field.send_keys(Keys.CONTROL, "a")
        field.send_keys(words, *after)

    def focused(self):
        return self.script("const at = document.activeElement; return at.id || at.className || at.tagName")

    # Waiting

    def wait(self, condition, what, patience=harness.PATIENCE):
        return harness.wait_until(lambda: self.holds(condition), what, patience)

    def holds(self, condition):
        """A page that is just being replaced by the next one meets no condition; chromedriver has many words for it."""
        try:
            return condition()
        except WebDriverException:
            return False

    def wait_text(self, name, words, patience=harness.PATIENCE):
        """Until the element shows exactly, or where `words` ends in ..., at first, these words."""
        meets = (lambda text: text.startswith(words[:-3])) if words.endswith("...") else (lambda text: text == words)
        try:
            self.wait(lambda: meets(self.text(name)), words, patience)
        except AssertionError:
            raise AssertionError(f"#{name} should say {words!r} and says {self.text(name)!r}") from None
        return self

    def wait_live(self, patience=harness.PATIENCE):
        self.wait(lambda: self.element("live").get_attribute("data-live") == "true", "the page is live", patience)
        # Live comes before the first events; the settings come with the last of them.
        has_car = self.script("return document.body.dataset.topics.split(' ').includes('battery')")
        self.wait(lambda: self.value("ready-by") or not has_car, "the page has the home's settings")
        return self

    # What is wrong

    def expect_complaint(self, *words):
        """Chromium itself logs refused requests and lost connections: those that a test provokes are no fault."""
        self.expected += words

    def complaints(self):
        return [line for line in self.browser.messages() if not any(words in line for words in self.expected)]

    def leave(self):
        """Away from the page before its agent ends, which would be one more lost connection."""
        self.driver.get("about:blank")
