"""Every endpoint as the clients that already exist know it, to the letter."""

import datetime
import json
import time

import pytest

import contract
import harness
from http_helpers import NO_BROKER, STILL, body_of, command_state, home, still_agent  # noqa: F401

PRICES = ("[85.28,70.86,68.01,67.95,68.01,85.04,87.86,100.26,118.45,116.61,105.93,91.95,"
          "90.51,90.34,90.8,88.85,90.39,99.03,87.11,82.9,80.45,76.48,32.0,34.29]")
LOADS = ("[0.88,0.77,2.2,1.98,2.75,3.85,4.51,3.74,3.85,4.4,4.73,6.16,"
         "4.62,3.74,3.52,3.63,5.83,11.0,8.91,6.05,4.29,2.64,1.87,0.99]")
INFO = ('{"sim_time_hour":0,"sim_time_min":0,"base_current_load":0.88,"battery_capacity_kWh":9.26,'
        '"ev_battery_charge_start_stopp":%s}')
AT_REST = {"charging": "off", "limit_percent": 100.0, "soc_percent": 20.0, "charged_kwh": 0.0}
TELEMETRY = ["clock", "baseload", "price", "battery", "grid", "plan", "baseload/profile", "price/profile"]


@pytest.mark.parametrize("path, text", [
    ("/info", INFO % "false"),
    ("/baseload", LOADS),
    ("/priceperhour", PRICES),
    ("/charge", "20.0"),
    ("/", "9.26"),
    ("/homes", '{"homes":["home"]}'),
])
def test_what_is_read_at_midnight(home, path, text):
    assert body_of(home, path) == text


def test_info_has_five_keys_in_this_order_with_these_types(home):
    pairs = json.loads(body_of(home, "/info"), object_pairs_hook=list)
    assert [(key, type(value)) for key, value in pairs] == [
        ("sim_time_hour", int), ("sim_time_min", int), ("base_current_load", float),
        ("battery_capacity_kWh", float), ("ev_battery_charge_start_stopp", bool)]


@pytest.mark.parametrize("path", ["/baseload", "/priceperhour"])
def test_every_real_of_a_curve_has_a_decimal_point(home, path):
    assert [type(value) for value in json.loads(body_of(home, path))] == [float] * 24


def test_get_discharge_says_to_post(home):
    answer = json.loads(body_of(home, "/discharge"))
    assert list(answer) == ["message"] and "POST" in answer["message"]
    assert command_state(home) == AT_REST


@pytest.mark.parametrize("path, body, answer, after", [
    ("/charge", '{"charging":"on"}', '{"charging":"on"}', {"charging": "on"}),
    ("/charge", '{"charging":"off"}', '{"charging":"off"}', {"charging": "off"}),
    ("/charge", '{"chargin":"on"}', '{"charging":"on"}', {"charging": "on"}),
    ("/charge", '{"chargin":"off"}', '{"charging":"off"}', {"charging": "off"}),
    ("/charge", ' {"x":[1,{}],"charging" : "on","y":null}\r\n', '{"charging":"on"}', {"charging": "on"}),
    ("/charge", "charging=on", '{"charging":"on"}', {"charging": "on"}),
    ("/charge", "x=1&charging=on", '{"charging":"on"}', {"charging": "on"}),
    ("/discharge", '{"discharging":"on"}', '{"discharging":"on"}', {}),
    ("/discharge", "discharging=on", '{"discharging":"on"}', {}),
    ("/charge_limit", '{"charge_limit":80}', '{"charge_limit":80.0}', {"limit_percent": 80.0}),
    ("/charge_limit", '{"charge_limit":62.5}', '{"charge_limit":62.5}', {"limit_percent": 62.5}),
    ("/charge_limit", '{"charge_limit":20}', '{"charge_limit":20.0}', {"limit_percent": 20.0}),
    ("/charge_limit", "charge_limit=80", '{"charge_limit":80.0}', {"limit_percent": 80.0}),
])
def test_a_command_is_carried_out_and_again_the_same(home, path, body, answer, after):
    for _ in range(2):
        status, headers, text = home.request("POST", path, body)
        assert (status, text.decode(), headers["Content-Type"]) == (200, answer, "application/json")
        assert command_state(home) == {**AT_REST, **after}


@pytest.mark.parametrize("content_type", [None, "", "application/json", "text/plain", "text/plain;charset=UTF-8",
                                          "application/x-www-form-urlencoded", "multipart/form-data", "nonsense"])
@pytest.mark.parametrize("body, charging", [('{"charging":"on"}', "on"), ("charging=on", "on")])
def test_the_body_is_read_whatever_the_content_type_says(home, content_type, body, charging):
    headers = {} if content_type is None else {"Content-Type": content_type}
    assert home.post("/charge", body, **headers) == (200, {"charging": charging})
    assert command_state(home)["charging"] == charging


def test_info_shows_that_it_charges(home):
    assert home.post("/charge", {"charging": "on"}) == (200, {"charging": "on"})
    assert body_of(home, "/info") == INFO % "true"


@pytest.mark.parametrize("path, text", [("/info?x=1", INFO % "false"), ("/charge?", "20.0"), ("/?a=b&c", "9.26"),
                                        ("/priceperhour?day=/../today", PRICES)])
def test_a_query_string_is_ignored(home, path, text):
    assert body_of(home, path) == text


def test_a_query_string_does_not_hide_a_command(home):
    assert home.post("/charge?charging=off", {"charging": "on"}) == (200, {"charging": "on"})


def test_state_holds_all_telemetry(home):
    state = json.loads(body_of(home, "/state"))
    assert list(state) == TELEMETRY
    clock = state["clock"]
    date = datetime.date(2026, 1, 1) + datetime.timedelta(clock["day"])  # the tests before may have moved the day
    assert clock == {"day": clock["day"], "time": "00:00", "hour": 0, "minute": 0, "date": date.isoformat(),
                     "weekday": date.strftime("%a").lower(), "running": True, "seconds_per_hour": 3600.0}
    assert state["battery"] == {"soc_percent": 20.0, "stored_kwh": 9.26, "capacity_kwh": 46.3, "charging": "off",
                                "power_kw": 0.0, "charged_kwh": 0.0, "limit_percent": 100.0}
    assert state["price"] == {"price": 0.8528, "unit": "SEK/kWh"}
    assert (state["grid"]["power_kw"], state["grid"]["fuse_kw"], state["grid"]["overload"]) == (0.88, 11.0, False)
    assert state["baseload/profile"]["values"] == json.loads(LOADS)
    assert [round(100 * price, 2) for price in state["price/profile"]["values"]] == json.loads(PRICES)
    assert body_of(home, "/homes/home/state") == body_of(home, "/state")


def test_openapi_tells_every_path(home):
    document = json.loads(body_of(home, "/openapi.json"))
    assert document["openapi"].startswith("3.")
    told = {(path, method) for path, item in document["paths"].items() for method in item if method in ("get", "post")}
    own = {("/info", "get"), ("/baseload", "get"), ("/priceperhour", "get"), ("/charge", "get"), ("/charge", "post"),
           ("/discharge", "get"), ("/discharge", "post"), ("/", "get"), ("/state", "get"), ("/homes", "get"),
           ("/charge_limit", "post"), ("/healthz", "get"), ("/openapi.json", "get")}
    per_home = {("/homes/{home}/" + rest, method) for rest, method in [
        ("state", "get"), ("charge", "post"), ("discharge", "post"), ("charge_limit", "post")]}
    assert own | per_home <= told


def test_healthz_tells_of_the_broker(started, folder, broker):
    agent = started(harness.Agent(folder, uri=broker.uri)).wait_connected()
    assert agent.get("/healthz")[0] == 200
    broker.kill()
    harness.wait_until(lambda: agent.get("/healthz")[1]["broker"] != "connected", "the loss is told")
    assert agent.get("/healthz")[0] == 200
    assert agent.post("/charge", {"charging": "on"}) == (200, {"charging": "on"})


def test_each_of_three_homes_has_its_own_commands(started, folder):
    agent = started(harness.Agent(folder, *STILL, "--homes", "3", uri=NO_BROKER))
    assert agent.get("/homes") == (200, {"homes": ["home-1", "home-2", "home-3"]})
    assert agent.post("/homes/home-2/charge", {"charging": "on"}) == (200, {"charging": "on"})
    assert agent.post("/homes/home-3/charge_limit", {"charge_limit": 55}) == (200, {"charge_limit": 55.0})
    assert agent.post("/homes/home-3/discharge", {"discharging": "on"}) == (200, {"discharging": "on"})
    assert agent.post("/charge", {"charging": "on"}) == (200, {"charging": "on"})
    assert agent.post("/homes/home-1/charge_limit", {"charge_limit": 90}) == (200, {"charge_limit": 90.0})
    assert [command_state(agent, f"/homes/home-{i}/state") for i in (1, 2, 3)] == [
        {**AT_REST, "charging": "on", "limit_percent": 90.0}, {**AT_REST, "charging": "on"},
        {**AT_REST, "limit_percent": 55.0}]
    assert [agent.get(f"/homes/home-{i}/state")[1]["clock"]["day"] for i in (1, 2, 3)] == [0, 0, 1]
    assert agent.get("/state") == agent.get("/homes/home-1/state")


@pytest.mark.parametrize("method, path", [("GET", "/homes/home-4/state"), ("POST", "/homes/home-4/charge"),
                                          ("POST", "/homes/home/charge_limit"), ("POST", "/homes/%68ome-1/discharge")])
def test_a_home_that_does_not_exist(started, folder, method, path):
    agent = started(harness.Agent(folder, *STILL, "--homes", "3", uri=NO_BROKER))
    status, headers, body = agent.request(method, path, '{"charging":"on"}' if method == "POST" else None)
    assert (status, headers["Content-Type"]) == (404, "application/json")
    assert list(json.loads(body)) == ["error"]


def test_a_charge_from_midnight_until_full(started, folder):
    agent = started(harness.Agent(folder, "--clock", "paused", uri=NO_BROKER))
    agent.raw(b"".join(b"POST %s HTTP/1.1\r\nContent-Length: %d\r\n\r\n%s" % (path, len(body), body) for path, body in [
        (b"/discharge", b'{"discharging":"on"}'), (b"/charge", b'{"charging":"on"}')]))
    for shown, energy, stored, percent in contract.trace():
        info = agent.get("/info")[1]
        assert f"{info['sim_time_hour']:02}:{info['sim_time_min']:02}" == shown
        assert (info["base_current_load"], info["battery_capacity_kWh"]) == (energy, stored)
        assert agent.get("/charge")[1] == percent
        assert info["ev_battery_charge_start_stopp"] is (percent < 100)
        agent.move_clock({"step": "15m"})


def test_after_a_discharge_the_first_hour_is_a_whole_one(started, folder):
    hour, tick = 2.0, 0.5
    agent = started(harness.Agent(folder, "--seconds-per-hour", hour, "--tick", "500ms", uri=NO_BROKER))
    agent.post("/charge", {"charging": "on"})
    clock = lambda: agent.get("/state")[1]["clock"]  # noqa: E731
    before = clock()
    harness.wait_until(lambda: clock() != before, "a tick")
    ticked = time.monotonic()
    harness.wait_until(lambda: time.monotonic() > ticked + 0.8 * tick, "the next tick is near")
    began = time.monotonic()
    assert agent.post("/discharge", {"discharging": "on"}) == (200, {"discharging": "on"})
    info = agent.get("/info")[1]
    assert (info["sim_time_hour"], info["sim_time_min"]) == (0, 0)
    assert (info["battery_capacity_kWh"], info["ev_battery_charge_start_stopp"]) == (9.26, False)
    harness.wait_until(lambda: clock()["hour"] == 1, "the first hour is over")
    assert time.monotonic() - began >= hour
    assert clock()["day"] == 1
