"""The flow of docs/node-red.md in Node-RED, through summer days that are stepped: it charges from surplus, and the car leaves charged."""

import collections
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


Step = collections.namedtuple("Step", "decision state")  # what was decided, and the home once it has done so


def day(started, folder, broker, flow, *options):
    """A Step for each quarter of an hour, and what the flow ordered."""
    agent = harness.online_agent(started, folder, broker, *VILLA, *options)
    client = started(harness.Client(broker.port, "node-red/decision"))
    orders = started(harness.Client(broker.port, "home-energy/home/+/set"))
    started(NodeRed(folder, broker, flow))
    client.expect("node-red/decision", patience=6 * harness.PATIENCE)
    steps = []
    for _ in range(STEPS):
        clock = agent.move_clock({"step": "15m"})
        of_step = lambda told: (told["date"], told["time"]) == (clock["date"], clock["time"])  # noqa: E731
        decision = client.expect("node-red/decision", of_step)
        steps.append(Step(decision, settled(agent, decision)))
    return steps, orders.drain()


def settled(agent, decision):
    """The home's state when the commands have come: they went out before the decision was told, and the agent carries them out in turn."""
    def as_decided():
        state = agent.get("/state")[1]
        charge = "on" if state["car"]["pending"] else state["battery"]["charging"]
        return state if (state["storage"]["mode"], charge) == (decision["storage_mode"], decision["charge"]) else None
    return harness.wait_until(as_decided, f"the home does as it was told: {decision}")


def at(steps, time):
    return next(step for step in steps if step.decision["time"] == time)


def gained(steps, begin, end, topic, key):
    return at(steps, end).state[topic][key] - at(steps, begin).state[topic][key]


def test_the_flow_charges_from_surplus_and_before_the_departure(started, folder, broker):
    steps, _ = day(started, folder, broker, flow_of_docs())
    state = steps[-1].state
    assert state["battery"]["charged_kwh"] > 25 and state["grid"]["energy_kwh"] < 20 and state["grid"]["export_kwh"] < 5
    by_day = gained(steps, "10:00", "20:00", "battery", "charged_kwh")
    assert by_day > 15 and gained(steps, "10:00", "20:00", "grid", "energy_kwh") < by_day / 3
    why = [step.decision["why"] for step in steps]
    assert {"surplus", "no surplus", "it leaves soon", "not plugged in"} <= set(why), why
    morning = [step.decision["time"] for step in steps if step.decision["why"] == "it leaves soon"]
    assert (morning[0], morning[-1]) == ("04:30", "07:15")


def test_it_decides_from_values_of_the_same_step(started, folder, broker):
    steps, _ = day(started, folder, broker, flow_of_docs())
    away = [step.decision["time"] for step in steps if step.decision["why"] == "not plugged in"]
    assert (away[0], away[-1]) == ("07:30", "09:45")
    for decision, state in steps:
        surplus = state["battery"]["power_kw"] + state["storage"]["power_kw"] - state["grid"]["power_kw"]
        assert abs(decision["surplus_kw"] - surplus) < 0.02, (decision, state)


def test_the_home_battery_gives_nothing_to_the_car(started, folder, broker):
    steps, _ = day(started, folder, broker, flow_of_docs())
    charging = [step.state for step in steps if step.state["battery"]["power_kw"] > 0]
    assert charging
    for state in charging:
        of_house = state["baseload"]["power_kw"] + state["heater"]["power_kw"]
        assert state["storage"]["power_kw"] >= -of_house - 0.001, state
        assert state["solar"]["power_kw"] >= 3.7 or state["storage"]["power_kw"] == 0, state


def test_a_full_car_is_left_alone(started, folder, broker):
    steps, orders = day(started, folder, broker, flow_of_docs(), "--start-date", "2026-06-20", "--start-soc", "95")
    assert at(steps, "12:00").decision["why"] == "full" and steps[-1].state["battery"]["soc_percent"] == 100
    assert [order.payload for order in orders if order.topic.endswith("/charge/set")] == [b"on"]
