"""SIGTERM and SIGINT end the agent cleanly at any moment of a start, also as process 1 of a container."""

import contextlib
import os
import random
import signal
import subprocess
import time

import pytest

import durable
import harness

ENDS_WITHIN = 2.0
HOMES = 4000  # so many that a start takes a while
SIGNALS = (signal.SIGTERM, signal.SIGINT)


def catches(pid, number):
    """Whether the process has a handler for the signal: before its first line nobody can have one."""
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        with open(f"/proc/{pid}/status") as status:
            mask = next(line for line in status if line.startswith("SigCgt")).split()[1]
            return bool(int(mask, 16) >> (number - 1) & 1)
    return False


class Container:
    """An agent as process 1 of a process namespace of its own."""

    def __init__(self, agent):
        rights = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
        with open(agent.log_path, "ab") as log:
            self.outer = subprocess.Popen(["unshare", *rights, "--pid", "--fork", "--kill-child", "--mount-proc",
                                           "--propagation", "unchanged",  # a chroot's root may be no mount; /proc is private
                                           *agent.command],
                                          stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=agent.env)
        self.agent = agent
        try:
            self.pid = harness.wait_until(self.inner, f"the agent is process 1: {agent.log()}")
        except AssertionError:
            self.kill()
            raise

    def inner(self):
        assert self.outer.poll() is None, f"unshare ended: {self.agent.log()}"
        with open(f"/proc/{self.outer.pid}/task/{self.outer.pid}/children") as children:
            pids = [int(pid) for pid in children.read().split()]
        return pids[0] if pids and catches(pids[0], signal.SIGTERM) else None

    def end(self, number):
        """Signals the agent; returns (exit code, seconds)."""
        began = time.monotonic()
        os.kill(self.pid, number)
        return self.outer.wait(harness.PATIENCE), time.monotonic() - began

    def kill(self):
        if self.outer.poll() is None:
            self.outer.kill()  # --kill-child: the agent goes with it
            self.outer.wait()


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    """A folder with the state of many homes."""
    folder = tmp_path_factory.mktemp("large")
    agent = durable.agent_on(folder / "data", folder, "--homes", HOMES, "--ha-discovery", "off", *durable.STILL)
    agent.start()
    try:
        harness.wait_until(lambda: agent.get("/healthz")[0] == 200, "it runs")
        assert agent.post("/charge_limit", {"charge_limit": 66})[0] == 200
    finally:
        agent.stop()
    return folder


@pytest.mark.parametrize("number", SIGNALS)
def test_process_1_ends_cleanly_at_any_moment_of_a_start(started, large, number):
    chance = random.Random(20261128)
    for _ in range(8):
        agent = durable.agent_on(large / "data", large, "--homes", HOMES, *durable.STILL)
        container = Container(agent)
        try:
            time.sleep(chance.choice((0, chance.uniform(0, 0.2), chance.uniform(0, 1.5))))
            code, seconds = container.end(number)
        finally:
            container.kill()
        assert code == 0, (code, agent.log())
        assert seconds < ENDS_WITHIN, (seconds, agent.log())


@pytest.mark.parametrize("number", SIGNALS)
def test_a_signal_ends_a_start_whose_disk_is_stuck(folder, number):
    env, disk, _ = durable.bent_environment(folder)
    durable.put(disk, "20000")  # each write takes 20 s
    for delay in (0, 0.1, 0.5):
        agent = durable.agent_on(folder / "data", folder, *durable.STILL, env=env)
        container = Container(agent)
        try:
            time.sleep(delay)
            code, seconds = container.end(number)
        finally:
            container.kill()
        assert code == 0 and seconds < ENDS_WITHIN, (code, seconds, agent.log())


def test_a_signal_ends_the_plan_subcommand(folder):
    agent = harness.Agent(folder)
    options = ["--charger-min-kw", "1.4", "--taper", "60:5,75:3", "--min-run", "60", "--start-cost", "0.5"]
    codes = []
    for _ in range(50):
        process = subprocess.Popen([harness.AGENT, "plan", *options], stdout=subprocess.DEVNULL, env=agent.env)
        try:
            while process.poll() is None and not catches(process.pid, signal.SIGTERM):
                continue
            process.send_signal(signal.SIGTERM)
            codes.append(process.wait(ENDS_WITHIN))
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
    # One or the other may have been over before the signal.
    assert set(codes) <= {0, 128 + signal.SIGTERM} and codes.count(128 + signal.SIGTERM) > 25, codes
