"""Brokers that refuse: a protocol version (the agent falls back and alternates) or the password (said once)."""

import contextlib
import socket
import statistics
import subprocess
import threading
import time

import pytest

import harness
from stand_in import ACCEPT_AND_KEEP_SILENT, CLOSE, PASS_ON, REFUSE_VERSION_5, REFUSE_VERSION_311, StandIn, pump

HOME = "home-energy/home"
AT_ONCE = 1.0  # seconds: what waited for its turn took 2 to 3
PATIENCE = 30.0  # seconds: several tries, 1, 2, 4, 8 s apart
TALKATIVE = "listener @PORT@ 127.0.0.1\nset_tcp_nodelay true\npersistence false\nlog_dest stderr\nlog_type all\n"


def lines(agent, text):
    return [line for line in agent.log().splitlines() if text in line]


def median_receipt_ms(client, count=20):
    took = []
    for _ in range(count):
        began = time.monotonic()
        commands_work(client)
        took.append((time.monotonic() - began) * 1000)
    return statistics.median(took)


def commands_work(client):
    client.publish(f"{HOME}/charge/set", "on")
    return client.expect(f"{HOME}/receipt", lambda p: p["status"] == "ok")


@pytest.mark.parametrize("refusal", [CLOSE, REFUSE_VERSION_311, REFUSE_VERSION_5], ids=["closes", "code 1", "0x84"])
def test_a_broker_that_refuses_mqtt_5_is_spoken_to_in_311(started, folder, broker, refusal):
    picky = started(StandIn(lambda level, _nth: refusal if level == 5 else PASS_ON, broker.port))
    agent = started(harness.Agent(folder, uri=picky.uri))
    harness.wait_online(broker)
    assert picky.levels == [5, 4]
    assert picky.times[1] - picky.times[0] < AT_ONCE
    client = started(harness.Client(broker.port, f"{HOME}/receipt"))
    assert commands_work(client)
    assert median_receipt_ms(client) < 100
    assert len(lines(agent, ", MQTT 3.1.1, the broker refuses 5")) == 1
    assert lines(agent, " warning ") == [], "a broker of the older version is no fault"


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


class Proxy:
    """As docker, haproxy and `ssh -L` do: takes a connection whether the broker is there or not, and closes it where it
    is not."""

    def __init__(self, target):
        self.target, self.refused, self.sockets = target, 0, []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.uri = f"mqtt://127.0.0.1:{self.listener.getsockname()[1]}"
        threading.Thread(target=self.listen, daemon=True).start()

    def listen(self):
        with contextlib.suppress(OSError):
            while True:
                peer, _ = self.listener.accept()
                self.sockets.append(peer)
                threading.Thread(target=self.serve, args=(peer,), daemon=True).start()

    def serve(self, peer):
        try:
            real = socket.create_connection(("127.0.0.1", self.target))
        except OSError:
            self.refused += 1
            peer.close()
            return
        self.sockets.append(real)
        threading.Thread(target=pump, args=(real, peer), daemon=True).start()
        pump(peer, real)

    def close(self):
        for each in [self.listener, *self.sockets]:
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()


def answered_on_response_topic(client):
    client.publish(f"{HOME}/charge/set", "on", response_topic="answers/here", correlation=b"17")
    message, _ = client.expect_message("answers/here")
    return message.properties.CorrelationData == b"17"


@pytest.mark.parametrize("up_first", [True, False], ids=["goes and comes back", "comes late"])
def test_a_proxy_before_a_broker_that_is_away_does_not_lower_the_version(started, folder, up_first):
    broker = harness.Broker(folder)
    proxy = started(Proxy(broker.port))
    if up_first:
        started(broker)
    agent = started(harness.Agent(folder, uri=proxy.uri))
    if up_first:
        harness.wait_online(broker)
        broker.kill()
    harness.wait_until(lambda: proxy.refused >= 3, "several tries find no broker", PATIENCE)
    broker.start() if up_first else started(broker)
    harness.wait_online(broker)
    client = started(harness.Client(broker.port, f"{HOME}/receipt", "answers/#"))
    assert answered_on_response_topic(client)
    assert lines(agent, "mqtt: connected to")[-1].endswith(", MQTT 5")


def test_a_broker_that_learns_mqtt_5_is_spoken_to_in_it_after_the_next_reconnect(started, folder, broker):
    learning = started(StandIn(lambda level, nth: REFUSE_VERSION_5 if level == 5 and nth == 0 else PASS_ON, broker.port))
    agent = started(harness.Agent(folder, uri=learning.uri))
    harness.wait_until(lambda: lines(agent, ", MQTT 3.1.1, the broker refuses 5"), "it falls back")
    harness.wait_online(broker)
    learning.drop()
    harness.wait_until(lambda: lines(agent, "mqtt: connected to")[-1].endswith(", MQTT 5"), "it goes up again", PATIENCE)
    assert learning.levels == [5, 4, 5]


def test_a_broker_that_never_answers_a_subscription_is_left_and_tried_again(started, folder, broker):
    deaf = started(StandIn(lambda _level, nth: ACCEPT_AND_KEEP_SILENT if nth == 0 else PASS_ON, broker.port))
    agent = started(harness.Agent(folder, "--mqtt-version", "3.1.1", uri=deaf.uri))
    harness.wait_until(lambda: len(deaf.levels) == 2, "it tries again", PATIENCE)
    harness.wait_online(broker)
    assert len(lines(agent, "no answer to the subscription to")) == 1
    assert commands_work(started(harness.Client(broker.port, f"{HOME}/receipt")))


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
