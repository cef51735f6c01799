"""The agent at aedes, the broker of many Node-RED installations: MQTT 3.1.1 only."""

import pytest

from any_broker import AnyBroker, Place, all_started
from brokers import Aedes


class TestAedes(AnyBroker):
    remembers = False  # in memory

    @pytest.fixture(scope="class")
    def place(self, tmp_path_factory):
        with all_started(Aedes(tmp_path_factory.mktemp("aedes"))) as (broker,):
            yield Place(broker, broker.uri, broker.port)
