"""The agent at Debian's ejabberd, which speaks MQTT 5: at one node, and in a cluster whose clients are at the other node."""

import statistics
import time

import pytest

import harness
from any_broker import PATIENCE, PROMPT, AnyBroker, AtBroker, Place, all_started
from brokers import Ejabberd, Epmd

MATCH_RETAINED_LIMIT = 1000  # its default


class TestEjabberd(AnyBroker):
    version = "5"
    user = Ejabberd.USER

    @pytest.fixture(scope="class")
    def place(self, tmp_path_factory):
        folder = tmp_path_factory.mktemp("ejabberd")
        epmd = Epmd(folder)
        with all_started(epmd, Ejabberd(folder, epmd)) as (_, broker):
            yield Place(broker, broker.uri, broker.port)

    def test_a_subscription_with_wildcards_gets_so_many_stored_messages_and_no_more(self, start, connect, base):
        start("--homes", "250", "--seconds-per-hour", "3600", "--tick", "60s")  # 1,250 topics of telemetry
        client = connect(f"{base}/+/+")
        client.subscribe(f"{base}/status")  # whose stored message comes behind those
        stored = 0
        while client.messages.get(timeout=PATIENCE).topic != f"{base}/status":
            stored += 1
        assert stored == MATCH_RETAINED_LIMIT


class TestCluster(AtBroker):
    """The agent at one node, the clients at the other, which gives them what comes and nothing that is stored."""

    version = "5"
    user = Ejabberd.USER

    @pytest.fixture(scope="class")
    def place(self, tmp_path_factory):
        folder = tmp_path_factory.mktemp("ejabberd")
        epmd = Epmd(folder)
        with all_started(epmd, Ejabberd(folder, epmd, "a"), Ejabberd(folder, epmd, "b")) as (_, agents, clients):
            clients.join(agents)
            yield Place(agents, agents.uri, clients.port)

    def test_what_is_stored_is_at_the_node_of_the_agent_only(self, start, connect, base):
        client = connect(f"{base}/status")
        start("--seconds-per-hour", "3600", "--tick", "60s", status_is_stored=False)
        client.expect(f"{base}/status", lambda p: p == "online", PATIENCE)
        late = connect(f"{base}/status", f"{base}/home/battery")
        client.publish(f"{base}/home/charge/set", "on")
        first, battery = late.expect_message(f"{base}/home/battery")
        assert (bool(first.retained), battery["charging"]) == (False, "on"), "what comes is what has changed since"

    def test_commands_and_receipts_cross(self, start, connect, base):
        client = connect(f"{base}/status", f"{base}/home/receipt", f"{base}/answers/me")
        start(status_is_stored=False)
        client.expect(f"{base}/status", lambda p: p == "online", PATIENCE)
        took = []
        for payload in ("on", "off") * 25:
            began = time.monotonic()
            client.publish(f"{base}/home/charge/set", payload, response_topic=f"{base}/answers/me", correlation=b"17")
            assert client.expect(f"{base}/answers/me")["result"] == {"charging": payload}
            took.append(time.monotonic() - began)
        assert statistics.median(took) < PROMPT, took

    def test_home_assistant_at_the_other_node_is_told_at_its_birth(self, start, connect, base):
        client = connect(f"{base}-ha/#", f"{base}/status")
        start(status_is_stored=False)
        client.expect(f"{base}/status", lambda p: p == "online", PATIENCE)
        client = connect(f"{base}-ha/#")
        client.publish(f"{base}-ha/status", "online", qos=0)
        assert client.expect(f"{base}-ha/device/{base}__home/config", patience=PATIENCE)["cmps"]

    def test_the_node_of_the_agent_fails(self, start, connect, base, place):
        client = connect(f"{base}/status", f"{base}/home/battery", f"{base}/home/receipt")
        agent = start(status_is_stored=False)
        client.expect(f"{base}/status", lambda p: p == "online", PATIENCE)
        place.broker.kill()
        harness.wait_until(lambda: " lost" in agent.log(), "the loss is told", PATIENCE)
        assert agent.post("/charge_limit", {"charge_limit": 90})[0] == 200
        place.broker.start()
        client.expect(f"{base}/home/battery", lambda p: p["limit_percent"] == 90.0, PATIENCE)
        client.expect(f"{base}/status", lambda p: p == "online", PATIENCE)
        client.publish(f"{base}/home/charge/set", "on")
        assert client.expect(f"{base}/home/receipt")["status"] == "ok"
