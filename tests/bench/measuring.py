"""What all measurements share: a row of the table, medians, the processor time of a process, the helpers."""

import contextlib
import dataclasses
import pathlib
import statistics
import subprocess
import tempfile
import time

from harness import Agent, Broker, Process


@dataclasses.dataclass
class Row:
    """A line of the table. `met` is None where the issue asks nothing of it."""

    what: str
    measured: str
    baseline: str
    figure: str
    bound: str
    met: bool | None


@dataclasses.dataclass
class Bench:
    """What is measured, and how long."""

    agent: pathlib.Path
    helpers: pathlib.Path
    rounds: int
    quick: bool

    def pick(self, full, quick):
        return quick if self.quick else full

    def helper(self, name, *arguments):
        """Runs a helper to its end; its standard output."""
        return self.start_helper(name, *arguments).output()

    def start_helper(self, name, *arguments):
        return Helper([self.helpers / name, *arguments])


class Helper:
    """A helper that runs beside us."""

    def __init__(self, command):
        self.command = [str(part) for part in command]
        self.popen = subprocess.Popen(self.command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def output(self):
        out, err = self.popen.communicate()
        if self.popen.returncode != 0:
            raise RuntimeError(f"{self.command[0]}: {err.strip()}")
        return out

    def end(self):
        if self.popen.poll() is None:
            self.popen.kill()
            self.popen.communicate()


@contextlib.contextmanager
def folder():
    # Not below a directory of root alone: nginx's worker and mosquitto give up being root.
    with tempfile.TemporaryDirectory(prefix="home-energy-bench-") as path:
        pathlib.Path(path).chmod(0o755)
        yield pathlib.Path(path)


@contextlib.contextmanager
def running(process):
    """Starts one of the harness's processes, and stops it in any case."""
    process.start()
    try:
        yield process
    finally:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.stop()
        process.kill()


@contextlib.contextmanager
def broker_and_agent(place, *arguments):
    with running(Broker(place)) as broker, running(Agent(place, *arguments, uri=broker.uri)) as agent:
        agent.wait_connected()
        yield broker, agent


def cpu_seconds(pid):
    """The processor time of all threads of a process so far, in nanoseconds' resolution: the clock that
    clock_getcpuclockid(3) names, its /proc/<pid>/stat counts only whole hundredths of a second."""
    return time.clock_gettime(~pid << 3 | 2)


def percentile(values, percent):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]


def median(values):
    return statistics.median(values)


__all__ = ["Agent", "Bench", "Broker", "Process", "Row", "broker_and_agent", "cpu_seconds", "folder", "median",
           "percentile", "running"]
