"""How HTTP is set up: addresses, ports, the token, and curves from files."""

import contextlib
import json
import pathlib
import socket
import urllib.request

import pytest

import harness
from http_helpers import (NO_BROKER, STILL, Raw, environment, get, has_ipv6, logged_port, post,
                          run_to_its_end)

ON = {"charging": "on"}


@pytest.fixture
def token_file(folder):
    path = folder / "token"
    path.write_text("s3cret token/+=\nsecond line\n")
    return path


def start_on(started, folder, *arguments):
    """An agent that says itself where it listens."""
    process = harness.Process([harness.AGENT, "--mqtt-uri", NO_BROKER, *STILL, *map(str, arguments)],
                              folder / "agent.log", environment())
    return started(process)


def charge_over(port, host="127.0.0.1"):
    with Raw(port, host) as peer:
        return peer.send(get("/charge")).answer().body


def test_port_0_takes_a_free_one_and_tells_it(started, folder):
    agent = start_on(started, folder, "--http-port", 0)
    port = logged_port(agent)
    assert charge_over(port) == b"20.0"
    if has_ipv6():
        assert charge_over(port, "::1") == b"20.0"


def listening_sockets(pid):
    own = {link[len("socket:["):-1] for link in harness.open_files(pid) if link.startswith("socket:[")}
    rows = [row.split() for table in ("tcp", "tcp6") if pathlib.Path(f"/proc/{pid}/net/{table}").exists()
            for row in pathlib.Path(f"/proc/{pid}/net/{table}").read_text().splitlines()[1:]]
    return [row[1] for row in rows if row[3] == "0A" and row[9] in own]


def test_port_off_is_none_and_the_world_goes_on(started, folder, broker):
    process = harness.Process([harness.AGENT, "--mqtt-uri", broker.uri, "--http-port", "off"], folder / "agent.log",
                              environment())
    started(process)
    client = started(harness.Client(broker.port, "home-energy/#"))
    client.expect("home-energy/home/clock", lambda clock: clock["minute"] > 0)
    assert listening_sockets(process.pid) == []
    assert "listening" not in process.log()


def test_a_port_in_use(started, folder):
    first = started(harness.Agent(folder, *STILL, uri=NO_BROKER))
    code, out, lines = run_to_its_end("--http-port", first.port, "--mqtt-uri", NO_BROKER)
    assert (code, out, len(lines)) == (2, "", 1)
    assert "--http-port" in lines[0] and str(first.port) in lines[0]
    assert first.get("/charge") == (200, 20.0)


def test_a_port_in_use_on_the_other_loopback_address():
    if not has_ipv6():
        pytest.skip(harness.NO_IPV6)
    with contextlib.closing(socket.socket(socket.AF_INET6)) as taken:
        taken.bind(("::1", 0))
        taken.listen()
        code, _, lines = run_to_its_end("--http-port", taken.getsockname()[1], "--mqtt-uri", NO_BROKER)
    assert (code, len(lines)) == (2, 1)
    assert "--http-port" in lines[0]


@pytest.mark.parametrize("address", ["0.0.0.0", "::", "192.0.2.1", "::ffff:192.0.2.1"])
def test_an_address_that_others_reach_needs_a_token(address):
    code, out, lines = run_to_its_end("--http-address", address, "--http-port", 0, "--mqtt-uri", NO_BROKER)
    assert (code, out, len(lines)) == (2, "", 1)
    assert [option for option in ("--http-address", "--http-token-file", "--http-allow-anonymous")
            if option not in lines[0]] == []


def test_an_address_that_others_reach_with_everyone_allowed(started, folder):
    agent = start_on(started, folder, "--http-address", "0.0.0.0", "--http-allow-anonymous", "--http-port", 0)
    assert charge_over(logged_port(agent)) == b"20.0"


@pytest.mark.parametrize("address", ["127.0.0.1", "127.0.0.2", "::1"])
def test_one_loopback_address_needs_no_token(started, folder, address):
    if address == "::1" and not has_ipv6():
        pytest.skip(harness.NO_IPV6)
    port = harness.free_port()
    start_on(started, folder, "--http-address", address, "--http-port", port)
    family = socket.AF_INET6 if ":" in address else socket.AF_INET

    def listens():
        with contextlib.closing(socket.socket(family)) as probe:
            return probe.connect_ex((address, port)) == 0

    harness.wait_until(listens, f"the agent listens at {address}")
    assert charge_over(port, address) == b"20.0"
    assert (address == "127.0.0.1") == harness.is_listening(port)


@pytest.mark.parametrize("value", ["localhost:1", "nowhere", "256.0.0.1", ""])
def test_a_wrong_address(value):
    code, out, lines = run_to_its_end("--http-address", value, "--http-port", 0, "--mqtt-uri", NO_BROKER)
    assert (code, out, len(lines)) == (2, "", 1)
    assert "--http-address" in lines[0]


@pytest.mark.parametrize("value", ["65536", "-1", "http", "80.5", "nan", ""])
def test_a_wrong_port(value):
    code, out, lines = run_to_its_end(f"--http-port={value}", "--mqtt-uri", NO_BROKER)
    assert (code, out, len(lines)) == (2, "", 1)
    assert "--http-port" in lines[0] and "65535" in lines[0] and "off" in lines[0]


@pytest.mark.parametrize("content", [None, "", "\n", " \n"], ids=repr)
def test_a_token_file_without_a_token(folder, content):
    path = folder / "token"
    if content is not None:
        path.write_text(content)
    code, out, lines = run_to_its_end("--http-token-file", path, "--http-port", 0, "--mqtt-uri", NO_BROKER)
    assert (code, out, len(lines)) == (2, "", 1)
    assert "--http-token-file" in lines[0]


@pytest.fixture
def guarded(started, folder, token_file):
    return started(harness.Agent(folder, *STILL, "--http-token-file", str(token_file), uri=NO_BROKER))


@pytest.mark.parametrize("path, body", [
    ("/charge", ON), ("/discharge", {"discharging": "on"}), ("/charge_limit", {"charge_limit": 50}),
    ("/homes/home/charge", ON), ("/charge", "nonsense")])
@pytest.mark.parametrize("shown", [None, "", "Bearer", "Bearer ", "Bearer s3cret", "Bearer s3cret token/+= ,",
                                   "Bearer s3cret token/+=s3cret token/+=", "s3cret token/+=", "Basic s3cret token/+=",
                                   "Bearer second line", "Bearer S3CRET TOKEN/+="])
def test_changes_without_the_token_are_refused(guarded, path, body, shown):
    before = guarded.get("/state", Authorization="Bearer s3cret token/+=")
    headers = {} if shown is None else {"Authorization": shown}
    status, headers, answer = guarded.request("POST", path, json.dumps(body), headers)
    assert (status, headers["WWW-Authenticate"], headers["Access-Control-Allow-Origin"]) == (401, "Bearer", "*")
    assert "Bearer" in json.loads(answer)["error"] and b"s3cret" not in answer
    assert guarded.get("/state", Authorization="Bearer s3cret token/+=") == before


def test_with_the_token_changes_are_carried_out(guarded):
    assert guarded.post("/charge", ON, Authorization="Bearer s3cret token/+=") == (200, ON)
    assert guarded.get("/state", Authorization="Bearer s3cret token/+=")[1]["battery"]["charging"] == "on"
    assert guarded.get("/info")[0] == 401
    assert "s3cret" not in guarded.log()


def test_a_preflight_needs_no_token(guarded):
    lines = ["Origin: null", "Access-Control-Request-Method: POST",
             "Access-Control-Request-Headers: authorization,content-type"]
    with Raw(guarded.port) as peer:
        answer = peer.send(get("/charge", *lines, method="OPTIONS")).answer()
        assert (answer.status, answer.headers["access-control-allow-headers"]) == (204, "authorization,content-type")
        body = json.dumps(ON).encode()
        peer.send(post("/charge", body, "Origin: null", "Authorization: Bearer s3cret token/+="))
        assert peer.answer().status == 200


@pytest.mark.parametrize("style", ["json", "csv, a number a line", "csv, one line"])
def test_quarter_hourly_curves_are_shown_as_hourly_means(started, folder, style):
    prices, loads = [(quarter - 8) / 100 for quarter in range(96)], [quarter / 25 for quarter in range(96)]
    write = {"json": json.dumps, "csv, a number a line": lambda values: "\n".join(map(str, values)) + "\n",
             "csv, one line": lambda values: ",".join(map(str, values))}[style]
    for name, values in (("prices", prices), ("loads", loads)):
        (folder / name).write_text(write(values))
    agent = started(harness.Agent(folder, *STILL, "--prices", str(folder / "prices"), "--baseload",
                                  str(folder / "loads"), uri=NO_BROKER))
    assert agent.get("/priceperhour") == (200, [4.0 * hour - 6.5 for hour in range(24)])
    assert agent.get("/baseload") == (200, [round(0.16 * hour + 0.06, 3) for hour in range(24)])
    assert agent.get("/info")[1]["base_current_load"] == 0.06
    state = agent.get("/state")[1]
    assert (state["price/profile"]["values"], state["baseload/profile"]["values"]) == (prices, loads)


def test_prices_of_a_file_that_cannot_be_per_kwh_are_refused(folder):
    (folder / "prices.json").write_text(json.dumps([85.28] * 24))
    code, out, lines = run_to_its_end("--prices", folder / "prices.json")
    assert (code, out, len(lines)) == (2, "", 1)
    assert "--prices: " in lines[0] and "85.28 SEK per kWh: are these per MWh, or öre?" in lines[0]


def test_hourly_curves_are_shown_as_they_are(started, folder):
    (folder / "prices.json").write_text(json.dumps([-0.1, 0, 1, 5] * 6))
    (folder / "loads.csv").write_text("hour,kW\n" + "".join(f"{hour},{hour}\n" for hour in range(24)))
    agent = started(harness.Agent(folder, *STILL, "--prices", str(folder / "prices.json"), "--baseload",
                                  str(folder / "loads.csv"), uri=NO_BROKER))
    assert agent.request("GET", "/priceperhour")[2].decode() == "[" + ",".join(["-10.0,0.0,100.0,500.0"] * 6) + "]"
    assert agent.request("GET", "/baseload")[2].decode() == "[" + ",".join(f"{hour}.0" for hour in range(24)) + "]"


@pytest.mark.parametrize("address, url", [("127.0.0.2", "http://127.0.0.2:"), ("127.0.0.1", "http://127.0.0.1:"),
                                          ("loopback", "http://127.0.0.1:")])
def test_the_address_that_was_bound_is_logged_and_published(started, folder, broker, address, url):
    agent = started(harness.Process([harness.AGENT, "--http-port", "0", "--http-address", address, "--mqtt-uri",
                                     broker.uri], folder / "agent.log", {"XDG_STATE_HOME": str(folder)}))
    client = started(harness.Client(broker.port, "home-energy/info"))
    told = client.expect("home-energy/info")["http"]
    assert told.startswith(url) and f"http: listening at {told}" in agent.log()
    with urllib.request.urlopen(told + "/charge", timeout=harness.PATIENCE) as answer:
        assert answer.read() == b"20.0"
