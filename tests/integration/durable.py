"""What the tests of durable state share: agents with a folder, a disk and a clock to bend, a look at the file."""

import contextlib
import ctypes
import json
import os
import pathlib
import shutil
import sqlite3
import subprocess

import harness

HOME = "home-energy/home"
FAST = ("--seconds-per-hour", "0.4", "--tick", "100ms")  # a tick is a quarter of an hour, a day lasts 9.6 s
STILL = ("--seconds-per-hour", "3600", "--tick", "60s")  # stays at 00:00 for the first minute
SANITIZED = os.environ.get("HOME_ENERGY_SANITIZED") == "1"
FILE = "home-energy.db"


def agent_on(data, folder, *arguments, uri="mqtt://127.0.0.1:1", **options):
    """An agent that keeps its state in `data`; without a broker unless one is given. Not started yet."""
    return harness.Agent(folder, "--data-dir", data, *map(str, arguments), uri=uri, **options)


def healthz(agent):
    return agent.get("/healthz")[1]


def counters(state):
    """The counters of a /state that must never fall."""
    return {"base": state["baseload"]["energy_kwh"], "charged": state["battery"]["charged_kwh"],
            "grid": state["grid"]["energy_kwh"]}


def not_lower(before, after):
    assert all(after[name] >= value for name, value in before.items()), f"a counter fell: {before} -> {after}"


def minutes(clock):
    """Simulated minutes since day 0."""
    return clock["day"] * 1440 + clock["hour"] * 60 + clock["minute"]


def history(agent, query="from=0", path="/history"):
    status, answer = agent.get(f"{path}?{query}")
    assert status == 200, answer
    return answer["rows"]


def sums_agree(agent, path="", query="from=0&step=1d"):
    """The rows of days sum up to the counters. Both come from answers of their own, so the counters are read before and
    after. A row is rounded to 0.001 kWh, and rows of quarters within it to whole mWh (under 0.0001 kWh a day)."""
    before = counters(agent.get(f"{path}/state")[1])
    rows = history(agent, query, f"{path}/history")
    after = counters(agent.get(f"{path}/state")[1])
    bound = 0.0005 + 0.0006 * len(rows)
    for column, name in (("base_kwh", "base"), ("car_kwh", "charged")):
        total = sum(row[column] for row in rows)
        assert before[name] - bound <= total <= after[name] + bound, (column, before, total, after, len(rows))
    return rows


@contextlib.contextmanager
def copied(data, scratch):
    """A connection to a copy of the file and its log: to look into the file itself would mend it."""
    copy = pathlib.Path(scratch) / "copy"
    shutil.rmtree(copy, ignore_errors=True)
    copy.mkdir()
    for path in pathlib.Path(data).glob(FILE + "*"):
        if path.name in (FILE, FILE + "-wal", FILE + "-journal"):
            shutil.copy(path, copy)
    with contextlib.closing(sqlite3.connect(copy / FILE)) as connection:
        yield connection


def sound_file(data, scratch):
    """Checks what is on disk while no agent runs: sound, and the first home's rows sum up to its counter to half a
    milliwatt-hour a row (the open row is not among them, its beginning is remembered)."""
    with copied(data, scratch) as db:
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        if not db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
            return  # killed before the first write
        for number, text in db.execute("SELECT number, state FROM home"):
            state = json.loads(text)
            for column, name in (("base_mwh", "base"), ("car_mwh", "charged")):
                total, rows = db.execute(f"SELECT coalesce(sum({column}), 0), count(*) FROM history WHERE home = ?",
                                         (number,)).fetchone()
                counter = int(state["row"]["began"][name]) / state["ticks_per_hour"]
                assert abs(total - counter) <= 0.5 * rows + 0.5, (column, total, counter, rows)


def bent_environment(folder, zone=None):
    """The environment of an agent whose disk and clock a test bends (bent.c), and the two files that bend them."""
    disk, clock = pathlib.Path(folder) / "slow_disk", pathlib.Path(folder) / "clock_offset"
    env = {"SLOW_DISK_FILE": str(disk), "CLOCK_OFFSET_FILE": str(clock)}
    if zone:
        env["TZ"] = zone
    return env, disk, clock


def put(path, text):
    """Whole, for one who reads at any moment."""
    fresh = path.with_suffix(".new")
    fresh.write_text(str(text))
    fresh.replace(path)


def _mount(*arguments):
    return subprocess.run(["mount", *map(str, arguments)], capture_output=True, text=True, check=False)


@contextlib.contextmanager
def small_disk(folder, size="8m"):
    """A disk of its own, a tmpfs."""
    folder.mkdir()
    done = _mount("-t", "tmpfs", "-o", f"size={size}", "tmpfs", folder)
    assert done.returncode == 0, f"this test mounts a tmpfs, which needs root and CAP_SYS_ADMIN: {done.stderr}"
    try:
        yield folder
    finally:
        # Lazily: an agent that is still there must not keep the mount.
        ctypes.CDLL(None, use_errno=True).umount2(str(folder).encode(), 2)


def remount(folder, how):
    """Whether it worked: not while a file is open for writing."""
    return _mount("-o", f"remount,{how}", folder).returncode == 0
