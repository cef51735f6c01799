"""MQTT.js, the client of browsers and Node.js: a command, and its answer at a Response Topic of MQTT 5."""

import json
import os
import pathlib
import subprocess

import harness

CLIENT = pathlib.Path(os.environ.get("HOME_ENERGY_MQTT_JS", harness.SOURCE / "build/mqtt-js"))  # where npm has put it
SCRIPT = """
const client = require("mqtt").connect(process.argv[1], { protocolVersion: 5 });
const heard = {};
client.on("connect", async () => {
  await client.subscribeAsync(["home-energy/answers/js", "home-energy/+/battery"]);
  await client.publishAsync("home-energy/home/charge/set", JSON.stringify({ charging: "on", id: 7 }),
    { qos: 1, properties: { responseTopic: "home-energy/answers/js", correlationData: Buffer.from("mine") } });
});
client.on("message", (topic, payload, packet) => {
  heard[topic] = { payload: JSON.parse(payload), correlation: packet.properties?.correlationData?.toString() };
  if (heard["home-energy/home/battery"]?.payload.charging !== "on" || !heard["home-energy/answers/js"]) return;
  console.log(JSON.stringify(heard));
  client.end();
});
"""


def test_a_command_is_answered(agent, broker):
    run = subprocess.run(["node", "-e", SCRIPT, broker.uri], env=os.environ | {"NODE_PATH": str(CLIENT / "node_modules")},
                         capture_output=True, text=True, timeout=60, check=True)
    heard = json.loads(run.stdout)
    answer = heard["home-energy/answers/js"]
    assert answer["correlation"] == "mine"
    assert answer["payload"] == {"command": "charge", "id": 7, "status": "ok", "result": {"charging": "on"}}
    assert agent.get("/state")[1]["battery"]["charging"] == "on"
