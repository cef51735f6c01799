"""With a token: what stays open and carries no value of a home, and the cookie that counts as the token, over sockets."""

import json
import re

import pytest

import harness
from http_helpers import NO_BROKER, STILL, Raw, body_of, get, post, run_to_its_end

TOKEN = "s3cret token/+="
BEARER = {"Authorization": f"Bearer {TOKEN}"}
BROWSER = {"Accept": "text/html"}
FORM = {**BROWSER, "Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture
def start(started, folder):
    (folder / "token").write_text(TOKEN + "\n")
    return lambda *arguments, **options: started(harness.Agent(
        folder, *STILL, "--http-token-file", folder / "token", *arguments, uri=NO_BROKER, **options))


@pytest.fixture
def guarded(start):
    return start()


def cookie_of(agent, body=None):
    status, headers, _ = agent.request("POST", "/session", json.dumps(body or {"token": TOKEN}))
    assert status == 200
    return headers["Set-Cookie"].split(";")[0]


READS = ("/info", "/charge", "/baseload", "/priceperhour", "/discharge", "/state", "/plan", "/history", "/events", "/homes",
         "/homes/home", "/homes/home/state", "/homes/home/events", "/homes/home/history", "/openapi.json", "/", "//info")


@pytest.mark.parametrize("path", READS)
def test_reading_needs_the_token(guarded, path):
    status, headers, body = guarded.request("GET", path)
    assert (status, headers["WWW-Authenticate"], headers["Access-Control-Allow-Origin"]) == (401, "Bearer", "*")
    assert list(json.loads(body)) == ["error"]
    with Raw(guarded.port) as peer:
        assert peer.send(get(path, method="HEAD")).answer(with_body=False).status == 401
    for shown in (f"Authorization: Bearer {TOKEN}", f"Cookie: {cookie_of(guarded)}"):
        with Raw(guarded.port) as peer:
            assert peer.send(get(path, shown)).answer(with_body=False).status == 200


def test_what_is_open_carries_no_value_of_a_home(guarded):
    assert guarded.post("/charge", {"charging": "on"}, **BEARER)[0] == 200
    values = re.compile(rb"20\.0|9\.26|46\.3|0\.88|85\.28|charging")
    for path in ("/", "/healthz", "/session", "/web/main.js", "/web/style.css", "/web/icon.svg", "/web/chart.js"):
        status, _, body = guarded.request("GET", path, headers=BROWSER if path == "/" else {})
        assert status == 200, path
        if not path.startswith("/web/"):
            assert not values.search(body), (path, values.search(body))
    assert guarded.get("/nothing")[0] == 404 and guarded.get("/homes/none/state")[0] == 401


def test_the_cookie_reads_streams_and_changes(guarded):
    cookie = cookie_of(guarded)
    assert guarded.get("/info", Cookie=cookie)[0] == 200
    assert guarded.post("/charge", {"charging": "on"}, Cookie=f"a=b; {cookie}; c=d") == (200, {"charging": "on"})
    with Raw(guarded.port) as peer:
        peer.send(get("/events", f"Cookie: {cookie}"))
        while b'"charging":"on"' not in peer.received:
            assert peer.more()
    assert guarded.post("/charge", {"charging": "on"}, Cookie="x" + cookie)[0] == 401


@pytest.mark.parametrize("headers, body", [
    ({}, json.dumps({"token": TOKEN})), ({}, "token=s3cret+token%2F%2B%3D"), (BEARER, ""), (BEARER, "{}"),
    (FORM, "home=home&token=s3cret+token%2f%2b%3D")], ids=str)
def test_ways_to_sign_in(guarded, headers, body):
    status, answered, answer = guarded.request("POST", "/session", body, headers)
    form = "Accept" in headers
    assert (status, answer) == ((303, b"") if form else (200, b'{"session":"open"}'))
    assert answered.get("Location") == ("./" if form else None)
    cookie, *attributes = answered["Set-Cookie"].split("; ")
    assert attributes == ["Max-Age=7776000", "HttpOnly", "SameSite=Strict"]
    assert guarded.get("/session", Cookie=cookie) == (200, {"session": "open"})
    assert "s3cret" not in cookie and "s3cret" not in guarded.log()


@pytest.mark.parametrize("headers, body, status", [
    ({}, json.dumps({"token": "other"}), 401), ({"Authorization": "Bearer other"}, "", 401), ({}, "token=other", 401),
    (FORM, "token=other", 401), (FORM, "", 401), ({}, "", 400), ({}, "{}", 400), ({}, "[" * 50_000, 400),
    ({}, '{"token":' * 7_000, 400), ({}, b"token=\xff%00", 401), ({}, "token=" + "x" * 60_000, 401),
    ({"Origin": "https://evil.example"}, json.dumps({"token": TOKEN}), 403)], ids=lambda value: str(value)[:40])
def test_ways_not_to(guarded, headers, body, status):
    got, answered, answer = guarded.request("POST", "/session", body, headers)
    assert got == status and "Set-Cookie" not in answered
    assert (b"That token was not accepted" in answer) == ("Accept" in headers)
    assert b"s3cret" not in answer


def test_behind_tls_the_cookie_stays_there(start):
    agent = start("--public-url", "https://energy.example.org/")
    for origin, secure in (("https://energy.example.org", True), ("http://127.0.0.1", False), ("null", False)):
        headers = agent.request("POST", "/session", json.dumps({"token": TOKEN}), {"Origin": origin})[1]
        assert headers["Set-Cookie"].endswith("; Secure") == secure


def test_a_restart_needs_no_new_sign_in_and_another_token_does(start, folder):
    agent = start()
    cookie = cookie_of(agent)
    agent.stop()
    assert start(port=agent.port).get("/info", Cookie=cookie)[0] == 200
    (folder / "token").write_text("another\n")
    assert start().get("/info", Cookie=cookie)[0] == 401


def test_signing_out(guarded):
    cookie = cookie_of(guarded)
    answer = guarded.raw(post("/session", b'{"session":"closed"}', f"Cookie: {cookie}"))
    assert answer.endswith(b'{"session":"closed"}')
    name = cookie.split("=")[0]
    assert re.findall(r"Set-Cookie: (.*)\r\n", answer.decode()) == [
        f"{name}=; Max-Age=0; HttpOnly; SameSite=Strict", f"{name}_tls=; Max-Age=0; HttpOnly; SameSite=Strict"]


def test_reading_may_be_open(start):
    agent = start("--http-read-anonymous")
    assert body_of(agent, "/charge") == "20.0"
    assert agent.request("GET", "/", headers=BROWSER)[2].count(b'<span id="soc">20') == 1
    assert agent.post("/charge", {"charging": "on"})[0] == 401
    assert agent.post("/charge", {"charging": "on"}, Cookie=cookie_of(agent))[0] == 200


def test_without_a_token_there_is_no_session_to_keep(started, folder):
    agent = started(harness.Agent(folder, *STILL, uri=NO_BROKER))
    status, headers, body = agent.request("POST", "/session", '{"token":"any"}')
    assert (status, body, "Set-Cookie" in headers) == (200, b'{"session":"open"}', False)


def test_frames_are_for_those_who_are_named(start):
    policies = [start(*arguments).request("GET", "/", headers=BROWSER)[1]["Content-Security-Policy"]
                for arguments in ((), ("--http-frame-ancestors", "self, http://homeassistant.local:8123"))]
    assert [policy.split("frame-ancestors ")[1] for policy in policies] == [
        "'none'", "'self' http://homeassistant.local:8123"]
    code, out, lines = run_to_its_end("--http-frame-ancestors", "homeassistant.local", "--mqtt-uri", NO_BROKER)
    assert (code, out, len(lines)) == (2, "", 1) and "--http-frame-ancestors: must be none, self, or origins" in lines[0]


def test_the_form_of_a_body_in_pieces(guarded):
    body = b"token=s3cret+token%2F%2B%3D"
    with Raw(guarded.port) as peer:
        request = post("/session", body, "Content-Type: application/x-www-form-urlencoded", "Accept: text/html")
        for at in range(0, len(request), 7):
            peer.send(request[at:at + 7])
        assert peer.answer().status == 303
