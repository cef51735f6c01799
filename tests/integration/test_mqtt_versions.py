"""Brokers that refuse: a protocol version (the agent falls back and alternates) or the password (said once)."""

import subprocess

import pytest

import harness
from stand_in import CLOSE, PASS_ON, REFUSE_VERSION_5, REFUSE_VERSION_311, StandIn

HOME = "home-energy/home"
PATIENCE = 30.0  # seconds: several tries, 1, 2, 4, 8 s apart
TALKATIVE = "listener @PORT@ 127.0.0.1\nset_tcp_nodelay true\npersistence false\nlog_dest stderr\nlog_type all\n"


def lines(agent, text):
    return [line for line in agent.log().splitlines() if text in line]


def commands_work(client):
    client.publish(f"{HOME}/charge/set", "on")
    return client.expect(f"{HOME}/receipt", lambda p: p["status"] == "ok")


@pytest.mark.parametrize("refusal", [CLOSE, REFUSE_VERSION_311, REFUSE_VERSION_5], ids=["closes", "code 1", "0x84"])
def test_a_broker_that_refuses_mqtt_5_is_spoken_to_in_311(started, folder, broker, refusal):
    picky = started(StandIn(lambda level, _nth: refusal if level == 5 else PASS_ON, broker.port))
    agent = started(harness.Agent(folder, uri=picky.uri))
    harness.wait_online(broker)
    assert picky.levels == [5, 4]
    assert commands_work(started(harness.Client(broker.port, f"{HOME}/receipt")))
    assert len(lines(agent, ", MQTT 3.1.1")) == 1


@pytest.mark.parametrize("refusals", [{5: CLOSE, 4: CLOSE}, {5: REFUSE_VERSION_5, 4: REFUSE_VERSION_311}],
                         ids=["closes", "says why"])
def test_both_versions_are_tried_in_turn_until_one_is_taken(started, folder, broker, refusals):
    whims = started(StandIn(lambda level, nth: refusals[level] if nth < 2 else PASS_ON, broker.port))
    agent = started(harness.Agent(folder, uri=whims.uri))
    harness.wait_until(lambda: len(whims.levels) == 3, "three tries", PATIENCE)
    harness.wait_online(broker)
    assert whims.levels == [5, 4, 5]
    assert commands_work(started(harness.Client(broker.port, f"{HOME}/receipt")))
    assert len(lines(agent, ", MQTT 5")) == 1


@pytest.mark.parametrize("version, level", [("5", 5), ("3.1.1", 4)])
def test_a_version_that_is_asked_for_is_kept_to(started, folder, broker, version, level):
    picky = started(StandIn(lambda _level, nth: CLOSE if nth < 2 else PASS_ON, broker.port))
    started(harness.Agent(folder, "--mqtt-version", version, uri=picky.uri))
    harness.wait_until(lambda: len(picky.levels) == 3, "three tries", PATIENCE)
    harness.wait_online(broker)
    assert picky.levels == [level] * 3


def password_file(folder, password):
    path = folder / "passwords"
    subprocess.run(["mosquitto_passwd", "-b", "-c", path, "car", password], check=True)
    path.chmod(0o644)  # mosquitto reads it as its own user
    return path


@pytest.mark.parametrize("version", ["auto", "5", "3.1.1"])
def test_a_wrong_password_is_said_once_and_forgotten_when_it_is_right(started, folder, version):
    config = f"{TALKATIVE}allow_anonymous false\npassword_file {password_file(folder, 'another')}\n"
    broker = started(harness.Broker(folder, config=config))
    environment = {"HOME_ENERGY_MQTT_PASSWORD": "secret"}
    agent = started(harness.Agent(folder, "--mqtt-username", "car", "--mqtt-version", version, uri=broker.uri,
                                  env=environment))
    harness.wait_until(lambda: broker.log().count("not authorised") >= 3, "three tries are refused", PATIENCE)
    assert len(lines(agent, "refused the user or password")) == 1
    assert len(lines(agent, " warning ")) == 1
    assert agent.get("/healthz")[1]["broker"] != "connected"
    broker.stop()
    password_file(folder, "secret")
    broker.start()
    agent.wait_connected(PATIENCE)
    client = started(harness.Client(broker.port, "home-energy/#", user="car", password="secret"))
    client.expect("home-energy/status", lambda p: p == "online")
    assert commands_work(client)
    assert len(lines(agent, "refused the user or password")) == 1
    assert "secret" not in agent.log()
