"""The figures that this project promises, measured and printed as one table. `./dev bench` runs it after it has built
the preset `bench`. Each figure is the median of five rounds, and what is a ratio was measured side by side in the same
round: machines differ, and so do their hours. Ends with 1 where a bound is not met or a figure could not be measured."""

import argparse
import os
import pathlib
import sys

SOURCE = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(SOURCE / "tests" / "integration"))


def arguments(names):
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--agent", type=pathlib.Path, default=SOURCE / "build/bench/agent/home-energy-agent")
    parser.add_argument("--helpers", type=pathlib.Path, default=SOURCE / "build/bench/tests/bench")
    parser.add_argument("--only", action="append", choices=names, metavar="NAME",
                        help=f"measure only this, may be repeated: {', '.join(names)}")
    parser.add_argument("--rounds", type=int, help="5, or 3 with --quick")
    parser.add_argument("--quick", action="store_true", help="fewer and shorter rounds, for a look")
    return parser.parse_args()


def measurements():
    import command_rows
    import flood_rows
    import http_rows
    import page_rows
    import plan_rows
    import process_rows
    import removal_rows
    import store_rows
    import turn_rows
    import version_rows

    return {"http-nginx": http_rows.against_nginx, "http-flask": http_rows.against_flask,
            "command": command_rows.in_a_row, "command-apart": command_rows.apart, "start": process_rows.start,
            "memory": process_rows.memory, "idle": process_rows.idle, "villa": process_rows.villa, "core": process_rows.core,
            "plan": plan_rows.speed, "plan-proof": plan_rows.proof, "store": store_rows.commands,
            "store-grouped": store_rows.grouped, "store-requests": store_rows.requests, "year": store_rows.a_year,
            "pages": page_rows.pages, "flood": flood_rows.under_flood,
            "online": version_rows.online, "fall-back": version_rows.fall_back,
            "fall-back-online": version_rows.fall_back_online,
            "removal": removal_rows.removal, "announcing": removal_rows.announcing,
            "turns": turn_rows.turns, "turns-weekend": turn_rows.weekend, "turns-asleep": turn_rows.asleep,
            "turns-streams": turn_rows.streams}


NAMES = ["http-nginx", "http-flask", "command", "command-apart", "start", "memory", "idle", "villa", "core", "plan", "plan-proof",
         "store", "store-grouped", "store-requests", "year", "pages", "flood", "online", "fall-back",
         "fall-back-online", "removal", "announcing", "turns", "turns-weekend", "turns-asleep", "turns-streams"]
ONLY_WHEN_NAMED = {"plan-proof"}  # takes hours


def print_table(rows):
    lines = [("what", "measured", "baseline", "figure", "wanted", "ok?")]
    for row in rows:
        ok = {True: "yes", False: "NO", None: "-"}[row.met]
        lines.append((row.what, row.measured, row.baseline, row.figure, row.bound, ok))
    widths = [max(len(line[i]) for line in lines) for i in range(len(lines[0]))]
    lines.insert(1, tuple("-" * width for width in widths))
    for line in lines:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip())


def not_met(rows):
    """A line for each bound that is not met. An indented row is named together with the one that it belongs to."""
    lines, above = [], ""
    for row in rows:
        indented = row.what.startswith(" ")
        above = above if indented else row.what
        name = f"{above}: {row.what.strip()}" if indented else above
        if row.met is False:
            lines.append(f"not met: {name}: {row.figure}, wanted {row.bound}")
    return lines


def measure_all(bench, only):
    """(the rows, the names of what could not be measured)"""
    from measuring import Row

    rows, unmeasured = [], []
    for name, measure in measurements().items():
        if name not in (only or set(NAMES) - ONLY_WHEN_NAMED):
            continue
        print(f"{name} ...", file=sys.stderr, flush=True)
        try:
            rows += measure(bench)
        except Exception as error:  # the other figures are still worth having
            unmeasured.append(name)
            rows.append(Row(name, f"not measured: {error}", "", "", "", None))
    return rows, unmeasured


def main():
    chosen = arguments(NAMES)
    os.environ["HOME_ENERGY_AGENT"] = str(chosen.agent.resolve())
    from measuring import Bench

    bench = Bench(chosen.agent.resolve(), chosen.helpers.resolve(), chosen.rounds or (3 if chosen.quick else 5),
                  chosen.quick)
    load_before = os.getloadavg()[0]
    rows, unmeasured = measure_all(bench, chosen.only)
    print_table(rows)
    print(f"\n{os.cpu_count()} processors; load average before {load_before:.1f}, after {os.getloadavg()[0]:.1f}; "
          f"{bench.rounds} rounds{', quick' if bench.quick else ''}")
    faults = not_met(rows) + [f"not measured: {name}" for name in unmeasured]
    print("\n".join(faults) or "all bounds are met")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
