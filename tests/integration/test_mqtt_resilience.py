"""The broker away, slow, frozen or crowded: the world and HTTP go on, and everything is there again after."""

import contextlib
import signal
import time

import harness
from stand_in import SILENCE, LateAcknowledging, StandIn

HOME = "home-energy/home"
STILL = ["--seconds-per-hour", "3600", "--tick", "60s"]  # stays at 00:00 for the first minute
BRISK = ["--seconds-per-hour", "0.8", "--tick", "200ms"]
RETAINED = {"home-energy/status", "home-energy/info"} | {f"{HOME}/{name}" for name in (
    "clock", "baseload", "price", "battery", "grid", "plan", "baseload/profile", "price/profile", "status")}
RECONNECT = 30.0  # seconds: the longest wait between two tries is 11 s, and a try takes up to 5 s
KEEP_ALIVE = 3  # seconds; a silent broker is noticed after two of them at the latest, and some
NOTICED = 15.0


def broker_state(agent):
    status, health = agent.get("/healthz")
    assert status == 200
    return health["broker"]


def lines(agent, text):
    return [line for line in agent.log().splitlines() if text in line]


def world_goes_on(agent):
    """Waits until the simulated time is another one, as HTTP tells it."""
    before = agent.get("/info")[1]
    harness.wait_until(lambda: agent.get("/info")[1] != before, "the world moves")


def test_a_broker_that_dies_and_comes_back(started, folder, broker):
    agent = harness.online_agent(started, folder, broker, *BRISK)
    broker.kill()
    harness.wait_until(lambda: broker_state(agent) != "connected", "the loss is noticed")
    world_goes_on(agent)
    assert agent.post("/charge_limit", {"charge_limit": 90}) == (200, {"charge_limit": 90.0})
    assert agent.post("/charge", {"charging": "on"}) == (200, {"charging": "on"})
    broker.start()
    watcher = started(harness.Client(broker.port, "home-energy/#"))
    heard = []
    while not heard or heard[-1].topic != "home-energy/status":
        heard.append(watcher.messages.get(timeout=RECONNECT))
    assert heard[-1].payload == b"online"
    assert {m.topic for m in heard} == RETAINED
    present = [harness.parsed(m) for m in heard if m.topic == f"{HOME}/battery"][-1]
    assert present["limit_percent"] == 90.0
    watcher.publish(f"{HOME}/charge/set", "off")
    assert watcher.expect(f"{HOME}/receipt")["result"] == {"charging": "off"}
    assert (len(lines(agent, "mqtt: connected to")), len(lines(agent, "lost"))) == (2, 1)


def test_a_broker_that_comes_late_and_is_silent_first(started, folder):
    broker = harness.Broker(folder)
    agent = started(harness.Agent(folder, uri=broker.uri))
    world_goes_on(agent)
    harness.wait_until(lambda: lines(agent, "no connection to"), "the absence is told")
    with contextlib.closing(StandIn(lambda _level, _nth: SILENCE, port=broker.port)) as silent:
        harness.wait_until(lambda: silent.levels, "the agent tries again", RECONNECT)
        world_goes_on(agent)
    started(broker)
    client = started(harness.Client(broker.port, "home-energy/#"))
    client.expect("home-energy/status", lambda p: p == "online", 2 * RECONNECT)
    client.publish(f"{HOME}/charge/set", "on")
    client.expect(f"{HOME}/receipt", lambda p: p["status"] == "ok")
    told = [line.split(" warning ")[1] for line in lines(agent, " warning ")]
    assert all(before != after for before, after in zip(told, told[1:])), told


def test_a_broker_frozen_for_a_moment_costs_nothing(started, folder, broker):
    agent = harness.online_agent(started, folder, broker, *BRISK)
    client = started(harness.Client(broker.port, "home-energy/#"))
    broker.signal(signal.SIGSTOP)
    for _ in range(8):
        world_goes_on(agent)
    assert agent.post("/charge_limit", {"charge_limit": 70}) == (200, {"charge_limit": 70.0})
    broker.signal(signal.SIGCONT)
    client.expect(f"{HOME}/battery", lambda p: p["limit_percent"] == 70.0)
    client.publish(f"{HOME}/charge/set", "on")
    client.expect(f"{HOME}/receipt", lambda p: p["status"] == "ok")
    assert (len(lines(agent, "mqtt: connected to")), lines(agent, " warning ")) == (1, [])


def test_a_broker_frozen_for_longer_than_the_keep_alive(started, folder, broker):
    agent = harness.online_agent(started, folder, broker, *BRISK, "--mqtt-keep-alive", KEEP_ALIVE)
    broker.signal(signal.SIGSTOP)
    end = time.monotonic() + NOTICED
    while broker_state(agent) == "connected":
        began = time.monotonic()
        world_goes_on(agent)
        assert time.monotonic() - began < 5, "the tick and HTTP stay on time"
        assert began < end, "the silence has not been noticed"
    broker.signal(signal.SIGCONT)
    harness.wait_until(lambda: broker_state(agent) == "connected", "the agent is back", RECONNECT)
    harness.wait_online(broker)
    client = started(harness.Client(broker.port, "home-energy/#"))
    client.publish(f"{HOME}/charge/set", "on")
    client.expect(f"{HOME}/receipt", lambda p: p["status"] == "ok")
    assert (len(lines(agent, "mqtt: connected to")), len(lines(agent, "lost"))) == (2, 1)
    assert len(lines(agent, "no connection to")) <= 1


def test_a_broker_that_acknowledges_nothing_is_left_and_told_all_anew(started, folder, broker):
    deaf = started(LateAcknowledging(broker.port))
    agent = started(harness.Agent(folder, *STILL, "--mqtt-keep-alive", "1", uri=deaf.uri))
    harness.wait_online(broker)
    deaf.withheld = b"/profile"
    assert agent.post("/price", [2.5] * 24)[0] == 200
    harness.wait_until(lambda: lines(agent, "nothing acknowledged within 4 s"), "it is left", NOTICED)
    deaf.withheld = None
    harness.wait_until(lambda: len(lines(agent, "mqtt: connected to")) == 2, "the agent is back", RECONNECT)
    client = started(harness.Client(broker.port, f"{HOME}/price/profile"))
    client.expect(f"{HOME}/price/profile", lambda p: p["values"] == [2.5] * 24)


def test_a_second_client_of_the_same_name_is_told_once_and_makes_no_storm(started, folder, broker):
    agent = harness.online_agent(started, folder, broker, *STILL, "--mqtt-client-id", "twin")
    began = time.monotonic()
    for connection in range(1, 5):
        harness.wait_until(lambda: len(lines(agent, "mqtt: connected to")) == connection, "it is there", RECONNECT)
        harness.Client(broker.port, client_id="twin").close()
        harness.wait_until(lambda: len(lines(agent, "lost")) >= connection, "the agent is thrown out")
        assert len(lines(agent, "second client is called twin")) == (1 if connection >= 3 else 0)
    harness.wait_until(lambda: broker_state(agent) == "connected", "the agent stays", RECONNECT)
    assert time.monotonic() - began > 0.9 * (1 + 2 + 4 + 8), "every return waits longer than the one before"
    assert len(lines(agent, "mqtt: connected to")) == 5
