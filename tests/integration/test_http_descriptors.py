"""Few descriptors: connections are admitted by number, so that broker, disk and /healthz always find one."""

import contextlib
import resource

import pytest

import harness
from http_helpers import STILL, HeldStreams, Raw, get

ALL_STREAMS = 1024


def limited(agent, soft, hard):
    """The agent, started with these limits; this process keeps its own."""
    agent.command = ["/usr/bin/prlimit", f"--nofile={soft}:{hard}", *agent.command]
    return agent


def open_streams(agent, crowd, most):
    """As many as there may be; returns how many."""
    for count in range(most):
        peer = crowd.enter_context(Raw(agent.port))
        peer.send(get("/events"))
        if peer.answer(with_body=False).status != 200:
            return count
    return most


@pytest.mark.parametrize("hard", [64, 128, 256])
def test_a_low_hard_limit_allows_fewer_streams_and_nothing_else_suffers(started, folder, broker, hard):
    agent = started(limited(harness.Agent(folder, *STILL, "--data-dir", folder / "data", uri=broker.uri), hard, hard))
    agent.wait_connected()
    with contextlib.ExitStack() as crowd:
        streams = open_streams(agent, crowd, ALL_STREAMS)
        assert 2 <= streams < hard
        assert f"streams to {streams}" in agent.log()
        assert agent.get("/healthz")[0] == 200
        broker.kill()
        harness.wait_until(lambda: agent.get("/healthz")[1]["broker"] != "connected", "the loss is noticed")
        assert agent.post("/charge", {"charging": "on"}) == (200, {"charging": "on"})  # the disk takes it
        broker.start()
        agent.wait_connected(3 * harness.PATIENCE)
        assert "accepting" not in agent.log()
        assert agent.log().count("files (ulimit -Hn)") == 1
    harness.wait_until(lambda: agent.get("/charge")[0] == 200, "there is room again")


def test_the_soft_limit_is_raised_and_all_streams_fit(started, folder, broker):
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if 0 <= hard < 2000:
        pytest.fail(f"this machine's hard limit of {hard} descriptors is too low for this test")
    agent = started(limited(harness.Agent(folder, *STILL, uri=broker.uri), 1024, hard))
    agent.wait_connected()
    with HeldStreams(agent.port, ALL_STREAMS) as streams:
        assert streams.answered == ALL_STREAMS
        assert agent.get("/healthz")[0] == 200
        assert agent.request("GET", "/events")[0] == 503
        broker.kill()
        harness.wait_until(lambda: agent.get("/healthz")[1]["broker"] != "connected", "the loss is noticed")
        broker.start()
        agent.wait_connected(3 * harness.PATIENCE)
    assert "ulimit" not in agent.log() and "accepting" not in agent.log()
