"""What a client is told when it asks for something wrong: the field, what is legal, and nothing has changed."""

import json

import pytest

from http_helpers import Raw, command_state, get, home, post, still_agent  # noqa: F401

LEGAL = {"/charge": ("charging", '"on"', '"off"'), "/discharge": ("discharging", '"on"'),
         "/charge_limit": ("charge_limit", "20", "100")}

UNREADABLE = [b"", b" ", b"{", b"}", b"nonsense", b'{"charging":"on"', b'{"charging":"on"}}', b"{'charging':'on'}",
              b'{"charging":on}', b'{"charging":"\xff"}', b'{"charging":"on"}\x00', b"\x00", b"\xff\xfe{\x00}\x00",
              b'{"charge_limit":1e999}', b'{"charge_limit":NaN}', b'{"charge_limit":08}', b"[" * 60_000,
              b'{"a":' * 10_000]
NO_OBJECT = [b"[]", b'["on"]', b'"on"', b"80", b"null", b"true", b"on", b'[{"charging":"on"}]']
NO_SUCH_KEY = [b"{}", b'{"x":1}', b'{"Charging":"on"}', b'{"":"on"}', b'{"":80}', b"=on", b"x=on",
               b'{"a":{"charging":"on"}}']
WRONG_VALUES = [
    *[("/charge", b'{"charging":%s}' % value) for value in [
        b'"maybe"', b'""', b"2", b"-1", b"1.0", b"null", b"[]", b'["on"]', b"{}", b'"yes"', b"1e5",
        b'"o n"', b'"' + b"x" * 60_000 + b'"', b"[" * 9_000 + b"]" * 9_000]],
    ("/charge", b"charging=maybe"), ("/charge", b"charging="), ("/charge", b'{"chargin":"maybe"}'),
    *[("/discharge", b'{"discharging":%s}' % value) for value in [b'"off"', b"true", b"1", b"null", b"[]"]],
    ("/discharge", b'{"charging":"on"}'), ("/discharge", b"discharging=off"),
    *[("/charge_limit", b'{"charge_limit":%s}' % value) for value in [
        b"19.99", b"100.01", b"0", b"-1", b"-80", b"1e300", b'"80 %"', b'"80,5"', b'"eighty"', b"true", b"null", b"[80]", b"{}",
        b"123456789012345678901234567890"]],
    ("/charge_limit", b"charge_limit=101"), ("/charge_limit", b"charge_limit=nan"),
]


def refused(home, path, body):
    """The reason. Nothing has changed, and any page may read why."""
    before = command_state(home)
    with Raw(home.port) as peer:
        answer = peer.send(post(path, body)).answer()
    assert answer.status == 400
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["access-control-allow-origin"] == "*"
    assert command_state(home) == before
    document = json.loads(answer.body)
    assert list(document) == ["error"]
    return document["error"]


def named(body):
    return repr(body if len(body) < 40 else body[:37] + b"...")


@pytest.mark.parametrize("path", LEGAL)
@pytest.mark.parametrize("body", UNREADABLE + NO_OBJECT + NO_SUCH_KEY, ids=named)
def test_a_body_that_is_no_command(home, path, body):
    reason = refused(home, path, body)
    assert [word for word in LEGAL[path] if word not in reason] == [], reason


@pytest.mark.parametrize("path, body", WRONG_VALUES, ids=lambda part: part if isinstance(part, str) else named(part))
def test_a_wrong_value(home, path, body):
    home.post("/charge", {"charging": "on"})  # so that a command taken by mistake shows, off as well as on
    reason = refused(home, path, body)
    assert len(reason) < 200
    assert [word for word in LEGAL[path] if word.replace("charging", "chargin") not in reason] == [], reason


def test_a_wrong_value_for_one_home_names_the_same(home):
    assert refused(home, "/homes/home/charge", b'{"charging":"maybe"}') == refused(
        home, "/charge", b'{"charging":"maybe"}') == 'charging must be "on" or "off", got "maybe"'


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "BREW"])
@pytest.mark.parametrize("path", ["/nothing", "/info/", "/Info", "/info//", "/info%20", "/homes/", "/homes/home/",
                                  "/homes//state", "/homes/home/state/", "/homes/a/b/state", "/../info", "/%2e",
                                  "/index.php", "/" + "a" * 8000, "/caf\xc3\xa9", "/\xff", "nonsense"])
def test_an_unknown_path(home, method, path):
    with Raw(home.port) as peer:
        request = f"{method} {path} HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{{}}"
        answer = peer.send(request.encode("latin-1")).answer(with_body=method != "HEAD")
    # a parser that refuses bytes which no target may hold is as good as one that does not find them
    assert answer.status == 404 or (path == "/\xff" and answer.status == 400)
    assert (answer.headers["content-type"], answer.headers["access-control-allow-origin"]) == ("application/json", "*")
    assert len(answer.body) < 300
    assert method == "HEAD" or list(json.loads(answer.body)) == ["error"]


READ = "GET, HEAD, OPTIONS"
CHANGE = "POST, OPTIONS"
BOTH = "GET, HEAD, POST, OPTIONS"


@pytest.mark.parametrize("method, path, allowed", [
    *[(method, path, READ) for method in ("POST", "PUT", "DELETE", "PATCH", "BREW", "get") for path in (
        "/info", "/priceperhour", "/", "/state", "/plan", "/homes", "/homes/home", "/homes/home/state", "/homes/home/plan",
        "/history", "/events", "/homes/home/history", "/homes/home/events", "/web/style.css", "/healthz", "/openapi.json")],
    *[(method, path, BOTH) for method in ("PUT", "DELETE", "BREW", "post") for path in (
        "/charge", "/discharge", "/baseload")],
    *[(method, path, CHANGE) for method in ("GET", "HEAD", "PUT", "DELETE") for path in (
        "/charge_limit", "/mode", "/target", "/ready_by", "/price", "/homes/home/charge", "/homes/home/discharge",
        "/homes/home/charge_limit", "/homes/home/mode", "/homes/home/baseload")],
])
def test_a_method_that_the_path_has_not(home, method, path, allowed):
    with Raw(home.port) as peer:
        body = b'{"charging":"on","discharging":"on","charge_limit":50}'
        request = post(path, body).replace(b"POST", method.encode(), 1)
        answer = peer.send(request).answer(with_body=method != "HEAD")
    assert answer.status == 405
    assert set(answer.headers["allow"].split(", ")) == set(allowed.split(", "))
    assert (answer.headers["content-type"], answer.headers["access-control-allow-origin"]) == ("application/json", "*")
    if method != "HEAD":
        assert [word for word in allowed.split(", ") if word not in json.loads(answer.body)["error"]] == []
    assert command_state(home)["charging"] == "off"


@pytest.mark.parametrize("request_bytes", [
    b"nonsense\r\n\r\n", b"GET\r\n\r\n", b"GET /info\r\n\r\n", b"GET /info HTTP/9.9\r\n\r\n", b"\x00\x01\x02\r\n\r\n",
    b"GET /info HTTP/1.1\r\nno colon\r\n\r\n", b"GET /info HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
    b"GET /info HTTP/1.1\r\nContent-Length: x\r\n\r\n", b"GET /info HTTP/1.1\r\n\x00: x\r\n\r\n",
    b"POST /charge HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n{}",
    b"POST /charge HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n",
    b"POST /charge HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
], ids=repr)
def test_what_is_no_request_is_answered_400_and_closed(home, request_bytes):
    with Raw(home.port) as peer:
        answer = peer.send(request_bytes).answer()
        assert (answer.status, answer.headers["connection"]) == (400, "close")
        assert (answer.headers["content-type"], answer.headers["access-control-allow-origin"]) == (
            "application/json", "*")
        assert list(json.loads(answer.body)) == ["error"]
        assert peer.is_closed_by_server()
    with Raw(home.port) as peer:
        assert peer.send(get("/charge")).answer().body == b"20.0"
