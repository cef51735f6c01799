"""The configuration for a home network, as it stands in mosquitto/: TLS, passwords, access list, client certificates.
The certificates are made by the very commands in the comments of network.conf."""

import os
import re
import shutil
import subprocess

import pytest

import harness

USERS = ("home-energy-agent", "homeassistant", "viewer", "observer")
NOT_AUTHORISED = 135  # MQTT 5, 3.2.2.2
OF_SUN = "home-energy/home/solar"
ATTEMPTS = 3  # how often the agent must have tried before its log is judged; about 4 s


class Network:
    """The broker of network.conf in a folder of its own. `observer`, which only the tests have, may do everything."""

    def __init__(self, folder, client_certificates=False, names=None):
        self.etc = folder / "etc"
        (self.etc / "certs").mkdir(parents=True)
        (self.etc / "data").mkdir()
        config = (harness.SOURCE / "mosquitto" / "network.conf").read_text()
        self.make_certificates(config, names)
        acl = (harness.SOURCE / "mosquitto" / "network.acl").read_text()
        (self.etc / "network.acl").write_text(acl + "\nuser observer\ntopic readwrite #\n")
        for user in USERS:
            self.set_password(user, password_of(user))
        if os.geteuid() == 0:  # then mosquitto runs as user mosquitto
            shutil.chown(self.etc / "data", "mosquitto")
        config = config.replace("listener 8883\n", "listener @PORT@ 127.0.0.1\n")
        config = config.replace("/etc/mosquitto", str(self.etc)).replace("/var/lib/mosquitto", str(self.etc / "data"))
        if client_certificates:
            config = re.sub(r"^#(?=\w)", "", config, flags=re.MULTILINE)
        self.broker = harness.Broker(folder, config=config)

    def make_certificates(self, config, names):
        recipe = re.findall(r"^#   (?:  (?=-))?(\S.*)$", config, re.MULTILINE)
        assert len(recipe) == 12, recipe
        script = "\n".join(recipe).replace("/etc/mosquitto", str(self.etc))
        if names:
            script, count = re.subn("subjectAltName=.*", "subjectAltName=" + names, script)
            assert count == 1
        if os.geteuid() != 0:
            script = script.replace("chgrp mosquitto", "true")
        subprocess.run(["bash", "-e", "-c", script], check=True, capture_output=True, timeout=harness.PATIENCE)

    def set_password(self, user, password):
        path = self.etc / "network.passwords"
        create = [] if path.exists() else ["-c"]
        subprocess.run(["mosquitto_passwd", "-b", *create, path, user, password], check=True, capture_output=True)
        if os.geteuid() == 0:
            shutil.chown(path, group="mosquitto")
        path.chmod(0o640)

    def certificate(self, name):
        return self.etc / "certs" / name

    @property
    def uri(self):
        return f"mqtts://127.0.0.1:{self.broker.port}"

    def client(self, user, *filters, password=None):
        tls = {"ca_certs": str(self.certificate("ca.crt"))}
        return harness.Client(self.broker.port, *filters, user=user, password=password or password_of(user), tls=tls)

    def attempts(self):
        """How many connections were turned down, by the broker or by who came."""
        return len(re.findall(r"not authorised|alert unknown ca|peer did not return", self.broker.log()))


def password_of(user):
    return f"the password of {user}"


def secret_file(folder, text):
    path = folder / "secret"
    path.write_text(text + "\n")
    path.chmod(0o600)
    return path


@pytest.fixture
def network(started, folder):
    network = Network(folder)
    started(network.broker)
    return network


@pytest.fixture
def network_agent(started, folder, network):
    return started(agent_of(network, folder)).wait_connected()


@pytest.fixture
def viewer(started, network, network_agent):
    viewer = started(network.client("viewer", "home-energy/#"))
    viewer.expect("home-energy/status", lambda p: p == "online")
    return viewer


def agent_of(network, folder, *arguments, password=password_of("home-energy-agent"), ca="ca.crt", env=None):
    options = ["--mqtt-username", "home-energy-agent", "--mqtt-ca", network.certificate(ca)]
    if password:
        options += ["--mqtt-password-file", secret_file(folder, password)]
    return harness.Agent(folder, *options, *arguments, uri=network.uri, env=env)


def never_connected(agent):
    return agent.get("/healthz")[1]["broker"] != "connected" and "mqtt: connected" not in agent.log()


def topics_before(client, last):
    """The topics that came before `last`."""
    seen = set()
    while True:
        topic = client.messages.get(timeout=harness.PATIENCE).topic
        if topic == last:
            return seen
        seen.add(topic)


def wait_logged(agent, pattern):
    return harness.wait_until(lambda: re.search(pattern, agent.log()), f"the log has {pattern!r}")


# What works


def test_telemetry_command_and_receipt_over_tls(started, network, network_agent, viewer):
    home_assistant = started(network.client("homeassistant", "home-energy/home/receipt"))
    home_assistant.publish("home-energy/home/charge/set", '{"charging":"on","id":"over-tls"}')
    assert home_assistant.expect("home-energy/home/receipt") == {
        "command": "charge", "status": "ok", "id": "over-tls", "result": {"charging": "on"}}
    assert viewer.expect("home-energy/home/battery", lambda p: p["charging"] == "on")["power_kw"] == 7.4
    assert network_agent.get("/info")[1]["ev_battery_charge_start_stopp"] is True


def test_a_command_without_a_home_is_answered(started, network, network_agent):
    home_assistant = started(network.client("homeassistant", "home-energy/receipt"))
    home_assistant.publish("home-energy/charge/set", "on")
    assert "send to home-energy/home/charge/set" in home_assistant.expect("home-energy/receipt")["error"]


@pytest.mark.parametrize("version", ["5", "3.1.1"])
def test_every_topic_reaches_the_viewer(started, folder, network, version):
    started(agent_of(network, folder, "--mqtt-version", version)).wait_connected()
    viewer = started(network.client("viewer", "home-energy/#"))
    missing = {"home-energy/" + topic for topic in (
        "status", "info", "home/clock", "home/baseload", "home/price", "home/battery", "home/grid",
        "home/baseload/profile", "home/price/profile", "home/status")}
    while missing:
        message = viewer.messages.get(timeout=harness.PATIENCE)
        assert message.payload
        missing.discard(message.topic)


def test_panels_that_are_gone_leave_this_broker_too(started, folder, network):
    with_sun = started(agent_of(network, folder, "--solar-kwp", "5")).wait_connected()
    viewer = started(network.client("viewer", f"{OF_SUN}/#"))
    viewer.expect(f"{OF_SUN}/forecast")
    with_sun.stop()
    started(agent_of(network, folder)).wait_connected()
    left = {OF_SUN, f"{OF_SUN}/forecast"}
    while left:
        message = viewer.messages.get(timeout=harness.PATIENCE)
        if not message.payload:
            left.discard(message.topic)


def test_a_second_car_is_told_and_leaves_this_broker_too(started, folder, network):
    house = folder / "house.toml"
    house.write_text('[[car]]\n[[car]]\ntrips = "none"\n')
    with_two = started(agent_of(network, folder, "--house", house)).wait_connected()
    viewer = started(network.client("viewer", "home-energy/home/#"))
    home_assistant = started(network.client("homeassistant", "home-energy/#"))
    topics = [f"home-energy/home/car-2/{name}" for name in ("battery", "plan", "car")]
    for topic in topics:
        viewer.expect(topic)
    home_assistant.publish("home-energy/home/car-2/charge/set", "on")
    assert home_assistant.expect("home-energy/home/receipt")["command"] == "car-2/charge"
    with_two.stop()
    started(agent_of(network, folder)).wait_connected()
    left = set(topics)
    while left:
        message = viewer.messages.get(timeout=harness.PATIENCE)
        if not message.payload:
            left.discard(message.topic)


def test_password_from_the_environment(started, folder, network):
    env = {"HOME_ENERGY_MQTT_PASSWORD": password_of("home-energy-agent")}
    started(agent_of(network, folder, password=None, env=env)).wait_connected()


def test_a_name_instead_of_an_address(started, folder, network):
    if not harness.knows_localhost():
        pytest.skip(harness.NO_LOCALHOST)
    agent = agent_of(network, folder)
    agent.command = [part.replace("mqtts://127.0.0.1", "mqtts://localhost") for part in agent.command]
    started(agent).wait_connected()


def test_what_is_retained_outlives_the_broker(started, network, network_agent):
    before = started(network.client("viewer", "home-energy/home/price/profile"))
    stored = before.expect("home-energy/home/price/profile")
    assert network_agent.stop()[0] == 0
    assert network.broker.stop()[0] == 0
    network.broker.start()
    late = started(network.client("viewer", "home-energy/status"))
    assert late.expect_message("home-energy/status", lambda m: m.retained)[1] == "offline"
    late.subscribe("home-energy/home/price/profile")
    assert late.expect("home-energy/home/price/profile") == stored


def test_the_agent_comes_back_after_the_broker(network, network_agent):
    network.broker.stop()
    harness.wait_until(lambda: network_agent.get("/healthz")[1]["broker"] != "connected", "the loss is seen")
    network.broker.start()
    network_agent.wait_connected()


# Who is turned away


def test_wrong_password_is_said_once_and_a_right_one_is_taken_later(started, folder, network):
    agent = started(agent_of(network, folder, password="wrong"))
    harness.wait_until(lambda: network.attempts() >= ATTEMPTS, "the agent tried again and again")
    assert never_connected(agent)
    assert agent.log().count("refused the user or password") == 1, agent.log()
    assert agent.log().count("warning") == 1, agent.log()
    assert "wrong" not in agent.log()  # no password in a log
    assert agent.post("/charge", {"charging": "on"}) == (200, {"charging": "on"})
    network.set_password("home-energy-agent", "wrong")
    network.broker.signal(harness.signal.SIGHUP)  # mosquitto reads its passwords again
    agent.wait_connected(patience=20)


def test_nobody_gets_in_without_a_password(started, network):
    assert started(network.client(None)).refused == NOT_AUTHORISED
    assert started(network.client("viewer", password="guess")).refused == NOT_AUTHORISED


def test_a_broker_of_another_authority_is_not_talked_to(started, folder, network):
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                    "-keyout", network.certificate("other.key"), "-out", network.certificate("other.crt"),
                    "-subj", "/CN=Home network CA"], check=True, capture_output=True)
    agent = started(agent_of(network, folder, ca="other.crt"))
    wait_logged(agent, "certificate")
    harness.wait_until(lambda: network.attempts() >= ATTEMPTS, "the agent tried again and again")
    assert never_connected(agent)
    assert agent.log().count("no connection to") == 1, agent.log()


def test_without_an_authority_the_systems_are_trusted_and_ours_is_none_of_them(started, folder, network):
    agent = agent_of(network, folder)
    at = agent.command.index("--mqtt-ca")
    del agent.command[at:at + 2]
    started(agent)
    wait_logged(agent, "certificate")
    assert never_connected(agent)


def test_a_certificate_for_another_name_is_refused(started, folder):
    network = Network(folder, names="DNS:broker.lan,IP:192.168.1.10")
    started(network.broker)
    agent = started(agent_of(network, folder))
    wait_logged(agent, "no connection to")
    assert never_connected(agent)


# Who may do what


def test_a_viewer_sees_and_does_not_command(started, network, network_agent, viewer):
    viewer.publish("home-energy/home/charge/set", "on")
    home_assistant = started(network.client("homeassistant"))
    home_assistant.publish("home-energy/home/charge_limit/set", "80")
    assert viewer.expect("home-energy/home/receipt")["command"] == "charge_limit"  # the first receipt that there is
    assert network_agent.get("/info")[1]["ev_battery_charge_start_stopp"] is False


@pytest.mark.parametrize("user, topic, allowed", [
    ("home-energy-agent", "home-energy/home/battery", True),
    ("home-energy-agent", "homeassistant/device/home/config", True),
    ("home-energy-agent", "home-energy2/home/battery", False),
    ("home-energy-agent", "zigbee2mqtt/lamp/set", False),
    ("home-energy-agent", "elsewhere", False),
    ("homeassistant", "home-energy/home/charge/set", True),
    ("homeassistant", "home-energy/charge/set", True),
    ("homeassistant", "home-energy/home/car-2/charge/set", True),
    ("homeassistant", "home-energy/clock/set", True),
    ("homeassistant", "homeassistant/status", True),
    ("homeassistant", "home-energy/home/battery", False),
    ("homeassistant", "home-energy/status", False),
    ("homeassistant", "elsewhere", False),
    ("viewer", "home-energy/home/charge/set", False),
    ("viewer", "home-energy/home/car-2/charge/set", False),
    ("viewer", "home-energy/charge/set", False),
    ("viewer", "home-energy/clock/set", False),
    ("viewer", "home-energy/home/battery", False),
    ("viewer", "homeassistant/status", False),
])
def test_who_may_write(started, network, user, topic, allowed):
    observer = started(network.client("observer", "#"))
    started(network.client(user)).publish(topic, "from the user")
    observer.publish("the/end")  # after the broker has acknowledged the one above
    assert topics_before(observer, "the/end") == ({topic} if allowed else set())


OF_HOME = {"home-energy/home/charge/set", "home-energy/home/battery", "home-energy/home/solar/forecast",
           "home-energy/home/car-2/charge/set", "home-energy/home/car-2/battery", "home-energy/home/car-2/plan", "home-energy/home/car-2/car"}


@pytest.mark.parametrize("user, readable", [
    ("home-energy-agent", OF_HOME | {"homeassistant/status", "homeassistant/device/home/config"}),
    ("homeassistant", OF_HOME | {"homeassistant/status", "homeassistant/device/home/config", "homeassistant/sensor/other/config"}),
    ("viewer", OF_HOME),
])
def test_who_may_read(started, network, user, readable):
    reader, observer = started(network.client(user, "#")), started(network.client("observer"))
    for topic in (*OF_HOME, "homeassistant/status", "homeassistant/device/home/config", "homeassistant/sensor/other/config",
                  "zigbee2mqtt/lamp"):
        observer.publish(topic, "from the observer")
    observer.publish("home-energy/home/clock", "the end")  # all three may read it
    assert topics_before(reader, "home-energy/home/clock") == readable


def test_a_response_topic_out_of_bounds_harms_nobody(started, network, network_agent, viewer):
    observer = started(network.client("observer", "elsewhere/#", "home-energy/home/receipt"))
    home_assistant = started(network.client("homeassistant"))
    home_assistant.publish("home-energy/home/charge/set", "on", response_topic="elsewhere/answer")
    home_assistant.publish("home-energy/home/charge/set", "off", response_topic="home-energy/answer")
    assert [observer.messages.get(timeout=harness.PATIENCE).topic for _ in range(2)] == ["home-energy/home/receipt"] * 2
    viewer.expect("home-energy/answer")
    assert network_agent.log().count("mqtt: connected") == 1


@pytest.mark.parametrize("user", ["homeassistant", "observer"])
def test_who_sends_commands_gets_answers_below_answers(started, network, network_agent, user):
    asker = started(network.client(user, f"home-energy/answers/{user}"))
    asker.publish("home-energy/home/charge/set", "on", response_topic=f"home-energy/answers/{user}", correlation=b"7")
    answer, receipt = asker.expect_message(f"home-energy/answers/{user}")
    assert (receipt["status"], answer.properties.CorrelationData, answer.retained) == ("ok", b"7", False)


def test_answers_are_written_by_the_agent_alone(started, network):
    """Nobody else can answer in its name."""
    reader = started(network.client("observer", "home-energy/answers/#"))
    for user in ("homeassistant", "viewer"):
        started(network.client(user)).publish("home-energy/answers/me", "forged")
    reader.publish("home-energy/answers/end", "the end")
    assert topics_before(reader, "home-energy/answers/end") == set()


def test_a_base_topic_that_the_access_list_forbids(started, folder, network):
    observer = started(network.client("observer", "#"))
    agent = started(agent_of(network, folder, "--base-topic", "elsewhere")).wait_connected()
    harness.wait_until(lambda: agent.get("/info")[1]["sim_time_min"] >= 30, "two ticks have passed")
    observer.publish("the/end")
    # It may tell Home Assistant of a device, whose topics then say nothing.
    assert topics_before(observer, "the/end") == {"homeassistant/device/elsewhere__home/config"}
    assert agent.log().count("mqtt: connected") == 1  # the broker drops the messages, and not the agent


# Client certificates


@pytest.fixture
def strict_network(started, folder):
    network = Network(folder, client_certificates=True)
    started(network.broker)
    return network


def certificate_options(network):
    return ["--mqtt-cert", network.certificate("agent.crt"), "--mqtt-key", network.certificate("agent.key")]


def test_a_client_certificate_is_user_and_password(started, folder, strict_network):
    options = ["--mqtt-ca", strict_network.certificate("ca.crt"), *certificate_options(strict_network)]
    agent = started(harness.Agent(folder, *options, uri=strict_network.uri)).wait_connected()
    certs = strict_network.etc / "certs"
    tls = {"ca_certs": str(certs / "ca.crt"), "certfile": str(certs / "agent.crt"), "keyfile": str(certs / "agent.key")}
    peer = started(harness.Client(strict_network.broker.port, "home-energy/#", tls=tls))  # the same user, by its CN
    peer.expect("home-energy/status", lambda p: p == "online")
    peer.publish("home-energy/home/charge/set", "on")
    assert peer.expect("home-energy/home/receipt")["status"] == "ok"
    assert agent.get("/info")[1]["ev_battery_charge_start_stopp"] is True


def test_without_a_client_certificate_there_is_no_way_in(started, folder, strict_network):
    agent = started(agent_of(strict_network, folder))
    wait_logged(agent, "no connection to")
    harness.wait_until(lambda: strict_network.attempts() >= ATTEMPTS, "the agent tried again and again")
    assert never_connected(agent)


def test_a_client_certificate_of_another_authority_is_refused(started, folder, strict_network):
    key, cert = strict_network.certificate("own.key"), strict_network.certificate("own.crt")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                    "-keyout", key, "-out", cert, "-subj", "/CN=home-energy-agent"], check=True, capture_output=True)
    agent = started(agent_of(strict_network, folder, "--mqtt-cert", cert, "--mqtt-key", key))
    wait_logged(agent, "no connection to")
    assert never_connected(agent)
