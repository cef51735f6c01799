"""The charging planner: how long a plan takes, beside CBC on the same problem, and what it takes of memory."""

from measuring import Row, median

WANTED_US = {"on-off-96": 100, "all-192": 10_000}
NAMES = {"on-off": "on/off, fuse", "switching": "on/off, taper of 10 steps, minimum run of 37 minutes",
         "all": "modulating, taper, fuse, start cost, minimum run of an hour"}


def milliseconds(microseconds):
    return f"{microseconds / 1000:.3f} ms"


def speed(bench):
    """Each round: the median of many plans, then CBC once (which gives up after 20 s)."""
    rounds = []
    for _ in range(bench.rounds):
        lines = bench.helper("plan_speed", bench.pick(51, 11)).splitlines()
        rounds.append({name: (float(ours), float(cbc)) for name, ours, cbc in map(str.split, lines)})
    rows = []
    for name in rounds[0]:
        kind, slots = name.rsplit("-", 1)
        ours = median([r[name][0] for r in rounds])
        ratio = median([r[name][1] / r[name][0] for r in rounds])
        wanted = WANTED_US.get(name)
        rows.append(Row(f"a plan over {slots} slots: {NAMES[kind]}; beside CBC", milliseconds(ours),
                        milliseconds(median([r[name][1] for r in rounds])), f"{ratio:,.0f}x faster",
                        f"under {milliseconds(wanted)}" if wanted else "", ours < wanted if wanted else None))
    megabytes = median([int(bench.helper("plan_speed", "memory")) for _ in range(bench.rounds)]) / 1024
    rows.append(Row("  peak of resident memory of a process that plans the largest", f"{megabytes:.1f} MB", "",
                    f"{megabytes:.1f} MB", "under 16 MB", megabytes < 16))
    return rows


def proof(bench):
    """Not in the default set: 5,000 random problems of up to 192 slots against CBC, which takes hours."""
    count = bench.pick(5000, 100)
    lines = bench.helper("planner_proof", "--instances", count, "--seed", 1, "--max-slots", bench.pick(192, 96),
                         "--time-limit", 600).splitlines()
    compared = next(line for line in lines if line.startswith("compared"))
    return [Row("plans against CBC", compared, "", lines[-1], "0 failed", lines[-1] == "0 failed")]
