"""The process itself: how fast it starts, what it takes of memory and processor."""

import contextlib
import json
import time

from measuring import Broker, Row, broker_and_agent, cpu_seconds, folder, median, percentile, running

COMMANDS_PER_S, REQUESTS_PER_S = 200, 1000


def start(bench):
    """Each start under a home of its own, whose topics the broker cannot know from an earlier one."""
    starts, medians, slowest = bench.pick(20, 5), [], []
    with folder() as place, running(Broker(place)) as broker:
        for round_number in range(bench.rounds):
            taken = []
            for i in range(starts):
                home = f"start-{round_number}-{i}"
                taken.append(float(bench.helper("first_telemetry", broker.port, f"home-energy/{home}/+", bench.agent,
                                                "--home", home, "--http-port", "0", "--mqtt-uri", broker.uri)))
            medians.append(median(taken))
            slowest.append(max(taken))
    usual, worst = median(medians), median(slowest)
    return [Row(f"start of the process to the first retained telemetry ({starts} starts): median", f"{usual:.1f} ms", "",
                f"{usual:.1f} ms", "at most 50 ms", usual <= 50),
            Row("  the slowest of them", f"{worst:.1f} ms", "", f"{worst:.1f} ms", "at most 50 ms", worst <= 50)]


def under_load(bench):
    """One round: (KiB at a third of the time, KiB at its end, commands/s, requests/s)."""
    seconds = bench.pick(60, 15)
    with folder() as place, broker_and_agent(place) as (broker, agent):
        load = bench.start_helper("load", broker.port, agent.port, "home-energy/home", COMMANDS_PER_S, REQUESTS_PER_S,
                                  seconds)
        try:
            time.sleep(seconds / 3)
            early = agent.resident_kib()
            time.sleep(seconds * 2 / 3 - 0.5)
            late = agent.resident_kib()
            return early, late, *map(float, load.output().split())
        finally:
            load.end()


def memory(bench):
    early, late, commands, requests = zip(*[under_load(bench) for _ in range(bench.pick(bench.rounds, 1))])
    reached = f"{median(commands):.0f}/s, {median(requests):.0f}/s"
    if min(commands) < 0.98 * COMMANDS_PER_S or min(requests) < 0.98 * REQUESTS_PER_S:
        raise RuntimeError(f"the load was not reached: {min(commands):.0f} commands/s, {min(requests):.0f} requests/s")
    megabytes = median(late) / 1024
    growth = median([b - a for a, b in zip(early, late)])
    seconds = bench.pick(60, 15)
    return [Row(f"resident memory after {seconds} s under load (reached: {reached})", f"{megabytes:.1f} MB", "",
                f"{megabytes:.1f} MB", "at most 12 MB", megabytes <= 12),
            Row(f"  its growth from second {seconds // 3} to {seconds}", f"{growth:.0f} KiB", "", f"{growth:.0f} KiB",
                "about 0 (64 KiB)", growth <= 64)]


def at_rest(bench, *options):
    """Agents that nobody asks, the rounds side by side, since they do not disturb each other: (% of a core, MB), medians."""
    seconds = bench.pick(30, 10)
    with contextlib.ExitStack() as stack:
        agents = []
        for _ in range(bench.rounds):
            place = stack.enter_context(folder())
            agents.append(stack.enter_context(broker_and_agent(place, *options))[1])
        time.sleep(2)  # what starting takes is over
        before, began = [cpu_seconds(agent.pid) for agent in agents], time.monotonic()
        time.sleep(seconds)
        lasted = time.monotonic() - began
        used = median([(cpu_seconds(agent.pid) - then) / lasted * 100 for agent, then in zip(agents, before)])
        return used, median([agent.resident_kib() for agent in agents]) / 1024


def idle(bench):
    used, _ = at_rest(bench)
    return [Row(f"processor time idle, defaults, over {bench.pick(30, 10)} s", f"{used:.3f} %", "", f"{used:.3f} % of a core",
                "at most 0.3 %", used <= 0.3)]


def villa(bench):
    used, megabytes = at_rest(bench, "--preset", "villa", "--realtime")
    return [Row(f"a villa in real time: processor time over {bench.pick(30, 10)} s", f"{used:.3f} %", "",
                f"{used:.3f} % of a core", "at most 0.3 %", used <= 0.3),
            Row("  its resident memory", f"{megabytes:.1f} MB", "", f"{megabytes:.1f} MB", "at most 14 MB", megabytes <= 14)]


def core(bench):
    """Google Benchmark repeats both in turn."""
    done = json.loads(bench.helper("core_ticks", "--benchmark_format=json", f"--benchmark_repetitions={bench.rounds}",
                                   "--benchmark_enable_random_interleaving=true",
                                   f"--benchmark_min_time={bench.pick(1, 0.3)}"))
    rows = []
    for name, what, at_least in (("one_home", "one home", 100), ("villa", "a villa", 10), ("many_homes", "100,000 homes in turn", 20)):
        rates = [run["items_per_second"] for run in done["benchmarks"]
                 if run["name"].startswith(name) and run["run_type"] == "iteration"]
        millions = percentile(rates, 50) / 1e6
        rows.append(Row(f"the core alone: ticks a second on one core, {what}", f"{millions:.0f} million", "",
                        f"{millions:.0f} million", f"at least {at_least} million", millions >= at_least))
    return rows
