"""20,000 requests that nobody should send: the agent answers or closes, does nothing, and keeps nothing of them."""

import random
import re
import string

from http_helpers import SANITIZED, chunked, command_state, home, still_agent  # noqa: F401

SEED = 20261122
WARM_UP, REQUESTS = 2_000, 20_000
MARGIN_KIB = (32 if SANITIZED else 4) * 1024
STATUSES = {200, 204, 400, 403, 404, 405, 413, 421, 431}

PATHS = [b"/", b"/info", b"/charge", b"/discharge", b"/charge_limit", b"/state", b"/homes/home/charge",
         b"/homes/home/charge_limit", b"/homes/home/discharge", b"/homes/none/charge", b"/healthz", b"/nothing", b"*",
         b"http://localhost/info", b"/charge?charging=on", b"/../../etc/passwd", b"/%00", b"/%ff%fe", b"//", b"/\xff"]
METHODS = [b"GET", b"HEAD", b"POST", b"PUT", b"DELETE", b"OPTIONS", b"PATCH", b"TRACE", b"CONNECT", b"BREW", b"get"]
FIELDS = [b"Host: localhost", b"Connection: close", b"Connection: upgrade, keep-alive", b"Expect: 100-continue",
          b"Expect: nonsense", b"Upgrade: websocket", b"Origin: null", b"Accept: text/html", b"Cookie: a=b; c=\xff\xfe",
          b"Access-Control-Request-Method: POST", b"Access-Control-Request-Headers: \xc3\x28, x",
          b"Content-Type: application/json", b"Authorization: Bearer x", b"X-Folded: a\r\n b", b"Range: bytes=0-1", b"Host: evil.example",
          b"Content-Length: 5", b"Content-Length: -1", b"Transfer-Encoding: gzip, chunked", b": no name", b"X\x00: 1"]
KEYS = [b"charging", b"chargin", b"discharging", b"charge_limit", b"id", b"", b"\xc3\x28", b"\\u0000", b"\\ud800"]
VALUES = [b'"maybe"', b'""', b"null", b"true", b"false", b"1e999", b"-1e999", b"1e-999", b"NaN", b"-0", b"19.99",
          b"100.01", b"1" * 400, b"0." + b"1" * 400, b"[]", b"{}", b'"\\ud800"', b'"\xff"', b'"\x00"',
          b'"' + b"a" * 3000]

# A command that could be taken: a key and a legal value in one body, however it is spelt. None of these may be sent.
LEGAL = re.compile(rb"""(?i)(charging?|["'=&]+)["\s]*[:=]["\s+]*(on|off|press|true|false|[01](?![\d.eE]))""")
LIMIT = re.compile(rb"""(charge_limit|""|[&=])["\s]*[:=][\s"]*\+?(\d[\d.eE+-]*)""")


def may_be_a_command(data):
    if LEGAL.search(data) or b"\\u00" in data.replace(b"\\u0000", b""):
        return True
    return any(could_be_a_limit(number) for _, number in LIMIT.findall(data))


def could_be_a_limit(number):
    try:
        return 20 <= float(number) <= 100
    except ValueError:
        return True  # cut or changed within the number: rather not


def a_body(dice):
    kind = dice.randrange(6)
    if kind == 0:
        return dice.randbytes(dice.randrange(200))
    if kind == 1:
        return dice.choice([b"[", b'{"a":', b'[{"":', b"{"]) * dice.randrange(1, 3000)
    if kind == 2:
        return b"&".join(dice.choice(KEYS) + b"=" + dice.choice(VALUES) for _ in range(dice.randrange(4)))
    if kind == 3:
        return dice.choice(VALUES)
    fields = [b'"%s":%s' % (dice.choice(KEYS), dice.choice(VALUES)) for _ in range(dice.randrange(4))]
    return b"{" + b",".join(fields) + b"}"


def a_head(dice, *fields):
    method = dice.choice(METHODS) if dice.random() < 0.7 else b"POST"
    if dice.random() < 0.02:
        method = "".join(dice.choices(string.printable, k=dice.randrange(40))).encode()
    lines = [method + b" " + dice.choice(PATHS) + b" HTTP/1." + dice.choice([b"1"] * 20 + [b"0", b"7"])]
    lines += dice.sample(FIELDS, dice.randrange(4) if dice.random() < 0.5 else 0)
    if dice.random() < 0.01:
        lines += [b"X-%d: " % dice.randrange(9) + b"h" * dice.choice([1_000, 20_000, 40_000])]
    return b"\r\n".join([*lines, *fields]) + b"\r\n\r\n"


def a_request(dice):
    """Well framed, most of the time; what it asks is never to be done."""
    body = a_body(dice)
    framing = dice.randrange(10)
    if framing < 6:
        return a_head(dice, b"Content-Length: %d" % len(body)) + body
    if framing < 8:
        size = dice.choice([1, 7, 4096]) if len(body) < 500 else 4096
        return a_head(dice, b"Transfer-Encoding: chunked") + chunked(body, size)
    if framing == 8:
        return a_head(dice)
    return a_head(dice, b"Content-Length: %d" % dice.choice([0, 1, 65_536, 65_537, 10**18, 10**25])) + body


def mutated(dice, data):
    """Cut, changed here and there, doubled in part, or replaced by noise."""
    kind = dice.randrange(5)
    if kind == 0:
        return data[:dice.randrange(len(data) + 1)]
    if kind == 1:
        return dice.randbytes(dice.randrange(1, 300))
    if kind == 2:
        at = dice.randrange(len(data) + 1)
        return data[:at] + dice.choice([b"\x00", b"\r\n", b"\n", b"\xff\xfe", b"\r\n\r\n", b" ", b":"]) + data[at:]
    if kind == 3:
        at, end = sorted(dice.choices(range(len(data) + 1), k=2))
        return data[:end] + data[at:]
    changed = bytearray(data)
    for _ in range(dice.randrange(1, 8)):
        changed[dice.randrange(len(changed))] = dice.randrange(256)
    return bytes(changed)


def a_batch(dice):
    """Some requests for one connection, the last of them broken more often than not."""
    while True:
        requests = [a_request(dice) for _ in range(dice.randrange(1, 9))]
        if dice.random() < 0.7:
            requests[-1] = mutated(dice, requests[-1])
        data = b"".join(requests)
        if not may_be_a_command(data):
            return data


def statuses_of(answers):
    return [int(status) for status in re.findall(rb"HTTP/1\.1 (\d{3}) [A-Z][A-Za-z ]+\r\nServer", answers)]


def send(agent, dice, count):
    """Sends at least `count` requests; returns the statuses that came. What follows a broken one does not count."""
    reached, seen = 0, set()
    while reached < count:
        statuses = statuses_of(agent.raw(a_batch(dice)))
        seen.update(statuses)
        reached += max(1, len(statuses))
    return seen


def test_what_is_never_sent():
    for body in (b'{"charging":"on"}', b'{"chargin" : "OFF"}', b"charging=on", b'{"discharging":"Press"}', b'{"":"on"}',
                 b'{"charge_limit":80}', b"charge_limit=20.0", b'{"charge_limit":8e1}', b'{"\\u0063harging":"on"}'):
        assert may_be_a_command(body), body
    for body in (b'{"charging":"maybe"}', b'{"charge_limit":19.99}', b'{"charge_limit":1e999}', b"Connection: close"):
        assert not may_be_a_command(body), body


def test_requests_that_nobody_should_send(home):
    day = home.get("/state")[1]["clock"]["day"]
    dice = random.Random(SEED)
    send(home, dice, WARM_UP)
    resident = home.resident_kib()
    seen = send(home, dice, REQUESTS)
    assert seen == STATUSES  # each of the answers that there are, and no other
    assert home.running() and home.get("/charge") == (200, 20.0)
    assert command_state(home) == {"charging": "off", "limit_percent": 100.0, "soc_percent": 20.0, "charged_kwh": 0.0}
    assert home.get("/state")[1]["clock"]["day"] == day  # a discharge would have begun the next one
    assert home.resident_kib() - resident < MARGIN_KIB
