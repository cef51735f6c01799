"""A stand-in for Home Assistant: an MQTT client that does with discovery documents what a running one was seen to do. It
remembers entities over its restarts, but removes only what it has been told of since its last one."""

import contextlib
import json

import harness

PREFIX = "homeassistant"
HOME = "home-energy/home"
DEVICE = f"{PREFIX}/device/home-energy__home/config"
BIRTH = f"{PREFIX}/status"
STILL = ["--seconds-per-hour", "3600", "--tick", "60s"]  # stays at 00:00 for the first minute
LONGEST_DELAY = 2.0  # seconds between a birth and its answer


def is_stub(component):
    return set(component) == {"p"}


class HomeAssistant:
    """`registry` is what its user sees: {(device, component): configuration}."""

    def __init__(self, broker, prefix=PREFIX):
        self.broker, self.prefix, self.registry, self.client = broker, prefix, {}, None

    def start(self):
        """Comes up: of entities it knows only what the broker has stored."""
        self.discovered, self.documents = set(), []
        return self.connect()

    def connect(self):
        """Connects, reads what is stored, and says that it was born, as it does after each loss of the broker too."""
        self.client = harness.Client(self.broker.port, f"{self.prefix}/#", "home-energy/#")
        self.client.publish(f"{self.prefix}/status", "online", qos=0)
        return self

    def stop(self):
        self.client.close()
        self.client = None

    close = stop

    def listen(self):
        """Takes in what has come until now."""
        for message in self.client.drain():
            parts = message.topic.removeprefix(self.prefix + "/").split("/")
            if len(parts) == 3 and parts[0] == "device" and parts[2] == "config":
                self.discover(parts[1], message)

    def discover(self, device, message):
        if not message.payload:
            for known in [known for known in self.discovered if known[0] == device]:
                self.forget(known)
            return
        document = json.loads(message.payload)
        self.documents.append((device, document))
        for name, component in document["cmps"].items():
            if not is_stub(component):
                self.discovered.add((device, name))
                self.registry[device, name] = component
            elif (device, name) in self.discovered:
                self.forget((device, name))

    def forget(self, known):
        self.discovered.discard(known)
        self.registry.pop(known, None)

    def names(self, device="home-energy__home"):
        self.listen()
        return {name for known, name in self.registry if known == device}


def stored(broker, topic):
    """The payload that the broker keeps there; None where it keeps none."""
    with contextlib.closing(harness.Client(broker.port, topic, "$SYS/broker/version")) as client:
        payload = None
        while True:
            message = client.messages.get(timeout=harness.PATIENCE)
            if message.topic.startswith("$SYS"):
                return payload
            payload = message.payload
