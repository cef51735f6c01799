"""What a stock mosquitto lacks; and the agent at one behind haproxy, which takes connections also while the broker is away, and
closes them."""

import pytest

import harness
from any_broker import PATIENCE, AnyBroker, Place, all_started
from brokers import HaProxy


MAX_QUEUED_MESSAGES, MAX_INFLIGHT_MESSAGES = 1000, 20  # its defaults


def test_a_subscription_gets_so_many_stored_messages_of_qos_1_and_no_more(broker, started):
    client, received = started(harness.Client(broker.port)), []
    keep = client.paho.on_message
    client.paho.on_message = lambda *message: (received.append(message), keep(*message))
    for i in range(MAX_QUEUED_MESSAGES + MAX_INFLIGHT_MESSAGES + 100):
        client.paho.publish(f"many/{i}", "kept", 1, True)
    client.publish("last", "kept", 1, True)
    client.subscribe("many/+")
    most = MAX_QUEUED_MESSAGES + MAX_INFLIGHT_MESSAGES
    harness.wait_until(lambda: client.messages.qsize() >= most, "they come", PATIENCE)
    client.subscribe("last").expect("last", patience=PATIENCE)
    assert len(received) - 1 == most


class TestHaProxy(AnyBroker):
    version = "5"

    @pytest.fixture(scope="class")
    def place(self, tmp_path_factory):
        folder = tmp_path_factory.mktemp("haproxy")
        folder.chmod(0o755)  # mosquitto, started as root, reads its files as user mosquitto
        broker = harness.Broker(folder)
        with all_started(broker, HaProxy(folder, broker.port)) as (_, proxy):
            yield Place(broker, proxy.uri, proxy.port)

    def test_the_version_stays_while_the_broker_is_away(self, start, connect, base, place):
        agent = start()
        place.broker.kill()
        harness.wait_until(lambda: agent.log().count("no connection to") + agent.log().count(" lost") >= 2,
                           "a try finds the proxy and no broker", PATIENCE)
        place.broker.start()
        harness.wait_until(lambda: len(self.connections(agent)) == 2, "the agent is back", PATIENCE)
        assert self.connections(agent)[-1].endswith(", MQTT 5")
        connect(f"{base}/status").expect(f"{base}/status", lambda p: p == "online", PATIENCE)
        client = connect(f"{base}/answers/me")
        client.publish(f"{base}/home/charge/set", "on", response_topic=f"{base}/answers/me", correlation=b"17")
        assert client.expect(f"{base}/answers/me")["status"] == "ok"
