"""Files and folders that are none, that cannot be read, or that never end: one line and exit code 2, or a warning; as
root and as a user who may do little."""

import os
import pathlib
import pwd
import subprocess

import pytest

import harness
from http_helpers import NO_BROKER, STILL

NOBODY = pwd.getpwnam("nobody")
ENVIRONMENT = {name: value for name, value in os.environ.items()
               if not name.startswith("HOME_ENERGY_") and name not in ("HOME", "XDG_STATE_HOME", "STATE_DIRECTORY")}


@pytest.fixture
def place(tmp_path):
    """A folder that everybody may enter, and nobody owns."""
    tmp_path.chmod(0o777)
    for parent in tmp_path.parents:
        if str(parent).startswith("/tmp/") and parent.stat().st_uid == os.geteuid():
            parent.chmod(0o755)
    return tmp_path


def unprivileged(command):
    """The command, run by nobody where root tests; as it is where somebody else does."""
    if os.geteuid() != 0:
        return command
    return ["/usr/bin/setpriv", f"--reuid={NOBODY.pw_uid}", f"--regid={NOBODY.pw_gid}", "--clear-groups", *command]


@pytest.fixture(params=["as who tests", "unprivileged"])
def command(request, place):
    agent = [harness.AGENT, "--http-port", "0", "--mqtt-uri", NO_BROKER, *STILL]
    if request.param == "unprivileged":
        copy = place / "home-energy-agent"  # the build folder may be out of reach for nobody
        copy.write_bytes(pathlib.Path(harness.AGENT).read_bytes())
        copy.chmod(0o755)
        return unprivileged([str(copy), *agent[1:]])
    return agent


def refused(command, place, *arguments, **environment):
    """The one line that it says before it ends with 2."""
    done = subprocess.run([*command, *map(str, arguments)], env={**ENVIRONMENT, **environment}, cwd=place,
                          capture_output=True, text=True, timeout=3 * harness.PATIENCE)
    assert done.returncode == 2, done
    lines = done.stderr.splitlines()
    assert len([line for line in lines if "home-energy-agent: " in line]) == 1 and "terminate" not in done.stderr, lines
    return lines[-1]


def warns(command, place, *arguments, **environment):
    """What a start logs that goes on."""
    process = harness.Process([*command, *map(str, arguments)], place / f"log-{os.getpid()}",
                              {**ENVIRONMENT, **environment}).start()
    try:
        harness.wait_until(lambda: "http: listening" in process.log() or not process.running(), "it listens")
        assert process.running(), process.log()
        return process.log()
    finally:
        process.stop()
        process.kill()


def a_file(place):
    (place / "file").write_text("x")
    return place / "file"


def a_fifo(place):
    os.mkfifo(place / "fifo", 0o666)
    return place / "fifo"


def a_dangling_link(place):
    (place / "link").symlink_to(place / "nowhere" / "at" / "all")
    return place / "link"


def closed(place):
    """A folder below one that the unprivileged may not enter."""
    (place / "closed").mkdir(mode=0)
    return place / "closed" / "data"


FOLDERS = {"a name of 300": lambda place: place / ("d" * 300), "a path of 6,000": lambda place: "/d" * 3000,
           "a file": a_file, "below a file": lambda place: a_file(place) / "data", "a fifo": a_fifo,
           "a device": lambda _place: "/dev/zero", "a dangling link": a_dangling_link}


@pytest.mark.parametrize("name", FOLDERS)
def test_a_data_folder_that_is_none(command, place, name):
    assert "--data-dir: " in refused(command, place, "--data-dir", FOLDERS[name](place))


def test_a_data_folder_out_of_reach(place):
    copy = place / "home-energy-agent"
    copy.write_bytes(pathlib.Path(harness.AGENT).read_bytes())
    copy.chmod(0o755)
    command = unprivileged([str(copy), "--http-port", "0", "--mqtt-uri", NO_BROKER])
    assert "Permission denied" in refused(command, place, "--data-dir", closed(place))


@pytest.mark.parametrize("environment", [
    lambda place: {"HOME": str(closed(place))}, lambda place: {"XDG_STATE_HOME": str(place / ("d" * 300))},
    lambda place: {"STATE_DIRECTORY": str(a_file(place))}, lambda _place: {"HOME": "/dev/null"},
], ids=["HOME out of reach", "a long XDG_STATE_HOME", "STATE_DIRECTORY is a file", "HOME is a device"])
def test_a_default_folder_that_cannot_be_made_is_a_warning(place, environment):
    copy = place / "home-energy-agent"
    copy.write_bytes(pathlib.Path(harness.AGENT).read_bytes())
    copy.chmod(0o755)
    command = unprivileged([str(copy), "--http-port", "0", "--mqtt-uri", NO_BROKER])
    assert "nothing outlives this process" in warns(command, place, "--realtime", **environment(place))


@pytest.mark.parametrize("environment", [{}, {"HOME": ""}, {"HOME": "home"}, {"XDG_STATE_HOME": "state", "HOME": ""}],
                         ids=["unset", "empty", "relative", "a relative state"])
def test_no_default_folder_is_a_warning(command, place, environment):
    log = warns([part for part in command if part not in STILL], place, "--realtime", **environment)
    assert "nothing outlives this process" in log


OPTIONS = ["--config", "--prices", "--baseload", "--http-token-file", "--mqtt-password-file", "--mqtt-ca"]
FILES = {"a folder": lambda place: place, "a fifo that nobody writes": a_fifo, "a dangling link": a_dangling_link,
         "an endless device": lambda _place: "/dev/zero", "an empty device": lambda _place: "/dev/null",
         "a long name": lambda place: place / ("f" * 300), "below a file": lambda place: a_file(place) / "file"}


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("option", OPTIONS)
def test_an_option_whose_file_is_none(command, place, option, name):
    if (option, name) in (("--config", "an empty device"), ("--config", "a fifo that nobody writes")):
        warns(command, place, option, FILES[name](place))  # no options
        return
    tls = ["--mqtt-uri", "mqtts://127.0.0.1:1"] if option == "--mqtt-ca" else []
    assert option + ":" in refused(command, place, *tls, option, FILES[name](place))


def test_a_pipe_that_somebody_writes_is_read(command, place):
    prices = a_fifo(place)
    writer = subprocess.Popen(["/bin/sh", "-c", f"exec 3<>{prices}; seq -s, 1 24 | sed 's/^/[/;s/$/]/' >&3; sleep 30"])
    try:
        refused_or_log = subprocess.run([*command, "--prices", prices], env=ENVIRONMENT, cwd=place, capture_output=True,
                                        text=True, timeout=3 * harness.PATIENCE)
        assert refused_or_log.returncode == 2 and "--prices" in refused_or_log.stderr  # it never ends: told, not hung
    finally:
        writer.kill()
        writer.wait()


def test_a_name_with_a_nul(command, place):
    (place / "options.toml").write_text('data-dir = "a\\u0000b"\n')
    (place / "options.toml").chmod(0o644)
    assert "data-dir" in refused(command, place, "--config", place / "options.toml")
