"""What the HTTP tests share: a connection that shows bytes as they are, and a home whose time stands still."""

import collections
import contextlib
import os
import re
import socket
import subprocess

import pytest

import harness

NO_BROKER = "mqtt://127.0.0.1:1"  # nothing listens there
STILL = ("--seconds-per-hour", "3600", "--tick", "60s")  # no test lasts until the first tick
SANITIZED = os.environ.get("HOME_ENERGY_SANITIZED") == "1"
# AddressSanitizer keeps 256 MiB of freed memory from reuse; with 1 MiB the resident size tells something again.
SMALL_QUARANTINE = {"ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "") + ":quarantine_size_mb=1"}

Answer = collections.namedtuple("Answer", "status headers body")


class Raw:
    """A TCP connection to the agent: sends any bytes, takes one answer after the other."""

    def __init__(self, port, host="127.0.0.1", patience=harness.PATIENCE):
        self.socket = socket.create_connection((host, port), timeout=patience)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.received = b""

    def __enter__(self):
        return self

    def __exit__(self, *_error):
        self.socket.close()

    def send(self, data):
        self.socket.sendall(data)
        return self

    def more(self):
        """False once the server has closed."""
        try:
            chunk = self.socket.recv(65536)
        except ConnectionResetError:
            return False
        self.received += chunk
        return bool(chunk)

    def answer(self, with_body=True):
        """The next answer, an interim one (1xx) too; None where the server closed instead."""
        while b"\r\n\r\n" not in self.received:
            if not self.more():
                return None
        head, _, rest = self.received.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        size = int(headers.get("content-length", 0)) if with_body else 0
        while len(rest) < size and self.more():
            rest = self.received.partition(b"\r\n\r\n")[2]
        self.received = rest[size:]
        return Answer(int(first.split()[1]), headers, rest[:size])

    def is_closed_by_server(self):
        """Waits for the end; bytes that come instead of it are wrong."""
        return not self.received and not self.more()

    def is_silent(self, seconds=0.2):
        """Nothing comes within a moment, neither bytes nor the end."""
        before = self.socket.gettimeout()
        self.socket.settimeout(seconds)
        with contextlib.suppress(TimeoutError):
            self.more()
            return False
        self.socket.settimeout(before)
        return not self.received


def post(path, body, *lines):
    """A POST as bytes, with its Content-Length."""
    head = [f"POST {path} HTTP/1.1", "Host: localhost", f"Content-Length: {len(body)}", *lines]
    return "\r\n".join(head).encode() + b"\r\n\r\n" + body


def get(path, *lines, method="GET"):
    return "\r\n".join([f"{method} {path} HTTP/1.1", "Host: localhost", *lines]).encode() + b"\r\n\r\n"


def chunked(body, size):
    parts = [body[at:at + size] for at in range(0, len(body), size)] + [b""]
    return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts)


def body_of(agent, path):
    """The text as it stands on the wire: 20.0 is not 20."""
    status, _, body = agent.request("GET", path)
    assert status == 200
    return body.decode()


def command_state(agent, path="/state"):
    """What commands change."""
    battery = agent.get(path)[1]["battery"]
    return {key: battery[key] for key in ("charging", "limit_percent", "soc_percent", "charged_kwh")}


def environment():
    return {name: value for name, value in os.environ.items() if not name.startswith("HOME_ENERGY_")}


def run_to_its_end(*arguments):
    """For an agent that is to refuse: (exit code, standard output, lines of standard error)."""
    command = [harness.AGENT, *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, timeout=harness.PATIENCE, env=environment(), text=True)
    return done.returncode, done.stdout, done.stderr.splitlines()


def logged_port(process):
    """The port that the agent tells in its log."""
    found = harness.wait_until(lambda: re.search(r"listening at http://127\.0\.0\.1:(\d+)", process.log()),
                               f"the log tells the port: {process.log()}")
    return int(found[1])


def has_ipv6():
    with contextlib.closing(socket.socket(socket.AF_INET6)) as probe:
        try:
            probe.bind(("::1", 0))
        except OSError:
            return False
        return True


@pytest.fixture(scope="module")
def still_agent(tmp_path_factory):
    agent = harness.Agent(tmp_path_factory.mktemp("http"), *STILL, uri=NO_BROKER, env=SMALL_QUARANTINE).start()
    yield agent
    agent.kill()
    log = agent.log()
    assert "Sanitizer" not in log and "runtime error" not in log and "failed inside" not in log, log


@pytest.fixture
def home(still_agent):
    """A home at rest at 00:00, with no broker: one agent for all tests of a file, put back before each."""
    assert still_agent.post("/discharge", {"discharging": "on"})[0] == 200
    assert still_agent.post("/charge_limit", {"charge_limit": 100})[0] == 200
    return still_agent


class HeldStreams:
    """Streams of events held open by a process with descriptors of its own. `answered` of them with 200."""

    HOLDER = """
import socket, sys
held, fine = [], 0
for _ in range(int(sys.argv[2])):
    peer = socket.create_connection(("127.0.0.1", int(sys.argv[1])), timeout=30)
    peer.sendall(b"GET /events HTTP/1.1\\r\\nHost: 127.0.0.1\\r\\n\\r\\n")
    fine += peer.recv(64).startswith(b"HTTP/1.1 200")
    held.append(peer)
print(fine, flush=True)
for _ in sys.stdin:
    held.pop().close()
"""

    def __init__(self, port, count):
        self.process = subprocess.Popen(
            ["/usr/bin/prlimit", "--nofile=2000:", "/usr/bin/python3", "-B", "-c", self.HOLDER, str(port), str(count)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.answered = int(self.process.stdout.readline())

    def close_one(self):
        self.process.stdin.write("\n")
        self.process.stdin.flush()

    def __enter__(self):
        return self

    def __exit__(self, *_error):
        self.process.communicate("")
