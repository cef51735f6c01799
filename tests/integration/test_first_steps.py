"""The four lines that the README gives a newcomer."""


def test_the_readme_lines(agent, client):
    client.expect("home-energy/status", lambda p: p == "online")
    client.publish("home-energy/home/charge/set", "on")
    assert client.expect("home-energy/home/battery", lambda p: p["charging"] == "on")["power_kw"] == 7.4
    assert client.expect("home-energy/home/receipt") == {
        "command": "charge", "status": "ok", "result": {"charging": "on"}}
    status, info = agent.get("/info")
    assert status == 200 and info["ev_battery_charge_start_stopp"] is True
    assert agent.post("/charge", {"charging": "off"}) == (200, {"charging": "off"})
    client.expect("home-energy/home/battery", lambda p: p["charging"] == "off")
