"""The agent at a NATS server, which speaks MQTT 3.1.1 only and refuses 5 by name."""

import pytest

import harness
from any_broker import AnyBroker, Place, all_started
from brokers import Nats


class TestNats(AnyBroker):
    takes_qos_2 = False
    remembers = True

    @pytest.fixture(scope="class")
    def place(self, tmp_path_factory):
        with all_started(Nats(tmp_path_factory.mktemp("nats"))) as (broker,):
            yield Place(broker, broker.uri, broker.port)

    def test_topics_with_dots_are_refused_and_the_agent_goes_on(self, started, folder, place):
        agent = started(harness.Agent(folder, "--base-topic", "home.energy", uri=place.uri))
        harness.wait_until(lambda: " warning mqtt: no connection to " in agent.log(), "it is said")
        assert agent.get("/info")[0] == 200
        assert "'.' not supported for MQTT topics" in place.broker.log()
