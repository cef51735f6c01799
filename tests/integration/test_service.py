"""The agent as a service of systemd: what it tells the service manager, and the secrets that it is given."""

import contextlib
import json
import os
import pathlib
import signal
import socket
import subprocess
import threading

import pytest

import harness

WATCHDOG = 0.3  # seconds


class ServiceManager:
    """The socket to which a service tells how it is."""

    def __init__(self, path):
        self.path = path
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(str(path))
        self.socket.settimeout(harness.PATIENCE)

    def next(self):
        return self.socket.recv(4096).decode()

    def until(self, wanted):
        """All that is told until this comes, which is the last of it."""
        told = [self.next()]
        while told[-1] != wanted:
            told.append(self.next())
        return told

    def silent_for(self, seconds):
        self.socket.settimeout(seconds)
        with contextlib.suppress(TimeoutError):
            self.next()
            return False
        return True

    def close(self):
        self.socket.close()


@pytest.fixture
def manager(started, folder):
    return started(ServiceManager(folder / "notify"))


def environment_of(manager):
    return {"NOTIFY_SOCKET": str(manager.path), "WATCHDOG_USEC": str(int(WATCHDOG * 1e6))}


def test_it_tells_that_it_is_there_broker_or_not_and_that_it_goes(started, folder, manager):
    nowhere = f"mqtt://127.0.0.1:{harness.free_port()}"
    agent = started(harness.Agent(folder, "--clock", "paused", uri=nowhere, env=environment_of(manager)))
    told = manager.until("READY=1")
    assert told[0].startswith("EXTEND_TIMEOUT_USEC=") and "WATCHDOG=1" not in told
    assert agent.get("/healthz")[0] == 200
    for _ in range(5):  # also while the clock stands still
        assert manager.next() == "WATCHDOG=1"
    assert agent.stop()[0] == 0
    assert manager.until("STOPPING=1")


def test_a_thread_that_takes_no_turns_feeds_no_watchdog(started, folder, broker, manager):
    agent = started(harness.Agent(folder, uri=broker.uri, env=environment_of(manager)))
    manager.until("WATCHDOG=1")
    agent.signal(signal.SIGSTOP)
    while not manager.silent_for(2 * WATCHDOG):
        pass
    agent.signal(signal.SIGCONT)
    assert not manager.silent_for(harness.PATIENCE)


def test_without_a_watchdog_it_tells_nothing_more(started, folder, broker, manager):
    started(harness.Agent(folder, uri=broker.uri, env={"NOTIFY_SOCKET": str(manager.path)}))
    manager.until("READY=1")
    assert manager.silent_for(4 * WATCHDOG)


def test_a_service_manager_that_is_gone_is_no_trouble(started, folder, broker):
    agent = started(harness.Agent(folder, uri=broker.uri, env={"NOTIFY_SOCKET": str(folder / "nobody"), "WATCHDOG_USEC": "1000"}))
    assert agent.get("/info")[0] == 200


def test_the_secrets_are_those_of_its_credentials(started, folder, broker):
    credentials = pathlib.Path(folder, "credentials")
    credentials.mkdir()
    (credentials / "home-energy-agent_http-token").write_text("once\n")
    agent = started(harness.Agent(folder, uri=broker.uri, env={"CREDENTIALS_DIRECTORY": str(credentials)}))
    assert agent.get("/info")[0] == 401
    assert agent.get("/info", Authorization="Bearer once")[0] == 200
    agent.stop()
    # An option comes first.
    (folder / "token").write_text("twice\n")
    agent = started(harness.Agent(folder, "--http-token-file", folder / "token", uri=broker.uri,
                                  env={"CREDENTIALS_DIRECTORY": str(credentials)}))
    assert agent.get("/info", Authorization="Bearer once")[0] == 401
    assert agent.get("/info", Authorization="Bearer twice")[0] == 200
    # One that is empty is told of, and named.
    (credentials / "home-energy-agent_http-token").write_text("")
    wrong = harness.Agent(folder, uri=broker.uri, env={"CREDENTIALS_DIRECTORY": str(credentials)})
    super(harness.Agent, wrong).start()
    assert wrong.popen.wait(harness.PATIENCE) == 2
    assert "--http-token-file: must be a file whose first line is the secret" in wrong.log()


def health(*options, **environment):
    run = subprocess.run([harness.AGENT, "health", *map(str, options)], capture_output=True, text=True, timeout=harness.PATIENCE,
                         env={**environment, "PATH": os.environ["PATH"]})
    return run.returncode, run.stdout, run.stderr


def test_health_asks_a_running_agent(started, folder, broker):
    agent = started(harness.Agent(folder, uri=broker.uri)).wait_connected()
    code, out, _ = health("--http-port", agent.port)
    assert code == 0 and json.loads(out) == agent.get("/healthz")[1]
    assert health(HOME_ENERGY_HTTP_PORT=str(agent.port))[0] == 0
    (folder / "options.toml").write_text(f'http-port = {agent.port}\nhttp-address = "127.0.0.1"\n')
    assert health("--config", folder / "options.toml")[0] == 0
    agent.signal(signal.SIGSTOP)
    code, out, err = health("--http-port", agent.port)
    assert (code, out) == (1, "") and err.startswith("home-energy-agent: no answer: ")
    agent.signal(signal.SIGCONT)


def test_health_where_there_is_none(started, folder, broker):
    code, out, err = health("--http-port", harness.free_port())
    assert (code, out) == (1, "") and err.count("\n") == 1
    for wrong, reason in (("off", "health needs to know the port"), ("0", "health needs to know the port"), ("x", "must be 0..65535")):
        code, _, err = health("--http-port", wrong)
        assert code == 2 and reason in err
    # What answers, but not well.
    with socket.create_server(("127.0.0.1", 0)) as other:
        threading.Thread(target=answer_once, args=(other, b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 2\r\n\r\n{}"), daemon=True).start()
        assert health("--http-port", other.getsockname()[1])[:2] == (1, "{}\n")
        threading.Thread(target=answer_once, args=(other, b"\0" * 100_000), daemon=True).start()
        assert health("--http-port", other.getsockname()[1])[0] == 1


def answer_once(server, answer):
    peer, _ = server.accept()
    with contextlib.closing(peer):
        peer.recv(65536)
        peer.sendall(answer)


def test_the_brokers_password_is_a_credential(started, folder):
    users = folder / "users"
    subprocess.run(["mosquitto_passwd", "-b", "-c", users, "car", "secret"], check=True, capture_output=True)
    users.chmod(0o644)
    guarded = started(harness.Broker(folder, config=f"user root\nlistener @PORT@ 127.0.0.1\nallow_anonymous false\npassword_file {users}\n"))
    credentials = folder / "of-service"
    credentials.mkdir()
    (credentials / "home-energy-agent_mqtt-password").write_text("secret\n")
    agent = started(harness.Agent(folder, "--mqtt-username", "car", uri=guarded.uri, env={"CREDENTIALS_DIRECTORY": str(credentials)}))
    harness.wait_until(lambda: agent.get("/healthz")[1]["broker"] == "connected", "the broker knows it")
