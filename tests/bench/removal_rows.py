"""Receipts and ticks while homes are announced and others are taken back, both at Home Assistant's birth message."""

import collections
import contextlib
import dataclasses
import time

from harness import Client
from measuring import Agent, Broker, Row, folder, median, percentile, running
from turn_rows import longest_turn_ms, turn_row

LONGEST = 60  # seconds that all may take
COMMANDS_PER_S = 100
BIRTHS = 5
UNDISTURBED = 3  # seconds of ticks when all is over: what a late one is late against
MOST_MS = 100
# As the package brings it, but for the port: it announces a Receive Maximum of 20, and has Nagle's algorithm on.
STOCK = "listener @PORT@ 127.0.0.1\nallow_anonymous true\nlog_dest stderr\nlog_type error\n"
BASE, DEVICES = "home-energy", "homeassistant/device"


def wait_online(broker):
    with contextlib.closing(Client(broker.port, f"{BASE}/status")) as client:
        client.expect(f"{BASE}/status", lambda payload: payload == "online", LONGEST)


class Watch:
    """Which homes' status and document have been cleared, and which of `homes` have been announced anew."""

    def __init__(self, port, homes):
        self.documents = {f"{DEVICES}/{BASE}__home-{home}/config" for home in range(1, homes + 1)}
        self.client = Client(port, f"{BASE}/status", f"{BASE}/+/status", f"{DEVICES}/+/config")
        self.gone = set()
        self.begin_round()

    def close(self):
        self.client.close()

    def begin_round(self):
        self.announced, self.round_is_over = set(), False

    def look(self):
        for message in self.client.drain():
            if message.retained:
                continue
            if not message.payload:
                self.gone.add(message.topic)
            elif message.topic in self.documents:
                self.announced.add(message.topic)
            elif message.topic == f"{BASE}/status":
                self.round_is_over = True  # the status is the last of all that is published anew
        return self

    def all_gone(self, homes):
        statuses = sum(topic.endswith("/status") for topic in self.gone)
        return statuses == len(self.gone) - statuses == homes

    def all_announced(self):
        return self.round_is_over and self.announced == self.documents


class Ticks:
    """When the clock of each home went on."""

    def __init__(self, port):
        self.shown, self.at = {}, collections.defaultdict(list)
        self.client = Client(port)
        self.client.paho.on_message = lambda _client, _data, message: self.heard(message, time.monotonic())
        self.client.subscribe(f"{BASE}/+/clock", qos=0)

    def close(self):
        self.client.close()

    def heard(self, message, now):
        """A clock that is published anew shows what it did; that of a home that is gone shows nothing."""
        if message.payload and not message.retain and self.shown.get(message.topic) != message.payload:
            self.at[message.topic].append(now)
        self.shown[message.topic] = message.payload

    def latest_ms(self, homes, seconds):
        """How late the latest tick of any home came, against the earliest one of that home and the seconds since then."""
        least = min(len(self.at[f"{BASE}/home-{home}/clock"]) for home in range(1, homes + 1))
        if least < seconds - 2:
            raise RuntimeError(f"a home ticked {least} times in {seconds:.0f} s")
        offsets = [[at - number for number, at in enumerate(ticks)] for ticks in self.at.values() if len(ticks) > 1]
        return max(max(each) - min(each) for each in offsets) * 1000


def ask(client, number):
    """Milliseconds from a command to its receipt."""
    began = time.perf_counter()
    client.publish(f"{BASE}/home-1/charge/set", "off" if number % 2 else "on", qos=0)
    client.expect(f"{BASE}/home-1/receipt", patience=LONGEST)
    return (time.perf_counter() - began) * 1000


def ask_until(client, done):
    """The receipts' milliseconds until `done()`."""
    taken, began = [], time.monotonic()
    while not done():
        taken.append(ask(client, len(taken)))
        if time.monotonic() - began > LONGEST:
            raise RuntimeError(f"it takes more than {LONGEST} s")
        time.sleep(1 / COMMANDS_PER_S)
    return taken


def at_birth(client, watch):
    """Home Assistant comes up: the receipts' milliseconds until homes are announced anew, and while they are."""
    watch.begin_round()
    client.publish("homeassistant/status", "online", qos=0)
    ahead = ask_until(client, lambda: watch.look().announced)  # for up to 2 s, lest all agents answer at once
    return ahead, ask_until(client, lambda: watch.look().all_announced())


@dataclasses.dataclass
class Figures:
    """Milliseconds: of each receipt until all was over, of those while homes were announced, of the latest tick, of the
    longest turn; and the seconds until all was over."""

    receipts: list
    announcing: list
    latest_tick: float
    longest_turn: float
    seconds: float


def one(before, homes, births):
    """A start with `before` homes, then one with `homes`, and so many birth messages, each when the one before has been
    answered."""
    with folder() as place, running(Broker(place, config=STOCK)) as broker, contextlib.ExitStack() as stack:
        with running(Agent(place, "--homes", before, uri=broker.uri)):
            wait_online(broker)
        agent = stack.enter_context(running(Agent(place, "--homes", homes, "--log-level", "debug", uri=broker.uri)))
        wait_online(broker)
        client = stack.enter_context(contextlib.closing(Client(broker.port, f"{BASE}/home-1/receipt")))
        watch = stack.enter_context(contextlib.closing(Watch(broker.port, homes)))
        ticks = stack.enter_context(contextlib.closing(Ticks(broker.port)))
        began, receipts, announcing = time.monotonic(), [], []
        for _ in range(births):
            ahead, anew = at_birth(client, watch)
            receipts += ahead + anew
            announcing += anew
        receipts += ask_until(client, lambda: watch.look().all_gone(before - homes))
        seconds = time.monotonic() - began
        time.sleep(UNDISTURBED)
        latest_tick = ticks.latest_ms(homes, time.monotonic() - began)
        return Figures(receipts, announcing, latest_tick, longest_turn_ms(agent), seconds)


def delay_row(what, measured, delay):
    return Row(what, measured, "", f"{delay:.1f} ms", f"under {MOST_MS} ms", delay < MOST_MS)


def rows_of(what, rounds):
    p99 = median([percentile(each.receipts, 99) for each in rounds])
    slowest = median([max(each.receipts) for each in rounds])
    seconds, tick = median([each.seconds for each in rounds]), median([each.latest_tick for each in rounds])
    return [delay_row(f"receipt p99 while {what} (in {seconds:.0f} s); the slowest", f"{p99:.1f} ms, {slowest:.1f} ms", p99),
            delay_row("  the latest tick of a home meanwhile", f"{tick:.1f} ms", tick),
            turn_row(what, [each.longest_turn for each in rounds])]


def removal(bench):
    return rows_of("197 of 200 homes are removed", [one(200, 3, 1) for _ in range(bench.rounds)])


def announcing(bench):
    """It takes so short that few receipts fall into it, and perhaps no tick: so it is done several times, and all of the
    receipts are to be in time."""
    rounds = [one(400, 200, BIRTHS) for _ in range(bench.rounds)]
    slowest = median([max(each.announcing) for each in rounds])
    what = "200 homes are announced anew"
    return [delay_row(f"the slowest receipt while {what}", f"{slowest:.1f} ms", slowest),
            *rows_of(f"{what} and 200 others removed", rounds)]
