"""From a command to the changed battery topic, beside a bare Paho echo through the same broker."""

import contextlib

from harness import wait_until
from measuring import Agent, Broker, Process, Row, folder, median, percentile, running

# Holds 400 s of charging, so that only commands switch it.
LARGE_BATTERY = ("--capacity-kwh", "1000")
LONGEST_PAUSE_MS = 2500


class Echo(Process):
    """A Paho client that publishes what it gets."""

    def __init__(self, bench, place, broker, name):
        self.topic = f"{name}/in", f"{name}/out"
        super().__init__([bench.helpers / "paho_echo", broker.uri, *self.topic], place / f"{name}.log")

    def start(self):
        super().start()
        wait_until(lambda: "ready" in self.log(), "the echo has subscribed")
        return self

    def commands(self, bench, broker, count, uncounted=0, longest_pause_ms=0, seed=0):
        return bench.start_helper("command_latency", broker.port, self.topic[0], 0, self.topic[1], "@",
                                  count, uncounted, longest_pause_ms, seed)


class Home(Agent):
    """An agent whose topics no other one hears."""

    def __init__(self, place, broker, base):
        self.base = base
        super().__init__(place, *LARGE_BATTERY, "--base-topic", base, "--mqtt-client-id", base, uri=broker.uri)

    def commands(self, bench, broker, count, uncounted=0, longest_pause_ms=0, seed=0):
        home = f"{self.base}/home"
        return bench.start_helper("command_latency", broker.port, f"{home}/charge/set", 1, f"{home}/battery",
                                  '"charging":"@"', count, uncounted, longest_pause_ms, seed)


def milliseconds(helper):
    return [float(line) / 1000 for line in helper.output().split()]


def start_pairs(stack, bench, place, broker, count):
    """So many agents and echoes, each alone on its link."""
    homes = [stack.enter_context(running(Home(place, broker, f"bench-{i}"))) for i in range(count)]
    echoes = [stack.enter_context(running(Echo(bench, place, broker, f"echo-{i}"))) for i in range(count)]
    for home in homes:
        home.wait_connected()
    return homes, echoes


def in_a_row(bench):
    """Each command after the answer to the one before."""
    blocks, warming, count = 4, 50, bench.pick(500, 250)
    p50, p99 = [], []
    with contextlib.ExitStack() as stack:
        place = stack.enter_context(folder())
        broker = stack.enter_context(running(Broker(place)))
        homes, echoes = start_pairs(stack, bench, place, broker, 1)
        for _ in range(bench.rounds):
            ours, theirs = [], []
            for _ in range(blocks):
                ours += milliseconds(homes[0].commands(bench, broker, count, warming))
                theirs += milliseconds(echoes[0].commands(bench, broker, count, warming))
            p50.append((percentile(ours, 50), percentile(theirs, 50)))
            p99.append((percentile(ours, 99), percentile(theirs, 99)))
    ratio = median([a / b for a, b in p50])
    worst = median([a for a, _ in p99])
    what = "command at QoS 1 until the battery topic, in a row"
    return [Row(f"{what}: p50 against a bare Paho echo", f"{median([a for a, _ in p50]):.3f} ms",
                f"{median([b for _, b in p50]):.3f} ms", f"{ratio:.2f}x", "at most 1.2", ratio <= 1.2),
            Row(f"{what}: p99", f"{worst:.3f} ms", f"{median([b for _, b in p99]):.3f} ms", f"{worst:.2f} ms",
                "at most 5 ms", worst <= 5)]


def apart(bench):
    """Seconds between commands. Several homes side by side, to have enough of them in the time."""
    pairs, count = 8, bench.pick(20, 8)
    p99 = []
    with contextlib.ExitStack() as stack:
        place = stack.enter_context(folder())
        broker = stack.enter_context(running(Broker(place)))
        homes, echoes = start_pairs(stack, bench, place, broker, pairs)
        for round_number in range(bench.pick(bench.rounds, 1)):
            seeds = [round_number * pairs + i for i in range(pairs)]
            ours = [homes[i].commands(bench, broker, count, 0, LONGEST_PAUSE_MS, seeds[i]) for i in range(pairs)]
            theirs = [echoes[i].commands(bench, broker, count, 0, LONGEST_PAUSE_MS, seeds[i]) for i in range(pairs)]
            taken = [sum(map(milliseconds, helpers), []) for helpers in (ours, theirs)]
            p99.append([percentile(values, 99) for values in taken])
    worst, echo = median([a for a, _ in p99]), median([b for _, b in p99])
    return [Row("the same with 0 to 2.5 s between commands: p99, beside the echo's", f"{worst:.2f} ms",
                f"{echo:.2f} ms", f"{worst:.2f} ms", "at most 5 ms", worst <= 5)]
