"""Real parts for the integration tests: a mosquitto, an agent, MQTT and HTTP clients. Everything binds loopback, on
free ports, and is stopped by its process id."""

import collections
import contextlib
import http.client
import json
import os
import pathlib
import queue
import random
import signal
import socket
import subprocess
import time

import paho.mqtt.client as paho
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

SOURCE = pathlib.Path(__file__).resolve().parents[2]
AGENT = os.environ.get("HOME_ENERGY_AGENT", str(SOURCE / "build/dev/agent/home-energy-agent"))
BENT_AGENT = os.environ.get("HOME_ENERGY_BENT_AGENT", str(SOURCE / "build/dev/tests/bent-agent"))  # bent.c: its disk, its clock
# Seconds to wait for what must come; far above what it takes, for busy machines and sanitizers.
PATIENCE = float(os.environ.get("HOME_ENERGY_PATIENCE", "10"))

# What a machine may lack without being at fault, and nothing else: every other skipped test counts as failed (conftest).
NO_IPV6, NO_LOCALHOST = "no IPv6 here", "the name localhost is not known here"
MAY_LACK = {NO_IPV6, NO_LOCALHOST}


def knows_localhost():
    try:
        return bool(socket.getaddrinfo("localhost", None))
    except socket.gaierror:
        return False


# Below those from which the kernel takes ports of connections and of port 0.
PORTS = range(10_000, 32_000)
# Sockets whose names claim a port for this process, among all processes that test. The oldest are given up, which serve no
# test any more: the clients of MQTT wait with select(2), which knows no descriptor above 1,023.
claims = collections.deque(maxlen=200)


def free_port():
    """A port of 127.0.0.1 where nobody listens, and which no other test gets while one needs it."""
    for _ in PORTS:
        port = random.SystemRandom().choice(PORTS)
        claim = socket.socket(socket.AF_UNIX)
        try:
            claim.bind(f"\0home-energy-test-port-{port}")
            with contextlib.closing(socket.socket()) as probe:
                probe.bind(("127.0.0.1", port))
        except OSError:
            claim.close()
            continue
        claims.append(claim)
        return port
    raise AssertionError("no port is free")


def agent_version():
    return subprocess.run([AGENT, "--version"], capture_output=True, text=True, check=True).stdout.split()[1]


def wait_until(condition, what, patience=PATIENCE):
    """Polls until `condition()` is true; returns its value."""
    end = time.monotonic() + patience
    while True:
        value = condition()
        if value:
            return value
        assert time.monotonic() < end, f"waited {patience} s in vain until {what}"
        time.sleep(0.01)


def is_listening(port):
    with contextlib.closing(socket.socket()) as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def open_files(pid):
    """Where the descriptors of a process lead to; one that it closes meanwhile is left out."""
    links = []
    for descriptor in pathlib.Path(f"/proc/{pid}/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):
            links.append(os.readlink(descriptor))
    return links


def resident_kib(pid):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1])
    raise AssertionError("no VmRSS")


class Process:
    """A child process with its output in a file."""

    def __init__(self, command, log, env=None):
        self.command, self.log_path, self.env = [str(part) for part in command], pathlib.Path(log), env
        self.popen = None

    def start(self):
        with open(self.log_path, "ab") as log:
            self.popen = subprocess.Popen(self.command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=self.env)
        return self

    @property
    def pid(self):
        return self.popen.pid

    def log(self):
        return self.log_path.read_text(errors="replace")

    def running(self):
        return self.popen is not None and self.popen.poll() is None

    def signal(self, number):
        os.kill(self.pid, number)

    def kill(self):
        if self.running():
            self.signal(signal.SIGKILL)
            self.popen.wait()

    def stop(self, patience=PATIENCE):
        """SIGTERM; returns (exit code, seconds it took)."""
        if not self.running():
            return self.popen.returncode if self.popen else None, 0.0
        began = time.monotonic()
        self.signal(signal.SIGTERM)
        code = self.popen.wait(patience)
        return code, time.monotonic() - began

    def resident_kib(self):
        return resident_kib(self.pid)


# A broker for thousands of messages: a subscriber gets all that is retained at once.
ROOMY = """listener @PORT@ 127.0.0.1
allow_anonymous true
set_tcp_nodelay true
persistence false
max_queued_messages 0
log_dest stderr
log_type error
log_type warning
"""


class Broker(Process):
    """A mosquitto. With `config` None: the repository's loopback configuration on a port of its own; what is retained
    outlives it where it `keeps`."""

    def __init__(self, folder, port=None, config=None, keeps=False):
        self.port = port or free_port()
        self.config = pathlib.Path(folder) / f"mosquitto-{self.port}.conf"
        if config is None:
            config = (SOURCE / "mosquitto" / "mosquitto.conf").read_text()
            config = config.replace("listener 1883", f"listener {self.port}")
            assert "\npersistence true\n" in config, "the broker of ./dev run keeps what is retained"
            config = config.replace("persistence true", f"persistence {str(keeps).lower()}")
            place = pathlib.Path(folder) / f"broker-{self.port}"
            place.mkdir(exist_ok=True)
            place.chmod(0o777)  # mosquitto, started as root, writes as user mosquitto
            config = config.replace("build/broker", str(place))
        self.config.write_text(config.replace("@PORT@", str(self.port)))
        super().__init__(["/usr/sbin/mosquitto", "-c", self.config], self.config.with_suffix(".log"))

    def start(self):
        super().start()
        wait_until(lambda: is_listening(self.port), f"mosquitto listens: {self.log()}")
        return self

    @property
    def uri(self):
        return f"mqtt://127.0.0.1:{self.port}"


class Agent(Process):
    """The agent under test, on a free HTTP port unless `arguments` say otherwise."""

    started = 0

    def __init__(self, folder, *arguments, uri=None, env=None, port=None):
        Agent.started += 1
        self.port = port or free_port()
        command = [BENT_AGENT if env and "SLOW_DISK_FILE" in env else AGENT, "--http-port", self.port]
        if uri:
            command += ["--mqtt-uri", uri]
        environment = {name: value for name, value in os.environ.items() if not name.startswith("HOME_ENERGY_")}
        environment["XDG_STATE_HOME"] = str(folder)  # nothing is left behind in the home of who tests
        for name in ("STATE_DIRECTORY", "CREDENTIALS_DIRECTORY", "NOTIFY_SOCKET", "WATCHDOG_USEC"):
            environment.pop(name, None)
        environment.update(env or {})
        log = pathlib.Path(folder) / f"agent-{Agent.started}.log"
        super().__init__(command + list(arguments), log, environment)

    def start(self):
        super().start()
        wait_until(lambda: is_listening(self.port) or not self.running(), "the agent listens")
        assert self.running(), self.log()
        return self

    def get(self, path, **headers):
        """(status, parsed JSON or None)."""
        status, _, body = self.request("GET", path, headers=headers)
        return status, json.loads(body) if body else None

    def post(self, path, body, patience=PATIENCE, **headers):
        text = body if isinstance(body, (str, bytes)) else json.dumps(body)
        status, _, answer = self.request("POST", path, text, headers, patience)
        return status, json.loads(answer) if answer else None

    def move_clock(self, command, patience=PATIENCE):
        """Tells the clock of all homes something, as `{"step": "1h"}`; returns its object when all is published."""
        status, clock = self.post("/clock", command, patience)
        assert status == 200, clock
        return clock

    def request(self, method, path, body=None, headers=None, patience=PATIENCE):
        """(status, headers, body as bytes)."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=patience)
        with contextlib.closing(connection):
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            return answer.status, dict(answer.getheaders()), answer.read()

    def raw(self, data, patience=PATIENCE, half_close=True):
        """Sends bytes on a connection of its own; returns all that comes back until the server closes."""
        with contextlib.closing(socket.create_connection(("127.0.0.1", self.port), timeout=patience)) as peer:
            received = b""
            try:
                peer.sendall(data)
                if half_close:
                    peer.shutdown(socket.SHUT_WR)
                while chunk := peer.recv(65536):
                    received += chunk
            except (ConnectionResetError, BrokenPipeError):
                pass
            return received

    def wait_connected(self, patience=PATIENCE):
        wait_until(lambda: self.get("/healthz")[1]["broker"] == "connected", "the agent is at the broker", patience)
        return self


Message = collections.namedtuple("Message", "topic payload retained properties qos")


class Client:
    """An MQTT client that keeps what it gets, in order. Reads as a script: publish, then expect."""

    def __init__(self, port, *filters, version=paho.MQTTv5, user=None, password=None, client_id="", tls=None):
        self.version, self.messages = version, queue.Queue()
        options = {} if version == paho.MQTTv5 else {"clean_session": True}
        self.paho = paho.Client(client_id=client_id, protocol=version, **options)
        if user:
            self.paho.username_pw_set(user, password)
        if tls:
            self.paho.tls_set(**tls)
        self.subscribed, self.reason, self.granted = queue.Queue(), queue.Queue(), []
        self.paho.on_message = lambda _c, _u, m: self.messages.put(
            Message(m.topic, m.payload, m.retain, getattr(m, "properties", None), m.qos))
        self.paho.on_subscribe = lambda _c, _u, _mid, granted, *_rest: self.subscribed.put(granted)
        self.paho.on_connect = lambda _c, _u, _flags, reason, *_rest: self.reason.put(reason)
        self.paho.connect("127.0.0.1", port, keepalive=60)
        self.paho.loop_start()
        reason = self.reason.get(timeout=PATIENCE)
        self.refused = getattr(reason, "value", reason)
        for topic in filters:
            self.subscribe(topic)

    def subscribe(self, topic, qos=1):
        self.paho.subscribe(topic, qos)
        self.granted = self.subscribed.get(timeout=PATIENCE)
        return self

    def publish(self, topic, payload="", qos=1, retain=False, response_topic=None, correlation=None):
        """Waits until it is out, for QoS 1 and 2 until the broker has it."""
        properties = None
        if response_topic is not None or correlation is not None:
            properties = Properties(PacketTypes.PUBLISH)
            if response_topic is not None:
                properties.ResponseTopic = response_topic
            if correlation is not None:
                properties.CorrelationData = correlation
        info = self.paho.publish(topic, payload, qos, retain, properties)
        info.wait_for_publish(PATIENCE)
        return self

    def expect(self, topic, condition=lambda payload: True, patience=PATIENCE):
        """The next message on `topic` whose parsed payload meets `condition`; those before it are passed over."""
        return self.expect_message(topic, lambda m: condition(parsed(m)), patience)[1]

    def expect_message(self, topic, condition=lambda message: True, patience=PATIENCE):
        """The same, with the message itself: (message, parsed payload)."""
        end, seen = time.monotonic() + patience, []
        while True:
            try:
                message = self.messages.get(timeout=max(0.0, end - time.monotonic()))
            except queue.Empty:
                raise AssertionError(f"no such message on {topic} within {patience} s; there were {seen[-20:]}") from None
            if message.topic == topic and condition(message):
                return message, parsed(message)
            seen.append((message.topic, message.payload[:80]))

    def drain(self):
        """All messages that are here already."""
        found = []
        with contextlib.suppress(queue.Empty):
            while True:
                found.append(self.messages.get_nowait())
        return found

    def close(self):
        self.paho.disconnect()
        self.paho.loop_stop()
        # Without them nothing holds Paho's client but this one: it closes its last sockets when it is forgotten.
        self.paho.on_message = self.paho.on_subscribe = self.paho.on_connect = None


def parsed(message):
    try:
        return json.loads(message.payload)
    except ValueError:
        return message.payload.decode(errors="replace")


def wait_online(broker, base="home-energy"):
    """Until the agent says `online`. From then on it hears commands; that it is connected does not mean that yet."""
    with contextlib.closing(Client(broker.port, f"{base}/status")) as listener:
        listener.expect(f"{base}/status", lambda payload: payload == "online", 3 * PATIENCE)


def online_agent(started, folder, broker, *arguments, base="home-energy", **options):
    """A started agent that hears commands."""
    agent = started(Agent(folder, *arguments, uri=broker.uri, **options))
    wait_online(broker, base)
    return agent
