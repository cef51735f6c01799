"""Debian's other brokers as real parts: each starts on free loopback ports, with its files in the test's folder, and is
stopped by its process id."""

import pathlib

import harness


class Nats(harness.Process):
    """A NATS server: MQTT 3.1.1, by way of JetStream; no QoS 2."""

    def __init__(self, folder):
        self.port, nats_port = harness.free_port(), harness.free_port()
        store, config = pathlib.Path(folder) / "jetstream", pathlib.Path(folder) / f"nats-{self.port}.conf"
        config.write_text(f"""listen: 127.0.0.1:{nats_port}
server_name: test
jetstream {{ store_dir: "{store}" }}
mqtt {{ listen: 127.0.0.1:{self.port} }}
""")
        super().__init__(["/usr/sbin/nats-server", "-c", config], config.with_suffix(".log"))

    def start(self):
        super().start()
        harness.wait_until(lambda: harness.is_listening(self.port), f"NATS listens: {self.log()}")
        return self

    @property
    def uri(self):
        return f"mqtt://127.0.0.1:{self.port}"
