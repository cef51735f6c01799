"""The three automations of docs/home-assistant.md on surplus, home battery and departure, through days that are stepped.

Home Assistant is not here: what it would do with the automations, the templates rendered with its states, is done below.
"""

import datetime
import json
import re
import types

import jinja2
import pytest
import yaml

import harness
from home_assistant import DEVICE, stored

TEXT = (harness.SOURCE / "docs" / "home-assistant.md").read_text()
VILLA = ("--preset", "villa", "--charger-kw", "3.7", "--charger-min-kw", "full", "--mode", "manual", "--start-soc", "40",
         "--trips", "mon-fri 07:30-10:00 9.5", "--trip-spread-min", "0", "--trip-day-off", "0",
         "--clock", "paused", "--zone", "Europe/Stockholm")
RECEIPT = "home-energy/home/receipt"
STEPS, STEP = 96, datetime.timedelta(minutes=15)  # a day


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

    def names(self, now):
        state = lambda entity: self.values.get(entity, "unknown")  # noqa: E731
        return {"states": state, "is_state": lambda entity, text: state(entity) == text,
                "has_value": lambda entity: state(entity) not in ("unknown", "unavailable", "None"),
                "as_datetime": datetime.datetime.fromisoformat, "now": lambda: now, "timedelta": datetime.timedelta}


class Trigger:
    """Fires when what it watches becomes true and has stayed so for a while; not where it was true from the start."""

    def __init__(self, fields, environment):
        assert set(fields) <= {"trigger", "id", "value_template", "for", "entity_id", "to"}, fields
        assert fields["trigger"] in ("template", "state"), fields
        self.id = fields["id"]
        template = fields.get("value_template") or f"{{{{ is_state('{fields['entity_id']}', '{fields['to']}') }}}}"
        self.template = environment.from_string(template)
        hours, minutes, seconds = map(int, fields.get("for", "00:00:00").split(":"))
        self.lasting = datetime.timedelta(hours=hours, minutes=minutes, seconds=seconds)
        self.armed, self.since = False, None

    def fires(self, names, now):
        text = self.template.render(**names).strip()
        assert text in ("True", "False"), text
        if text == "False":
            self.armed, self.since = True, None
        elif self.armed:
            self.since = self.since or now
            if now - self.since >= self.lasting:
                self.armed = False
                return True
        return False


class Automation:
    """One of the YAML blocks."""

    def __init__(self, text, environment):
        fields = yaml.safe_load(text)
        assert set(fields) == {"alias", "triggers", "actions"}, fields
        self.alias, (action,) = fields["alias"], fields["actions"]
        self.triggers = [Trigger(each, environment) for each in fields["triggers"]]
        self.entity = action["target"]["entity_id"]
        self.order = environment.from_string(action["data"]["option"] if "data" in action else action["action"])

    def orders(self, names, now):
        """What is to be done with its entity, for each trigger that fires now."""
        return [self.order.render(trigger=types.SimpleNamespace(id=each.id)) for each in self.triggers if each.fires(names, now)]


def automations(environment):
    section = TEXT.split("## Surplus, home battery, departure")[1].split("\n## ")[0]
    blocks = re.findall(r"```yaml\n(.*?)```", section, re.DOTALL)
    assert len(blocks) == 3
    return [Automation(block, environment) for block in blocks]


def carry_out(client, component, order):
    payload = {"switch.turn_on": component.get("pl_on"), "switch.turn_off": component.get("pl_off")}.get(order, order)
    client.publish(component["cmd_t"], payload)
    assert client.expect(RECEIPT)["status"] == "ok", (component["cmd_t"], payload)


def day(started, folder, broker, *options):
    """The home's state by the time of each step, and what was ordered: (time, alias, order)."""
    agent = harness.online_agent(started, folder, broker, *VILLA, *options)
    client = started(harness.Client(broker.port, RECEIPT))
    entities = Entities(broker)
    recipes = automations(entities.environment)
    states, done = {}, []
    for _ in range(STEPS):
        clock = agent.move_clock({"step": "15m"})
        offset = agent.get("/state")[1]["car"]["departure"][-6:]
        now = datetime.datetime.fromisoformat(f"{clock['date']}T{clock['time']}{offset}")
        for recipe in recipes:
            entities.read(agent.get("/state")[1])
            for order in recipe.orders(entities.names(now), now):
                carry_out(client, entities.components[recipe.entity], order)
                done.append((clock["time"], recipe.alias, order))
        states[clock["time"]] = agent.get("/state")[1]
    for state in states.values():
        if state["solar"]["power_kw"] < state["battery"]["power_kw"]:
            assert state["storage"]["power_kw"] == 0, state
    print({key: states["00:00"][topic][key] for topic, key in
           (("battery", "charged_kwh"), ("grid", "energy_kwh"), ("grid", "export_kwh"))}, done)
    return states, done


def gained(states, begin, end, topic, key):
    return states[end][topic][key] - states[begin][topic][key]


def test_a_summers_day(started, folder, broker):
    states, done = day(started, folder, broker, "--start-date", "2026-06-17")
    assert ("04:30", "Charged when it leaves", "switch.turn_on") in done
    assert ("04:30", "The home battery is not for the car", "hold") in done
    assert ("07:30", "Charged when it leaves", "switch.turn_off") in done
    by_day = [order for time, alias, order in done if alias == "Charge from surplus" and "10:00" < time < "20:00"]
    assert by_day == ["switch.turn_on", "switch.turn_off"], done
    charged = gained(states, "10:00", "20:00", "battery", "charged_kwh")
    assert charged > 15 and gained(states, "10:00", "20:00", "grid", "energy_kwh") < charged / 3, done
    assert states["00:00"]["grid"]["export_kwh"] < 5


def test_a_day_without_sun(started, folder, broker):
    """Charged for the departure, and not at the return: a home remembers that it was on when the car left."""
    states, done = day(started, folder, broker, "--start-date", "2026-12-07")
    assert gained(states, "04:15", "07:30", "battery", "charged_kwh") == pytest.approx(11.1)
    assert states["00:00"]["battery"]["charged_kwh"] == pytest.approx(11.1), done
    assert not states["09:45"]["car"]["pending"] and states["10:00"]["car"]["plugged"]


def test_a_car_that_is_charged_enough_is_left_to_the_sun(started, folder, broker):
    states, done = day(started, folder, broker, "--start-date", "2026-06-17", "--start-soc", "90")
    assert "Charged when it leaves" not in [alias for time, alias, order in done if order == "switch.turn_on"]
    assert states["10:00"]["battery"]["charged_kwh"] == 0


def test_all_entities_of_the_page_are_announced(started, folder, broker):
    harness.online_agent(started, folder, broker, "--preset", "villa", "--peak-price", "80")  # its charger modulates
    announced = set(Entities(broker).components)
    named = set(re.findall(r"\b(?:sensor|binary_sensor|switch|select|number|text|button)\.home_energy_\w+", TEXT))
    assert len(named) > 40 and named <= announced, named - announced
