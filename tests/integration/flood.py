"""Floods of MQTT messages, faster than a client library sends them, and what the agent's memory and answers are
meanwhile."""

import contextlib
import http.client
import json
import select
import socket
import struct
import subprocess
import sys
import time

import harness

CONNECT = b"\x10\x0d\x00\x04MQTT\x05\x02\x00\x00\x00\x00\x00"  # MQTT 5, clean start, no keep-alive, a name by the broker
RESPONSE_TOPIC, CORRELATION = 8, 9  # MQTT 5, 2.2.2.2


def length(number):
    """A variable byte integer (MQTT 5, 1.5.5)."""
    out = b""
    while True:
        number, low = divmod(number, 128)
        out += bytes([low | (128 if number else 0)])
        if not number:
            return out


def text(data):
    data = data if isinstance(data, bytes) else data.encode()
    return struct.pack(">H", len(data)) + data


def publish(topic, payload, response_topic=None, correlation=None):
    """A PUBLISH packet of QoS 0."""
    properties = b""
    if response_topic is not None:
        properties += bytes([RESPONSE_TOPIC]) + text(response_topic)
    if correlation is not None:
        properties += bytes([CORRELATION]) + text(correlation)
    rest = text(topic) + length(len(properties)) + properties + payload
    return b"\x30" + length(len(rest)) + rest


class Sender:
    """A connection to the broker that sends packets as fast as it takes them."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=harness.PATIENCE)
        self.socket.sendall(CONNECT)
        assert self.socket.recv(4096)[0] == 0x20, "CONNACK"
        self.socket.settimeout(12 * harness.PATIENCE)

    def send(self, packet, count):
        """@return the seconds that it took"""
        began, together = time.monotonic(), max(1, 65536 // len(packet))
        for done in range(0, count, together):
            self.socket.sendall(packet * min(together, count - done))
        return time.monotonic() - began

    def close(self):
        self.socket.close()


class Watch:
    """The highest resident memory of an agent and the times that /healthz took, from when it begins. A process of its
    own: threads of one Python wait for each other."""

    def __init__(self, agent):
        self.command = [sys.executable, "-B", __file__, str(agent.port), str(agent.pid)]

    def __enter__(self):
        self.popen = subprocess.Popen(self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.before_kib = int(self.popen.stdout.readline())
        return self

    def __exit__(self, *_error):
        out, _ = self.popen.communicate()
        self.highest_kib, self.statuses, self.seconds = json.loads(out)

    @property
    def grown_kib(self):
        return self.highest_kib - self.before_kib


def watch(port, pid):
    """What such a process does until its input ends."""
    print(harness.resident_kib(pid), flush=True)
    highest, statuses, seconds = 0, set(), []
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=12 * harness.PATIENCE)
    with contextlib.closing(connection):
        while not select.select([sys.stdin], [], [], 0.002)[0] or not seconds:
            began = time.monotonic()
            connection.request("GET", "/healthz")
            answer = connection.getresponse()
            answer.read()
            seconds.append(time.monotonic() - began)
            statuses.add(answer.status)
            highest = max(highest, harness.resident_kib(pid))
    print(json.dumps([highest, sorted(statuses), sorted(seconds)]))


if __name__ == "__main__":
    watch(*map(int, sys.argv[1:]))
