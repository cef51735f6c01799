"""What earlier starts published and this one does not: homes that are no longer configured, other base topics, ids and
discovery prefixes. All of it is taken back, wherever a start was stopped, from brokers that keep and that forget."""

import contextlib
import json
import random
import shutil
import time

import pytest

import harness
from home_assistant import BIRTH, STILL, HomeAssistant, stored
from stand_in import LateAcknowledging

QUIET = [*STILL, "--ha-discovery", "off"]


def retained(broker, *filters):
    """All that the broker keeps below the filters: {topic: payload}."""
    with contextlib.closing(harness.Client(broker.port, *filters, "$SYS/broker/version")) as client:
        found = {}
        while True:
            message = client.messages.get(timeout=harness.PATIENCE)
            if message.topic.startswith("$SYS"):
                return found
            if message.retained:
                found[message.topic] = message.payload


def homes_at(broker, base="home-energy"):
    """The homes of which the broker keeps anything below the base topic."""
    topics = [topic.removeprefix(base + "/").split("/") for topic in retained(broker, base + "/#")]
    return {levels[0] for levels in topics if len(levels) > 1}


def devices_at(broker, prefix="homeassistant"):
    return {topic.split("/")[-2] for topic in retained(broker, f"{prefix}/device/#")}


def info_of(broker, base="home-energy"):
    return json.loads(stored(broker, f"{base}/info"))


def wait_taken_back(broker, homes, base="home-energy"):
    """Until nothing is left but these homes, and nothing is said of others."""
    harness.wait_until(lambda: homes_at(broker, base) == homes, f"there are only {homes}", 3 * harness.PATIENCE)
    harness.wait_until(lambda: "leaving" not in info_of(broker, base), "nobody is leaving")
    assert set(info_of(broker, base)["homes"]) == homes


def start_and_stop(started, folder, broker, *arguments, base="home-energy"):
    code, _ = harness.online_agent(started, folder, broker, *arguments, base=base).stop()
    assert code == 0


@pytest.fixture(params=[False, True], ids=["forgets", "keeps"])
def any_broker(request, started, folder):
    """A mosquitto that forgets what is retained when it ends, and one that keeps it."""
    return started(harness.Broker(folder, keeps=request.param))


@pytest.mark.parametrize("version", ["5", "3.1.1"])
def test_homes_that_are_gone_are_cleared_at_the_broker(started, folder, broker, version):
    start_and_stop(started, folder, broker, *QUIET, "--homes", "30")
    assert len(homes_at(broker)) == 30
    watcher = started(harness.Client(broker.port, "home-energy/#"))
    harness.online_agent(started, folder, broker, *QUIET, "--homes", "2", "--mqtt-version", version)
    seen = []
    while not seen or seen[-1][0] != "home-energy/info" or b"leaving" in seen[-1][1]:  # named no more, which comes last
        message = watcher.messages.get(timeout=harness.PATIENCE)
        if not message.retained:
            seen.append((message.topic, message.payload))
    wait_taken_back(broker, {"home-1", "home-2"})
    infos = [json.loads(payload) for topic, payload in seen if topic == "home-energy/info"]
    assert infos[0]["homes"] == ["home-1", "home-2"] and len(infos[0]["leaving"]) == 28
    assert list(infos[-1]) == ["name", "version", "protocol", "homes", "seconds_per_hour", "http"]
    ours = [(topic, payload) for topic, payload in seen if topic.startswith("home-energy/home-17/")]
    assert ours[0] == ("home-energy/home-17/status", b"offline"), "nobody takes it for available"
    assert ours[-1] == ("home-energy/home-17/status", b"") and len(ours) == 24  # offline, then 23 topics cleared, those of cars and devices among them
    assert all(payload == b"" for _, payload in ours[1:])


def test_a_home_is_removed_in_home_assistant_then_cleared_and_its_document_last(started, folder, broker):
    start_and_stop(started, folder, broker, *STILL, "--homes", "3")
    watcher = started(harness.Client(broker.port, "home-energy/home-3/#", "homeassistant/device/#"))
    watcher.drain()
    harness.online_agent(started, folder, broker, *STILL, "--homes", "2")
    device = "homeassistant/device/home-energy__home-3/config"
    watcher.expect("home-energy/home-3/status", lambda p: p == "offline")
    watcher.expect_message(device, lambda m: m.payload == b"")
    removed = time.monotonic()
    assert stored(broker, device), "for a Home Assistant that is off"
    watcher.expect_message("home-energy/home-3/clock", lambda m: m.payload == b"")
    assert time.monotonic() - removed > 1.8, "templates of a device that is still there would fail"
    watcher.expect_message("home-energy/home-3/status", lambda m: m.payload == b"")
    assert stored(broker, device)
    watcher.publish(BIRTH, "online", qos=0)
    watcher.expect_message(device, lambda m: m.payload == b"")
    assert devices_at(broker) == {"home-energy__home-1", "home-energy__home-2"}


def test_a_birth_while_homes_are_taken_back_clears_their_documents_after_their_states(started, folder, broker):
    start_and_stop(started, folder, broker, *STILL, "--homes", "3")
    watcher = started(harness.Client(broker.port, "home-energy/home-3/status", "homeassistant/device/+/config"))
    harness.online_agent(started, folder, broker, *STILL, "--homes", "2")
    watcher.publish(BIRTH, "online", qos=0)
    harness.wait_until(lambda: "home-energy__home-3" not in devices_at(broker), "its document is cleared")
    assert homes_at(broker) == {"home-1", "home-2"}
    said = []

    def heard():
        said.extend(m.topic for m in watcher.drain() if m.payload == b"" and "home-3" in m.topic)
        return len(said) >= 3

    harness.wait_until(heard, "the watcher has heard it")
    assert said == ["homeassistant/device/home-energy__home-3/config", "home-energy/home-3/status",
                    "homeassistant/device/home-energy__home-3/config"]


def test_homes_are_taken_back_while_forecasts_wait_for_their_acknowledgement(started, folder, broker):
    """In a fleet there is always one that does."""
    villas = ("--preset", "villa", "--clock", "paused", "--ha-discovery", "off")
    start_and_stop(started, folder, broker, *villas, "--homes", "30")
    busy = started(LateAcknowledging(broker.port))
    agent = started(harness.Agent(folder, *villas, "--homes", "2", uri=busy.uri))
    harness.wait_online(broker)
    busy.withheld = b"home-1/solar/forecast"  # not those that clear the topics of the others
    agent.move_clock({"step": "15m"})
    wait_taken_back(broker, {"home-1", "home-2"})
    client = started(harness.Client(broker.port, "home-energy/home-1/receipt"))
    client.publish("home-energy/home-1/charge/set", "on")
    client.expect("home-energy/home-1/receipt", patience=1)
    assert busy.unacknowledged


@pytest.mark.parametrize("remembers", [True, False], ids=["data-dir", "no data-dir"])
def test_wherever_it_is_killed_nothing_is_left(started, folder, broker, remembers):
    chance = random.Random(20261128)
    arguments = [*STILL, *(["--data-dir", folder / "state"] if remembers else [])]
    start_and_stop(started, folder, broker, *arguments, "--homes", "40")
    born = started(harness.Client(broker.port))
    for attempt in range(8):
        agent = started(harness.Agent(folder, *arguments, "--homes", "1", uri=broker.uri))
        if attempt % 2:
            born.publish(BIRTH, "online", qos=0)
        time.sleep(chance.uniform(0.0, 3.5))
        agent.kill()
    harness.online_agent(started, folder, broker, *arguments, "--homes", "1")
    harness.wait_until(lambda: homes_at(broker) == {"home"}, "only one home is left", 3 * harness.PATIENCE)
    born.publish(BIRTH, "online", qos=0)
    harness.wait_until(lambda: devices_at(broker) == {"home-energy__home"}, "only its device is left")
    assert info_of(broker)["homes"] == ["home"] and "leaving" not in info_of(broker)


def test_a_loss_of_the_broker_in_between_leaves_nothing(started, folder, any_broker):
    arguments = [*STILL, "--data-dir", folder / "state"]
    start_and_stop(started, folder, any_broker, *arguments, "--homes", "40")
    watcher = started(harness.Client(any_broker.port, "home-energy/+/status"))
    harness.online_agent(started, folder, any_broker, *arguments, "--homes", "1")
    watcher.expect("home-energy/home-17/status", lambda p: p == "offline")
    any_broker.stop()
    any_broker.start()
    with contextlib.closing(harness.Client(any_broker.port, "home-energy/+/status")) as again:
        again.expect_message("home-energy/home-17/status", lambda m: m.payload == b"" and not m.retained, 30)
        wait_taken_back(any_broker, {"home"})
        again.publish(BIRTH, "online", qos=0)
    harness.wait_until(lambda: devices_at(any_broker) == {"home-energy__home"}, "only its device is left")


@pytest.mark.parametrize("runs_during_the_change", [True, False])
def test_home_assistant_forgets_a_home_that_the_broker_has_forgotten(started, folder, broker, runs_during_the_change):
    arguments = [*STILL, "--data-dir", folder / "state"]
    agent = harness.online_agent(started, folder, broker, *arguments, "--homes", "3")
    ha = started(HomeAssistant(broker).start())
    harness.wait_until(lambda: ha.names("home-energy__home-3"), "it is known")
    agent.stop()
    ha.stop()
    broker.stop()
    broker.start()
    assert retained(broker, "#") == {}
    if runs_during_the_change:
        ha.connect()
    harness.online_agent(started, folder, broker, *arguments, "--homes", "2")
    if runs_during_the_change:
        harness.wait_until(lambda: not ha.names("home-energy__home-3"), "it is removed")
        ha.stop()
    ha.start()
    harness.wait_until(lambda: not ha.names("home-energy__home-3"), "it is removed at the latest at its start")
    harness.wait_until(lambda: "home-energy__home-3" not in devices_at(broker), "its document is cleared")
    assert ha.names("home-energy__home-2") == ha.names("home-energy__home-1") != set()
    wait_taken_back(broker, {"home-1", "home-2"})


def test_a_home_that_the_broker_has_forgotten_is_offline_at_once(started, folder, broker):
    arguments = [*STILL, "--data-dir", folder / "state"]
    start_and_stop(started, folder, broker, *arguments, "--homes", "3")
    broker.stop()
    broker.start()
    watcher = started(harness.Client(broker.port, "home-energy/home-3/status"))
    harness.online_agent(started, folder, broker, *arguments, "--homes", "2")
    assert watcher.messages.get(timeout=harness.PATIENCE).payload == b"offline"


def test_another_base_topic_takes_the_old_one_back(started, folder, any_broker):
    arguments = [*STILL, "--data-dir", folder / "state"]
    start_and_stop(started, folder, any_broker, *arguments, "--base-topic", "old/site", base="old/site")
    any_broker.stop()
    any_broker.start()
    ha = started(HomeAssistant(any_broker).start())
    watcher = started(harness.Client(any_broker.port, "old/site/+/status"))
    harness.online_agent(started, folder, any_broker, *arguments, "--base-topic", "new", base="new")
    watcher.expect("old/site/home/status", lambda p: p == "offline")
    watcher.expect_message("old/site/home/status", lambda m: m.payload == b"")
    harness.wait_until(lambda: retained(any_broker, "old/#") == {}, "nothing is below the old base topic")
    ha.client.publish(BIRTH, "online", qos=0)
    harness.wait_until(lambda: devices_at(any_broker) == {"new__home"}, "only its device is left")
    assert not ha.names("old_2Fsite__home") and ha.names("new__home")


def test_another_id_takes_the_old_one_back(started, folder, broker):
    arguments = [*STILL, "--data-dir", folder / "state"]
    start_and_stop(started, folder, broker, *arguments, "--home", "cottage")
    broker.stop()
    broker.start()
    ha = started(HomeAssistant(broker).start())
    ha.registry["home-energy__cottage", "cost"] = {}
    harness.online_agent(started, folder, broker, *arguments, "--home", "villa")
    ha.client.publish(BIRTH, "online", qos=0)
    harness.wait_until(lambda: not ha.names("home-energy__cottage") and ha.names("home-energy__villa"), "only the villa")
    wait_taken_back(broker, {"villa"})


def test_another_discovery_prefix_takes_the_old_device_back(started, folder, broker):
    arguments = [*STILL, "--data-dir", folder / "state"]
    start_and_stop(started, folder, broker, *arguments)
    assert devices_at(broker) == {"home-energy__home"}
    harness.online_agent(started, folder, broker, *arguments, "--ha-prefix", "ha")
    harness.wait_until(lambda: devices_at(broker) == set(), "the old document is cleared")
    assert devices_at(broker, "ha") == {"home-energy__home"}
    assert homes_at(broker) == {"home"}


def test_what_is_configured_again_stays(started, folder, broker):
    arguments = [*STILL, "--data-dir", folder / "state"]
    start_and_stop(started, folder, broker, *arguments, "--homes", "3")
    agent = started(harness.Agent(folder, *arguments, "--homes", "2", uri=broker.uri)).wait_connected()
    agent.kill()
    harness.online_agent(started, folder, broker, *arguments, "--homes", "3")
    started(harness.Client(broker.port)).publish(BIRTH, "online", qos=0)
    time.sleep(6.0)
    assert homes_at(broker) == {"home-1", "home-2", "home-3"} and len(devices_at(broker)) == 3
    assert stored(broker, "home-energy/home-3/status") == b"online"


def test_what_another_agent_publishes_below_the_old_base_topic_stays(started, folder, broker):
    """Somebody has copied the data folder."""
    start_and_stop(started, folder, broker, *STILL, "--data-dir", folder / "one", "--base-topic", "one", base="one")
    shutil.copytree(folder / "one", folder / "two")
    harness.online_agent(started, folder, broker, "--data-dir", folder / "one", "--base-topic", "one", base="one")
    before = set(retained(broker, "one/#", "homeassistant/device/#"))
    copy = harness.online_agent(started, folder, broker, *STILL, "--data-dir", folder / "two", "--base-topic", "two",
                                base="two")
    started(harness.Client(broker.port)).publish(BIRTH, "online", qos=0)
    time.sleep(6.0)
    assert set(retained(broker, "one/#", "homeassistant/device/one__home/config")) >= before
    assert stored(broker, "one/status") == b"online" == stored(broker, "one/home/status")
    assert copy.log().count("another agent publishes below one") == 1


def test_base_topics_that_lie_in_each_other(started, folder, broker):
    arguments = [*QUIET, "--data-dir", folder / "state"]
    start_and_stop(started, folder, broker, *arguments, "--base-topic", "site/house", base="site/house")
    harness.online_agent(started, folder, broker, *arguments, "--base-topic", "site", "--home", "house", base="site")
    harness.wait_until(lambda: retained(broker, "site/house/home/#") == {}, "what was below the old one is cleared")
    time.sleep(1.0)
    assert stored(broker, "site/house/status") == b"online" and len(retained(broker, "site/house/#")) == 9


def test_an_info_that_others_wrote_is_no_way_to_clear_topics(started, folder, broker):
    client = started(harness.Client(broker.port))
    topics = ["home-energy/fleet/status", "home-energy/x/y/clock", "home-energy/other/clock", "elsewhere/clock"]
    for topic in topics:
        client.publish(topic, "theirs", retain=True)
    for nonsense in (b"\xff", b"[" * 60_000, b"x" * 100_000, b'{"name":"zigbee2mqtt","homes":["other"]}',
                     b'{"name":"home-energy-agent","homes":["fleet","x/y","../x",5,null,"home",""],"leaving":{"other":1}}'):
        client.publish("home-energy/info", nonsense, retain=True)
        agent = harness.online_agent(started, folder, broker, *QUIET)
        if b"leaving" in nonsense:
            time.sleep(4.0)
        assert agent.running() and homes_at(broker) == {"fleet", "x", "other", "home"}
        assert stored(broker, "home-energy/home/status") == b"online"
        agent.stop()
