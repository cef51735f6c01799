"""What a peer can send, hold and withhold is bounded, and the others are served meanwhile."""

import contextlib
import json
import resource
import select
import socket
import time

import pytest

import harness
from http_helpers import (NO_BROKER, SANITIZED, SMALL_QUARANTINE, STILL, Raw, chunked, get, home, post,  # noqa: F401
                          still_agent)

KIB = 1024
MAX_BODY, MAX_HEADER, MAX_CONNECTIONS, REQUEST_SECONDS = 64 * KIB, 32 * KIB, 256, 8
CROWD = 1000
MAY_STAY = 5  # seconds
READERS = 20
SLOWER_SECONDS = 20 if SANITIZED else 0  # for so long a sanitized agent goes on answering what its buffers hold
READERS_MARGIN_KIB = (32 if SANITIZED else 12) * KIB  # a reader may cost about 100 KiB: one gathered buffer of answers
ON = b'{"charging":"on"}'
CHUNKED = "POST /charge HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n"


def is_refusal(answer, status, limit):
    return (answer.status, answer.headers["access-control-allow-origin"]) == (status, "*") and (
        str(limit) in json.loads(answer.body)["error"])


@pytest.mark.parametrize("request_bytes", [
    get("/charge", "Cookie: " + "c" * (MAX_HEADER - 200)),
    get("/charge", *[f"Cookie-{i}: {'c' * 80}" for i in range(300)]),
], ids=["one long field", "many fields"])
def test_a_header_of_almost_32_kib_is_taken(home, request_bytes):
    with Raw(home.port) as peer:
        assert peer.send(request_bytes).answer().body == b"20.0"


@pytest.mark.parametrize("request_bytes", [
    get("/charge", "Cookie: " + "c" * MAX_HEADER),
    get("/charge", *[f"Cookie-{i}: {'c' * 80}" for i in range(400)]),
    get("/" + "a" * MAX_HEADER),
    post("/charge", ON, "Cookie: " + "c" * MAX_HEADER),
    get("/charge", "Cookie: " + "c" * MAX_HEADER)[:-4],
    b"G" * (MAX_HEADER + 1),
    get("/charge", "Cookie: " + "c" * 1000 * KIB),
], ids=["one long field", "many fields", "a long path", "of a POST", "without an end", "a long method", "a megabyte"])
def test_a_header_over_32_kib(home, request_bytes):
    with Raw(home.port) as peer:
        assert is_refusal(peer.send(request_bytes).answer(), 431, MAX_HEADER)
        assert peer.is_closed_by_server()


def test_a_body_of_exactly_64_kib_is_taken(home):
    body = ON.ljust(MAX_BODY)
    with Raw(home.port) as peer:
        assert peer.send(post("/charge", body)).answer().body == ON
        assert peer.send(CHUNKED.encode() + b"\r\n" + chunked(body, 1000)).answer().body == ON
        assert peer.send(post("/charge", body, "Expect: 100-continue")[:-MAX_BODY]).answer().status == 100
        assert peer.send(body).answer().body == ON


@pytest.mark.parametrize("request_bytes", [
    post("/charge", ON.ljust(MAX_BODY + 1)),
    CHUNKED.encode() + b"\r\n" + chunked(ON.ljust(MAX_BODY + 1), 1000),
    CHUNKED.encode() + b"\r\n" + chunked(ON.ljust(MAX_BODY + 1), MAX_BODY + 1),
    post("/charge", ON.ljust(4000 * KIB)),
    CHUNKED.encode() + b"\r\n" + chunked(ON.ljust(4000 * KIB), 9999),
    b"POST /charge HTTP/1.1\r\nContent-Length: 65537\r\n\r\n",
    b"POST /charge HTTP/1.1\r\nContent-Length: 18446744073709551615\r\n\r\n",
    b"POST /charge HTTP/1.1\r\nContent-Length: 65537\r\nExpect: 100-continue\r\n\r\n",
    CHUNKED.encode() + b"\r\nffffffffffffffff\r\n{}",
], ids=["a byte more", "chunked", "one chunk", "4 MB", "4 MB chunked", "announced", "announced 2^64", "expected",
        "chunk 2^64"])
def test_a_body_over_64_kib(home, request_bytes):
    before = home.get("/state")
    with Raw(home.port) as peer:
        assert is_refusal(peer.send(request_bytes).answer(), 413, MAX_BODY)
        assert peer.is_closed_by_server()
    assert home.get("/state") == before


def test_a_chunked_body_over_64_kib_that_waits_for_100_continue(home):
    with Raw(home.port) as peer:
        assert peer.send(f"{CHUNKED}Expect: 100-continue\r\n\r\n".encode()).answer().status == 100
        assert is_refusal(peer.send(chunked(ON.ljust(MAX_BODY + 1), 1000)).answer(), 413, MAX_BODY)


@pytest.mark.parametrize("request_bytes", [
    get("/charge"), post("/charge", ON), post("/charge", ON, "Expect: 100-continue"),
    CHUNKED.encode() + b"\r\n" + chunked(ON, 4)], ids=["GET", "POST", "expected", "chunked"])
def test_bytes_dribbled_one_at_a_time(home, request_bytes):
    with Raw(home.port) as peer, Raw(home.port) as other:
        for place in range(len(request_bytes)):
            peer.send(request_bytes[place:place + 1])
            assert other.send(get("/charge")).answer().body == b"20.0"
        answer = peer.answer()
        assert (peer.answer() if answer.status == 100 else answer).status == 200


@pytest.mark.parametrize("half", [b"", b"G", get("/info")[:-2], post("/charge", ON)[:-1], post("/charge", ON)[:-17]],
                         ids=["nothing", "a byte", "a header", "a body but for a byte", "a header without its body"])
def test_half_a_request_and_gone(home, half):
    before = home.get("/state")
    assert home.raw(half) == b""
    assert home.get("/state") == before


def test_a_request_before_the_sending_half_is_closed_is_answered(home):
    assert home.raw(get("/charge")).endswith(b"\r\n\r\n20.0")


@contextlib.contextmanager
def many_descriptors(count):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(count, hard)) if hard > 0 else soft, hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def status_of(peer):
    """What came of a connection: the status, None where it was closed."""
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
        peer.send(get("/charge"))
    answer = peer.answer()
    return answer and answer.status


HALF, REST = get("/charge")[:-2], get("/charge")[-2:]


def full_house(agent, crowd):
    """As many peers as may be, each in the middle of a request."""
    peers = [crowd.enter_context(Raw(agent.port)) for _ in range(MAX_CONNECTIONS)]
    for peer in peers:
        peer.send(HALF)
    return peers


def test_a_thousand_connections_at_once(started, folder):
    agent = started(harness.Agent(folder, *STILL, uri=NO_BROKER))
    with many_descriptors(CROWD + 200), contextlib.ExitStack() as crowd:
        peers = full_house(agent, crowd)
        others = [crowd.enter_context(Raw(agent.port)) for _ in range(CROWD - MAX_CONNECTIONS)]
        statuses = [status_of(peer) for peer in others]
        assert set(statuses) <= {503, None} and 503 in statuses
        told = lambda: crowd.enter_context(Raw(agent.port)).answer()  # noqa: E731: only some at a time are told why
        assert is_refusal(harness.wait_until(told, "the newest is told that there are too many"), 503, MAX_CONNECTIONS)
        health = harness.wait_until(lambda: crowd.enter_context(Raw(agent.port)).send(get("/healthz")).answer(), "it is told that it lives")
        assert health.status == 200 and health.headers["connection"] == "close"
        assert [peer.send(REST).answer().status for peer in peers] == [200] * MAX_CONNECTIONS
    harness.wait_until(lambda: agent.request("GET", "/charge")[0] == 200, "there is room again")


def test_a_full_house_sends_the_idle_away(started, folder):
    """Browsers keep the connections of a page for a minute: forty pages must not lock out the next one."""
    agent = started(harness.Agent(folder, *STILL, uri=NO_BROKER))
    with contextlib.ExitStack() as crowd:
        peers = full_house(agent, crowd)
        assert status_of(crowd.enter_context(Raw(agent.port))) in (503, None)
        assert [peer.send(REST).answer().status for peer in peers] == [200] * MAX_CONNECTIONS
        peers[0].send(HALF)
        time.sleep(MAY_STAY + 0.5)
        assert status_of(peers[1]) == 200  # no longer idle for long
        newer = [crowd.enter_context(Raw(agent.port)) for _ in range(10)]
        assert [status_of(peer) for peer in newer] == [200] * 10
        assert [peer.is_closed_by_server() for peer in peers[2:12]] == [True] * 10
        assert peers[0].send(REST).answer().status == 200
        assert [status_of(peer) for peer in (peers[1], peers[12], peers[-1], *newer)] == [200] * 13


class Hog(Raw):
    """Holds a connection without a whole request, or without ever taking an answer."""

    def __init__(self, port, name, first, drop=b""):
        self.began = self.stuck = time.monotonic()
        self.ended, self.name, self.drop = None, name, drop
        super().__init__(port)
        self.send(first)
        self.socket.setblocking(False)
        self.poll = select.poll()
        self.poll.register(self.socket, select.POLLRDHUP)

    def stuff(self, data):
        """Sends until the server has taken no more for a moment."""
        self.stuck = time.monotonic()
        while time.monotonic() < self.stuck + 0.3:
            with contextlib.suppress(BlockingIOError):
                self.socket.send(data)
                self.stuck = time.monotonic()

    def is_closed(self):
        if self.ended is None and self.poll.poll(0):
            self.ended = time.monotonic()
        if self.ended is None and self.drop:
            with contextlib.suppress(BlockingIOError, ConnectionResetError, BrokenPipeError):
                self.socket.send(self.drop)
        return self.ended is not None


def slow_peers(port):
    return [
        Hog(port, "half a request line", b"GET /in"),
        Hog(port, "half a header", b"GET /info HTTP/1.1\r\nHost:"),
        Hog(port, "a header byte by byte", b"GET /info HTTP/1.1\r\nX: ", drop=b"x"),
        Hog(port, "half a body", post("/charge", ON)[:-1]),
        Hog(port, "a body byte by byte", post("/charge", b" " * 60_000)[:-60_000], drop=b" "),
        Hog(port, "half a chunk", CHUNKED.encode() + b"\r\n5\r\nab"),
        Hog(port, "the body that was expected", post("/charge", ON, "Expect: 100-continue")[:-len(ON)]),
        Hog(port, "the second of two", get("/charge") + get("/charge")[:-1]),
    ]


def stuffed_readers(agent, count):
    """Peers that pipeline requests until nothing is taken any more, and never read."""
    readers = [Hog(agent.port, f"reader {i}", get("/state")) for i in range(count)]
    for reader in readers:
        reader.socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 64 * KIB)
        reader.stuff(get("/state") * 20)
    return readers


def test_who_is_too_slow_is_closed_while_others_are_served(started, folder):
    agent = started(harness.Agent(folder, *STILL, "--http-timeout", REQUEST_SECONDS, uri=NO_BROKER, env=SMALL_QUARANTINE))
    before = agent.resident_kib()
    hogs = slow_peers(agent.port) + stuffed_readers(agent, READERS)
    assert agent.resident_kib() - before < READERS_MARGIN_KIB
    with contextlib.ExitStack() as held:
        for hog in hogs:
            held.enter_context(hog)
        idle, other = held.enter_context(Raw(agent.port)), held.enter_context(Raw(agent.port))
        slowest = 0.0

        def all_closed():
            nonlocal slowest
            asked = time.monotonic()
            assert other.send(get("/charge")).answer().body == b"20.0"
            slowest = max(slowest, time.monotonic() - asked)
            return all([hog.is_closed() for hog in hogs])

        harness.wait_until(all_closed, "the slow ones are closed", patience=2 * REQUEST_SECONDS + SLOWER_SECONDS)
        assert idle.send(get("/charge")).answer().body == b"20.0"  # who asks nothing may stay for longer
    early = {hog.name: hog.ended - hog.began for hog in hogs if hog.ended - hog.began < REQUEST_SECONDS}
    late = {hog.name: hog.ended - hog.stuck for hog in hogs if hog.ended - hog.stuck > 1.5 * REQUEST_SECONDS + SLOWER_SECONDS}
    assert (early, late) == ({}, {})
    assert slowest < harness.PATIENCE
    assert agent.resident_kib() - before < READERS_MARGIN_KIB
    assert agent.get("/charge") == (200, 20.0)
