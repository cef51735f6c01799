"""What it costs to lose nothing: the store on beside off in the same round, receipts beside a bare synced commit, and
what a year of history takes."""

import contextlib
import itertools
import sqlite3
import time

import http_rows
from command_rows import Home, milliseconds
from harness import wait_until
from measuring import Agent, Broker, Row, folder, median, percentile, running

WARMING = 50
STARTS = itertools.count()
DAYS, QUARTERS = 365, 96


class StoringHome(Home):
    """A home that is kept in a folder of its own."""

    def __init__(self, place, broker, base):
        super().__init__(place, broker, base)
        self.command += ["--data-dir", str(place / base)]

    def receipts(self, bench, broker, count):
        home = f"{self.base}/home"
        return bench.start_helper("command_latency", broker.port, f"{home}/charge/set", 1, f"{home}/receipt",
                                  '"charging":"@"', count, WARMING, 0, 0)


@contextlib.contextmanager
def two_homes():
    """One that is kept, and one that is not."""
    with folder() as place, running(Broker(place)) as broker:
        with running(StoringHome(place, broker, "kept")) as kept, running(Home(place, broker, "not-kept")) as other:
            kept.wait_connected()
            other.wait_connected()
            yield place, broker, kept, other


def ratio_row(what, ours, theirs, unit, ratio):
    return Row(what, f"{median(ours):,.3f} {unit}", f"{median(theirs):,.3f} {unit}", f"{ratio:.2f}x", "at least 0.9",
               ratio >= 0.9)


def commands(bench):
    count, blocks = bench.pick(500, 250), 4
    kept_p50, other_p50, receipt_p50, commit_p50 = [], [], [], []
    with two_homes() as (place, broker, kept, other):
        for _ in range(bench.rounds):
            ours, theirs, receipts, commits = [], [], [], []
            for _ in range(blocks):
                ours += milliseconds(kept.commands(bench, broker, count, WARMING))
                theirs += milliseconds(other.commands(bench, broker, count, WARMING))
                receipts += milliseconds(kept.receipts(bench, broker, count))
                commits += [float(us) / 1000 for us in bench.helper("bare_commit", place, count).split()]
            for medians, taken in zip((kept_p50, other_p50, receipt_p50, commit_p50), (ours, theirs, receipts, commits)):
                medians.append(percentile(taken, 50))
    ratio = median([b / a for a, b in zip(kept_p50, other_p50)])
    above = median([(r - k) / c for r, k, c in zip(receipt_p50, kept_p50, commit_p50)])
    return [ratio_row("command until the battery topic, p50: store on against off", kept_p50, other_p50, "ms", ratio),
            Row("command until its receipt, p50: beyond that, in bare synced commits", f"{median(receipt_p50):.3f} ms",
                f"{median(commit_p50):.3f} ms", f"{above:.2f} commits", "at most 4", above <= 4)]


def grouped(bench):
    """Many commands at once share their commits."""
    count, share = 1000, []
    with two_homes() as (place, broker, kept, _):
        for _ in range(bench.rounds):
            commit = percentile([float(us) for us in bench.helper("bare_commit", place, 500).split()], 50) / 1e6
            took = float(bench.helper("burst", broker.port, f"{kept.base}/home/charge/set", f"{kept.base}/home/receipt", count))
            share.append((took, took / (count * commit)))
    took, of_commits = median([a for a, _ in share]), median([b for _, b in share])
    return [Row(f"{count:,} commands at once until the last receipt, against as many commits", f"{took * 1000:.0f} ms",
                f"{took / of_commits * 1000:.0f} ms", f"{of_commits:.2f}x", "at most 0.5: grouped", of_commits <= 0.5)]


def requests(bench):
    ours, theirs = [], []
    with two_homes() as (_, _, kept, other):
        for home in (kept, other):
            http_rows.load(home.port, home.pid, 1)
        for _ in range(bench.rounds):
            ours.append(http_rows.load(kept.port, kept.pid, bench.pick(4, 2))[0])
            theirs.append(http_rows.load(other.port, other.pid, bench.pick(4, 2))[0])
    ratio = median([a / b for a, b in zip(ours, theirs)])
    return [ratio_row("GET /info, requests/s: store on against off", ours, theirs, "/s", ratio)]


def make_a_year(place, broker):
    """A folder whose home has lived a year: the agent makes the file, the rows are written into it."""
    data = place / "year"
    arguments = ("--data-dir", str(data), "--keep-days", "400")
    with running(Agent(place, *arguments, uri=broker.uri)) as agent:
        wait_until(lambda: len(agent.get("/history")[1]["rows"]) > 1, "there is a row")
    with contextlib.closing(sqlite3.connect(data / "home-energy.db")) as file:
        file.execute("DELETE FROM history")
        file.executemany("INSERT INTO history (home, quarter, number, minutes, base_mwh, car_mwh, cost_micro, price_micro, soc, "
                         "overload_s) VALUES (1, ?, ?, 15, ?, ?, ?, ?, ?, 0)",
                         ((i, i + 1, 220_000 + i % 977 * 311, i % 7 * 264_285, 187_616 + i % 977 * 431, 852_800 - i % 96,
                           2000 + i % 8000) for i in range(DAYS * QUARTERS)))
        file.execute("UPDATE home SET state = json_set(state, '$.day', ?, '$.row.quarter', ?, '$.row.number', ?)",
                     (DAYS, DAYS * QUARTERS, DAYS * QUARTERS + 1))
        file.commit()
        file.execute("VACUUM")
        file.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return data


def started_ms(bench, broker, *arguments):
    """Below a base topic of its own, where the broker knows nothing of an earlier start."""
    base = f"start-{next(STARTS)}"
    return float(bench.helper("first_telemetry", broker.port, f"{base}/home/+", bench.agent, "--base-topic", base,
                              "--http-port", "0", "--mqtt-uri", broker.uri, *arguments))


def history_ms(agent, query):
    began = time.monotonic()
    status, _, body = agent.request("GET", f"/history?from=0&{query}")
    assert status == 200 and len(body) > 10_000, (status, len(body))
    return (time.monotonic() - began) * 1000


def a_year(bench):
    starts, with_year, empty, answers = bench.pick(10, 4), [], [], {}
    with folder() as place, running(Broker(place)) as broker:
        data = make_a_year(place, broker)
        size = (data / "home-energy.db").stat().st_size
        for _ in range(bench.rounds):
            with_year.append(median([started_ms(bench, broker, "--data-dir", str(data)) for _ in range(starts)]))
            empty.append(median([started_ms(bench, broker, "--data-dir", str(place / "empty"), "--fresh")
                                 for _ in range(starts)]))
        with running(Agent(place, "--data-dir", str(data), uri=broker.uri)) as agent:
            for query in ("step=1d", "step=1h", "step=15m", "step=15m&format=csv"):
                answers[query] = median([history_ms(agent, query) for _ in range(3 * bench.rounds)])
    later = median([a - b for a, b in zip(with_year, empty)])
    rows = [Row("start to the first telemetry, a year of history against an empty store", f"{median(with_year):.1f} ms",
                f"{median(empty):.1f} ms", f"{later:.1f} ms", "within 50 ms", later <= 50)]
    rows += [Row(f"GET /history of a year, {query}", f"{ms:.1f} ms", "", f"{ms:.1f} ms", "under 50 ms", ms < 50)
             for query, ms in answers.items()]
    megabytes = size / 1e6
    return rows + [Row("the file with a year of one home's history", f"{megabytes:.2f} MB", "", f"{megabytes:.2f} MB", "",
                       None)]
