"""GET /metrics: what Prometheus reads, beside what /state says."""

import datetime
import json
import re

import harness

SAMPLE = re.compile(r'^([a-z_]+)(?:\{(.*)\})? (\S+)$')
DOCUMENTS = {"plan", "baseload/profile", "price/profile", "solar/forecast"}  # and no values


def metrics_of(agent):
    """The samples, by name and labels, and what each name is."""
    status, headers, body = agent.request("GET", "/metrics")
    assert status == 200 and headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    samples, types = {}, {}
    for line in body.decode().splitlines():
        if line.startswith("# TYPE "):
            _, _, name, kind = line.split(" ")
            assert name not in types, f"{name} is one family"
            types[name] = kind
        elif not line.startswith("#"):
            name, labels, value = SAMPLE.match(line).groups()
            key = (name, labels or "")
            assert key not in samples
            samples[key] = float(value)
    return samples, types


def expected(key, value, labels):
    """What the samples of a value may be: (the end of the name, labels, number)."""
    if isinstance(value, bool) or value in ("on", "off"):
        return {("", labels, float(value in (True, "on")))}
    if isinstance(value, (int, float)):
        return {("", labels, value), ("_total", labels, value)}
    if re.fullmatch(r"\d\d:\d\d", value):
        hours, minutes = value.split(":")
        return {("_seconds", labels, int(hours) * 3600 + int(minutes) * 60)}
    if re.match(r"\d{4}-\d\d-\d\d", value):
        moment = datetime.datetime.fromisoformat(value.replace("Z", "+00:00"))
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=datetime.timezone.utc)
        return {("_timestamp_seconds", labels, moment.timestamp())}
    return {("", f'{labels},{key}="{value}"', 1.0)}


def test_every_value_of_the_state_is_a_metric(started, folder, broker):
    agent = started(harness.Agent(folder, "--preset", "villa", "--clock", "paused", uri=broker.uri)).wait_connected()
    agent.move_clock({"step": "9h"})
    samples, types = metrics_of(agent)
    state = agent.get("/state")[1]
    values = 0
    for topic, payload in state.items():
        if topic in DOCUMENTS:
            continue
        for key, value in payload.items():
            if value is None:
                continue
            name = f"home_energy_{topic}_{key}"
            found = [each for each in expected(key, value, 'home="home"') if samples.get((name + each[0], each[1])) == each[2]]
            assert len(found) == 1, (name, value)
            values += 1
    assert values > 45
    assert types["home_energy_grid_energy_kwh_total"] == "counter"
    assert types["home_energy_agent_command_seconds"] == "histogram"


def test_the_agent_tells_how_it_is(agent, client):
    client.publish("home-energy/home/charge/set", "on")
    client.expect("home-energy/home/receipt")
    samples, _ = metrics_of(agent)
    assert samples["home_energy_agent_broker_connected", ""] == 1
    assert samples["home_energy_agent_command_seconds_count", ""] == 1
    assert samples["home_energy_agent_mqtt_received_total", ""] == 1
    assert samples["home_energy_agent_mqtt_sent_total", ""] > 10
    assert samples["process_resident_memory_bytes", ""] > 1e6
    assert samples["process_open_fds", ""] < samples["process_max_fds", ""]
    assert 0 < samples["home_energy_agent_command_seconds_sum", ""] < harness.PATIENCE
    again, _ = metrics_of(agent)
    assert again["home_energy_agent_http_requests_total", ""] == samples["home_energy_agent_http_requests_total", ""] + 1


def test_of_many_homes_there_are_sums(started, folder, broker):
    options = ("--homes", "300", "--clock", "paused", "--metrics-homes")
    agent = started(harness.Agent(folder, *options, "299", uri=broker.uri)).wait_connected()
    samples, _ = metrics_of(agent)
    one = agent.get("/homes/home-7/state")[1]
    assert not any("home=" in labels for _, labels in samples)
    assert abs(samples["home_energy_baseload_power_kw", ""] - 300 * one["baseload"]["power_kw"]) < 1e-6
    assert samples["home_energy_agent_homes", ""] == 300
    agent.stop()
    agent = started(harness.Agent(folder, *options, "300", uri=broker.uri)).wait_connected()
    samples, _ = metrics_of(agent)
    assert sum(name == "home_energy_baseload_power_kw" for name, _ in samples) == 300


def test_the_token_guards_them(started, folder, broker):
    token = folder / "token"
    token.write_text("secret")
    agent = started(harness.Agent(folder, "--http-token-file", str(token), uri=broker.uri)).wait_connected()
    assert agent.request("GET", "/metrics")[0] == 401
    assert agent.request("GET", "/metrics", headers={"Authorization": "Bearer secret"})[0] == 200
    status, _, body = agent.request("POST", "/metrics", json.dumps({}))
    assert status == 405 and b"GET" in body


def test_the_dashboard_asks_for_nothing_that_is_not_there(started, folder, broker):
    agent = started(harness.Agent(folder, "--preset", "villa", uri=broker.uri)).wait_connected()
    there = {name for name, _ in metrics_of(agent)[0]}
    dashboard = json.loads((harness.SOURCE / "docs" / "grafana-dashboard.json").read_text())
    expressions = [target["expr"] for panel in dashboard["panels"] for target in panel.get("targets", [])]
    asked = {name for each in expressions for name in re.findall(r"\b(?:home_energy|process)_\w+", each)}
    assert len(asked) > 20
    assert asked <= there, asked - there
