"""`home-energy-agent check`: what stands in the way of a start, without a start. And the log as JSON."""

import datetime
import json
import os
import socket
import subprocess

import pytest

import brokers
import harness
from stand_in import CLOSE, StandIn

# By protocol level: an accepting CONNACK, behind which the connection ends.
ACCEPT = {4: bytes.fromhex("20020000"), 5: bytes.fromhex("2003000000")}
CLOSED = """
listener @PORT@ 127.0.0.1
allow_anonymous false
password_file {folder}/passwords
"""


def check(folder, *arguments, env=None, prefix=()):
    """(exit code, {what: (ok or fails, text)}, standard error)."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("HOME_ENERGY_")}
    environment |= {"XDG_STATE_HOME": str(folder)} | (env or {})
    run = subprocess.run([*prefix, harness.AGENT, "check", *map(str, arguments)], env=environment, capture_output=True,
                         text=True, timeout=60, check=False)
    found = {}
    for line in run.stdout.splitlines():
        what, state, text = line.split(maxsplit=2)
        found[what] = (state, text)
    return run.returncode, found, run.stderr


@pytest.fixture
def closed_broker(started, folder):
    """Takes one user alone."""
    subprocess.run(["mosquitto_passwd", "-b", "-c", folder / "passwords", "reader", "secret"], check=True)
    (folder / "passwords").chmod(0o644)
    return started(harness.Broker(folder, config=CLOSED.format(folder=folder)))


def test_all_is_well_and_nothing_happens(started, folder, broker):
    listener = started(harness.Client(broker.port, "#"))
    state = folder / "state" / "of" / "homes"
    port = harness.free_port()
    code, found, errors = check(folder, "--mqtt-uri", broker.uri, "--http-port", port, "--data-dir", state, "--homes", "7")
    assert (code, errors) == (0, "")
    assert found == {"options": ("ok", "7 homes"), "http": ("ok", f"http://127.0.0.1:{port} is free"),
                     "store": ("ok", f"{state} would be made"), "broker": ("ok", f"{broker.uri} speaks MQTT 5")}
    assert not state.parent.parent.exists()
    listener.publish("probe", "1")
    assert [message.topic for message in [listener.expect_message("probe")[0], *listener.drain()]] == ["probe"]


def test_an_agent_that_runs_has_what_the_next_one_wants_and_is_not_disturbed(started, folder, broker):
    state = folder / "state"
    agent = started(harness.Agent(folder, "--data-dir", str(state), uri=broker.uri)).wait_connected()
    code, found, _ = check(folder, "--mqtt-uri", broker.uri, "--http-port", agent.port, "--data-dir", state)
    assert code == 1
    assert found["http"] == ("fails", f"port {agent.port} is in use, choose another (0 takes a free one)")
    assert found["store"] == ("fails", f"{state}: it is in use")
    assert found["broker"][0] == "ok"
    assert agent.get("/healthz")[1]["broker"] == "connected" and "lost" not in agent.log()


def test_a_broker_that_is_not_there_or_refuses_is_told_why(folder, closed_broker):
    options = ("--mqtt-uri", closed_broker.uri, "--http-port", "off")
    nowhere = f"mqtt://127.0.0.1:{harness.free_port()}"
    code, found, _ = check(folder, "--mqtt-uri", nowhere, "--http-port", "off")
    assert code == 1 and found["http"] == ("ok", "off")
    assert found["broker"] == ("fails", f"{nowhere}: Connection refused; the agent starts all the same, and tries again until it works")
    code, found, _ = check(folder, *options)
    assert code == 1 and "it refused the user or password, see --mqtt-username" in found["broker"][1]
    code, found, _ = check(folder, *options, "--mqtt-username", "reader", env={"HOME_ENERGY_MQTT_PASSWORD": "secret"})
    assert code == 0 and found["broker"] == ("ok", f"{closed_broker.uri} speaks MQTT 5")


def test_a_broker_that_lets_nobody_hear_commands(started, folder):
    nats = brokers.Nats(folder)
    with nats.config.open("a") as more:
        more.write('authorization { users: [{user: agent, password: secret, permissions: {subscribe: {deny: "home-energy.>"}}}] }\n')
    started(nats)
    code, found, _ = check(folder, "--mqtt-uri", nats.uri, "--http-port", "off", "--mqtt-username", "agent",
                           env={"HOME_ENERGY_MQTT_PASSWORD": "secret"})
    assert code == 1 and "it refuses the subscription to home-energy/+/+/set, see its access list" in found["broker"][1]


def test_a_silent_port_is_no_broker(folder):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        code, found, _ = check(folder, "--mqtt-uri", f"mqtt://127.0.0.1:{silent.getsockname()[1]}", "--http-port", "off")
    assert code == 1 and "no answer" in found["broker"][1]


def test_a_folder_that_may_not_be_written(folder):
    state = folder / "state"
    state.mkdir(mode=0o555)
    folder.chmod(0o755)
    someone = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups") if os.geteuid() == 0 else ()
    for place in (state, state / "further"):
        code, found, _ = check(folder, "--data-dir", place, "--http-port", "off", prefix=someone)
        assert code == 1 and found["store"] == ("fails", f"{state}: Permission denied")
    (folder / "file").write_text("")
    assert check(folder, "--data-dir", folder / "file", "--http-port", "off")[1]["store"] == ("fails", f"{folder}/file: is no folder")


@pytest.mark.parametrize("options, named", [(["--house", "/nowhere"], "--house"), (["--no-such"], "--no-such"),
                                            (["--http-port", "99999"], "--http-port"), (["more"], "more")])
def test_a_wrong_option_is_one_line(folder, options, named):
    code, found, errors = check(folder, *options)
    assert code == 2 and not found
    assert errors.count("\n") == 1 and named in errors


def test_the_log_as_json(started, folder):
    agent = started(harness.Agent(folder, "--log-format", "json", uri=f"mqtt://127.0.0.1:{harness.free_port()}"))
    harness.wait_until(lambda: "no connection" in agent.log(), "the broker is missed")
    agent.stop()
    lines = [json.loads(line) for line in agent.log().splitlines()]
    assert {tuple(line) for line in lines} == {("time", "level", "message")}
    assert {line["level"] for line in lines} == {"info", "warning"}
    assert any(line["message"].startswith("http: listening at ") for line in lines)
    assert all(datetime.datetime.fromisoformat(line["time"]).tzinfo for line in lines)


def test_a_broker_that_takes_us_and_goes_is_told(started, folder):
    stand_in = started(StandIn(lambda level, _nth: ACCEPT.get(level, CLOSE)))
    code, found, errors = check(folder, "--mqtt-uri", f"mqtt://127.0.0.1:{stand_in.port}", "--http-port", "off")
    assert (code, errors) == (1, "") and "it refuses the subscription to home-energy/+/+/set" in found["broker"][1]
