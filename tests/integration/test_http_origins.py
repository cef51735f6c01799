"""Who may ask, and whose pages may read and change. The tables of names themselves are walked by tests/http/http_origin_test.cpp;
here what a request of each kind is answered with, over a socket."""

import contextlib

import pytest

import harness
from http_helpers import (NO_BROKER, STILL, Raw, command_state, get, has_ipv6, home, post, run_to_its_end,  # noqa: F401
                          still_agent)

ON = b'{"charging":"on"}'
EVIL = "Origin: https://evil.example"
MAX_CONNECTIONS = 256


def named(request_bytes, *hosts):
    """The request with other Host lines than that of the helpers."""
    lines = "".join(f"Host: {host}\r\n" for host in hosts).encode()
    assert request_bytes.count(b"Host: localhost\r\n") == 1
    return request_bytes.replace(b"Host: localhost\r\n", lines)


def asked(home, request_bytes, with_body=True):
    with Raw(home.port) as peer:
        return peer.send(request_bytes).answer(with_body=with_body)


def allowances(answer):
    return {name for name in answer.headers if name.startswith("access-control-")}


@pytest.mark.parametrize("host", [
    "127.0.0.1:5000", "192.168.1.7", "[::1]:5000", "localhost", "LOCALHOST.:80", "energy.localhost", "pi.local", "pi.lan",
    "pi.home.arpa", "host.docker.internal:5000", "agent:5000", "energy_backend", "pi.fritz.box", ""])
@pytest.mark.parametrize("origin", ["http://{host}", "null", None])
def test_local_names_are_answered_as_ever(home, host, origin):
    lines = [f"Origin: {origin.format(host=host or '10.0.0.1')}"] if origin else []
    usual = asked(home, get("/charge"))
    answer = asked(home, named(get("/charge", *lines), host))
    assert (answer.status, answer.body) == (200, usual.body)
    assert list(answer.headers) == list(usual.headers)
    assert asked(home, named(post("/charge", ON, *lines), host)).status == 200
    assert command_state(home)["charging"] == "on"


def test_without_a_host(home):
    answer = asked(home, b"GET /healthz HTTP/1.0\r\n\r\n")  # the container's health check
    assert answer.status == 200 and answer.headers["access-control-allow-origin"] == "*"


@pytest.mark.parametrize("request_bytes", [get("/info"), get("/"), get("/healthz"), get("/web/style.css"), get("/nothing"),
                                           get("/events"), post("/charge", ON), get("/charge", method="OPTIONS")], ids=str)
@pytest.mark.parametrize("host", ["evil.example", "evil.example:5000", "localhost.evil.example", "127.0.0.1.evil.example",
                                  "user@localhost", "local host"])
@pytest.mark.parametrize("origin", ["Origin: http://{host}", "Origin: null", "Origin: http://localhost", None])
def test_a_name_that_was_made_to_point_here(home, request_bytes, host, origin):
    lines = f"Host: {host}\r\n" + (origin.format(host=host) + "\r\n" if origin else "")
    answer = asked(home, request_bytes.replace(b"Host: localhost\r\n", lines.encode()))
    assert answer.status == 421
    assert b"--http-allow-host" in answer.body
    assert (allowances(answer) == set()) == (origin is not None and "{host}" in origin)
    assert command_state(home)["charging"] == "off"


def test_an_absolute_target_counts_more_than_the_host(home):
    assert asked(home, b"GET http://127.0.0.1:5000/charge HTTP/1.1\r\nHost: localhost\r\n\r\n").body == b"20.0"
    for target, host in (("http://evil.example/charge", "localhost"), ("http://localhost/charge", "evil.example")):
        assert asked(home, f"GET {target} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode()).status == 421


@pytest.mark.parametrize("hosts", [("localhost", "localhost"), ("localhost", "evil.example"), ("evil.example", "localhost")])
def test_two_hosts(home, hosts):
    answer = asked(home, named(post("/charge", ON), *hosts))
    assert answer.status == 400 and b"host must be given once" in answer.body
    assert command_state(home)["charging"] == "off"


FOREIGN = [["Origin: https://evil.example"], ["Origin: http://evil.example:5000"], ["Origin: http://localhost.evil.example"],
           ["Origin: http://127.0.0.1.evil.example"], ["Origin: http://localhost@evil.example"], ["Origin: "],
           ["Origin: garbage"], ["Origin: null", EVIL], [EVIL, "Origin: http://localhost"]]


@pytest.mark.parametrize("origin", FOREIGN, ids=" + ".join)
@pytest.mark.parametrize("request_bytes, status", [
    (get("/info"), 200), (get("/"), 200), (get("/homes/home/state"), 200), (get("/healthz"), 200), (get("/nothing"), 404),
    (get("/charge_limit"), 405), (get("/history"), 200), (get("/charge", method="OPTIONS"), 204),
    (post("/charge", ON), 403), (post("/charge", b"charging=on"), 403), (post("/nothing", b"{}"), 403),
    (get("/charge", method="PUT"), 403), (get("/charge", method="DELETE"), 403),
    (post("/charge", b"x" * 70_000), 413), (get("/info", "Cookie: " + "c" * 40_000), 431), (get("/inf o"), 400),
    (get("/info", "nonsense"), 400),
], ids=lambda value: str(value[:30]) if isinstance(value, bytes) else str(value))
def test_a_page_of_another_site_reads_nothing_and_changes_nothing(home, origin, request_bytes, status):
    request_bytes = request_bytes.replace(b"\r\n", "\r\n{}\r\n".format("\r\n".join(origin)).encode(), 1)
    answer = asked(home, request_bytes)
    assert (answer.status, allowances(answer)) == (status, set())
    assert (b"--http-allow-host" in answer.body) == (status == 403)
    assert command_state(home)["charging"] == "off"


@pytest.mark.parametrize("origin", FOREIGN, ids=" + ".join)
def test_a_preflight_of_another_site(home, origin):
    lines = [*origin, "Access-Control-Request-Method: POST", "Access-Control-Request-Headers: content-type",
             "Access-Control-Request-Private-Network: true"]
    answer = asked(home, get("/charge", *lines, method="OPTIONS"))
    assert (answer.status, answer.body, allowances(answer)) == (204, b"", set())


def test_head_and_events_of_another_site(home):
    answer = asked(home, get("/info", EVIL, method="HEAD"), with_body=False)
    assert (answer.status, allowances(answer)) == (200, set())
    answer = asked(home, get("/events", EVIL), with_body=False)
    assert (answer.status, answer.headers["content-type"], allowances(answer)) == (200, "text/event-stream", set())
    answer = asked(home, get("/events"), with_body=False)
    assert answer.headers["access-control-allow-origin"] == "*"


def test_each_request_of_a_connection_is_judged_by_itself(home):
    with Raw(home.port) as peer:
        peer.send(get("/charge", EVIL) + get("/charge") + post("/charge", ON, EVIL) + get("/charge"))
        answers = [peer.answer() for _ in range(4)]
        assert [answer.status for answer in answers] == [200, 200, 403, 200]
        assert [bool(allowances(answer)) for answer in answers] == [False, True, False, True]


def test_what_is_too_much_is_not_readable_either(started, folder):
    """The 503 of a connection over the limit, which is not there to be asked."""
    agent = started(harness.Agent(folder, *STILL, uri=NO_BROKER))
    with contextlib.ExitStack() as crowd:
        peers = [crowd.enter_context(Raw(agent.port)).send(get("/charge")[:-2]) for _ in range(MAX_CONNECTIONS)]
        for lines, readable in (([EVIL], False), ([], True), (["Origin: http://localhost:3000"], True)):
            with Raw(agent.port) as peer:
                answer = peer.send(get("/charge", *lines)).answer()
                assert (answer.status, "access-control-allow-origin" in answer.headers) == (503, readable)
                assert peer.is_closed_by_server()
        with Raw(agent.port) as peer:  # who says nothing is told so, too
            assert peer.answer().status == 503
            peer.send(b"x" * 10_000)
            assert peer.is_closed_by_server()
        assert [peer.send(b"\r\n").answer().status for peer in peers] == [200] * MAX_CONNECTIONS


@pytest.mark.parametrize("arguments", [("--http-allow-host", "Energy.example.org,other.example"),
                                       ("--public-url", "https://energy.example.org:8443/energy/")])
def test_a_name_that_is_admitted(started, folder, arguments):
    agent = started(harness.Agent(folder, *STILL, *arguments, uri=NO_BROKER))
    for host in ("energy.example.org", "energy.example.org:443", "ENERGY.example.org."):
        request_bytes = named(post("/charge", ON, f"Origin: https://{host}"), host)
        answer = asked(agent, request_bytes)
        assert (answer.status, answer.headers["access-control-allow-origin"]) == (200, "*")
    assert asked(agent, named(get("/charge"), "x.energy.example.org")).status == 421


@pytest.mark.parametrize("value", ["", ",", "a,", "energy.example.org:80", "http://energy.example.org", "a b", "*.example",
                                   ",".join(["a"] * 65)])
def test_a_wrong_name(value):
    code, out, lines = run_to_its_end("--http-allow-host", value, "--http-port", 0, "--mqtt-uri", NO_BROKER)
    assert (code, out, len(lines)) == (2, "", 1)
    assert "--http-allow-host" in lines[0]
