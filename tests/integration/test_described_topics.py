"""GET /asyncapi.json: every topic that the agent publishes is described, and every payload is as described."""

import json
import re

import jsonschema
import pytest

import harness

VILLA = ("--preset", "villa", "--zone", "Europe/Stockholm", "--clock", "paused")
TWO_CARS = '[house]\nfuse-kw = 25\n[tariff]\npeak-price = "40"\n[[car]]\ntrips = "mon-fri 07:30-17:15 9.5"\n[[car]]\ncharger-min-kw = 1.4\n'


def description_of(agent):
    status, document = agent.get("/asyncapi.json")
    assert status == 200 and document["asyncapi"] == "3.0.0" and document["info"]["version"] == harness.agent_version()
    return document


def channel_of(document, topic):
    """The channels whose address a topic has, and whose messages are sent."""
    sent = {operation["channel"]["$ref"].rsplit("/", 1)[1] for operation in document["operations"].values()
            if operation["action"] == "send"}
    return [name for name, channel in document["channels"].items() if name in sent
            and re.fullmatch(re.escape(channel["address"]).replace(r"\{home\}", "[^/]+"), topic)]


def hold(document, messages):
    """Each message is as its channel says; returns the channels that were seen."""
    seen = set()
    for message in messages:
        names = channel_of(document, message.topic)
        assert len(names) == 1, (message.topic, names)
        described = document["channels"][names[0]]["messages"][names[0]]
        payload = message.payload.decode()
        value = json.loads(payload) if described["contentType"] == "application/json" else payload
        schema = described["payload"] | {"components": document["components"]}
        jsonschema.Draft202012Validator(schema).validate(value)
        if described["contentType"] == "application/json" and "properties" in described["payload"]:
            assert set(value) <= set(described["payload"]["properties"]), (message.topic, "has a key that is not described")
        seen.add(names[0])
    return seen


@pytest.fixture(params=["villa", "two cars", "no car"])
def options(request, folder):
    (folder / "house.toml").write_text(TWO_CARS)
    return {"villa": VILLA, "two cars": ("--house", folder / "house.toml", "--clock", "paused"),
            "no car": ("--car", "off", "--homes", "2", "--clock", "paused")}[request.param]


def all_until_now(listener):
    """What it has heard, up to a message of its own."""
    listener.publish("until/now")
    heard = [listener.messages.get(timeout=harness.PATIENCE)]
    while heard[-1].topic != "until/now":
        heard.append(listener.messages.get(timeout=harness.PATIENCE))
    return [message for message in heard if message.topic.startswith("home-energy/") and not message.topic.endswith("/set")]


def test_every_payload_is_as_described(started, folder, broker, options):
    agent = harness.online_agent(started, folder, broker, *options)
    document = description_of(agent)
    listener = started(harness.Client(broker.port, "home-energy/#", "until/now"))
    client = started(harness.Client(broker.port, "home-energy/+/receipt", "home-energy/receipt"))
    home = agent.get("/homes")[1]["homes"][0]
    client.publish(f"home-energy/{home}/baseload/set", json.dumps([0.5] * 24))
    client.expect(f"home-energy/{home}/receipt", lambda receipt: receipt["status"] == "ok")
    client.publish(f"home-energy/{home}/target/set", "nonsense")
    client.expect(f"home-energy/{home}/receipt", lambda receipt: receipt["status"] == "error")
    client.publish("home-energy/clock/set", '{"step":"26h"}')
    client.expect("home-energy/receipt", lambda receipt: receipt["command"] == "clock" and receipt["status"] == "ok")
    seen = hold(document, all_until_now(listener))
    described = {name for name, channel in document["channels"].items() if channel_of(document, channel["address"]) == [name]}
    assert seen == described, "nothing is described that is never published"


def test_every_command_that_is_described_is_one(started, folder, broker):
    agent = harness.online_agent(started, folder, broker, *VILLA)
    document = description_of(agent)
    client = started(harness.Client(broker.port, "home-energy/#"))
    received = [operation for operation in document["operations"].values() if operation["action"] == "receive"]
    for operation in received:
        name = operation["channel"]["$ref"].rsplit("/", 1)[1]
        channel = document["channels"][name]
        schema = channel["messages"][name]["payload"]
        assert schema, name
        topic = channel["address"].replace("{home}", "home")
        client.publish(topic, "no such value")
        receipt = client.expect(topic.removesuffix("/set").rsplit("/", 1)[0] + "/receipt")
        assert receipt["status"] == "error" and "does not exist" not in receipt["error"] and "no command" not in receipt["error"], receipt
    assert len(received) > 15
