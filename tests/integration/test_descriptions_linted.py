"""The descriptions of the API, read by what others make of them: the official parser of AsyncAPI, two linters of OpenAPI, and a
client in TypeScript that is made from it."""

import json
import os
import pathlib
import subprocess

import pytest

import harness

TOOLS = pathlib.Path(os.environ.get("HOME_ENERGY_API_TOOLS", harness.SOURCE / "build/api-tools"))  # where npm has put them
PARSE = """
const { Parser } = require("@asyncapi/parser");
new Parser().parse(require("fs").readFileSync(process.argv[1], "utf8")).then(({ document, diagnostics }) => {
  const faults = diagnostics.filter((each) => each.severity < 2);
  console.log(JSON.stringify({ channels: document ? document.channels().all().length : 0, faults }));
});
"""


@pytest.fixture
def described(started, folder, broker):
    """Where a document of the agent is, as a file."""
    agent = started(harness.Agent(folder, "--preset", "villa", uri=broker.uri)).wait_connected()

    def at(name):
        file = folder / name
        file.write_bytes(agent.request("GET", f"/{name}")[2])
        return file
    at.url = f"http://127.0.0.1:{agent.port}"
    return at


def test_the_official_parser_takes_the_topics(described):
    run = subprocess.run(["node", "-e", PARSE, described("asyncapi.json")], env=os.environ | {"NODE_PATH": str(TOOLS / "node_modules")},
                         capture_output=True, text=True, timeout=120, check=True)
    found = json.loads(run.stdout)
    assert found["faults"] == [] and found["channels"] > 30


def test_two_linters_find_no_error_in_the_endpoints(described, folder):
    document = described("openapi.json")
    (folder / "rules.yaml").write_text('extends: ["spectral:oas"]\n')
    for command in (["redocly", "lint", document], ["spectral", "lint", "--ruleset", folder / "rules.yaml", "--fail-severity", "error", document]):
        run = subprocess.run([TOOLS / "node_modules/.bin" / command[0], *command[1:]], cwd=folder, capture_output=True, text=True, timeout=300,
                             env=os.environ | {"REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true"}, check=False)
        assert run.returncode == 0, run.stdout + run.stderr


CLIENT = """
import createClient from "openapi-fetch";
import type { paths } from "./api.js";

const client = createClient<paths>({ baseUrl: process.argv[2] });
const told = await client.POST("/homes/{home}/charge", { params: { path: { home: "home" } }, body: { charging: "on" } });
const refused = await client.POST("/target", { body: { target: 7 } });
const state = await client.GET("/state");
const power: number | undefined = state.data?.grid.power_kw;
console.log(JSON.stringify({ told: told.data?.charging, refused: refused.error?.error, charging: state.data?.battery?.charging, power }));
"""


def test_a_client_made_from_it_talks_to_the_agent(described, folder):
    document = described("openapi.json")
    for name, text in {"client.ts": CLIENT, "package.json": '{"type":"module"}'}.items():
        (folder / name).write_text(text)
    (folder / "node_modules").symlink_to(TOOLS / "node_modules")
    tools = TOOLS / "node_modules/.bin"
    for command in ([tools / "openapi-typescript", document, "-o", "api.d.ts"],
                    [tools / "tsc", "--strict", "--module", "nodenext", "--target", "es2022", "--types", "node", "client.ts"]):
        run = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300, check=False)
        assert run.returncode == 0, run.stdout + run.stderr
    run = subprocess.run(["node", "client.js", described.url], cwd=folder, capture_output=True, text=True, timeout=60, check=True)
    said = json.loads(run.stdout)
    assert said["told"] == said["charging"] == "on" and isinstance(said["power"], (int, float))
    assert "target" in said["refused"]
