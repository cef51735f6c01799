"""What a package says of the options: the manual page and the completions, held against `--help`."""

import os
import re
import subprocess

import pytest

import harness

DESCRIBE = os.environ.get("HOME_ENERGY_DESCRIBE", str(harness.SOURCE / "build/dev/agent/describe"))


def described(*what):
    return subprocess.run([DESCRIBE, *what], capture_output=True, text=True, check=True, timeout=harness.PATIENCE).stdout


@pytest.fixture(scope="module")
def options():
    text = subprocess.run([harness.AGENT, "--help"], capture_output=True, text=True, check=True, timeout=harness.PATIENCE).stdout
    names = set(re.findall(r"^ +(?:-h,)?--([a-z0-9-]+)", text, re.MULTILINE))
    assert {"help", "version", "mqtt-uri", "storage-mode"} <= names and len(names) > 60
    return names


def test_the_manual_page_has_each_option(options):
    page = described("man", "2026-11-30")
    assert page.startswith('.TH HOME\\-ENERGY\\-AGENT 1 "2026-11-30" "home\\-energy\\-agent ')
    told = re.findall(r"^(?:\\fB|\.B |\\fB\\-h\\fR, \\fB)\\-\\-([a-z0-9]+(?:\\-[a-z0-9]+)*)", page, re.MULTILINE)
    told = {name.replace("\\-", "-") for name in told}
    assert told == options | {"soc", "at", "json"}  # those of `plan`
    assert not re.search(r"^['.](?!TH |SH |SS |TP|B |BR |PP|br|I )", page, re.MULTILINE)  # no line is taken for a macro by chance


def completions(words):
    script = f"""{described("bash")}
COMP_WORDS=({' '.join(f"'{word}'" for word in words)}) COMP_CWORD={len(words) - 1}
_home_energy_agent
printf '%s\\n' "${{COMPREPLY[@]}}"
"""
    run = subprocess.run(["bash", "-euo", "pipefail", "-c", script], capture_output=True, text=True, timeout=harness.PATIENCE)
    return run.stdout.split()


def test_bash_completes_options_words_and_files(options, folder):
    assert completions(["home-energy-agent", "--mqtt-c"]) == ["--mqtt-ca", "--mqtt-cert", "--mqtt-client-id"]
    assert {word.removeprefix("--") for word in completions(["home-energy-agent", "--"])} == options
    assert completions(["home-energy-agent", "h"]) == ["health"] and completions(["home-energy-agent", "--car", "on", "p"]) == []
    assert completions(["home-energy-agent", "--mode", "c"]) == ["cheapest"]
    assert completions(["home-energy-agent", "--car", ""]) == ["on", "off"]
    (folder / "house.toml").write_text("")
    assert completions(["home-energy-agent", "--house", f"{folder}/hou"]) == [f"{folder}/house.toml"]


@pytest.mark.parametrize("shell, pattern", [("zsh", r"--([a-z0-9-]+)=?\["), ("fish", r" -l ([a-z0-9-]+)")])
def test_the_other_shells_know_each_option(options, shell, pattern):
    told = set(re.findall(pattern, described(shell)))
    assert told | {"help"} == options  # zsh has --help in a form of its own
    assert "self_consumption hold charge discharge plan" in described(shell)


def test_what_it_cannot_describe_is_told():
    run = subprocess.run([DESCRIBE, "csh"], capture_output=True, text=True, timeout=harness.PATIENCE)
    assert run.returncode == 2 and run.stderr.startswith("usage: describe man DATE")
