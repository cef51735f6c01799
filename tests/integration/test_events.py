"""GET /events: what changes, as it changes. Streams that stay, come back, do not read, or are too many."""

import json
import socket
import time

import pytest

import harness
from http_helpers import NO_BROKER, STILL, HeldStreams, Raw, get

TOPICS = {"clock", "baseload", "price", "battery", "grid", "plan", "baseload/profile", "price/profile"}


class Stream:
    """An event stream, read event by event."""

    def __init__(self, port, path="/events", last_event_id=None, receive_buffer=None):
        self.socket = socket.socket()
        if receive_buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.settimeout(harness.PATIENCE)
        self.socket.connect(("127.0.0.1", port))
        lines = [f"Last-Event-ID: {last_event_id}"] if last_event_id else []
        self.socket.sendall(get(path, *lines))
        self.text, self.last_id = b"", None

    def __enter__(self):
        return self

    def __exit__(self, *_error):
        self.socket.close()

    def until(self, end):
        while end not in self.text:
            chunk = self.socket.recv(65536)
            assert chunk, "the server ended the stream"
            self.text += chunk
        before, _, self.text = self.text.partition(end)
        return before.decode()

    def head(self):
        return self.until(b"\r\n\r\n")

    def block(self):
        """The next block as its fields; a comment is the field of no name."""
        fields = dict(line.partition(":")[::2] for line in self.until(b"\n\n").split("\n"))
        self.last_id = fields.get("id", self.last_id)
        return {name: value.strip() for name, value in fields.items()}

    def event(self, name=None, condition=lambda payload: True):
        """The payload of the next event of that name that meets the condition, or (name, payload) of the next."""
        while True:
            block = self.block()
            if "event" not in block:
                continue
            payload = json.loads(block["data"])
            if name is None:
                return block["event"], payload
            if block["event"] == name and condition(payload):
                return payload


@pytest.fixture
def home(started, folder):
    return started(harness.Agent(folder, uri=NO_BROKER))


def test_a_stream_begins_with_everything_and_goes_on_with_what_changes(home):
    with Stream(home.port) as stream:
        head = stream.head().lower()
        assert head.startswith("http/1.1 200") and "content-type: text/event-stream" in head
        assert "content-length" not in head and "access-control-allow-origin: *" in head
        assert stream.block() == {"retry": "1000"}
        assert {stream.event()[0] for _ in TOPICS} == TOPICS
        first = stream.event("clock")
        second = stream.event("clock")
    assert second["minute"] == (first["minute"] + 15) % 60


def test_events_are_what_mqtt_says(started, folder, broker):
    agent = harness.online_agent(started, folder, broker)
    client = started(harness.Client(broker.port, "home-energy/home/#"))
    with Stream(agent.port) as stream:
        client.publish("home-energy/home/charge/set", "on")
        over_mqtt = client.expect("home-energy/home/battery", lambda payload: payload["charging"] == "on")
        assert stream.event("battery", lambda payload: payload["charging"] == "on")["soc_percent"] >= 20
        later = client.expect("home-energy/home/battery", lambda payload: payload["charged_kwh"] > over_mqtt["charged_kwh"])
        assert stream.event("battery", lambda payload: payload["charged_kwh"] >= later["charged_kwh"]) == later


def test_a_command_shows_at_once(started, folder):
    still = started(harness.Agent(folder, *STILL, uri=NO_BROKER))
    with Stream(still.port) as stream:
        for _ in TOPICS:
            stream.event()
        began = time.monotonic()
        still.post("/charge", {"charging": "on"})
        assert stream.event("battery")["charging"] == "on"
        assert time.monotonic() - began < 2  # as good as at once, on a busy machine, too


def test_who_comes_back_gets_what_has_changed_since(started, folder):
    still = started(harness.Agent(folder, *STILL, uri=NO_BROKER))
    with Stream(still.port) as stream:
        for _ in TOPICS:
            stream.event()
        last_id = stream.last_id.strip()
    still.post("/charge_limit", {"charge_limit": 77})
    with Stream(still.port, last_event_id=last_id) as stream:
        name, battery = stream.event()
        assert (name, battery["limit_percent"]) == ("battery", 77.0)
    for nonsense in ("1-1", "x" * 4000, "-", last_id + "9999"):
        with Stream(still.port, last_event_id=nonsense) as stream:
            assert {stream.event()[0] for _ in TOPICS} == TOPICS


def test_each_home_has_its_events(started, folder):
    homes = started(harness.Agent(folder, *STILL, "--homes", "3", uri=NO_BROKER))
    with Stream(homes.port, "/homes/home-3/events") as third, Stream(homes.port) as first:
        for stream in (third, first):
            for _ in TOPICS:
                stream.event()
        homes.post("/homes/home-3/charge", {"charging": "on"})
        assert third.event("battery")["charging"] == "on"
        homes.post("/charge_limit", {"charge_limit": 50})
        assert first.event("battery") | {"charging": "off", "limit_percent": 50.0} == first_state(homes)
    assert homes.request("GET", "/homes/home-4/events")[0] == 404


def first_state(homes):
    return homes.get("/state")[1]["battery"]


def test_a_quiet_stream_is_kept_alive_by_a_comment(started, folder):
    still = started(harness.Agent(folder, *STILL, "--http-timeout", "6", uri=NO_BROKER))
    with Stream(still.port) as stream:
        stream.head()
        stream.block()
        for _ in TOPICS:
            stream.block()
        began = time.monotonic()
        assert stream.block() == {"": ""}
        assert 2 < time.monotonic() - began < harness.PATIENCE


def test_a_page_that_does_not_read_is_dropped_and_delays_nobody(started, folder):
    """Its buffers fill: this takes events that are large and many, so each price that is set counts 20 KB."""
    fast = started(harness.Agent(folder, "--seconds-per-hour", "0.4", "--tick", "100ms", "--http-timeout", "5", uri=NO_BROKER))
    deaf = Stream(fast.port, receive_buffer=4096)
    end = time.monotonic() + 90
    with deaf, Stream(fast.port) as reader:
        price = 0
        while time.monotonic() < end:
            price += 1
            assert fast.post("/price", [price % 19 + i / 100 for i in range(96)])[0] == 200
            reader.event("clock")
            if is_dropped(fast, deaf):
                break
        else:
            raise AssertionError("a stream that does not read was not dropped within 90 s")


def is_dropped(agent, stream):
    """Whether the server has closed its end, as the kernel knows it."""
    mine = f"{stream.socket.getsockname()[1]:04X}"
    with open("/proc/net/tcp", encoding="ascii") as table:
        for line in table.readlines()[1:]:
            fields = line.split()
            if fields[1].endswith(f":{agent.port:04X}") and fields[2].endswith(f":{mine}"):
                return fields[3] not in ("01",)  # ESTABLISHED
    return True


def test_streams_are_counted_apart_and_bounded(started, folder):
    still = started(harness.Agent(folder, *STILL, uri=NO_BROKER))
    with HeldStreams(still.port, 1024) as streams:
        assert streams.answered == 1024
        assert still.get("/info")[0] == 200  # other requests are served as ever
        with Raw(still.port) as one_too_many:
            assert one_too_many.send(get("/events")).answer().status == 503
        streams.close_one()
        harness.wait_until(lambda: served_stream(still.port), "the place of one that has gone is free")


def served_stream(port):
    with Stream(port) as stream:
        return stream.head().startswith("HTTP/1.1 200")


def test_head_of_a_stream_ends(home):
    with Raw(home.port) as peer:
        answer = peer.send(get("/events", method="HEAD")).answer(with_body=False)
        assert (answer.status, answer.headers["content-type"]) == (200, "text/event-stream")
        assert peer.send(get("/charge")).answer().status == 200


def test_what_is_sent_into_a_stream_means_nothing(home):
    with Stream(home.port) as stream:
        stream.socket.sendall(b"POST /charge HTTP/1.1\r\nContent-Length: 17\r\n\r\n{\"charging\":\"on\"}" * 100)
        stream.event("clock", lambda clock: clock["minute"] == 45)
    assert home.get("/state")[1]["battery"]["charging"] == "off"
