"""Files that cannot be used are put aside, never written over; a folder belongs to one agent."""

import contextlib
import pathlib
import sqlite3

import pytest

import durable
import harness
from durable import FAST, FILE, STILL, agent_on
from http_helpers import run_to_its_end

PAGE = 4096


@pytest.fixture
def data(folder):
    return folder / "data"


@pytest.fixture(scope="module")
def some_days(tmp_path_factory):
    """What an agent leaves that ended well after some days, with enough history for several pages."""
    folder = tmp_path_factory.mktemp("days")
    agent = agent_on(folder / "data", folder, "--seconds-per-hour", "0.04", "--tick", "10ms").start()
    assert agent.post("/charge_limit", {"charge_limit": 64})[0] == 200
    harness.wait_until(lambda: agent.get("/state")[1]["clock"]["day"] >= 4, "days pass")
    assert agent.stop()[0] == 0
    assert [path.name for path in (folder / "data").iterdir()] == [FILE], "a clean end leaves no log behind"
    return (folder / "data" / FILE).read_bytes()


@pytest.fixture
def path(data, some_days):
    data.mkdir()
    (data / FILE).write_bytes(some_days)
    return data / FILE


def aside(data, why):
    return [path for path in data.iterdir() if path.name.startswith(f"{FILE}.{why}-")]


def garbage(path):
    path.write_bytes(bytes(range(256)) * 64)


def truncated(path):
    whole = path.read_bytes()
    path.write_bytes(whole[:len(whole) // 2 // PAGE * PAGE + 100])


def truncated_at_a_page(path):
    whole = path.read_bytes()
    path.write_bytes(whole[:len(whole) // 2 // PAGE * PAGE])


def page_flipped(number):
    def flip(path):
        whole = bytearray(path.read_bytes())
        begin = number * PAGE if number >= 0 else len(whole) + number * PAGE
        whole[begin:begin + PAGE] = bytes(byte ^ 0xFF for byte in whole[begin:begin + PAGE])
        path.write_bytes(whole)
    return flip


def another_programs(path):
    path.unlink()
    with contextlib.closing(sqlite3.connect(path)) as db:
        db.execute("CREATE TABLE bookmarks (url TEXT)")
        db.commit()


def changed(sql):
    def change(path):
        with contextlib.closing(sqlite3.connect(path)) as db:
            db.execute(sql)
            db.commit()
    change.__qualname__ = "_".join(sql.lower().split()[:4])
    return change


DAMAGES = [garbage, truncated, truncated_at_a_page, page_flipped(0), page_flipped(1), page_flipped(-1),
           another_programs, changed("DROP TABLE history"),
           changed("ALTER TABLE home RENAME COLUMN state TO estate"), changed("PRAGMA user_version = -1")]


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__qualname__.split(".")[0])
def test_a_damaged_file_is_put_aside_unchanged(started, folder, data, path, damage):
    damage(path)
    bad = path.read_bytes()
    agent = started(agent_on(data, folder, *STILL))
    assert agent.get("/state")[1]["battery"]["limit_percent"] == 100.0, "begun anew"
    found = aside(data, "damaged")
    assert len(found) == 1 and found[0].read_bytes() == bad
    assert [line for line in agent.log().splitlines() if "store:" in line and str(found[0]) in line], agent.log()
    assert durable.healthz(agent)["store"] == "ok"
    assert agent.post("/charge_limit", {"charge_limit": 55}) == (200, {"charge_limit": 55.0})
    agent.kill()
    agent = started(agent_on(data, folder, *STILL))
    assert agent.get("/state")[1]["battery"]["limit_percent"] == 55.0


def test_a_log_without_its_file_is_put_aside(started, folder, data):
    """What a crash leaves while a file is put aside: SQLite would write over the log, which holds what came last."""
    agent = started(agent_on(data, folder, *STILL))
    assert agent.post("/charge_limit", {"charge_limit": 77}) == (200, {"charge_limit": 77.0})
    agent.kill()
    log = (data / f"{FILE}-wal").read_bytes()
    (data / FILE).rename(data / f"{FILE}.before-x")
    agent.start()
    assert agent.get("/state")[1]["battery"]["limit_percent"] == 100.0
    assert [path.read_bytes() for path in aside(data, "unread")] == [log]


def test_an_empty_file_is_begun_in(started, folder, data):
    data.mkdir()
    (data / FILE).touch()
    agent = started(agent_on(data, folder, *STILL))
    assert durable.healthz(agent)["store"] == "ok" and not aside(data, "damaged")


def make_newer(path):
    with contextlib.closing(sqlite3.connect(path)) as db:
        version = db.execute("PRAGMA user_version").fetchone()[0]
        db.execute(f"PRAGMA user_version = {version + 1}")
        db.execute("CREATE TABLE of_the_future (what TEXT)")
        db.commit()


def test_a_newer_file_is_put_aside_unchanged(started, folder, data, path):
    make_newer(path)
    newer = path.read_bytes()
    agent = started(agent_on(data, folder, *STILL))
    found = aside(data, "newer")
    assert len(found) == 1 and found[0].read_bytes() == newer
    assert "version" in agent.log() and str(found[0]) in agent.log()
    assert durable.healthz(agent)["store"] == "ok"


def test_a_newer_file_whose_program_was_killed_loses_nothing_of_its_log(started, folder, data, path):
    make_newer(path)
    db = sqlite3.connect(path)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("INSERT INTO of_the_future VALUES ('in the log only')")
    db.commit()
    for part in ("", "-wal"):  # as a kill would leave it: copied while the log is not worked in
        pathlib.Path(f"{path}{part}").with_name(f"killed{part}").write_bytes(pathlib.Path(f"{path}{part}").read_bytes())
    db.close()
    for part in ("", "-wal"):
        (data / f"killed{part}").rename(f"{path}{part}")
    pathlib.Path(f"{path}-shm").unlink(missing_ok=True)
    started(agent_on(data, folder, *STILL))
    found = next(name for name in aside(data, "newer") if name.name[-1].isdigit())
    with contextlib.closing(sqlite3.connect(found)) as old:
        assert old.execute("SELECT what FROM of_the_future").fetchall() == [("in the log only",)]


def refused(data, *arguments):
    code, out, errors = run_to_its_end("--http-port", harness.free_port(), "--data-dir", data, *STILL, *arguments)
    assert code == 2 and out == "", (code, out, errors)
    told = [line for line in errors if "--data-dir" in line]
    assert len(told) == 1 and not [line for line in errors if line not in told and " info " not in line], errors
    return told[0]


@pytest.mark.parametrize("arguments", [[], ["--fresh"]], ids=["plain", "fresh"])
def test_a_second_agent_on_a_folder_ends_and_does_no_harm(started, folder, data, arguments):
    agent = started(agent_on(data, folder, *FAST))
    agent.post("/charge_limit", {"charge_limit": 71})
    assert str(data) in refused(data, *arguments)
    assert [path.name for path in data.iterdir() if not path.name.endswith("-wal")] == [FILE]
    assert agent.post("/charge_limit", {"charge_limit": 72}) == (200, {"charge_limit": 72.0})
    agent.kill()
    agent = started(agent_on(data, folder, *FAST))
    assert agent.get("/state")[1]["battery"]["limit_percent"] == 72.0


def test_a_folder_that_cannot_be_made_is_refused(folder):
    (folder / "file").write_text("no folder")
    for data in (folder / "file" / "data", folder / "file"):
        assert str(data) in refused(data)
    assert (folder / "file").read_text() == "no folder"
