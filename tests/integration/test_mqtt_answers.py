"""Where answers may go (MQTT 5 Response Topic), and commands that the broker had stored."""

import time

import pytest

import harness

HOME = "home-energy/home"
STILL = ["--seconds-per-hour", "3600", "--tick", "60s"]  # stays at 00:00 for the first minute
CORRELATION = b"\x00\xff binary \xc0\x80"
LONGEST_RESPONSE_TOPIC = 256  # bytes


@pytest.fixture
def agent(started, folder, broker):
    return harness.online_agent(started, folder, broker, *STILL)


def connections(agent):
    return agent.log().count("mqtt: connected to ")


@pytest.mark.parametrize("topic", [
    "answers/7",
    "home-energy/answers/7",
    "home-energy/home/answers",
    "x" * LONGEST_RESPONSE_TOPIC,
    "ö" * (LONGEST_RESPONSE_TOPIC // 2),
    "with blanks/and/slashes/",
], ids=lambda topic: topic[:25])
@pytest.mark.parametrize("payload, status", [("on", "ok"), ("maybe", "error")])
def test_the_receipt_goes_to_the_response_topic_too(agent, client, started, broker, topic, payload, status):
    asker = started(harness.Client(broker.port, topic))
    asker.publish(f"{HOME}/charge/set", payload, response_topic=topic, correlation=CORRELATION)
    answer, receipt = asker.expect_message(topic)
    assert (answer.properties.CorrelationData, answer.retained, receipt["status"]) == (CORRELATION, False, status)
    assert client.expect(f"{HOME}/receipt") == receipt
    assert connections(agent) == 1


def test_a_response_topic_works_without_correlation_and_for_unknown_homes(agent, started, broker):
    asker = started(harness.Client(broker.port, "answers"))
    asker.publish(f"{HOME}/charge/set", '{"charging":"on","id":1}', response_topic="answers")
    answer, receipt = asker.expect_message("answers")
    assert not hasattr(answer.properties, "CorrelationData")
    assert receipt == {"command": "charge", "status": "ok", "id": 1, "result": {"charging": "on"}}
    asker.publish("home-energy/ghost/charge/set", "on", response_topic="answers", correlation=CORRELATION)
    answer, receipt = asker.expect_message("answers")
    assert (answer.properties.CorrelationData, receipt["status"]) == (CORRELATION, "error")
    assert agent.running()


@pytest.mark.parametrize("topic, said", [
    ("charge", 'topic "home-energy/charge/set" names no home: send to home-energy/home/charge/set'),
    ("price", 'topic "home-energy/price/set" names no home: send to home-energy/home/price/set'),
    ("home", 'topic "home-energy/home/set" names no command of a home: send to home-energy/home/charge/set'),
    ("", 'topic "home-energy//set" names no command of a home: send to home-energy/home/charge/set'),
])
def test_a_command_without_a_home_is_told_the_right_topic(agent, started, broker, topic, said):
    asker = started(harness.Client(broker.port, "answers", "home-energy/receipt"))
    before = agent.get("/state")[1]["battery"]
    asker.publish(f"home-energy/{topic}/set", "on", response_topic="answers", correlation=CORRELATION)
    expected = {"command": topic, "status": "error", "error": said}
    assert asker.expect("home-energy/receipt") == expected
    assert asker.expect("answers") == expected
    assert agent.get("/state")[1]["battery"]["charging"] == before["charging"]


def test_correlation_without_a_response_topic_is_a_plain_command(agent, client):
    client.publish(f"{HOME}/charge/set", "on", correlation=CORRELATION)
    assert client.expect(f"{HOME}/receipt")["status"] == "ok"
    assert agent.running()


@pytest.mark.parametrize("topic", [
    "",
    "answers/+",
    "answers/#",
    "answers/+/x",
    "answ#ers",
    "x" * (LONGEST_RESPONSE_TOPIC + 1),
    "x" * 60_000,
    f"{HOME}/charge/set",
    f"{HOME}/foo/set",
    "home-energy/charge/set",
    "home-energy/ghost/charge/set",
    f"{HOME}/grid",
    f"{HOME}/price/profile",
    f"{HOME}/status",
    f"{HOME}/receipt",
    "home-energy/status",
    "home-energy/info",
    "home-energy/receipt",
    "home-energy/fleet/limit",
    "homeassistant/device/home/config",
    "homeassistant/status",
    "$CONTROL/dynamic-security/v1",
], ids=lambda topic: topic[:25])
def test_a_bad_response_topic_is_ignored_and_logged(agent, client, topic):
    client.publish(f"{HOME}/charge/set", "on", qos=0, response_topic=topic, correlation=CORRELATION)
    assert client.expect(f"{HOME}/receipt")["status"] == "ok"
    client.publish(f"{HOME}/charge/set", "off")
    assert client.expect(f"{HOME}/receipt")["result"] == {"charging": "off"}
    assert agent.log().count("response topic") == 1
    assert connections(agent) == 1 and "lost" not in agent.log()
    assert agent.get("/healthz")[1]["broker"] == "connected"


def test_what_the_agent_says_of_itself_is_no_place_for_answers(agent, started, broker):
    """Who may write commands only must not speak in the agent's name: neither retained nor live."""
    own = started(harness.Client(broker.port, f"{HOME}/grid", "home-energy/status", "homeassistant/device/home/config"))
    asker = started(harness.Client(broker.port, "home-energy/answers/me"))
    for topic in (f"{HOME}/grid", "home-energy/status", "homeassistant/device/home/config"):
        asker.publish(f"{HOME}/charge/set", "maybe", response_topic=topic)
    asker.publish(f"{HOME}/charge/set", "maybe", response_topic="home-energy/answers/me")
    asker.expect("home-energy/answers/me")
    own.publish("home-energy/status", "the end")  # after all that the agent had to say
    seen = []
    while (message := own.messages.get(timeout=harness.PATIENCE)).payload != b"the end":
        seen.append(message)
    assert seen and [message for message in seen if b'"command"' in message.payload] == []


def test_the_log_is_not_filled_by_response_topics(agent, client):
    began = time.monotonic()
    for topic in [f"home-energy/status/{number}" for number in range(100)] + ["home-energy/status"] * 100:
        client.publish(f"{HOME}/charge/set", "on", qos=0, response_topic=topic)
    client.publish(f"{HOME}/charge/set", "off")
    client.expect(f"{HOME}/receipt", lambda receipt: receipt["result"] == {"charging": "off"})
    seconds = time.monotonic() - began
    assert 1 <= agent.log().count("response topic") <= seconds + 2  # a line a second


def heard_receipts(client, marker):
    """The receipts of all that was sent before: up to that of a command that is sent now."""
    client.publish("home-energy/home/charge_limit/set", f'{{"charge_limit":90,"id":"{marker}"}}')
    receipts = []
    while True:
        receipt = client.expect(f"{HOME}/receipt")
        if receipt.get("id") == marker:
            return receipts
        receipts.append(receipt)


def store(started, broker, *commands):
    """Leaves retained commands at the broker, while nobody listens."""
    writer = started(harness.Client(broker.port))
    for command, payload in commands:
        writer.publish(f"{HOME}/{command}/set", payload, retain=True)


STORED = [("charge", "on"), ("charge_limit", "50"), ("discharge", "PRESS"), ("charge", '{"charging":"on","id":7}')]


def test_a_stored_command_does_nothing_at_start_and_restart_with_mqtt_5(started, folder, broker):
    store(started, broker, *STORED)
    client = started(harness.Client(broker.port, f"{HOME}/receipt"))
    agent = harness.online_agent(started, folder, broker, *STILL)
    assert heard_receipts(client, "first") == []
    agent.stop()
    agent.start()
    harness.wait_online(broker)
    assert heard_receipts(client, "second") == []
    state = agent.get("/state")[1]
    assert (state["battery"]["charging"], state["clock"]["day"]) == ("off", 0)


@pytest.mark.parametrize("version, refusals", [("5", 0), ("3.1.1", 1)])
def test_a_stored_command_does_nothing_when_the_agent_comes_back(started, folder, broker, version, refusals):
    arguments = ["--mqtt-client-id", "the-agent", "--mqtt-version", version]
    agent = harness.online_agent(started, folder, broker, *STILL, *arguments)
    watcher = started(harness.Client(broker.port, f"{HOME}/receipt"))
    store(started, broker, ("charge", "on"))
    assert watcher.expect(f"{HOME}/receipt")["status"] == "ok"  # sent live
    watcher.publish(f"{HOME}/charge/set", "off")
    watcher.expect(f"{HOME}/receipt")
    usurper = harness.Client(broker.port, client_id="the-agent")  # the broker closes the agent's connection
    harness.wait_until(lambda: agent.get("/healthz")[1]["broker"] != "connected", "the agent is out")
    usurper.close()
    harness.wait_until(lambda: connections(agent) == 2, "the agent is back")
    harness.wait_online(broker)
    receipts = heard_receipts(watcher, "back")
    assert [receipt["status"] for receipt in receipts] == ["error"] * refusals
    assert agent.get("/state")[1]["battery"]["charging"] == "off"


def test_a_stored_command_is_refused_with_a_receipt_over_mqtt_311(started, folder, broker):
    store(started, broker, ("charge", "on"), ("charge_limit", "50"), ("discharge", "PRESS"))
    client = started(harness.Client(broker.port, f"{HOME}/receipt"))
    agent = harness.online_agent(started, folder, broker, *STILL, "--mqtt-version", "3.1.1")
    receipts = heard_receipts(client, "live")
    assert sorted(r["command"] for r in receipts) == ["charge", "charge_limit", "discharge"]
    assert all(r["status"] == "error" and "retain" in r["error"] for r in receipts)
    state = agent.get("/state")[1]
    assert (state["battery"]["charging"], state["clock"]["day"]) == ("off", 0)


@pytest.mark.parametrize("version", ["5", "3.1.1"])
def test_a_live_command_acts_though_it_carries_the_retain_flag(started, folder, broker, version):
    agent = harness.online_agent(started, folder, broker, *STILL, "--mqtt-version", version)
    client = started(harness.Client(broker.port, f"{HOME}/receipt"))
    client.publish(f"{HOME}/charge/set", "on", retain=True)
    assert client.expect(f"{HOME}/receipt")["result"] == {"charging": "on"}
    assert agent.get("/state")[1]["battery"]["charging"] == "on"
    client.publish(f"{HOME}/charge/set", "off", retain=True)
    assert client.expect(f"{HOME}/receipt")["result"] == {"charging": "off"}


def test_agents_of_different_base_topics_share_a_broker_under_names_of_their_own(started, folder, broker):
    north = harness.online_agent(started, folder, broker, *STILL, "--base-topic", "north", base="north")
    south = harness.online_agent(started, folder, broker, *STILL, "--base-topic", "south", base="south")
    assert [connections(agent) for agent in (north, south)] == [1, 1]
    assert client_id(north) != client_id(south)
    first = client_id(north)
    north.stop()
    north.log_path.write_text("")
    north.start().wait_connected()
    assert client_id(north) == first


def client_id(agent):
    return agent.log().split(" as ", 1)[1].split(",", 1)[0]
