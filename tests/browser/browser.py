"""A Chromium without a window, driven by Debian's chromedriver."""

import contextlib
import json
import os

from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common import utils

FLAGS = ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars", "--lang=en-US",
         "--no-first-run", "--disable-extensions", "--disable-background-networking", "--disable-component-update",
         "--remote-debugging-pipe")  # chromedriver finds a port by the name localhost


class ChromeDriver(Service):
    """By its address: the name localhost, which selenium takes, may not be known."""

    ADDRESS = "127.0.0.1"

    @property
    def service_url(self):
        return f"http://{self.ADDRESS}:{self.port}"

    def is_connectable(self):
        return utils.is_connectable(self.port, self.ADDRESS)


class Browser:
    """The browser and its DevTools. `folder` takes its profile, so that nothing is left in the home of who tests."""

    def __init__(self, folder):
        options = webdriver.ChromeOptions()
        options.binary_location = "/usr/bin/chromium"
        for flag in (*FLAGS, f"--user-data-dir={folder}/profile"):
            options.add_argument(flag)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        # Reports of crashes and the like go there whatever the profile's folder is.
        homes = {"XDG_CONFIG_HOME": f"{folder}/config", "XDG_CACHE_HOME": f"{folder}/cache"}
        service = ChromeDriver("/usr/bin/chromedriver", log_path=f"{folder}/chromedriver.log", env={**os.environ, **homes})
        self.driver = webdriver.Chrome(service=service, options=options)
        self.driver.set_page_load_timeout(30)
        self.driver.set_script_timeout(30)

    def close(self):
        self.driver.quit()

    def cdp(self, method, **parameters):
        return self.driver.execute_cdp_cmd(method, parameters)

    def forget(self):
        """A page of its own, with the size, the scheme and the memory of a new browser."""
        for handle in self.driver.window_handles[1:]:
            self.driver.switch_to.window(handle)
            self.driver.close()
        self.driver.switch_to.window(self.driver.window_handles[0])
        self.driver.get("about:blank")
        self.cdp("Network.clearBrowserCache")
        self.cdp("Network.clearBrowserCookies")
        self.look(1280, 900)
        self.messages()
        self.network()

    def look(self, width, height, dark=False):
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.cdp("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 600)
        self.cdp("Emulation.setEmulatedMedia", features=[scheme])

    def scripts(self, on):
        self.cdp("Emulation.setScriptExecutionDisabled", value=not on)

    def messages(self):
        """What the console has got since it was asked last."""
        return [entry["message"] for entry in self.driver.get_log("browser") if entry["level"] in ("SEVERE", "WARNING")]

    def network(self):
        """The DevTools events of the network since it was asked last: (method, parameters)."""
        events = []
        for entry in self.driver.get_log("performance"):
            with contextlib.suppress(KeyError, ValueError):
                message = json.loads(entry["message"])["message"]
                events.append((message["method"], message["params"]))
        return events
