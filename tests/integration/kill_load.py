"""Commands of all kinds from threads while an agent is killed, and what must hold of them after."""

import http.client
import json
import random
import threading

import harness
from durable import HOME, counters, minutes


class Setting:
    """What one sender has set, in order, and how much of it was confirmed to be on disk."""

    def __init__(self, value):
        self.sent, self.acknowledged = [value], 0

    def allowed(self):
        """After a crash: the last that was acknowledged, or any that was sent after it."""
        return self.sent[self.acknowledged:]

    def settle(self, value):
        """What holds after a crash is where it goes on from."""
        assert value in self.allowed(), f"{value} holds, allowed were {self.allowed()}"
        self.sent, self.acknowledged = [value], 0


class Seen:
    """The highest that anyone has seen of each counter. A lower one later is a fault, kept to be told at the end."""

    def __init__(self):
        self.lock, self.highest, self.faults = threading.Lock(), {}, []

    def floor(self):
        with self.lock:
            return dict(self.highest)

    def note(self, found, floor, where):
        """`floor` was seen before `found` was asked for."""
        with self.lock:
            for name, value in found.items():
                if value < floor.get(name, 0.0):
                    self.faults.append(f"{where}: {name} is {value}, {floor[name]} was seen before")
                self.highest[name] = max(value, self.highest.get(name, 0.0))


class Ear:
    """Hears all topics: counters, receipts by id, whether the agent hears commands."""

    COUNTERS = {f"{HOME}/baseload": ("base", "energy_kwh"), f"{HOME}/battery": ("charged", "charged_kwh"),
                f"{HOME}/grid": ("grid", "energy_kwh")}

    def __init__(self, port, seen):
        self.seen, self.receipts, self.online = seen, {}, threading.Event()
        self.heard = {}  # of this stream alone: HTTP may have told of later ones already
        self.client = harness.Client(port)
        self.client.paho.on_message = self.on_message
        self.client.subscribe("home-energy/#")

    def on_message(self, _client, _userdata, message):
        if message.topic == "home-energy/status":
            (self.online.set if message.payload == b"online" else self.online.clear)()
        elif message.topic == f"{HOME}/receipt":
            receipt = json.loads(message.payload)
            self.receipts.setdefault(receipt.get("id"), threading.Event()).receipt = receipt
            self.receipts[receipt.get("id")].set()
        elif message.topic in self.COUNTERS:
            name, key = self.COUNTERS[message.topic]
            value = json.loads(message.payload)[key]
            self.seen.note({name: value}, self.heard, "MQTT")
            self.heard[name] = value

    def close(self):
        self.client.close()


class Load:
    """The threads of one round. `settings` outlives it."""

    def __init__(self, agent, ear, settings, seed):
        self.agent, self.ear, self.settings, self.over = agent, ear, settings, threading.Event()
        self.clock, self.discharging, self.unexpected, self.acknowledged = None, False, [], 0
        senders = [(self.send_limits, 1), (self.send_targets, 2), (self.send_modes, 3), (self.send_prices, 4),
                   (self.send_discharges, 5), (self.poll, 6)]
        self.threads = [threading.Thread(target=self.run, args=(what, random.Random(seed * 10 + number)), daemon=True)
                        for what, number in senders]
        for thread in self.threads:
            thread.start()

    def end(self):
        self.over.set()
        for thread in self.threads:
            thread.join(harness.PATIENCE)
            assert not thread.is_alive()
        assert not self.unexpected, self.unexpected

    def run(self, what, chance):
        while not self.over.is_set():
            try:
                what(chance)
            except (OSError, http.client.HTTPException):
                self.over.wait(0.01)  # killed, or not there yet
            except Exception as defect:  # pylint: disable=broad-exception-caught
                return self.unexpected.append(repr(defect))
        return None

    def command(self, chance, name, key, value):
        """Over HTTP or MQTT. Whether it was acknowledged: false means that nobody knows."""
        if chance.random() < 0.5 or not self.ear.online.is_set():
            status, answer = self.agent.post(f"/{name}", value if isinstance(value, list) else {key: value})
            done = answer if status == 200 else (status, answer)
        else:
            number = f"{name}-{chance.getrandbits(60)}"
            event = self.ear.receipts.setdefault(number, threading.Event())
            payload = {"values" if isinstance(value, list) else key: value, "id": number}
            self.ear.client.paho.publish(f"{HOME}/{name}/set", json.dumps(payload), 1)
            while not event.wait(0.02):
                if self.over.is_set():
                    return False
            done = event.receipt.get("result", event.receipt)
        if not isinstance(done, dict) or "durable" in done:
            self.unexpected.append((name, value, done))
        self.acknowledged += 1
        return True

    def set(self, chance, name, value, command=None, key=None, sent=None):
        setting = self.settings[name]
        setting.sent.append(value)
        place = len(setting.sent) - 1
        if self.command(chance, command or name, key or name, value if sent is None else sent):
            setting.acknowledged = place

    def send_limits(self, chance):
        self.set(chance, "charge_limit", round(chance.uniform(91, 100), 2))
        self.set(chance, "ready_by", f"{chance.randrange(24):02}:{chance.randrange(60):02}")

    def send_targets(self, chance):
        self.set(chance, "target", round(chance.uniform(20, 90), 2))

    def send_modes(self, chance):
        """Charging by hand ends a plan."""
        if chance.random() < 0.5:
            mode = chance.choice(["manual", "cheapest", "lowest_load"])
            return self.set(chance, "mode", mode)
        return self.set(chance, "mode", "manual", "charge", "charging", chance.choice(["on", "off"]))

    def send_prices(self, chance):
        self.set(chance, "price", [round(chance.uniform(0, 3), 4) for _ in range(24)])

    def send_discharges(self, chance):
        self.over.wait(chance.uniform(0.1, 0.6))
        if self.over.is_set():
            return
        self.discharging = True  # its new day may be seen and be lost, as long as it is not acknowledged
        day = self.settings["days"]["least"]
        if self.command(chance, "discharge", "discharging", "on"):
            self.settings["days"]["least"] = day + 1
            self.discharging = False

    def poll(self, _chance):
        floor, before = self.ear.seen.floor(), self.discharging
        state = self.agent.get("/state")[1]
        self.ear.seen.note(counters(state), floor, "HTTP")
        if not before and not self.discharging:
            self.clock = minutes(state["clock"])
            self.settings["days"]["least"] = max(self.settings["days"]["least"], state["clock"]["day"])
        self.over.wait(0.005)


def new_settings():
    return {name: Setting(value) for name, value in (
        ("charge_limit", 100.0), ("ready_by", "07:00"), ("target", 80.0), ("mode", "manual"), ("price", None))
            } | {"days": {"least": 0}}


def check_settings(state, settings):
    """After a start: what was acknowledged holds."""
    if settings["price"].sent == [None]:
        settings["price"].sent = [state["price/profile"]["values"]]  # what it is without one set
    for name, found in (("charge_limit", state["battery"]["limit_percent"]), ("ready_by", state["plan"]["ready_by"]),
                        ("target", state["plan"]["target"]), ("mode", state["plan"]["mode"]),
                        ("price", state["price/profile"]["values"])):
        settings[name].settle(found)
