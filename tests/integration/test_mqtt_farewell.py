"""How the agent leaves: cleanly within two seconds, whatever the broker does; and the last will where it cannot."""

import signal
import time

import pytest

import harness
from stand_in import SILENCE, StandIn

TALKATIVE = """listener @PORT@ 127.0.0.1
allow_anonymous true
set_tcp_nodelay true
persistence false
log_dest stderr
log_type all
"""
STOP = 2.0  # seconds
BOTH_SIGNALS = pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])


def leaves(agent, number):
    """Sends the signal; (exit code, whether it was in time)."""
    began = time.monotonic()
    agent.signal(number)
    code = agent.popen.wait(harness.PATIENCE)
    took = time.monotonic() - began
    return code, took < STOP or f"took {took:.2f} s"


@pytest.fixture
def talkative(started, folder):
    """A broker whose log tells who came and how they left."""
    return started(harness.Broker(folder, config=TALKATIVE))


@BOTH_SIGNALS
@pytest.mark.parametrize("version", ["5", "3.1.1"])
def test_a_signal_says_offline_and_leaves_the_broker_cleanly(started, folder, talkative, number, version):
    agent = harness.online_agent(started, folder, talkative, "--mqtt-client-id", "leaver", "--mqtt-version", version)
    watcher = started(harness.Client(talkative.port, "home-energy/status"))
    watcher.expect("home-energy/status", lambda p: p == "online")
    assert leaves(agent, number) == (0, True)
    farewell, _ = watcher.expect_message("home-energy/status")
    assert (farewell.payload, farewell.qos) == (b"offline", 1)
    late = started(harness.Client(talkative.port, "home-energy/status"))
    kept, _ = late.expect_message("home-energy/status")
    assert (kept.payload, kept.retained) == (b"offline", True)
    assert "Client leaver disconnected" in talkative.log()
    assert watcher.drain() == []


@BOTH_SIGNALS
def test_a_signal_while_charging_in_a_thousand_homes(started, folder, talkative, number):
    agent = harness.online_agent(started, folder, talkative, "--homes", "1000", "--mqtt-client-id", "leaver")
    assert leaves(agent, number) == (0, True)
    watcher = started(harness.Client(talkative.port, "home-energy/status"))
    watcher.expect("home-energy/status", lambda p: p == "offline")
    assert "Client leaver disconnected" in talkative.log()


@BOTH_SIGNALS
def test_a_signal_without_a_broker(started, folder, number):
    agent = started(harness.Agent(folder, uri=f"mqtt://127.0.0.1:{harness.free_port()}"))
    harness.wait_until(lambda: "no connection to" in agent.log(), "the absence is told")
    assert leaves(agent, number) == (0, True)


@BOTH_SIGNALS
def test_a_signal_while_the_broker_does_not_answer_the_connect(started, folder, number):
    silent = started(StandIn(lambda _level, _nth: SILENCE))
    agent = started(harness.Agent(folder, uri=silent.uri))
    harness.wait_until(lambda: silent.levels, "the agent knocks")
    assert leaves(agent, number) == (0, True)


@BOTH_SIGNALS
def test_a_signal_after_the_broker_was_lost(started, folder, broker, number):
    agent = harness.online_agent(started, folder, broker)
    broker.kill()
    harness.wait_until(lambda: "lost" in agent.log(), "the loss is told")
    assert leaves(agent, number) == (0, True)


@BOTH_SIGNALS
def test_a_signal_while_the_broker_is_frozen(started, folder, broker, number):
    agent = harness.online_agent(started, folder, broker)
    broker.signal(signal.SIGSTOP)
    assert leaves(agent, number) == (0, True)


def test_the_last_will_speaks_for_an_agent_that_was_killed(started, folder, broker):
    agent = harness.online_agent(started, folder, broker)
    watcher = started(harness.Client(broker.port, "home-energy/status"))
    watcher.expect("home-energy/status", lambda p: p == "online")
    agent.kill()
    will, _ = watcher.expect_message("home-energy/status")
    assert (will.payload, will.qos) == (b"offline", 1)
    late = started(harness.Client(broker.port, "home-energy/status"))
    kept, _ = late.expect_message("home-energy/status")
    assert (kept.payload, kept.retained) == (b"offline", True)
    agent.start()
    watcher.expect("home-energy/status", lambda p: p == "online")
