"""The flow of docs/node-red.md in Node-RED, through a summer's day that is stepped: it charges from surplus, and the car leaves charged."""

import json
import os
import pathlib

import harness

NODE_RED = pathlib.Path(harness.SOURCE) / "build" / "node-red"  # ./dev prove puts it there
FLOW = pathlib.Path(harness.SOURCE) / "docs" / "node-red-flow.json"
VILLA = ("--preset", "villa", "--charger-kw", "3.7", "--charger-min-kw", "full", "--mode", "manual", "--start-soc", "40",
         "--trips", "mon-fri 07:30-10:00 9.5", "--trip-spread-min", "0", "--trip-day-off", "0",
         "--clock", "paused", "--start-date", "2026-06-17", "--zone", "Europe/Stockholm")
STEPS = 96  # of 15 minutes: a day


class NodeRed(harness.Process):
    """Node-RED with the flow, on loopback."""

    def __init__(self, folder, broker, flow):
        self.port = harness.free_port()
        folder = pathlib.Path(folder) / "node-red"
        folder.mkdir()
        for node in flow:
            if node["type"] == "mqtt-broker":
                node["port"] = str(broker.port)
        (folder / "flows.json").write_text(json.dumps(flow))
        (folder / "settings.js").write_text(
            f"module.exports = {{uiPort: {self.port}, uiHost: '127.0.0.1', flowFile: 'flows.json', credentialSecret: false, telemetry: {{enabled: false}}}};")
        super().__init__(["node", NODE_RED / "node_modules" / "node-red" / "red.js", "--userDir", folder],
                         folder / "log", os.environ | {"TZ": "America/New_York"})  # its clock is nobody's


def flow_of_docs():
    return json.loads(FLOW.read_text())


def day(started, folder, broker, flow):
    """The counters after a day, and what was decided in each step."""
    agent = harness.online_agent(started, folder, broker, *VILLA)
    client = started(harness.Client(broker.port, "node-red/decision"))
    started(NodeRed(folder, broker, flow))
    client.expect("node-red/decision", patience=6 * harness.PATIENCE)
    decisions = []
    for _ in range(STEPS):
        clock = agent.move_clock({"step": "15m"})
        of_step = lambda told: (told["date"], told["time"]) == (clock["date"], clock["time"])  # noqa: E731
        decisions.append(client.expect("node-red/decision", of_step))
        settle(agent, decisions[-1])
    return agent.get("/state")[1], decisions


def settle(agent, decision):
    """Its commands have come: they went out before the decision was told, and the agent carries them out in turn."""
    def as_decided():
        state = agent.get("/state")[1]
        charge = "on" if state["car"]["pending"] else state["battery"]["charging"]
        return (state["storage"]["mode"], charge) == (decision["storage_mode"], decision["charge"])
    harness.wait_until(as_decided, f"the home does as it was told: {decision}")


def test_the_flow_charges_from_surplus_and_before_the_departure(started, folder, broker):
    state, decisions = day(started, folder, broker, flow_of_docs())
    assert state["battery"]["charged_kwh"] > 25 and state["grid"]["energy_kwh"] < 20 and state["grid"]["export_kwh"] < 5
    why = [decision["why"] for decision in decisions]
    assert {"surplus", "no surplus", "it leaves soon", "not plugged in"} <= set(why), why
    morning = [decision for decision in decisions if decision["why"] == "it leaves soon"]
    assert {decision["storage_mode"] for decision in morning} == {"hold"}
    assert "04:30" <= min(decision["time"] for decision in morning) <= "04:45"
    on_sun = [decision for decision in decisions if decision["charge"] == "on" and decision not in morning]
    assert len(on_sun) >= 8 and sum(decision["surplus_kw"] for decision in on_sun) / len(on_sun) > 2.5
