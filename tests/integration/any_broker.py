"""What holds at every broker, and what each lacks. A test file of a broker derives a class from AnyBroker (or AtBroker): it
starts the broker once, and each test has a base topic of its own there. What a broker lacks is asserted as well, so that a new
release that has it is seen."""

import collections
import contextlib
import itertools
import statistics
import time

import paho.mqtt.client as paho
import pytest

import harness

PATIENCE = 60.0  # seconds: the agent comes back after up to 11 s, a broker in Erlang starts anew
PROMPT = 0.1  # seconds, the median from a command to its receipt
Place = collections.namedtuple("Place", "broker uri port")
"""The process to restart; where the agent connects; where the clients do."""
_numbers = itertools.count(1)


@contextlib.contextmanager
def all_started(*processes):
    """Started in this order, ended in reverse, whatever happens in between."""
    with contextlib.ExitStack() as stack:
        for process in processes:
            stack.callback(process.kill)
            process.start()
        yield processes


class AtBroker:
    """Agents and clients at a broker. Of the class: `place`, a fixture of that scope."""

    version = "3.1.1"  # what the agent ends up with
    user = None  # where the broker asks for one
    @pytest.fixture
    def base(self):
        return f"he-{next(_numbers)}"

    @pytest.fixture
    def connect(self, started, place):
        version = paho.MQTTv5 if self.version == "5" else paho.MQTTv311
        return lambda *filters: started(harness.Client(place.port, *filters, version=version, user=self.user,
                                                       password="any" if self.user else None))

    @pytest.fixture
    def start(self, started, folder, place, base, connect):
        """Starts an agent and waits until it is at the broker, and says `online` there."""

        def start(*options, status_is_stored=True):
            login = {"HOME_ENERGY_MQTT_USERNAME": self.user, "HOME_ENERGY_MQTT_PASSWORD": "any"} if self.user else {}
            agent = started(harness.Agent(folder, "--base-topic", base, "--ha-prefix", f"{base}-ha", *options,
                                          uri=place.uri, env=login))
            agent.wait_connected(PATIENCE)
            if status_is_stored:
                connect(f"{base}/status").expect(f"{base}/status", lambda p: p == "online", PATIENCE)
            return agent

        return start

    def connections(self, agent):
        return [line for line in agent.log().splitlines() if "mqtt: connected to" in line]


class AnyBroker(AtBroker):
    wildcards_give_stored = True  # a subscription with wildcards gets what is retained
    takes_qos_2 = True
    remembers = None  # whether what is stored outlives `kill -9`; None: as it is configured

    def test_the_version_is_found_at_once_and_said_once(self, start):
        agent = start()
        ending = ", MQTT 5" if self.version == "5" else ", MQTT 3.1.1, the broker refuses 5"
        assert [line.endswith(ending) for line in self.connections(agent)] == [True]
        assert " warning " not in agent.log()

    def test_a_step_of_the_clock_is_answered_when_the_broker_has_it(self, start, connect, base):
        agent = start("--clock", "paused")
        client = connect(f"{base}/home/clock", f"{base}/receipt")
        for time_of_day in ("07:00", "07:15", "12:00"):
            assert agent.move_clock({"until": time_of_day})["time"] == time_of_day
            client.expect(f"{base}/home/clock", lambda clock: clock["time"] == time_of_day)  # noqa: B023
        client.publish(f"{base}/clock/set", "step")
        assert client.expect(f"{base}/receipt")["result"]["time"] == "12:15"

    def test_telemetry_is_kept_for_whoever_comes_later(self, start, connect, base):
        start()
        client = connect()
        for topic in ("info", "home/clock", "home/baseload", "home/price", "home/grid", "home/price/profile"):
            message, _ = client.subscribe(f"{base}/{topic}").expect_message(f"{base}/{topic}")
            assert message.retained
        assert client.subscribe(f"{base}/home/battery").expect(f"{base}/home/battery")["capacity_kwh"] == 46.3

    def test_subscriptions_with_wildcards(self, start, connect, base):
        start("--seconds-per-hour", "3600", "--tick", "60s")  # what comes is what was kept
        client = connect(f"{base}/+/battery")
        connect(f"{base}/status").expect(f"{base}/status", lambda p: p == "online")
        client.publish(f"{base}/home/charge/set", "on")
        first, _ = client.expect_message(f"{base}/home/battery")
        assert bool(first.retained) == self.wildcards_give_stored
        if not first.retained:
            assert harness.parsed(first)["charging"] == "on", "what changes comes"

    def test_receipts_come_at_once(self, start, connect, base):
        start()
        client, took = connect(f"{base}/home/receipt"), []
        for payload in ("on", "off") * 25:
            began = time.monotonic()
            client.publish(f"{base}/home/charge/set", payload)
            assert client.expect(f"{base}/home/receipt")["result"] == {"charging": payload}
            took.append(time.monotonic() - began)
        assert statistics.median(took) < PROMPT, took

    @pytest.mark.parametrize("qos", [0, 1, 2])
    def test_commands_of_each_qos(self, start, connect, base, qos):
        start()
        client = connect(f"{base}/home/receipt")
        if qos == 2 and not self.takes_qos_2:
            gone = []
            client.paho.on_disconnect = lambda *_: gone.append(True)
            client.paho.publish(f"{base}/home/charge/set", "on", qos)
            harness.wait_until(lambda: gone, "the broker throws the sender out")
            return
        client.publish(f"{base}/home/charge/set", "on", qos)
        assert client.expect(f"{base}/home/receipt")["status"] == "ok"

    def test_an_agent_that_is_killed_is_offline(self, start, connect, base):
        agent = start()
        client = connect(f"{base}/status")
        client.expect(f"{base}/status", lambda p: p == "online")
        agent.kill()
        client.expect(f"{base}/status", lambda p: p == "offline", PATIENCE)
        kept, _ = connect(f"{base}/status").expect_message(f"{base}/status")
        assert (kept.payload, bool(kept.retained)) == (b"offline", True)

    def test_an_agent_that_is_stopped_is_offline(self, start, connect, base):
        agent = start()
        code, took = agent.stop()
        assert code == 0 and took < 2.0
        assert connect(f"{base}/status").expect(f"{base}/status") == "offline"

    @pytest.mark.parametrize("homes", [1, 50])
    def test_home_assistant_is_told_of_every_home(self, start, connect, base, homes):
        """Even one that subscribes to the prefix as a whole and gets nothing that is kept: at its birth."""
        expected = {f"{base}-ha/device/{base}__home{f'-{n + 1}' if homes > 1 else ''}/config" for n in range(homes)}
        start("--homes", str(homes))
        client = connect()
        for topic in list(expected)[:3]:
            assert client.subscribe(topic).expect(topic, patience=PATIENCE)["cmps"], "it is kept"
        client = connect(f"{base}-ha/#")
        client.publish(f"{base}-ha/status", "online", qos=0)
        heard, end = set(), time.monotonic() + PATIENCE
        while heard != expected:
            message = client.messages.get(timeout=PATIENCE)
            if not message.retained and message.topic.endswith("/config"):
                assert harness.parsed(message)["cmps"]
                heard.add(message.topic)
            assert time.monotonic() < end, expected - heard

    def test_a_stored_command_never_acts(self, start, connect, base):
        client = connect()
        client.publish(f"{base}/home/charge/set", "on", retain=True)
        start()
        client.subscribe(f"{base}/home/receipt")
        client.publish(f"{base}/home/charge_limit/set", "90")
        client.expect(f"{base}/home/receipt", lambda p: p["command"] == "charge_limit" and p["status"] == "ok")
        battery = connect(f"{base}/home/battery").expect(f"{base}/home/battery", lambda p: p["limit_percent"] == 90.0)
        assert battery["charging"] == "off"

    def test_a_live_command_with_the_retain_flag_acts(self, start, connect, base):
        start()
        client = connect(f"{base}/home/receipt")
        client.publish(f"{base}/home/charge/set", "on", retain=True)
        assert client.expect(f"{base}/home/receipt")["result"] == {"charging": "on"}

    def test_a_response_topic_is_answered_in_mqtt_5(self, start, connect, base):
        start()
        client = connect(f"{base}/answers/me", f"{base}/home/receipt")
        if self.version == "5":
            client.publish(f"{base}/home/charge/set", "on", response_topic=f"{base}/answers/me", correlation=b"17")
            message, answer = client.expect_message(f"{base}/answers/me")
            assert answer["status"] == "ok" and message.properties.CorrelationData == b"17"
        client.publish(f"{base}/home/charge/set", '{"charging":"on","id":"17"}')
        assert client.expect(f"{base}/home/receipt", lambda p: p.get("id") == "17")["status"] == "ok"

    def test_a_restart_of_the_broker(self, start, connect, base, place):
        agent = start()
        connect().publish(f"{base}/answers/me", "stored", retain=True)
        place.broker.kill()
        harness.wait_until(lambda: " lost" in agent.log(), "the loss is told", PATIENCE)
        assert agent.post("/charge_limit", {"charge_limit": 90})[0] == 200
        place.broker.start()
        harness.wait_until(lambda: len(self.connections(agent)) == 2, "the agent is back", PATIENCE)
        assert f", MQTT {self.version}" in self.connections(agent)[-1]
        client = connect(f"{base}/home/battery", f"{base}/status", f"{base}/home/receipt")
        client.expect(f"{base}/home/battery", lambda p: p["limit_percent"] == 90.0, PATIENCE)
        client = connect(f"{base}/status", f"{base}/home/receipt")
        client.expect(f"{base}/status", lambda p: p == "online", PATIENCE)
        client.publish(f"{base}/home/charge/set", "off")
        assert client.expect(f"{base}/home/receipt")["status"] == "ok"
        if self.remembers is not None:
            late = connect(f"{base}/answers/me")
            late.publish(f"{base}/answers/me", "new")
            assert (late.expect(f"{base}/answers/me") == "stored") == self.remembers
