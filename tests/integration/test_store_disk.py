"""A full and a read-only disk: told, gone on with, and recovered from, with kills between."""

import contextlib
import errno
import os
import random
import threading
import time

import pytest

import durable
import harness
from durable import FAST, HOME, counters, healthz, not_lower, remount, small_disk
from kill_load import Ear, Seen
from test_store_fsync import clock_moves, failing, not_durable

# SQLite's log grows to 4 MB before it is worked into the file, so a disk of 1 MB would be full without our doing.
SIZE = "8m"
ROUNDS = 6 if durable.SANITIZED else 20
TOLD = 10.0  # seconds


class Filler:
    """Takes whatever space there is, until it is told to give it back: an agent that fails gives up its log, and what
    that frees must be gone, too."""

    def __init__(self, disk):
        self.path, self.over = disk / "filler", threading.Event()
        self.thread = threading.Thread(target=self.fill, daemon=True)
        self.thread.start()

    def fill(self):
        with open(self.path, "ab", buffering=0) as file:
            while not self.over.wait(0.01):
                for size in (65536, 4096, 512):
                    with contextlib.suppress(OSError):
                        while not self.over.is_set():
                            file.write(bytes(size))

    def stop(self):
        self.over.set()
        self.thread.join()

    def free(self):
        self.stop()
        self.path.unlink(missing_ok=True)


@contextlib.contextmanager
def filled(disk):
    filler = Filler(disk)
    try:
        yield filler
    finally:
        filler.stop()


def errors(agent):
    return [line for line in agent.log().splitlines() if " error store:" in line]


@pytest.fixture
def disk(folder, started):  # `started` first: agents are gone before their disk is
    with small_disk(folder / "disk", SIZE) as path:
        yield path


def full_round(agent, disk, client, value):
    """Full, seen to be, gone on with, freed, recovered."""
    before = len(errors(agent))
    with filled(disk) as filler:
        harness.wait_until(lambda: failing(agent), "a full disk is told", TOLD)
        assert "full" in healthz(agent)["store_error"] or "I/O" in healthz(agent)["store_error"]
        assert agent.post("/baseload", [value / 100] * 24)[1].get("durable") is False
        assert not_durable(agent, client, value) < 1.0
        clock_moves(client, 0.3)
        assert failing(agent)
        filler.free()
        harness.wait_until(lambda: healthz(agent)["store"] == "ok", "it recovers", TOLD)
    told = errors(agent)[before:]
    assert len(told) == 1 and str(disk) in told[0], told


def test_kills_after_a_full_disk_undo_nothing_that_was_stored_since(started, folder, broker, disk):
    chance = random.Random(11)
    print("seed 11")
    agent = harness.online_agent(started, folder, broker, *FAST, "--data-dir", str(disk / "data"))
    seen = Seen()
    started(Ear(broker.port, seen))
    for number in range(ROUNDS):
        harness.wait_online(broker)
        client = harness.Client(broker.port, f"{HOME}/clock", f"{HOME}/receipt")
        full_round(agent, disk, client, 30 + number)
        client.close()
        floor, before = seen.floor(), agent.get("/state")[1]
        time.sleep(chance.uniform(0, 0.3))
        agent.kill()
        durable.sound_file(disk / "data", folder)
        agent.start()
        after = agent.get("/state")[1]
        not_lower(counters(before), counters(after))
        not_lower(floor, counters(after))
        assert (after["battery"]["limit_percent"], after["plan"]["target"]) == (30.0 + number, 29.0 + number)
        assert after["baseload/profile"]["values"] == [(30 + number) / 100] * 24
        durable.sums_agree(agent)
    assert not [path for path in (disk / "data").iterdir() if ".damaged" in path.name or ".unread" in path.name]


def test_a_kill_on_a_full_disk_leaves_what_was_stored_before_it(started, folder, broker, disk):
    agent = harness.online_agent(started, folder, broker, *FAST, "--data-dir", str(disk / "data"))
    assert agent.post("/charge_limit", {"charge_limit": 85}) == (200, {"charge_limit": 85.0})
    before = agent.get("/state")[1]
    with filled(disk) as filler:
        harness.wait_until(lambda: failing(agent), "it is told", TOLD)
        agent.kill()
        agent.start()  # on a full disk, too
        clock = agent.get("/state")[1]["clock"]
        harness.wait_until(lambda: agent.get("/state")[1]["clock"] != clock, "time goes on")
        filler.free()
        harness.wait_until(lambda: healthz(agent)["store"] == "ok", "it recovers", TOLD)
    after = agent.get("/state")[1]
    assert after["battery"]["limit_percent"] == 85.0
    not_lower(counters(before), counters(after))
    durable.sums_agree(agent)


def test_a_disk_that_is_full_from_the_start(started, folder, broker, disk):
    with filled(disk) as filler:
        harness.wait_until(lambda: os.statvfs(disk).f_bavail == 0, "the disk is full")
        (disk / "data").mkdir()
        agent = harness.online_agent(started, folder, broker, *FAST, "--data-dir", str(disk / "data"))
        harness.wait_until(lambda: failing(agent), "it is told", TOLD)
        client = started(harness.Client(broker.port, f"{HOME}/clock", f"{HOME}/receipt"))
        not_durable(agent, client, 77)
        filler.free()
        harness.wait_until(lambda: healthz(agent)["store"] == "ok", "it recovers", TOLD)
    agent.kill()
    assert agent.start().get("/state")[1]["battery"]["limit_percent"] == 77.0
    durable.sums_agree(agent)


def test_a_disk_that_becomes_read_only(started, folder, broker, disk):
    """A disk cannot be made read-only while a file on it is open for writing. An agent in trouble closes its file
    between two tries, and that is when it is done here."""
    agent = harness.online_agent(started, folder, broker, *FAST, "--data-dir", str(disk / "data"))
    client = started(harness.Client(broker.port, f"{HOME}/clock", f"{HOME}/receipt"))
    with filled(disk) as filler:
        harness.wait_until(lambda: failing(agent), "a full disk is told", TOLD)
        filler.stop()
        harness.wait_until(lambda: remount(disk, "ro"), "the disk is read-only")
    try:
        with pytest.raises(OSError) as refused:
            (disk / "probe").touch()
        assert refused.value.errno == errno.EROFS
        harness.wait_until(lambda: "full" not in healthz(agent)["store_error"], "the reason is the present one")
        not_durable(agent, client, 66)
        clock_moves(client)
    finally:
        assert remount(disk, "rw")
    filler.free()
    harness.wait_until(lambda: healthz(agent)["store"] == "ok", "it recovers", TOLD)
    assert len(errors(agent)) == 1
    agent.kill()
    assert agent.start().get("/state")[1]["battery"]["limit_percent"] == 66.0
    durable.sums_agree(agent)


def test_a_start_on_a_read_only_disk_and_what_was_there_is_not_written_over(started, folder, broker, disk):
    agent = harness.online_agent(started, folder, broker, *FAST, "--data-dir", str(disk / "data"))
    agent.post("/charge_limit", {"charge_limit": 58})
    agent.stop()
    old = (disk / "data" / durable.FILE).read_bytes()
    assert remount(disk, "ro")
    try:
        agent.start()
        harness.wait_until(lambda: failing(agent), "it is told", TOLD)
        harness.wait_online(broker)
    finally:
        assert remount(disk, "rw")
    harness.wait_until(lambda: healthz(agent)["store"] == "ok", "it recovers", TOLD)
    kept = [path for path in (disk / "data").iterdir() if path.read_bytes() == old]
    limit = agent.get("/state")[1]["battery"]["limit_percent"]
    assert limit == 58.0 or (len(kept) == 1 and str(kept[0]) in agent.log()), agent.log()
