"""The contract's command table against a real mosquitto: what is taken, what is refused, and what the receipt says."""

import pytest

import harness

HOME = "home-energy/home"
STILL = ["--seconds-per-hour", "3600", "--tick", "60s"]  # stays at 00:00 for the first minute
ON, OFF = '{"charging":"on"}', '{"charging":"off"}'
EVERY_COMMAND = ("charge", "discharge", "charge_limit")
LONGEST = 4096  # bytes of a command
LONGEST_ID = 64  # characters


@pytest.fixture
def agent(started, folder, broker):
    return harness.online_agent(started, folder, broker, *STILL)


def receipt_of(client, command, payload, home="home", **options):
    """Sends a command; its receipt as text, to the byte."""
    client.publish(f"home-energy/{home}/{command}/set", payload, **options)
    message, _ = client.expect_message(f"home-energy/{home}/receipt")
    return message.payload.decode()


def ok(command, result, id_part=""):
    return f'{{"command":"{command}","status":"ok",{id_part}"result":{result}}}'


def battery(agent, home="home"):
    status, state = agent.get(f"/homes/{home}/state")
    assert status == 200
    return state["battery"]


LEGAL = [
    ("charge", b"on", ON),
    ("charge", b"off", OFF),
    ("charge", b"ON", ON),
    ("charge", b"oFf", OFF),
    ("charge", b"on\n", ON),
    ("charge", b" \t\r\n off \r\n", OFF),
    ("charge", b'{"charging":"on"}', ON),
    ("charge", b'{"charging":"OFF"}', OFF),
    ("charge", b' {\n "other": [1, null], "charging" : "On" }\n', ON),
    ("charge", b"on".ljust(LONGEST), ON),
    ("discharge", b"on", '{"discharging":"on"}'),
    ("discharge", b"PRESS", '{"discharging":"on"}'),
    ("discharge", b"press\n", '{"discharging":"on"}'),
    ("discharge", b'{"discharging":"on"}', '{"discharging":"on"}'),
    ("charge_limit", b"20", '{"charge_limit":20.0}'),
    ("charge_limit", b"100", '{"charge_limit":100.0}'),
    ("charge_limit", b"80.5", '{"charge_limit":80.5}'),
    ("charge_limit", b" 80\n", '{"charge_limit":80.0}'),
    ("charge_limit", b'{"charge_limit":80}', '{"charge_limit":80.0}'),
    ("charge_limit", b'{"charge_limit":66.67}', '{"charge_limit":66.67}'),
]


@pytest.mark.parametrize("command, payload, result", LEGAL, ids=lambda value: repr(value)[:40])
def test_a_legal_command_is_confirmed(agent, client, command, payload, result):
    assert receipt_of(client, command, payload) == ok(command, result)
    assert agent.running()


@pytest.mark.parametrize("version", ["5", "3.1.1"])
@pytest.mark.parametrize("qos", [0, 1, 2])
def test_every_quality_of_service_is_obeyed_once(started, folder, broker, version, qos):
    agent = harness.online_agent(started, folder, broker, *STILL, "--mqtt-version", version)
    client = started(harness.Client(broker.port, f"{HOME}/receipt"))
    for payload, result in (("on", ON), ("off", OFF), ("on", ON)):
        assert receipt_of(client, "charge", payload, qos=qos) == ok("charge", result)
    assert battery(agent)["charging"] == "on"
    assert client.drain() == []


def test_all_commands_work_over_mqtt_311_on_both_sides(started, folder, broker):
    agent = harness.online_agent(started, folder, broker, *STILL, "--mqtt-version", "3.1.1")
    client = started(harness.Client(broker.port, f"{HOME}/receipt", version=harness.paho.MQTTv311))
    for command, payload, result in LEGAL:
        assert receipt_of(client, command, payload) == ok(command, result)
    assert receipt_of(client, "charge", "on", retain=True) == ok("charge", ON)  # live, whatever its flag
    assert ", MQTT 3.1.1" in agent.log()


REFUSED = [
    ("charge", b"", "charging"),
    ("charge", b"   \n", "charging"),
    ("charge", b"onn", "charging"),
    ("charge", b"o n", "charging"),
    ("charge", b"2", "charging"),
    ("charge", b"1.0", "charging"),
    ("charge", b'"on', "charging"),
    ("charge", b"null", "charging"),
    ("charge", b"[]", "charging"),
    ("charge", b'["on"]', "charging"),
    ("charge", b"{", "charging"),
    ("charge", b"{}", "charging"),
    ("charge", b'{"charging":2}', "charging"),
    ("charge", b'{"charging":null}', "charging"),
    ("charge", b'{"charging":["on"]}', "charging"),
    ("charge", b'{"charging":{"charging":"on"}}', "charging"),
    ("charge", b'{"discharging":"on"}', "charging"),
    ("charge", b'{"charging":"on"}{"charging":"on"}', "charging"),
    ("charge", b"on\0", "charging"),
    ("charge", b"\xff\xfe", "UTF-8"),
    ("charge", b'{"charging":"\xc0\xaf"}', "UTF-8"),
    ("charge", b"on".ljust(LONGEST + 1), "4096"),
    ("charge", b'{"charging":"on","x":"' + b"x" * 100_000 + b'"}', "4096"),
    ("discharge", b"off", "discharging"),
    ("discharge", b"pres", "discharging"),
    ("discharge", b'{"discharging":"off"}', "discharging"),
    ("discharge", b'{"discharging":1}', "discharging"),
    ("charge_limit", b"19.99", "charge_limit"),
    ("charge_limit", b"100.01", "charge_limit"),
    ("charge_limit", b"-80", "charge_limit"),
    ("charge_limit", b"1e999", "charge_limit"),
    ("charge_limit", b"NaN", "charge_limit"),
    ("charge_limit", b"80%", "charge_limit"),
    ("charge_limit", b"on", "charge_limit"),
    ("charge_limit", b"[80]", "charge_limit"),
    ("charge_limit", b'{"charge_limit":true}', "charge_limit"),
    ("charge_limit", b'{"charge_limit":1e999}', "charge_limit"),
]


@pytest.mark.parametrize("command, payload, named", REFUSED, ids=lambda value: repr(value)[:40])
def test_what_is_not_legal_is_refused_with_its_reason_and_changes_nothing(agent, client, command, payload, named):
    before = battery(agent)
    client.publish(f"{HOME}/{command}/set", payload)
    refusal = client.expect(f"{HOME}/receipt")
    assert list(refusal) == ["command", "status", "error"]
    assert (refusal["command"], refusal["status"]) == (command, "error")
    assert named in refusal["error"]
    assert battery(agent) == before


def test_the_refusal_of_the_contract_to_the_byte(agent, client):
    expected = r'''{"command":"charge","status":"error","id":"abc",''' \
               r'''"error":"charging must be \"on\" or \"off\", got \"maybe\""}'''
    assert receipt_of(client, "charge", '{"id":"abc","charging":"maybe"}') == expected
    assert agent.running()


@pytest.mark.parametrize("given, returned", [
    ('"abc"', '"abc"'),
    ('""', '""'),
    ("7", "7"),
    ("-1", "-1"),
    ("7.5", "7.5"),
    (f'"{"x" * LONGEST_ID}"', f'"{"x" * LONGEST_ID}"'),
    (f'"{"ö" * LONGEST_ID}"', f'"{"ö" * LONGEST_ID}"'),
    (f'"{"x" * (LONGEST_ID + 1)}"', None),
    ("1" * (LONGEST_ID + 1), None),
    ("true", None),
    ("null", None),
    ('["abc"]', None),
    ('{"id":"abc"}', None),
], ids=lambda value: str(value)[:20])
def test_an_id_comes_back_when_it_is_a_string_or_number_of_64_characters_at_most(agent, client, given, returned):
    id_part = "" if returned is None else f'"id":{returned},'
    assert receipt_of(client, "charge", f'{{"charging":"on","id":{given}}}') == ok("charge", ON, id_part)
    assert agent.running()


def test_a_receipt_comes_after_the_state_that_it_tells_of(agent, client):
    client.expect("home-energy/status", lambda p: p == "online")
    client.publish(f"{HOME}/charge/set", "on")
    heard = []
    while not heard or heard[-1].topic != f"{HOME}/receipt":
        heard.append(client.messages.get(timeout=harness.PATIENCE))
    live = {m.topic: harness.parsed(m) for m in heard if not m.retained}
    assert live[f"{HOME}/battery"]["charging"] == "on"
    assert live[f"{HOME}/grid"]["power_kw"] == 8.28
    assert agent.running()


@pytest.mark.parametrize("payload", ["on", "off", "", "{"])
def test_a_command_that_does_not_exist_is_answered_with_those_that_do(agent, client, payload):
    client.publish(f"{HOME}/foo/set", payload)
    refusal = client.expect(f"{HOME}/receipt")
    assert (refusal["command"], refusal["status"]) == ("foo", "error")
    assert all(command in refusal["error"] for command in EVERY_COMMAND)
    assert agent.running()


@pytest.mark.parametrize("command", [*EVERY_COMMAND, "foo"])
def test_a_home_that_does_not_exist_is_answered_at_the_base(agent, client, command):
    client.publish(f"home-energy/ghost/{command}/set", "on")
    refusal = client.expect("home-energy/receipt")
    assert (refusal["command"], refusal["status"]) == (command, "error")
    assert "ghost" in refusal["error"]
    assert battery(agent)["charging"] == "off"


def test_discharge_empties_the_car_and_begins_the_next_day(started, folder, broker):
    agent = harness.online_agent(started, folder, broker, "--tick", "200ms", "--seconds-per-hour", "0.8")
    client = started(harness.Client(broker.port, "home-energy/#"))
    client.publish(f"{HOME}/charge/set", "on")
    charged = client.expect(f"{HOME}/battery", lambda p: p["charged_kwh"] > 3)["charged_kwh"]
    client.expect(f"{HOME}/clock", lambda p: p["time"] >= "01:00")
    assert receipt_of(client, "discharge", "PRESS") == ok("discharge", '{"discharging":"on"}')
    late = started(harness.Client(broker.port, f"{HOME}/clock"))
    assert late.expect(f"{HOME}/clock")["day"] == 1
    state = battery(agent)
    assert (state["soc_percent"], state["stored_kwh"], state["charging"], state["power_kw"]) == (20.0, 9.26, "off", 0.0)
    assert state["charged_kwh"] >= charged


def test_discharge_sets_the_clock_to_midnight(agent, client):
    client.expect(f"{HOME}/clock", lambda p: (p["day"], p["time"]) == (0, "00:00"))
    for day in (1, 2, 3):
        client.publish(f"{HOME}/discharge/set", "PRESS")
        clock = client.expect(f"{HOME}/clock")
        assert (clock["day"], clock["time"], clock["hour"], clock["minute"]) == (day, "00:00", 0, 0)
    assert agent.get("/info")[1]["base_current_load"] == 0.88


def test_a_limit_below_the_charge_stops_charging_and_takes_nothing_away(started, folder, broker):
    harness.online_agent(started, folder, broker, *STILL, "--start-soc", "50")
    client = started(harness.Client(broker.port, "home-energy/#"))
    client.publish(f"{HOME}/charge/set", "on").publish(f"{HOME}/charge_limit/set", "40")
    stopped = client.expect(f"{HOME}/battery", lambda p: p["limit_percent"] == 40.0)
    assert (stopped["charging"], stopped["power_kw"], stopped["stored_kwh"]) == ("off", 0.0, 23.15)


def test_on_at_the_limit_is_accepted_and_goes_off_with_the_next_tick(started, folder, broker):
    harness.online_agent(started, folder, broker, "--start-soc", "80", "--charge-limit", "80")
    client = started(harness.Client(broker.port, f"{HOME}/receipt", f"{HOME}/battery"))
    assert receipt_of(client, "charge", "on") == ok("charge", ON)
    stopped = client.expect(f"{HOME}/battery", lambda p: p["charging"] == "off")
    assert (stopped["soc_percent"], stopped["stored_kwh"], stopped["charged_kwh"]) == (80.0, 37.04, 0.0)


def test_http_and_mqtt_see_the_same_home_and_give_the_same_reason(agent, client):
    assert agent.post("/charge", {"charging": "on"}) == (200, {"charging": "on"})
    client.expect(f"{HOME}/battery", lambda p: p["charging"] == "on")
    client.publish(f"{HOME}/charge/set", '{"charging":"maybe"}')
    reason = client.expect(f"{HOME}/receipt")["error"]
    assert agent.post("/charge", {"charging": "maybe"}) == (400, {"error": reason})


@pytest.mark.parametrize("number", [2, 3])
def test_each_home_obeys_its_own_commands_only(started, folder, broker, number):
    agent = harness.online_agent(started, folder, broker, *STILL, "--homes", str(number))
    client = started(harness.Client(broker.port, "home-energy/#"))
    assert receipt_of(client, "charge", "on", home="home-2") == ok("charge", ON)
    assert receipt_of(client, "charge_limit", "80", home="home-1") == ok("charge_limit", '{"charge_limit":80.0}')
    found = [battery(agent, f"home-{i + 1}") for i in range(number)]
    assert [b["charging"] for b in found] == ["off", "on", "off"][:number]
    assert [b["limit_percent"] for b in found] == [80.0, 100.0, 100.0][:number]
    client.publish(f"{HOME}/charge/set", "on")
    assert "home" in client.expect("home-energy/receipt")["error"]
