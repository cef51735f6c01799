"""Memory and /healthz while messages come faster than they can be answered."""

import contextlib
import time

import flood
from measuring import Row, broker_and_agent, folder, median, percentile

HOME = "home-energy/home"
STILL = ("--seconds-per-hour", "3600", "--tick", "60s")
CURVE = b"[" + b",".join([b"0.5"] * 24) + b"]"
FLOODS = {
    "2,500 curves of 61 KB": (2500, flood.publish(f"{HOME}/price/set", CURVE.ljust(61 * 1024))),
    "100,000 small commands": (100_000, flood.publish(f"{HOME}/charge/set", b"on")),
    "2,500 commands with Correlation Data of 60 KB": (2500, flood.publish(
        f"{HOME}/charge/set", b"on", "answers", b"c" * 60_000)),
}


def one(count, packet):
    """(megabytes grown, the 99th percentile of the answers in ms, the slowest)"""
    with folder() as place, broker_and_agent(place, *STILL) as (broker, agent):
        with contextlib.closing(flood.Sender(broker.port)) as sender, flood.Watch(agent) as watch:
            sender.send(packet, count)
            time.sleep(1)  # what waits is answered
        times = [seconds * 1000 for seconds in watch.seconds]
        return watch.grown_kib / 1024, percentile(times, 99), max(times)


def under_flood(bench):
    rows = []
    for name, (count, packet) in FLOODS.items():
        grown, p99, slowest = (median(values) for values in zip(*[one(count, packet) for _ in range(bench.rounds)]))
        rows += [Row(f"memory under a flood of {name}, above idle", f"{grown:.1f} MB", "", f"{grown:.1f} MB",
                     "at most 32 MB", grown <= 32),
                 Row("  /healthz meanwhile: p99, and the slowest", f"{p99:.1f} ms, {slowest:.1f} ms", "",
                     f"{slowest:.1f} ms", "at most 50 ms", slowest <= 50)]
    return rows
