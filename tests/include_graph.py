"""Holds the arrows between folders: who may include whom, and that no file includes itself by a detour.
usage: include_graph.py [FILE=HEADER...], each as if FILE included HEADER as well"""

import collections
import pathlib
import re
import sys

SOURCE = pathlib.Path(__file__).resolve().parents[1]

# Each folder, and those it may include beside itself; `FOLDER/NAME` is one header of it only.
ARROWS = {
    "common/base": (),
    "common/time": ("common/base",),
    "common/planner": ("common/base", "common/time"),
    "common/world": ("common/base", "common/time", "common/planner/planner"),
    "common/wire": ("common/base", "common/time", "common/planner/planner", "common/world"),
    "common": ("common",),  # the library's facade
    "agent/system": ("common/base", "common/time"),
    "agent/store": ("common", "agent/system"),
    "agent/mqtt": ("common", "agent/system", "agent/store"),
    "agent/homes": ("common", "agent/system", "agent/store", "agent/mqtt"),
    "agent/http": ("common", "agent/system", "agent/homes", "agent/mqtt/mqtt_traffic", "agent/mqtt/outbox", "agent/web"),
    "agent/web": ("common", "agent/system", "agent/store/store_health", "agent/http/http_message"),
    "agent/options": ("common", "agent/system/local_time", "agent/system/log", "agent/system/version", "agent/homes/runner_settings",
                      "agent/http/http_origin", "agent/http/http_settings", "agent/mqtt/mqtt_settings", "agent/store/store_settings"),
    "agent/commands": ("common", "agent/options", "agent/system/local_time", "agent/http/http_origin", "agent/http/http_server",
                       "agent/mqtt/broker_check", "agent/store/store_check"),
    "agent/package": ("agent/commands/plan_command", "agent/options/option_layers", "agent/system/version"),
    "agent": ("common", "agent"),  # agent and main
}
# Files that know less than others of their folder: what carries HTTP knows no application.
FILES = {f"agent/http/http_{name}": ("common/base", "common/wire/wire", "agent/system")
         for name in ("access", "bytes", "message", "origin", "reader", "server", "session", "settings")}


def unit(path):
    """A header and its source are one: `common/world/home`."""
    return re.sub(r"\.[ch]pp$", "", path)


def includes(extra):
    found = collections.defaultdict(set)
    for top in ("common", "agent"):
        for path in (SOURCE / top).rglob("*.[ch]pp"):
            name = path.relative_to(SOURCE).as_posix()
            found[name] |= set(re.findall(r'^#include "([^"]+)"', path.read_text(), re.MULTILINE))
    for file, header in extra:
        assert file in found, f"{file} does not exist"
        found[file].add(header)
    return found


def may(file, header):
    folder, target = file.rpartition("/")[0], unit(header)
    allowed = FILES.get(unit(file), ARROWS.get(folder))
    assert allowed is not None, f"{folder} is in no arrow of include_graph.py"
    own = "agent/http/http_" if unit(file) in FILES else folder + "/"
    return target.startswith(own) or any(target == each or target.startswith(each + "/") for each in allowed)


def circle(graph):
    """Units that include one another in a ring, or nothing."""
    done, path = set(), []

    def walk(node):
        if node in path:
            return path[path.index(node):] + [node]
        if node in done:
            return None
        path.append(node)
        for neighbour in sorted(graph[node]):
            if ring := walk(neighbour):
                return ring
        path.pop()
        done.add(node)
        return None

    return next((ring for node in sorted(graph) if (ring := walk(node))), None)


def main():
    found = includes([argument.split("=") for argument in sys.argv[1:]])
    wrong = [f"{file} must not include {header}" for file, headers in sorted(found.items()) for header in sorted(headers)
             if not may(file, header)]
    graph = collections.defaultdict(set)
    for file, headers in found.items():
        graph[unit(file)] |= {unit(header) for header in headers if unit(header) != unit(file)}
    if ring := circle(graph):
        wrong.append("a circle: " + " -> ".join(ring))
    print("\n".join(wrong) or f"{sum(map(len, found.values()))} includes of {len(found)} files")
    return 1 if wrong else 0


sys.exit(main())
