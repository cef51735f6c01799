"""Few descriptors: connections are admitted by number, so that broker, disk and /healthz always find one."""

import contextlib
import resource
import subprocess

import pytest

import harness
from http_helpers import STILL, Raw, get

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
    holder = subprocess.Popen(
        ["/usr/bin/prlimit", "--nofile=2000:", "/usr/bin/python3", "-B", "-c", HOLDER, str(agent.port), str(ALL_STREAMS)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    with contextlib.closing(holder.stdout):
        try:
            assert int(holder.stdout.readline()) == ALL_STREAMS
            assert agent.get("/healthz")[0] == 200
            assert agent.request("GET", "/events")[0] == 503
            broker.kill()
            harness.wait_until(lambda: agent.get("/healthz")[1]["broker"] != "connected", "the loss is noticed")
            broker.start()
            agent.wait_connected(3 * harness.PATIENCE)
        finally:
            holder.communicate("")
    assert "ulimit" not in agent.log() and "accepting" not in agent.log()


# Opens streams in a process with descriptors of its own, and says how many were answered 200.
HOLDER = """
import socket, sys
held, fine = [], 0
for _ in range(int(sys.argv[2])):
    peer = socket.create_connection(("127.0.0.1", int(sys.argv[1])), timeout=10)
    peer.sendall(b"GET /events HTTP/1.1\\r\\nHost: 127.0.0.1\\r\\n\\r\\n")
    fine += peer.recv(64).startswith(b"HTTP/1.1 200")
    held.append(peer)
print(fine, flush=True)
sys.stdin.read()
"""
