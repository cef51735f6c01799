"""The agent at a NATS server, which speaks MQTT 3.1.1 only and refuses 5 by name."""

import pytest

from any_broker import AnyBroker, Place, all_started
from brokers import Nats


class TestNats(AnyBroker):
    takes_qos_2 = False
    remembers = True

    @pytest.fixture(scope="class")
    def place(self, tmp_path_factory):
        with all_started(Nats(tmp_path_factory.mktemp("nats"))) as (broker,):
            yield Place(broker, broker.uri, broker.port)
