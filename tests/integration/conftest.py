import atexit
import os
import pathlib
import random
import shutil
import tempfile

import pytest

import harness

pytest.register_assert_rewrite("any_broker")


def pytest_configure():
    """A root of its own for temporary folders: of a shared one pytest takes others' right to enter whenever a process of
    it starts, and mosquitto, running beside it, could not read its files any more."""
    if "PYTEST_DEBUG_TEMPROOT" not in os.environ:
        root = os.environ["PYTEST_DEBUG_TEMPROOT"] = tempfile.mkdtemp(prefix="pytest-home-energy-")
        atexit.register(shutil.rmtree, root, ignore_errors=True)  # registered first, so it runs after pytest's own


def pytest_collection_modifyitems(items):
    """In random order with HOME_ENERGY_ORDER=SEED (./dev prove order)."""
    if seed := os.environ.get("HOME_ENERGY_ORDER"):
        random.Random(int(seed)).shuffle(items)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """A test that is skipped proves nothing: for want of a tool it fails."""
    del item, call
    report = (yield).get_result()
    if report.skipped and not hasattr(report, "wasxfail"):
        reason = str(report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr).removeprefix("Skipped: ")
        if reason not in harness.MAY_LACK:
            report.outcome, report.longrepr = "failed", f"skipped: {reason}"


@pytest.fixture
def started():
    """Starts what is handed to it and stops it, in reverse order, whatever the test does."""
    things = []

    def start(thing):
        things.append(thing)  # first: what fails to come up is stopped, too
        if isinstance(thing, harness.Process):
            thing.start()
        return thing

    yield start
    for thing in reversed(things):
        thing.kill() if isinstance(thing, harness.Process) else thing.close()
    for process in (thing for thing in things if isinstance(thing, harness.Process)):  # now that nothing is left behind
        assert "Sanitizer" not in process.log() and "runtime error" not in process.log(), process.log()


@pytest.fixture
def folder(tmp_path):
    tmp_path.chmod(0o755)  # mosquitto, started as root, reads its files as user mosquitto
    for parent in tmp_path.parents:
        if parent != pathlib.Path("/") and parent.owner() == "root" and str(parent).startswith("/tmp/pytest"):
            parent.chmod(0o755)
    return tmp_path


@pytest.fixture
def broker(started, folder):
    return started(harness.Broker(folder))


@pytest.fixture
def agent(started, folder, broker):
    return started(harness.Agent(folder, uri=broker.uri)).wait_connected()


@pytest.fixture
def client(started, broker, agent):
    """Hears everything below the base topic, what is retained first."""
    return started(harness.Client(broker.port, "home-energy/#"))
