"""HTTP as browsers, curl and Python speak it: methods, cross-origin reading, connections that stay, real clients."""

import contextlib
import http.client
import json
import subprocess
import urllib.request

import pytest

import harness
from http_helpers import Raw, chunked, command_state, get, has_ipv6, home, post, still_agent  # noqa: F401

PATHS = ["/info", "/baseload", "/priceperhour", "/charge", "/discharge", "/", "/state", "/homes", "/homes/home", "/homes/home/state",
         "/history", "/homes/home/history", "/healthz", "/openapi.json"]
ON, OFF = b'{"charging":"on"}', b'{"charging":"off"}'


@pytest.mark.parametrize("path", PATHS)
def test_head_is_get_without_the_body(home, path):
    with Raw(home.port) as peer:
        of_get = peer.send(get(path)).answer()
        of_head = peer.send(get(path, method="HEAD")).answer(with_body=False)
        assert peer.send(get("/charge")).answer().body == b"20.0"  # no byte of a body came between
    assert of_get.status == of_head.status == 200
    assert of_head.headers == of_get.headers | {"date": of_head.headers["date"]}
    assert of_get.headers["content-type"] == "application/json"


@pytest.mark.parametrize("path, allowed", [("/info", "GET, HEAD, OPTIONS"), ("/charge", "GET, HEAD, POST, OPTIONS"),
                                           ("/charge_limit", "POST, OPTIONS"), ("/homes/home/charge", "POST, OPTIONS")])
def test_options_tells_the_methods(home, path, allowed):
    with Raw(home.port) as peer:
        answer = peer.send(get(path, method="OPTIONS")).answer()
    assert answer.status in (200, 204)
    assert set(answer.headers["allow"].split(", ")) == set(allowed.split(", "))
    assert answer.headers["access-control-allow-origin"] == "*"


def test_options_for_the_whole_server(home):
    with Raw(home.port) as peer:
        assert peer.send(get("*", method="OPTIONS")).answer().status in (200, 204)


@pytest.mark.parametrize("origin", ["null", "http://localhost:3000", "http://homeassistant.local:8123", None])
@pytest.mark.parametrize("request_bytes, status", [
    (get("/info"), 200), (get("/"), 200), (get("/nothing"), 404), (post("/info", b"{}"), 405),
    (post("/charge", ON), 200), (post("/charge", b"{"), 400), (post("/charge", b"x" * 70_000), 413),
    (get("/info", "Cookie: " + "c" * 40_000), 431), (b"nonsense\r\n\r\n", 400), (get("/info", method="OPTIONS"), 204),
], ids=lambda value: str(value[:30]) if isinstance(value, bytes) else str(value))
def test_a_local_page_may_read_every_answer(home, origin, request_bytes, status):
    if origin:
        request_bytes = request_bytes.replace(b"\r\n", b"\r\nOrigin: %s\r\n" % origin.encode(), 1)
    with Raw(home.port) as peer:
        answer = peer.send(request_bytes).answer()
    assert (answer.status, answer.headers["access-control-allow-origin"]) == (status, "*")


@pytest.mark.parametrize("asked", [None, "content-type", "Content-Type, X-Own,authorization"])
@pytest.mark.parametrize("private", [True, False])
def test_a_preflight(home, asked, private):
    lines = ["Origin: null", "Access-Control-Request-Method: POST"]
    lines += [f"Access-Control-Request-Headers: {asked}"] if asked else []
    lines += ["Access-Control-Request-Private-Network: true"] if private else []
    with Raw(home.port) as peer:
        answer = peer.send(get("/charge", *lines, method="OPTIONS")).answer()
        assert peer.send(get("/charge")).answer().body == b"20.0"
    assert (answer.status, answer.body) == (204, b"")
    assert answer.headers["access-control-allow-origin"] == "*"
    assert {"GET", "POST"} <= set(answer.headers["access-control-allow-methods"].split(", "))
    assert answer.headers.get("access-control-allow-headers") == asked
    assert answer.headers.get("access-control-allow-private-network") == ("true" if private else None)


def test_a_page_opened_from_a_file_switches_the_charger(home):
    """What a browser sends for fetch(url, {method: "POST", headers: {"Content-Type": "application/json"}, body})."""
    lines = ["Origin: null", "Sec-Fetch-Mode: cors", "Sec-Fetch-Site: cross-site", "Accept: */*",
             "Accept-Encoding: gzip, deflate, br", "Connection: keep-alive"]
    with Raw(home.port) as peer:
        asked = ["Access-Control-Request-Method: POST", "Access-Control-Request-Headers: content-type"]
        assert peer.send(get("/charge", *lines, *asked, method="OPTIONS")).answer().status == 204
        answer = peer.send(post("/charge", ON, *lines, "Content-Type: application/json")).answer()
    assert (answer.status, answer.body, answer.headers["access-control-allow-origin"]) == (200, ON, "*")
    assert "content-encoding" not in answer.headers
    assert command_state(home)["charging"] == "on"


def test_expect_100_continue(home):
    with Raw(home.port) as peer:
        peer.send(post("/charge", ON, "Expect: 100-continue")[:-len(ON)])
        assert peer.answer().status == 100
        assert peer.is_silent()
        assert peer.send(ON).answer().body == ON
        peer.send(post("/charge", OFF, "Expect: 100-Continue"))  # this one did not wait
        answer = peer.answer()
        assert (peer.answer() if answer.status == 100 else answer).body == OFF


def test_a_connection_stays(home):
    with Raw(home.port) as peer:
        for body in [ON, OFF] * 20:
            assert peer.send(post("/charge", body)).answer().body == body
            assert peer.send(post("/charge", b"{}")).answer().status == 400
            assert peer.send(get("/nothing")).answer().status == 404
        answer = peer.send(get("/charge", "Connection: close")).answer()
        assert (answer.body, answer.headers["connection"]) == (b"20.0", "close")
        assert peer.is_closed_by_server()


def test_http_1_0_closes_unless_asked_to_stay(home):
    with Raw(home.port) as peer:
        assert peer.send(b"GET /charge HTTP/1.0\r\n\r\n").answer().body == b"20.0"
        assert peer.is_closed_by_server()
    with Raw(home.port) as peer:
        for _ in range(2):
            answer = peer.send(b"GET /charge HTTP/1.0\r\nConnection: keep-alive\r\n\r\n").answer()
            assert (answer.body, answer.headers["connection"].lower()) == (b"20.0", "keep-alive")


def test_pipelined_requests_are_answered_in_order(home):
    with Raw(home.port) as peer:
        peer.send(post("/charge", ON) + get("/info") + get("/nothing") + get("/charge", method="HEAD") +
                  post("/charge", OFF) + get("/info") + get("/charge"))
        answers = [peer.answer(with_body=place != 3) for place in range(7)]
    assert [answer.status for answer in answers] == [200, 200, 404, 200, 200, 200, 200]
    assert [answers[place].body for place in (0, 4, 6)] == [ON, OFF, b"20.0"]
    assert [b'stopp":true' in answers[place].body for place in (1, 5)] == [True, False]


def test_a_thousand_pipelined_requests(home):
    with Raw(home.port) as peer:
        peer.send(get("/charge") * 1000)
        assert [peer.answer().body for _ in range(1000)] == [b"20.0"] * 1000


@pytest.mark.parametrize("size", [1, 5, 100])
def test_a_chunked_body(home, size):
    head = b"POST /charge HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    with Raw(home.port) as peer:
        assert peer.send(head + chunked(ON, size)).answer().body == ON
        assert peer.send(head + chunked(OFF, size)).answer().body == OFF


@pytest.mark.parametrize("end", [b"0\r\n\r\n", b"000\r\n\r\n", b"0;a=b\r\n\r\n", b"0\r\nX: y\r\n\r\n"])
@pytest.mark.parametrize("body", [b"", b"%x\r\n%s\r\n" % (len(ON), ON)], ids=["empty", "on"])
def test_the_last_chunk_byte_by_byte(home, body, end):
    """Beast 1.81 takes for granted that the last chunk of an empty body comes at once."""
    with Raw(home.port) as peer:
        peer.send(b"POST /charge HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n" + body)
        for byte in end:
            peer.send(bytes([byte]))
            assert home.get("/info")[0] == 200  # asked behind it: the agent has read the byte
        assert peer.answer().status == (200 if body else 400)
        assert peer.send(get("/charge")).answer().status == 200


@pytest.mark.parametrize("address, name", [("127.0.0.1", "127.0.0.1"), ("::1", "[::1]"), ("127.0.0.1", "localhost")])
def test_every_name_of_this_machine(home, address, name):
    """The name is the one that the client writes; a machine may not know it."""
    if address == "::1" and not has_ipv6():
        pytest.skip(harness.NO_IPV6)
    connection = http.client.HTTPConnection(address, home.port, timeout=harness.PATIENCE)
    with contextlib.closing(connection):
        connection.request("GET", "/charge", headers={"Host": f"{name}:{home.port}"})
        assert connection.getresponse().read() == b"20.0"


def test_python_with_urllib(home):
    url = f"http://127.0.0.1:{home.port}"
    request = urllib.request.Request(f"{url}/charge", json.dumps({"charging": "on"}).encode(),
                                     {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=harness.PATIENCE) as answer:
        assert json.load(answer) == {"charging": "on"}
    with urllib.request.urlopen(f"{url}/info", timeout=harness.PATIENCE) as answer:
        assert json.load(answer)["ev_battery_charge_start_stopp"] is True


@pytest.mark.parametrize("arguments, expected", [
    (["/charge"], "20.0"),
    (["-X", "POST", "-H", "Content-Type: application/json", "-d", '{"charging":"on"}', "/charge"], '{"charging":"on"}'),
    (["-d", '{"charging":"on"}', "/charge"], '{"charging":"on"}'),
    (["--json", '{"charging":"off"}', "/charge"], '{"charging":"off"}'),
    (["-d", "charging=on", "/charge"], '{"charging":"on"}'),
    (["--data-urlencode", "charging=on", "/charge"], '{"charging":"on"}'),
    (["-H", "Expect: 100-continue", "-d", '{"charging":"on"}', "/charge"], '{"charging":"on"}'),
    (["-H", "Transfer-Encoding: chunked", "-d", '{"charging":"on"}', "/charge"], '{"charging":"on"}'),
    (["-0", "-X", "POST", "-d", '{"discharging":"on"}', "/discharge"], '{"discharging":"on"}'),
    (["--compressed", "--http2", "/charge"], "20.0"),
    (["-I", "-o", "/dev/null", "-w", "%{http_code}", "/info"], "200"),
    (["-X", "POST", "-o", "/dev/null", "-w", "%{http_code}", "/charge"], "400"),
], ids=lambda value: " ".join(value) if isinstance(value, list) else "")
def test_curl(home, arguments, expected):
    *options, path = arguments
    command = ["curl", "-sS", "--noproxy", "*", "--max-time", "10", *options, f"http://127.0.0.1:{home.port}{path}"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=2 * harness.PATIENCE)
    assert (done.stdout, done.stderr) == (expected, "")
