"""The descriptions of the API, read by what others make of them: the official parser of AsyncAPI, two linters of OpenAPI."""

import json
import os
import pathlib
import subprocess

import pytest

import harness

LINTERS = pathlib.Path(os.environ.get("HOME_ENERGY_LINTERS", harness.SOURCE / "build/linters"))  # where npm has put them
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
    return at


def test_the_official_parser_takes_the_topics(described):
    run = subprocess.run(["node", "-e", PARSE, described("asyncapi.json")], env=os.environ | {"NODE_PATH": str(LINTERS / "node_modules")},
                         capture_output=True, text=True, timeout=120, check=True)
    found = json.loads(run.stdout)
    assert found["faults"] == [] and found["channels"] > 30


def test_two_linters_find_no_error_in_the_endpoints(described, folder):
    document = described("openapi.json")
    (folder / "rules.yaml").write_text('extends: ["spectral:oas"]\n')
    for command in (["redocly", "lint", document], ["spectral", "lint", "--ruleset", folder / "rules.yaml", "--fail-severity", "error", document]):
        run = subprocess.run([LINTERS / "node_modules/.bin" / command[0], *command[1:]], cwd=folder, capture_output=True, text=True, timeout=300,
                             env=os.environ | {"REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true"}, check=False)
        assert run.returncode == 0, run.stdout + run.stderr
