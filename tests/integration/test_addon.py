"""The agent as an add-on of Home Assistant: its options, its broker, its page behind ingress."""

import json
import os
import pathlib
import subprocess

import pytest
import yaml

import harness
from supervisor import TOKEN, AddOn, Supervisor

ADDON = harness.SOURCE / "agent" / "addon"


def service_of(broker):
    return {"addon": "core_mosquitto", "host": "127.0.0.1", "port": broker.port, "ssl": False, "protocol": "3.1.1",
            "username": "addons", "password": "secret"}


@pytest.fixture
def closed_broker(started, folder):
    """Takes the Supervisor's user alone."""
    subprocess.run(["mosquitto_passwd", "-b", "-c", folder / "passwords", "addons", "secret"], check=True)
    (folder / "passwords").chmod(0o644)
    config = f"listener @PORT@ 127.0.0.1\nallow_anonymous false\npassword_file {folder}/passwords\n"
    return started(harness.Broker(folder, config=config))


def test_it_takes_options_and_the_supervisors_broker(started, folder, closed_broker):
    supervisor = started(Supervisor(service_of(closed_broker)))
    addon = started(AddOn(folder, supervisor, preset="villa", seconds_per_hour=48.0, homes=2, currency="EUR", zone=None, base_topic="",
                          more=["fuse-kw=25"])).wait_connected()
    assert supervisor.asked == ["/services/mqtt"]
    state = addon.get("/state")[1]
    assert state["grid"]["fuse_kw"] == 25 and state["grid"]["currency"] == "EUR" and "storage" in state
    assert state["clock"]["seconds_per_hour"] == 48.0 and addon.get("/homes")[1] == {"homes": ["home-1", "home-2"]}
    assert (folder / "data" / "home-energy.db").exists(), "its state is where the Supervisor keeps it"


def test_without_a_token_the_api_does_not_listen_and_with_one_it_asks_for_it(started, folder, broker):
    supervisor = started(Supervisor(service_of(broker)))
    api = harness.free_port()
    addon = started(AddOn(folder, supervisor))
    assert "listening" in addon.log() and addon.log().count("listening") == 1
    addon.stop()
    addon = started(AddOn(folder, supervisor, http_token="secret", more=[f"http-port={api}"]))
    assert addon.get("/state")[0] == 200, "who comes through ingress has shown who he is"
    addon.port = api
    assert addon.get("/state")[0] == 401
    assert addon.get("/state", Authorization="Bearer secret")[0] == 200


def test_hosts_and_origins_are_the_proxys_affair_and_strangers_are_refused(started, folder, broker):
    supervisor = started(Supervisor(service_of(broker)))
    addon = started(AddOn(folder, supervisor))
    public = {"Host": "home.example.org", "Origin": "https://home.example.org", "X-Ingress-Path": "/api/hassio_ingress/x"}
    status, _, body = addon.request("POST", "/charge", json.dumps({"charging": "on"}), public)
    assert (status, json.loads(body)) == (200, {"charging": "on"})
    status, headers, page = addon.request("GET", "/", headers=public | {"Accept": "text/html"})
    assert status == 200 and "frame-ancestors 'self'" in headers["Content-Security-Policy"]
    assert b'="/' not in page and b"http://" not in page.replace(b"http://www.w3.org", b""), "all its addresses are relative"
    addon.stop()
    stranger = started(AddOn(folder, supervisor, peers="172.30.32.2, ::1"))
    assert stranger.request("GET", "/state")[0] == 403
    assert stranger.request("POST", "/charge", "{}")[0] == 403
    assert stranger.get("/healthz")[0] == 200, "whoever watches it hears that it lives"


def test_where_the_supervisor_knows_no_broker_it_runs_all_the_same(started, folder):
    supervisor = started(Supervisor())
    addon = started(AddOn(folder, supervisor))
    harness.wait_until(lambda: "no connection to mqtt://core-mosquitto:1883" in addon.log(), "it looks for the usual one")
    assert addon.get("/state")[0] == 200


def test_a_broker_of_ones_own(started, folder, closed_broker):
    supervisor = started(Supervisor())
    started(AddOn(folder, supervisor, mqtt_uri=closed_broker.uri, mqtt_username="addons", mqtt_password="secret")).wait_connected()
    assert supervisor.asked == []


@pytest.mark.parametrize("options, reason", [
    ('{"preset":"castle"}', "--preset: must be reference, villa, flat, farm"),
    ('{"no_such":1}', '"no_such" is no option'),
    ('{"homes":[2]}', "homes must be a text, a number, true or false"),
    ('{"more":["fuse-kw"]}', "more must be a list of name=value"),
    ('{"more":["=1"]}', "is no option"),
    ('{"more":{"fuse-kw":1}}', "more must be a list of name=value"),
    ("[]", "options.json must be a JSON object"), ("{", "options.json must be a JSON object"), ("", "options.json must be a JSON object"),
    (None, "options.json must be a file that can be read"),
], ids=str)
def test_wrong_options_are_one_line(folder, options, reason):
    if options is not None:
        (folder / "options.json").write_text(options)
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("HOME_ENERGY_", "SUPERVISOR"))}
    run = subprocess.run([harness.AGENT, "addon", folder], env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert run.returncode == 2 and run.stderr.count("\n") == 1 and reason in run.stderr, run.stderr


@pytest.mark.parametrize("service", [
    {"host": 7}, {"host": "a b"}, {"port": "x"}, {"port": -1}, {"port": 1e30}, {"ssl": "maybe"}, {"password": None}, [], "x", None, 7,
], ids=str)
def test_whatever_the_supervisor_says_of_a_broker_ends_in_a_line_or_a_start(started, folder, service):
    supervisor = started(Supervisor(service))
    (folder / "options.json").write_text('{"more":["clock=paused","http-address=loopback","ingress-port=0"]}')
    environment = os.environ | {"SUPERVISOR_TOKEN": TOKEN, "SUPERVISOR_URL": supervisor.url}
    addon = started(harness.Process([harness.AGENT, "addon", folder], folder / "log", environment))
    harness.wait_until(lambda: "listening" in addon.log() or not addon.running(), "it starts or ends")
    if addon.running():
        assert addon.stop()[0] == 0
    else:
        assert addon.popen.returncode == 2 and addon.log().startswith("home-energy-agent: ") and addon.log().count("\n") == 1, addon.log()


def test_a_supervisor_that_does_not_answer_is_told(folder):
    (folder / "options.json").write_text("{}")
    url = f"http://127.0.0.1:{harness.free_port()}"
    run = subprocess.run([harness.AGENT, "addon", folder], env=os.environ | {"SUPERVISOR_TOKEN": TOKEN, "SUPERVISOR_URL": url},
                         capture_output=True, text=True, timeout=60, check=False)
    assert run.returncode == 2 and "supervisor does not answer: Connection refused" in run.stderr


def test_the_descriptions_fit_the_program():
    """What config.yaml offers is an option of the program, or one of its secrets, and has its words in each language."""
    config = yaml.safe_load((ADDON / "config.yaml").read_text())
    assert config["version"] == harness.agent_version()
    names = set(config["schema"])
    assert set(config["options"]) <= names
    told = subprocess.run([harness.AGENT, "--help"], capture_output=True, text=True, check=True).stdout
    for option in names - {"more", "http_token", "mqtt_password"}:
        assert f"--{option.replace('_', '-')} " in told
    for language in (ADDON / "translations").iterdir():
        words = yaml.safe_load(language.read_text())
        assert set(words["configuration"]) == names and set(words["network"]) == set(config["ports"])
        assert all(each["name"] and each["description"] for each in words["configuration"].values())
    for name in ("icon.png", "logo.png", "DOCS.md", "README.md", "apparmor.txt", "Dockerfile"):
        assert pathlib.Path(ADDON / name).stat().st_size > 0
    assert "profile home_energy_agent " in (ADDON / "apparmor.txt").read_text()
