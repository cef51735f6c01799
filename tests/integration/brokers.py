"""Debian's other brokers as real parts, aedes of npm and a proxy: each starts on free loopback ports, with its files in the
test's folder, runs as whoever tests, and is stopped by its process id together with the processes that it started."""

import os
import pathlib
import subprocess

import harness

START_PATIENCE = 180.0  # seconds: RabbitMQ takes 10 s on an idle machine, a minute and more beside many builds
AEDES = pathlib.Path(os.environ.get("HOME_ENERGY_AEDES", harness.SOURCE / "build/aedes"))  # where npm has put it


class MqttBroker(harness.Process):
    """A broker whose MQTT port is `port`."""

    READY = ""  # what it logs when it is up, where it listens before that

    def start(self):
        before = self.log().count(self.READY) if self.log_path.exists() else 0
        super().start()
        try:
            harness.wait_until(lambda: not self.running() or self.is_up(before), "the broker is up", START_PATIENCE)
        except AssertionError as error:
            raise AssertionError(f"{error}: {self.log()[-3000:]}") from None
        assert self.running(), self.log()
        return self

    def is_up(self, ready_before):
        return harness.is_listening(self.port) and (not self.READY or self.log().count(self.READY) > ready_before)

    @property
    def uri(self):
        return f"mqtt://127.0.0.1:{self.port}"


class Nats(MqttBroker):
    """A NATS server: MQTT 3.1.1, by way of JetStream; no QoS 2."""

    def __init__(self, folder):
        self.port, nats_port = harness.free_port(), harness.free_port()
        store, self.config = pathlib.Path(folder) / "jetstream", pathlib.Path(folder) / f"nats-{self.port}.conf"
        self.config.write_text(f"""listen: 127.0.0.1:{nats_port}
server_name: test
jetstream {{ store_dir: "{store}" }}
mqtt {{ listen: 127.0.0.1:{self.port} }}
""")
        super().__init__(["/usr/sbin/nats-server", "-c", self.config], self.config.with_suffix(".log"))


class Aedes(MqttBroker):
    """Aedes, in memory: MQTT 3.1.1."""

    def __init__(self, folder):
        self.port = harness.free_port()
        code = f"require('net').createServer(require('aedes')().handle).listen({self.port}, '127.0.0.1')"
        super().__init__(["node", "-e", code], pathlib.Path(folder) / f"aedes-{self.port}.log",
                         os.environ | {"NODE_PATH": str(AEDES / "node_modules")})


class HaProxy(MqttBroker):
    """haproxy in TCP mode: takes a connection whether the broker at `target` is there or not, and closes it where it is
    not."""

    def __init__(self, folder, target):
        self.port = harness.free_port()
        config = pathlib.Path(folder) / f"haproxy-{self.port}.cfg"
        config.write_text(f"""defaults
  mode tcp
  timeout connect 1s
  timeout client 1h
  timeout server 1h
listen mqtt
  bind 127.0.0.1:{self.port}
  server broker 127.0.0.1:{target}
""")
        super().__init__(["/usr/sbin/haproxy", "-db", "-f", config], config.with_suffix(".log"))


class Epmd(harness.Process):
    """Where Erlang's nodes find each other: one of its own, so that none starts a daemon that stays."""

    def __init__(self, folder):
        self.port = harness.free_port()
        super().__init__(["/usr/bin/epmd", "-port", self.port, "-address", "127.0.0.1"],
                         pathlib.Path(folder) / f"epmd-{self.port}.log")

    def start(self):
        super().start()
        harness.wait_until(lambda: harness.is_listening(self.port), "epmd listens")
        return self


class ErlangNode(MqttBroker):
    """A broker written in Erlang, which has helper processes of its own."""

    LOOPBACK = ["-kernel", "inet_dist_use_interface", "{127,0,0,1}"]

    def __init__(self, folder, epmd, command, env):
        (folder / "inetrc").write_text("{lookup, [file]}.\n")  # asks no name server, which may not answer
        home = {"HOME": str(folder), "ERL_INETRC": str(folder / "inetrc"), "ERL_EPMD_PORT": str(epmd.port),
                "ERL_EPMD_ADDRESS": "127.0.0.1"}
        super().__init__(command, pathlib.Path(folder) / "out.log", os.environ | home | env)

    def kill(self):
        helpers = descendants(self.pid) if self.running() else []
        super().kill()
        harness.wait_until(lambda: not any(map(parent_of, helpers)), f"the helpers {helpers} of the node are gone")


class RabbitMq(ErlangNode):
    """RabbitMQ with its MQTT plugin: MQTT 3.1.1."""

    READY = "Server startup complete"
    SERVER = next(pathlib.Path("/usr/lib/rabbitmq/lib").glob("rabbitmq_server-*/sbin/rabbitmq-server"), "rabbitmq-server")

    def __init__(self, folder, epmd):
        self.port, folder = harness.free_port(), own_folder(folder, "rabbitmq")
        (folder / "plugins").write_text("[rabbitmq_mqtt].\n")
        (folder / "rabbitmq.conf").write_text(f"""listeners.tcp.1 = 127.0.0.1:{harness.free_port()}
mqtt.listeners.tcp.1 = 127.0.0.1:{self.port}
log.console = true
log.file = false
""")
        paths = {"CONFIG_FILE": "rabbitmq.conf", "ENABLED_PLUGINS_FILE": "plugins", "MNESIA_BASE": "mnesia",
                 "LOG_BASE": "log", "GENERATED_CONFIG_DIR": "generated", "FEATURE_FLAGS_FILE": "feature_flags"}
        env = {f"RABBITMQ_{name}": str(folder / path) for name, path in paths.items()} | {
            "RABBITMQ_NODENAME": f"rabbit-{self.port}@127.0.0.1", "RABBITMQ_USE_LONGNAME": "true",
            "RABBITMQ_DIST_PORT": str(harness.free_port()), "RABBITMQ_CONF_ENV_FILE": "/dev/null",
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": " ".join(self.LOOPBACK),
            "RUNNING_UNDER_SYSTEMD": "true"}  # without a shell between us and the node
        super().__init__(folder, epmd, [self.SERVER], env)


class Ejabberd(ErlangNode):
    """ejabberd: MQTT 5 and 3.1.1. It asks for a user, here one with any password."""

    READY = "is started in the node"
    COOKIE, USER = "home_energy", "car@home"

    def __init__(self, folder, epmd, name="a"):
        self.port, self.name, folder = harness.free_port(), f"{name}@127.0.0.1", own_folder(folder, f"ejabberd-{name}")
        self.epmd = epmd
        (folder / "ejabberd.yml").write_text(f"""hosts: [home]
loglevel: info
auth_method: anonymous
anonymous_protocol: login_anon
allow_multiple_connections: true
listen: [{{module: mod_mqtt, ip: 127.0.0.1, port: {self.port}}}]
modules: {{mod_mqtt: {{access_publish: {{"#": all}}, access_subscribe: {{"#": all}}}}}}
""")
        env = {"EJABBERD_CONFIG_PATH": str(folder / "ejabberd.yml"), "EJABBERD_LOG_PATH": str(folder / "ejabberd.log"),
               "ERL_LIBS": "/usr/lib/x86_64-linux-gnu", "ERL_CRASH_DUMP_BYTES": "0"}
        super().__init__(folder, epmd, ["/usr/bin/erl", "-noinput", "-name", self.name, "-setcookie", self.COOKIE,
                                        *self.LOOPBACK, "-mnesia", "dir", f'"{folder / "spool"}"',
                                        "-mnesia", "core_dir", f'"{folder}"', "-s", "ejabberd"], env)

    def join(self, other):
        """Forms a cluster with the node `other`."""
        # In a process that writes to the node's own output: that of erl_call takes none, and the join would wait for it.
        code = f"spawn(fun() -> group_leader(whereis(init), self()), ejabberd_cluster:join('{other.name}') end).\n"
        self.call("-e", text=code)
        harness.wait_until(lambda: self.call("-a", "ejabberd_cluster get_nodes []").count("@") == 2, "both nodes are one", 60)
        harness.wait_until(lambda: harness.is_listening(self.port), "the node is back", START_PATIENCE)

    def call(self, *arguments, text=None):
        command = ["/usr/lib/erlang/bin/erl_call", "-c", self.COOKIE, "-name", self.name, *arguments]
        return subprocess.run(command, env=self.env, input=text, capture_output=True, text=True, check=True).stdout


def own_folder(folder, name):
    path = pathlib.Path(folder) / name
    path.mkdir()
    return path


def parent_of(pid):
    """None where there is no such process, or only its exit code."""
    try:
        state, parent = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[:2]
    except OSError:
        return None
    return None if state == "Z" else int(parent)


def descendants(pid):
    parents = {int(path.name): parent_of(path.name) for path in pathlib.Path("/proc").iterdir() if path.name.isdigit()}
    found = [pid]
    for each in found:
        found += [child for child, parent in parents.items() if parent == each]
    return found[1:]
