"""The agent at Debian's RabbitMQ, which speaks MQTT 3.1.1 only and closes the connection at 5."""

import pytest

from any_broker import AnyBroker, Place, all_started
from brokers import Epmd, RabbitMq


class TestRabbitMq(AnyBroker):
    wildcards_give_stored = False
    remembers = False

    @pytest.fixture(scope="class")
    def place(self, tmp_path_factory):
        folder = tmp_path_factory.mktemp("rabbitmq")
        epmd = Epmd(folder)
        with all_started(epmd, RabbitMq(folder, epmd)) as (_, broker):
            yield Place(broker, broker.uri, broker.port)
