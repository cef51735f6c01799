"""The three automations of docs/home-assistant.md on surplus, home battery and departure, through a summer's day that is stepped.

Home Assistant is not here: what it would do with the automations, the templates rendered with its states, is done below.
"""

import datetime
import json
import re
import types

import jinja2

import harness
from home_assistant import DEVICE, stored

TEXT = (harness.SOURCE / "docs" / "home-assistant.md").read_text()
VILLA = ("--preset", "villa", "--charger-kw", "3.7", "--charger-min-kw", "full", "--mode", "manual", "--start-soc", "40",
         "--trips", "mon-fri 07:30-10:00 9.5", "--trip-spread-min", "0", "--trip-day-off", "0",
         "--clock", "paused", "--start-date", "2026-06-17", "--zone", "Europe/Stockholm")
RECEIPT = "home-energy/home/receipt"
STEPS = 96  # of 15 minutes: a day


class Entities:
    """What Home Assistant makes of the discovery document and of the topics it names."""

    def __init__(self, broker):
        components = json.loads(stored(broker, DEVICE))["cmps"].values()
        self.components = {component["def_ent_id"]: component for component in components}
        self.environment = jinja2.Environment()
        self.templates = {entity: self.environment.from_string(component["val_tpl"])
                          for entity, component in self.components.items() if "val_tpl" in component}
        self.values = {}

    def read(self, state):
        for entity, template in self.templates.items():
            topic = self.components[entity].get("stat_t", "").removeprefix("home-energy/home/")
            if topic in state:
                text = template.render(value_json=state[topic])
                self.values[entity] = text.lower() if text in ("ON", "OFF") else text

    def names(self, now, trigger=None):
        state = lambda entity: self.values.get(entity, "unknown")  # noqa: E731
        return {"states": state, "is_state": lambda entity, text: state(entity) == text,
                "has_value": lambda entity: state(entity) not in ("unknown", "unavailable", "None"),
                "as_datetime": datetime.datetime.fromisoformat, "now": lambda: now, "timedelta": datetime.timedelta,
                "trigger": types.SimpleNamespace(id=trigger)}


class Automation:
    """One of the YAML blocks: its triggers by id, each with its template and whether it has to hold for a while."""

    def __init__(self, text, environment):
        self.alias = re.search(r"alias: (.+)", text)[1]
        head, rest = text.split("   actions:")
        triggers, _, conditions = head.partition("   conditions:")
        template = lambda part: environment.from_string(re.search(r"value_template: >\n((?:\s{9,}.+\n)+)", part)[1])  # noqa: E731
        self.triggers = []
        for part in triggers.split("- trigger: template")[1:]:
            name = re.search(r"id: \"?(\w+)\"?", part)
            self.triggers.append((name and name[1], template(part), "for:" in part))
        self.conditions = [template(part) for part in conditions.split("- condition: template")[1:]]
        self.action = environment.from_string(re.search(r"action: \"?([^\"\n]+)", rest)[1])
        self.entity = re.search(r"entity_id: (\S+)", rest)[1]
        option = re.search(r"option: \"(.+)\"", rest)
        self.option = option and environment.from_string(option[1])
        self.held = [0] * len(self.triggers)

    def orders(self, names):
        """(entity, what is to be done with it), for each trigger that fires now."""
        for i, (trigger, template, lasting) in enumerate(self.triggers):
            self.held[i] = self.held[i] + 1 if template.render(**names(None)).strip() == "True" else 0
            fires = self.held[i] == (2 if lasting else 1)
            if fires and all(each.render(**names(trigger)).strip() == "True" for each in self.conditions):
                yield self.entity, (self.option or self.action).render(**names(trigger))


def automations(environment):
    section = TEXT.split("## Surplus, home battery, departure")[1].split("\n## ")[0]
    return [Automation(block, environment) for block in re.findall(r"```yaml\n(.*?)```", section, re.DOTALL)]


def carry_out(client, component, order):
    payload = {"switch.turn_on": component.get("pl_on"), "switch.turn_off": component.get("pl_off")}.get(order, order)
    client.publish(component["cmd_t"], payload)
    assert client.expect(RECEIPT)["status"] == "ok", (component["cmd_t"], payload)


def test_a_summers_day(started, folder, broker):
    agent = harness.online_agent(started, folder, broker, *VILLA)
    client = started(harness.Client(broker.port, RECEIPT))
    entities = Entities(broker)
    recipes = automations(entities.environment)
    assert len(recipes) == 3
    done = []
    for _ in range(STEPS):
        clock = agent.move_clock({"step": "15m"})
        now = datetime.datetime.fromisoformat(f"{clock['date']}T{clock['time']}+02:00")
        for recipe in recipes:
            entities.read(agent.get("/state")[1])
            for entity, order in recipe.orders(lambda trigger: entities.names(now, trigger)):
                carry_out(client, entities.components[entity], order)
                done.append((clock["time"], recipe.alias, order))
    assert ("04:30", "Charged when it leaves", "switch.turn_on") in done
    assert ("04:30", "The home battery is not for the car", "hold") in done
    by_day = [order for time, alias, order in done if alias == "Charge from surplus" and "10:00" < time < "20:00"]
    assert by_day[0] == "switch.turn_on" and "switch.turn_off" in by_day, done
    state = agent.get("/state")[1]
    assert state["battery"]["charged_kwh"] > 20 and state["grid"]["energy_kwh"] < 20, (state, done)
    assert state["grid"]["export_kwh"] < 8, (state, done)
