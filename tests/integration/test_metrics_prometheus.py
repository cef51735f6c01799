"""Debian's Prometheus reads the agent's metrics, and its own tool finds no fault with them."""

import json
import pathlib
import subprocess
import urllib.parse
import urllib.request

import harness

CONFIGURATION = """
global:
  scrape_interval: 1s
scrape_configs:
  - job_name: home-energy-agent
    authorization: {credentials_file: %s}
    static_configs: [{targets: ["127.0.0.1:%d"]}]
"""


class Prometheus(harness.Process):
    def __init__(self, folder, agent, token):
        self.port = harness.free_port()
        configuration = pathlib.Path(folder) / "prometheus.yml"
        configuration.write_text(CONFIGURATION % (token, agent.port))
        super().__init__(["/usr/bin/prometheus", f"--config.file={configuration}", f"--storage.tsdb.path={folder}/series",
                          f"--web.listen-address=127.0.0.1:{self.port}"], pathlib.Path(folder) / "prometheus.log")

    def start(self):
        super().start()
        harness.wait_until(self.is_ready, f"Prometheus is ready: {self.log()}")
        return self

    def is_ready(self):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/-/ready", timeout=harness.PATIENCE):
                return True
        except OSError:  # nobody listens, or 503 while it begins
            return False

    def ask(self, query):
        """The samples that a query gives: (labels, value)."""
        address = f"http://127.0.0.1:{self.port}/api/v1/query?" + urllib.parse.urlencode({"query": query})
        with urllib.request.urlopen(address, timeout=harness.PATIENCE) as answer:
            return [(each["metric"], float(each["value"][1])) for each in json.load(answer)["data"]["result"]]


def token_of(folder):
    token = folder / "token"
    token.write_text("secret\n")
    return token


def test_promtool_finds_no_fault(started, folder, broker):
    agent = started(harness.Agent(folder, "--preset", "villa", "--homes", "3", uri=broker.uri)).wait_connected()
    for homes in ("each", "all"):
        text = agent.request("GET", "/metrics")[2]
        found = subprocess.run(["/usr/bin/promtool", "check", "metrics"], input=text, capture_output=True, check=False)
        assert (found.returncode, found.stdout + found.stderr) == (0, b""), homes
        agent.stop()
        agent = started(harness.Agent(folder, "--preset", "villa", "--homes", "3", "--metrics-homes", "2", uri=broker.uri))


def test_prometheus_scrapes_with_the_token(started, folder, broker):
    token = token_of(folder)
    options = ("--http-token-file", str(token), "--homes", "2", "--clock", "paused")
    agent = started(harness.Agent(folder, *options, uri=broker.uri)).wait_connected()
    prometheus = started(Prometheus(folder, agent, token))
    harness.wait_until(lambda: prometheus.ask("up") and prometheus.ask("up")[0][1] == 1, "Prometheus has scraped")
    assert sorted((labels["home"], value) for labels, value in prometheus.ask("home_energy_baseload_power_kw")) == [
        ("home-1", 0.88), ("home-2", 0.88)]
    agent.post("/homes/home-2/charge", {"charging": "on"}, Authorization="Bearer secret")
    harness.wait_until(lambda: [labels["home"] for labels, _ in prometheus.ask("home_energy_battery_charging == 1")] == ["home-2"],
                       "the next scrape sees what was told")
    assert prometheus.ask("histogram_quantile(0.5, home_energy_agent_command_seconds_bucket)")[0][1] > 0
