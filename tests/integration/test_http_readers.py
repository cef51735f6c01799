"""256 clients that ask for something large and do not read it: memory is bounded, and others are served."""

import contextlib
import json
import socket

import pytest

import durable
import harness
from durable import STILL, agent_on
from http_helpers import NO_BROKER, SANITIZED, SMALL_QUARANTINE, Raw, get

CLIENTS = 250  # of 256: the others ask meanwhile
MARGIN_KIB = (160 if SANITIZED else 32) * 1024
YEAR = 365 * 96  # rows


def not_reading(agent, crowd, request):
    """Clients with a small receive buffer, who never read."""
    for _ in range(CLIENTS):
        peer = crowd.enter_context(contextlib.closing(socket.socket()))
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        peer.settimeout(harness.PATIENCE)
        peer.connect(("127.0.0.1", agent.port))
        peer.sendall(request)


def with_history(folder, rows):
    """A data folder whose home has that many quarters of an hour, from day 0 on. Not started."""
    data = folder / "data"
    agent = agent_on(data, folder, *STILL, env=SMALL_QUARANTINE).start()
    assert agent.post("/charge_limit", {"charge_limit": 90})[0] == 200  # so it is stored
    agent.stop()
    with contextlib.closing(durable.sqlite3.connect(data / durable.FILE)) as database:
        columns = [row[1] for row in database.execute("PRAGMA table_info(history)")]
        assert columns[:3] == ["home", "quarter", "number"]
        rest = [{"currency": "SEK", "devices": ""}.get(column, 15) for column in columns[3:]]
        database.executemany(f"INSERT INTO history VALUES ({','.join('?' * len(columns))})",
                             ((1, number, number, *rest) for number in range(1, rows + 1)))
        database.commit()
    return agent


def test_a_year_of_history_for_one_and_for_too_many(started, folder):
    agent = started(with_history(folder, 400 * 96))
    before = agent.resident_kib()
    status, year = agent.get("/history?from=0&to=365&step=15m")
    assert status == 200 and len(year["rows"]) >= YEAR - 96
    with contextlib.ExitStack() as crowd:
        not_reading(agent, crowd, get("/history?from=0&to=400&step=15m"))
        refused = lambda: agent.get("/history?from=0&to=365&step=15m")  # noqa: E731
        status, answer = harness.wait_until(lambda: (got := refused())[0] == 503 and got, "there is no more room",
                                            6 * harness.PATIENCE)
        assert "from" in answer["error"] or "try again" in answer["error"]
        assert agent.get("/healthz")[0] == 200
        harness.wait_until(lambda: agent.get("/history?from=3&to=4&step=15m")[0] == 200, "a day is still answered",
                           6 * harness.PATIENCE)
        assert agent.resident_kib() - before < MARGIN_KIB
    harness.wait_until(lambda: agent.get("/history?from=0&to=365&step=15m")[0] == 200, "there is room again",
                       6 * harness.PATIENCE)


def test_more_rows_than_an_answer_is_made_of(started, folder):
    agent = started(with_history(folder, 50_100))
    status, answer = agent.get("/history?from=0")
    assert status == 400 and "50000" in answer["error"] and "from" in answer["error"]
    assert agent.get("/history?from=0&to=365")[0] == 200


@pytest.mark.parametrize("path, arguments", [
    ("/web/chart.js", ()), ("/openapi.json", ()), ("/homes", ("--homes", "20000", "--ha-discovery", "off")),
    ("/state", ()), ("/priceperhour", ())])
def test_large_answers_are_not_kept_for_each_reader(started, folder, path, arguments):
    agent = started(harness.Agent(folder, *STILL, *arguments, uri=NO_BROKER, env=SMALL_QUARANTINE))
    status, _, body = agent.request("GET", path)
    assert status == 200
    before = agent.resident_kib()
    with contextlib.ExitStack() as crowd:
        not_reading(agent, crowd, get(path) * 10)
        assert agent.request("GET", path)[2] == body
        assert agent.get("/healthz")[0] == 200
        assert agent.resident_kib() - before < MARGIN_KIB


def test_large_requests_are_bounded_together(started, folder):
    agent = started(harness.Agent(folder, *STILL, uri=NO_BROKER, env=SMALL_QUARANTINE))
    before = agent.resident_kib()
    head = b"POST /charge HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: " + b"c" * 32_000 + b"\r\nContent-Length: 65536\r\n\r\n"
    with contextlib.ExitStack() as crowd:
        peers = [crowd.enter_context(Raw(agent.port)) for _ in range(CLIENTS)]
        for peer in peers:
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                peer.send(head + b" " * 65_000)
        assert agent.get("/healthz")[0] == 200
        assert agent.post("/charge", {"charging": "on"})[0] == 200
        assert agent.resident_kib() - before < MARGIN_KIB
        answer = peers[-1].answer()
        assert answer.status == 503 and "try again" in json.loads(answer.body)["error"]
        peers[0].send(b" " * 519 + b'{"charging":"off"}'[:17].ljust(17))
        assert peers[0].answer().status in (200, 400)  # those that had room are served
