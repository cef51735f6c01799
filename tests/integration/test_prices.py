"""Prices and loads as those who have them write them: over MQTT, over HTTP and from files, in zones on both sides of the
market's and on the nights that change the clock."""

import datetime
import json
import re
import types
import zoneinfo

import jinja2
import pytest

import durable
import harness
from http_helpers import run_to_its_end
from test_store_clock import Wall

HOME = "home-energy/home"
UTC = datetime.timezone.utc
MARKET = zoneinfo.ZoneInfo("Europe/Stockholm")  # Nord Pool's days
TODAY = datetime.date(2026, 11, 28)
TOMORROW = TODAY + datetime.timedelta(days=1)
# The curve that is there where none was given, by the hour.
BEFORE = [0.8528, 0.7086, 0.6801, 0.6795, 0.6801, 0.8504, 0.8786, 1.0026, 1.1845, 1.1661, 1.0593, 0.9195, 0.9051, 0.9034,
          0.908, 0.8885, 0.9039, 0.9903, 0.8711, 0.829, 0.8045, 0.7648, 0.32, 0.3429]


def midnight(date, zone):
    return datetime.datetime.combine(date, datetime.time(), zone).astimezone(UTC)


def slots(begin, minutes, values, zone=MARKET, key="value", early=0):
    """One after another, in steps of real time, written with the zone's offset."""
    rows = []
    for i, value in enumerate(values):
        start = begin + datetime.timedelta(minutes=minutes * i)
        end = start + datetime.timedelta(minutes=minutes, seconds=-early)
        rows.append({"start": start.astimezone(zone).isoformat(), "end": end.astimezone(zone).isoformat(), key: value})
    return rows


class RealHome:
    """A home in a zone, whose wall clock the test owns: it begins at noon."""

    def __init__(self, started, folder, broker, channel, zone, currency="SEK", date=TODAY, options=()):
        self.channel, self.zone = channel, zoneinfo.ZoneInfo(zone)
        self.wall = Wall(folder, self.zone)
        self.wall.set(f"{date}T12:00:00")
        self.agent = started(harness.Agent(folder, "--realtime", "--tick", "1s", "--data-dir", "none", "--currency", currency, *options,
                                           uri=broker.uri, env=self.wall.env))
        self.agent.wait_connected()
        self.client = started(harness.Client(broker.port, f"{HOME}/receipt"))

    def send(self, payload, name="price"):
        """The receipt's result, or the error."""
        text = payload if isinstance(payload, str) else json.dumps(payload)
        if self.channel == "http":
            status, answer = self.agent.post(f"/{name}", text)
            assert status in (200, 400), answer
            return answer if status == 200 else answer["error"]
        self.client.publish(f"{HOME}/{name}/set", text)
        receipt = self.client.expect(f"{HOME}/receipt")
        return receipt["result"] if receipt["status"] == "ok" else receipt["error"]

    def quarters(self, profile="price/profile"):
        """The present day's curve, 96 values."""
        values = self.agent.get("/state")[1][profile]["values"]
        return [value for value in values for _ in range(96 // len(values))]

    def to_tomorrow(self):
        today = self.agent.get("/state")[1]["clock"]["day"]
        self.wall.move(12.5 * 3600)
        harness.wait_until(lambda: self.agent.get("/state")[1]["clock"]["day"] > today, "it is tomorrow")


@pytest.fixture(params=["mqtt", "http"])
def home(request, started, folder, broker):
    return lambda zone, *arguments, **options: RealHome(started, folder, broker, request.param, zone, *arguments, **options)


def hours(*counted):
    """96 values from (value, hours) pairs."""
    return [value for value, count in counted for _ in range(int(count * 4))]


def before(first, last):
    return [BEFORE[quarter // 4] for quarter in range(first * 4, last * 4)]


def test_ends_that_are_a_second_early(home):
    day = home("UTC", "USD")
    rows = slots(midnight(TODAY, UTC), 60, [0.44469] * 15 + [0.40318] * 8 + [0.58948], UTC, early=1)
    assert day.send(rows) == {"price": {"from": "2026-11-28T00:00:00+00:00", "to": "2026-11-29T00:00:00+00:00",
                                        "missing": []}, "unit": "USD/kWh", "lowest": 0.40318, "highest": 0.58948}
    assert day.quarters() == hours((0.44469, 15), (0.40318, 8), (0.58948, 1))


TODAYS = [0.095] * 88 + [0.089] * 2 + [0.088] * 4 + [0.086] * 2
TOMORROWS = [0.09] * 4 + [0.10] * 92


def market_days(zone):
    zone = zoneinfo.ZoneInfo(zone)
    return {"raw_today": slots(midnight(TODAY, MARKET), 15, TODAYS, zone), "unit_of_measurement": "EUR/kWh",
            "raw_tomorrow": slots(midnight(TOMORROW, MARKET), 15, TOMORROWS, zone)}


def test_the_markets_day_in_helsinki(home):
    day = home("Europe/Helsinki", "EUR")
    assert day.send(market_days("Europe/Helsinki"))["price"] == {
        "from": "2026-11-28T01:00:00+02:00", "to": "2026-11-30T00:00:00+02:00", "missing": []}
    assert day.quarters() == before(0, 1) + TODAYS[:92]
    day.to_tomorrow()
    assert day.quarters() == TODAYS[92:] + TOMORROWS[:92]


@pytest.mark.parametrize("zone", ["Europe/London", "UTC"])
def test_the_markets_day_where_it_is_an_hour_earlier(home, zone):
    day = home(zone, "EUR", options=("--mode", "cheapest", "--ready-by", "23:30"))
    assert day.send(market_days("Europe/Stockholm"))["price"] == {
        "from": "2026-11-28T00:00:00+00:00", "to": "2026-11-29T23:00:00+00:00", "missing": []}
    assert day.quarters() == TODAYS[4:] + TOMORROWS[:4]
    day.to_tomorrow()
    assert day.quarters() == TOMORROWS[4:] + TOMORROWS[:4]  # of 23:00 nothing is known: yesterday's stands in
    harness.wait_until(lambda: "no prices have come for 2026-11-29 23:00-23:30, those of an earlier day stand in" in
                       str(day.agent.get("/plan")[1]["note"]), "the plan says so")


def test_only_today_of_the_market_leaves_the_last_hour_as_it_was(home):
    day = home("UTC", "EUR")
    both = market_days("Europe/Stockholm")
    result = day.send({**both, "raw_tomorrow": []})
    assert result["price"]["to"] == "2026-11-28T23:00:00+00:00"
    assert day.quarters() == TODAYS[4:] + before(23, 24)
    assert day.send({"values": both["raw_tomorrow"], "unit": "EUR/kWh"})["price"]["from"] == "2026-11-28T23:00:00+00:00"
    assert day.quarters() == TODAYS[4:] + TOMORROWS[:4]


def test_tomorrow_ends_at_23(home):
    day = home("Europe/London", "GBP")
    london = day.zone
    sent = {"raw_today": slots(midnight(TODAY, london), 30, [20] * 34 + [35] * 8 + [18] * 6, london),
            "raw_tomorrow": slots(midnight(TOMORROW, london), 30, [15] * 46, london), "unit_of_measurement": "p/kWh"}
    assert day.send(sent) == {"price": {"from": "2026-11-28T00:00:00+00:00", "to": "2026-11-29T23:00:00+00:00",
                                        "missing": []}, "unit": "GBP/kWh", "lowest": 0.15, "highest": 0.35}
    assert day.quarters() == hours((0.2, 17), (0.35, 4), (0.18, 3))
    day.to_tomorrow()
    assert day.quarters() == hours((0.15, 23), (0.18, 1))


def test_a_slot_over_midnight(home):
    day = home("Europe/Paris", "EUR")
    begin = midnight(TODAY, day.zone)
    edges = [begin + datetime.timedelta(hours=hour) for hour in (0, 6, 22, 30)]
    rows = [{"start": start.astimezone(day.zone).isoformat(), "end": end.astimezone(day.zone).isoformat(), "value": value}
            for start, end, value in zip(edges, edges[1:], (0.1288, 0.1552, 0.1288))]
    assert day.send(rows)["price"]["to"] == "2026-11-29T06:00:00+01:00"
    assert day.quarters() == hours((0.1288, 6), (0.1552, 16), (0.1288, 2))
    day.to_tomorrow()
    assert day.quarters() == hours((0.1288, 6), (0.1552, 16), (0.1288, 2))


@pytest.mark.parametrize("date", [TODAY, TOMORROW])
def test_a_quarter_that_is_missing_is_filled_and_named(home, date):
    day = home("UTC")
    rows = slots(midnight(date, UTC), 15, [0.3] * 3 + [0.31] + [0.4] * 92, UTC)
    hole = f"{date}T00:45:00+00:00/{date}T01:00:00+00:00"
    result = day.send({"raw_today": rows[:3] + rows[4:], "raw_tomorrow": []})["price"]
    assert (result["missing"], result["filled"]) == ([hole], [hole])
    if date == TOMORROW:
        day.to_tomorrow()
    assert day.quarters() == hours((0.3, 1), (0.4, 23))


def test_a_long_hole_is_a_gap_in_which_what_was_there_stays(home):
    day = home("UTC")
    rows = slots(midnight(TODAY, UTC), 60, [0.3] * 24, UTC)
    result = day.send(rows[:5] + rows[7:])["price"]
    assert result == {"from": "2026-11-28T00:00:00+00:00", "to": "2026-11-29T00:00:00+00:00",
                      "missing": ["2026-11-28T05:00:00+00:00/2026-11-28T07:00:00+00:00"]}
    assert day.quarters() == hours((0.3, 5)) + before(5, 7) + hours((0.3, 17))


def test_tomorrow_that_repeats_today_is_not_known(home):
    day = home("UTC")
    rows = slots(midnight(TODAY, UTC), 60, [0.852225, 0.8460375] + [0.86] * 22, UTC)
    result = day.send({"raw_today": rows, "raw_tomorrow": rows, "unit_of_measurement": "SEK/kWh"})
    assert result["price"]["to"] == "2026-11-29T00:00:00+00:00"
    assert day.quarters()[:5] == [0.852225] * 4 + [0.846038]


def test_values_that_contradict_change_nothing(home):
    day = home("UTC")
    rows = slots(midnight(TODAY, UTC), 60, [0.3] * 24, UTC)
    assert day.send(rows + [{**rows[3], "value": 0.4}]) == \
        "price must have one value at a time, but at 2026-11-28T03:00:00+00:00 it has 0.3 and 0.4"
    assert day.quarters() == before(0, 24)


@pytest.mark.parametrize("payload, said", [
    ({"raw_today": [], "raw_tomorrow": []}, "price must have values for 2026-11-28 or 2026-11-29, has none"),
    ([], "price must hold 24, 48 or 96 numbers, has 0"),
    (slots(midnight(TODAY - datetime.timedelta(days=1), UTC), 60, [0.3] * 24, UTC),
     "price must have values for 2026-11-28 or 2026-11-29, has only others, from 2026-11-27T00:00:00Z on"),
    (slots(midnight(TODAY, UTC), 60, [None] * 24, UTC), "price must have values for 2026-11-28 or 2026-11-29, has none"),
    (slots(midnight(TODAY, UTC), 60, ["80 %"] * 24, UTC), "price must have numbers as values, 2026-11-28T00:00:00Z has not"),
    (slots(midnight(TODAY, UTC), 60, [True] * 24, UTC), "price must have numbers as values, 2026-11-28T00:00:00Z has not"),
], ids=["empty lists", "empty", "yesterday", "nulls", "percents", "booleans"])
def test_what_tells_nothing_changes_nothing(home, payload, said):
    day = home("UTC")
    assert day.send(payload) == said
    assert day.quarters() == before(0, 24)


NORD_POOL = [756.57, 734.58, 596.13, 442.45, 448, 690.17, 807.83, 801.74, 492.19] + [400.0] * 15


def test_nord_pools_official_answer_needs_its_unit(home):
    day = home("Europe/Stockholm")
    rows = slots(midnight(TODAY, MARKET), 60, NORD_POOL, key="price")
    for sent in ({"SE4": rows}, rows):
        assert "comes without a unit: are these per MWh?" in day.send(sent)
    assert "are these per MWh, or öre?" in day.send(slots(midnight(TODAY, MARKET), 60, NORD_POOL))
    assert day.quarters() == before(0, 24)
    assert day.send({"SE4": rows, "unit_of_measurement": "SEK/MWh"})["highest"] == 0.80783
    assert day.quarters() == [round(value / 1000, 6) for value in NORD_POOL for _ in range(4)]


@pytest.mark.parametrize("date, hours_of_day", [("2027-03-28", 23), ("2026-10-25", 25)])
@pytest.mark.parametrize("key", ["value", "price"])
def test_the_days_that_change_the_clock(home, date, hours_of_day, key):
    date = datetime.date.fromisoformat(date)
    day = home("Europe/Stockholm", date=date)
    values = [round(0.5 + hour / 100, 2) for hour in range(hours_of_day)]
    sent = {"values": slots(midnight(date, MARKET), 60, values, key=key), "unit": "SEK/kWh"}
    result = day.send(sent)["price"]
    assert result["missing"] == [] and result["from"][:16] == f"{date}T00:00"
    profile = day.agent.get("/state")[1]["price/profile"]
    assert [(row["start"], row["value"]) for row in profile["raw_today"]] == \
        [(row["start"], row[key]) for row in sent["values"]]
    # By the clock's face: in spring 02:00 never comes and has the price after it; in autumn it comes twice, the first counts.
    shown = values[:2] + [values[2]] + values[2:] if hours_of_day == 23 else values[:3] + values[4:]
    assert day.quarters() == [value for value in shown for _ in range(4)]


def test_a_clock_that_is_a_day_ahead_for_a_while_loses_no_price(home):
    day = home("Europe/Helsinki", "EUR")
    day.send(market_days("Europe/Helsinki"))

    def seen():
        state = day.agent.get("/state")[1]
        return state["clock"]["date"], state["price/profile"]

    todays = seen()
    day.wall.move(24 * 3600)
    harness.wait_until(lambda: seen()[0] != todays[0], "it is tomorrow")
    tomorrows = seen()
    assert tomorrows[1] != todays[1]
    day.wall.move(-24 * 3600)
    harness.wait_until(lambda: seen()[0] == todays[0], "it is today again")
    harness.wait_until(lambda: seen() == todays, "today's prices are shown")
    day.wall.move(24 * 3600)
    harness.wait_until(lambda: seen() == tomorrows, "tomorrow's prices are known, too")


def test_loads_come_alike(home):
    day = home("Europe/Helsinki")
    rows = slots(midnight(TODAY, MARKET), 30, [500] * 48)
    assert day.send({"values": rows, "unit": "W"}, "baseload") == {
        "baseload": {"from": "2026-11-28T01:00:00+02:00", "to": "2026-11-29T01:00:00+02:00", "missing": []},
        "unit": "kW", "lowest": 0.5, "highest": 0.5}
    assert day.quarters("baseload/profile")[4:] == [0.5] * 92


def test_what_is_known_in_part_is_known_after_a_restart(started, folder, broker):
    wall = Wall(folder, zoneinfo.ZoneInfo("Europe/Helsinki"))
    wall.set("2026-11-28T12:00:00")
    agent = started(durable.agent_on(folder / "data", folder, "--realtime", "--currency", "EUR", "--mode", "cheapest",
                                     "--ready-by", "04:00", uri=broker.uri, env=wall.env))
    days = market_days("Europe/Helsinki")
    days["raw_tomorrow"] = days["raw_tomorrow"][8:]  # from 03:00 on
    assert agent.post("/price", json.dumps(days))[0] == 200
    note = "no prices have come for 2026-11-29 01:00-03:00, those of an earlier day stand in"
    assert agent.get("/plan")[1]["note"] == note
    agent.kill()
    agent.start()
    harness.wait_until(lambda: agent.get("/healthz")[0] == 200, "it is back")
    assert agent.get("/plan")[1]["note"] == note


def price_at(moment):
    """A price of each hour, whatever the zone: 0.10 to 0.33."""
    return round(0.1 + moment.astimezone(UTC).hour / 100, 2)


def iso(moment):
    return moment.astimezone(MARKET).isoformat()


def naive(moment):
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat()


def entries(hours_known, **keys):
    """One for each hour, each key made from its begin, its end and its price."""
    return [{key: made(hour, hour + datetime.timedelta(hours=1), price_at(hour)) for key, made in keys.items()}
            for hour in hours_known]


# Every shape of docs/prices.md: the currency, and what the source gives for the hours that it is asked for.
SHAPES = {
    "Nord Pool, custom": ("SEK", lambda known: {"raw_today": entries(
        known, start=lambda b, e, p: iso(b), end=lambda b, e, p: iso(e), value=lambda b, e, p: p)}),
    "Nord Pool, official": ("SEK", lambda known: {"unit_of_measurement": "SEK/MWh", "SE4": entries(
        known, start=lambda b, e, p: iso(b), end=lambda b, e, p: iso(e), price=lambda b, e, p: p * 1000)}),
    "ENTSO-E": ("EUR", lambda known: {"prices": entries(
        known, time=lambda b, e, p: str(b.astimezone(MARKET)), price=lambda b, e, p: p)}),
    "aWATTar": ("EUR", lambda known: {"data": entries(
        known, start_timestamp=lambda b, e, p: int(b.timestamp() * 1000), end_timestamp=lambda b, e, p: int(e.timestamp() * 1000),
        marketprice=lambda b, e, p: p * 1000, unit=lambda b, e, p: "Eur/MWh")}),
    "EPEX Spot": ("EUR", lambda known: {"data": entries(
        known, start_time=lambda b, e, p: iso(b), end_time=lambda b, e, p: iso(e), price_per_kwh=lambda b, e, p: p)}),
    "Tibber's API": ("NOK", lambda known: {"data": {"viewer": {"homes": [{"priceInfo": {"today": entries(
        known, total=lambda b, e, p: p, startsAt=lambda b, e, p: iso(b)), "tomorrow": []}}]}}}),
    "Tibber in Home Assistant": ("SEK", lambda known: {"prices": {"My home": entries(
        known, start_time=lambda b, e, p: iso(b), price=lambda b, e, p: p)}}),
    "Octopus' API": ("GBP", lambda known: {"count": 0, "results": entries(
        known, value_inc_vat=lambda b, e, p: p * 100, valid_from=lambda b, e, p: naive(b) + "Z",
        valid_to=lambda b, e, p: naive(e) + "Z")[::-1]}),
    "Octopus in Home Assistant": ("GBP", lambda known: {"rates": entries(
        known, start=lambda b, e, p: iso(b), end=lambda b, e, p: iso(e), value_inc_vat=lambda b, e, p: p)}),
    "Energi Data Service": ("DKK", lambda known: {"records": entries(
        known, HourUTC=lambda b, e, p: naive(b), PriceArea=lambda b, e, p: "DK1", SpotPriceDKK=lambda b, e, p: p * 1000)[::-1]}),
    "Energi Data Service, quarters": ("EUR", lambda known: {"records": entries(
        known, TimeUTC=lambda b, e, p: naive(b), DayAheadPriceEUR=lambda b, e, p: p * 1000)}),
}


def shown_on(date, zone):
    """`price_at` by the face of that day's clock, 96 values: of two times the first, of none the one after."""
    seen = {}
    moment, end = midnight(date, zone), midnight(date + datetime.timedelta(days=1), zone)
    while moment < end:
        local = moment.astimezone(zone)
        seen.setdefault(local.hour * 4 + local.minute // 15, price_at(moment))
        moment += datetime.timedelta(minutes=15)
    return [seen[min(known for known in seen if known >= quarter)] for quarter in range(96)]


@pytest.mark.parametrize("zone, date", [("Europe/Helsinki", "2026-11-28"), ("America/New_York", "2026-11-28"),
                                        ("Europe/Stockholm", "2027-03-28"), ("Europe/Stockholm", "2026-10-25")])
@pytest.mark.parametrize("name", SHAPES)
def test_every_shape_in_zones_east_and_west_and_on_the_days_that_change_the_clock(home, name, zone, date):
    currency, answer = SHAPES[name]
    date = datetime.date.fromisoformat(date)
    day = home(zone, currency, date=date)
    begin = midnight(date, day.zone)
    known = [begin + datetime.timedelta(hours=hour) for hour in range(-3, 28)]
    result = day.send(answer(known))
    assert result["price"]["missing"] == [], result
    assert day.quarters() == shown_on(date, day.zone)


def as_home_assistant_has_them(zone):
    """What the sources of docs/prices.md give, for each automation by the first word of its name: the names that its
    template reads, the currency of the home, and the price of every hour."""
    hours_of = lambda date, key="value", price=0.5: slots(midnight(date, zone), 60, [price] * 24, zone, key)
    sensor = lambda name, **attributes: {"states": types.SimpleNamespace(
        sensor=types.SimpleNamespace(**{name: types.SimpleNamespace(attributes=types.SimpleNamespace(**attributes))}))}
    official = {"today": {"SE3": hours_of(TODAY, "price", 500)}, "tomorrow": {"SE3": hours_of(TOMORROW, "price", 500)}}
    custom = sensor("nordpool_kwh_se3_sek_3_10_025", raw_today=hours_of(TODAY), raw_tomorrow=[])
    tibber = {"tibber": {"prices": {"My home": [{"start_time": row["start"], "price": row["value"], "level": "NORMAL"}
                                                for row in hours_of(TODAY) + hours_of(TOMORROW)]}}}
    rates = {"event.octopus_energy_electricity_METER_current_day_rates": hours_of(TODAY, "value_inc_vat")}
    octopus = {"state_attr": lambda entity, attribute: rates.get(entity) if attribute == "rates" else None}
    times = lambda rows: [{"time": row["start"].replace("T", " "), "price": row["value"]} for row in rows]
    entsoe = sensor("average_electricity_price", prices_today=times(hours_of(TODAY)), prices_tomorrow=times(hours_of(TOMORROW)))
    return {"Nord Pool": [(official, "SEK"), ({"today": official["today"]}, "SEK"), (custom, "SEK")],
            "Tibber": [(tibber, "SEK")], "Octopus": [(octopus, "GBP")], "ENTSO-E": [(entsoe, "EUR")]}


def automations():
    """(source, payload template) in the order of docs/prices.md"""
    text = (harness.SOURCE / "docs" / "prices.md").read_text(encoding="utf-8")
    for block in re.findall(r"```yaml\n(.*?)```", text, re.DOTALL):
        payload = re.search(r"payload: (?:>\n(.*)|\"(.*)\"\n)", block, re.DOTALL)
        yield re.search(r"alias: (.*) to the car", block)[1], payload[1] or payload[2]


def test_the_automations_of_the_docs_hand_on_what_their_sources_give(started, folder, broker):
    environment = jinja2.Environment()
    environment.filters["to_json"] = json.dumps
    environment.policies["json.dumps_kwargs"] = {}
    templates = list(automations())
    assert [source for source, _ in templates] == ["Nord Pool", "Nord Pool", "Tibber", "Octopus", "ENTSO-E"]
    given = as_home_assistant_has_them(MARKET)
    cases = [(templates[0][1], *given["Nord Pool"][0]), (templates[0][1], *given["Nord Pool"][1]),
             (templates[1][1], *given["Nord Pool"][2])]
    cases += [(template, *given[source][0]) for source, template in templates[2:]]
    wall = Wall(folder, MARKET)
    wall.set("2026-11-28T12:00:00")
    for template, names, currency in cases:
        agent = started(harness.Agent(folder, "--realtime", "--data-dir", "none", "--currency", currency, uri=broker.uri,
                                      env=wall.env))
        text = environment.from_string(template).render(**names)
        status, answer = agent.post("/price", text.strip())
        assert status == 200, (answer, text)
        assert (answer["lowest"], answer["highest"], answer["price"]["missing"]) == (0.5, 0.5, []), template
        assert agent.get("/priceperhour")[1] == [50.0] * 24
        agent.stop()


COMMAS = ["0,85", "0,71", "0,68", "0,68", "0,68", "0,85", "0,88", "1,05", "1,18", "1,17", "1,06", "0,92", "0,9", "0,9", "0,91",
          "0,89", "0,9", "0,99", "0,87", "0,83", "0,8", "0,76", "-0,05", "0,34"]
NUMBERS = [float(text.replace(",", ".")) for text in COMMAS]
MATRIX = [[round(0.5 + hour / 100 + quarter / 1000, 3) for quarter in range(4)] for hour in range(24)]
QUARTERS = [value for row in MATRIX for value in row]
HALVES = [round(0.5 + half / 100, 2) for half in range(48)]
SHEETS = {
    "two columns": ("Tid;Pris (SEK/kWh)\r\n" + "".join(f"{hour:02}:00;{text}\r\n" for hour, text in enumerate(COMMAS)), NUMBERS),
    "one line": (";".join(COMMAS) + "\n", NUMBERS),
    "Munich": ("\ufeff\"Stunde\"\t\"Preis\"\n" + "".join(f"{hour}\t\"{text}\"\n" for hour, text in enumerate(COMMAS)), NUMBERS),
    "quoted": ("".join(f'{hour:02}:00,"{text}"\n' for hour, text in enumerate(COMMAS)), NUMBERS),
    "an hour a row": ("".join(",".join(map(str, row)) + "\n" for row in MATRIX), QUARTERS),
    "an hour a row with its time": ("hour,q1,q2,q3,q4\n" + "".join(f"{hour:02}:00," + ",".join(map(str, row)) + "\n"
                                                                 for hour, row in enumerate(MATRIX)), QUARTERS),
    "48 half hours": ("\n".join(map(str, HALVES)), [value for value in HALVES for _ in range(2)]),
    "öre": ("Tid;Pris (öre/kWh)\n" + "".join(f"{hour:02}:00;{value * 100}\n" for hour, value in enumerate(HALVES[:24])),
            HALVES[:24]),
    "JSON with a unit": (json.dumps({"values": [value * 1000 for value in HALVES], "unit": "SEK/MWh"}),
                         [value for value in HALVES for _ in range(2)])}


@pytest.mark.parametrize("way", ["file", "http", "mqtt"])
@pytest.mark.parametrize("name", SHEETS)
def test_spreadsheets(started, folder, broker, name, way):
    text, values = SHEETS[name]
    (folder / "prices.csv").write_text(text, encoding="utf-8")
    options = ("--prices", str(folder / "prices.csv")) if way == "file" else ()
    agent = harness.online_agent(started, folder, broker, *durable.STILL, *options)
    if way == "http":
        assert agent.post("/price", text.encode())[0] == 200
    if way == "mqtt":
        client = started(harness.Client(broker.port, f"{HOME}/receipt"))
        client.publish(f"{HOME}/price/set", text)
        assert client.expect(f"{HOME}/receipt")["result"]["price"] == len(values)
    assert agent.get("/state")[1]["price/profile"]["values"] == values


@pytest.mark.parametrize("text, said", [
    ("\n".join(COMMAS), 'is ambiguous, its commas may separate numbers or stand before decimals, as in row 1, "0,85"'),
    ("".join(f"{value};{value}\n" for value in COMMAS), "has 2 columns of numbers: keep one of them"),
    ("".join(f"{23 - hour:02}:00;{text}\n" for hour, text in enumerate(COMMAS)), "must have its times in order from 00:00 on"),
    ("Tid;Pris\n" + "".join(f"{hour:02}:00;{85 + hour}\n" for hour in range(24)), "are these per MWh, or öre?"),
    ("Tid;Pris (EUR/MWh)\n" + "".join(f"{hour:02}:00;{85 + hour}\n" for hour in range(24)), "has the unit \"EUR/MWh\""),
], ids=["decimal commas", "two columns", "newest first", "no unit", "euro"])
def test_a_file_that_may_mean_two_things_is_refused(folder, text, said):
    (folder / "prices.csv").write_text(text, encoding="utf-8")
    code, _, lines = run_to_its_end("--prices", folder / "prices.csv")
    assert code == 2 and len(lines) == 1 and "--prices: " in lines[0] and said in lines[0], lines
