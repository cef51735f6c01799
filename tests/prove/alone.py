"""Runs each test function of the integration and browser tests in a process of its own. usage: alone.py JOBS"""

import concurrent.futures
import pathlib
import subprocess
import sys

TESTS = pathlib.Path(__file__).resolve().parents[1]
PYTEST = ["/usr/bin/python3", "-B", "-m", "pytest", "-q", "-p", "no:cacheprovider"]


def functions(folder):
    done = subprocess.run([*PYTEST, "--collect-only"], cwd=folder, capture_output=True, text=True, check=True)
    return sorted({(folder, line.partition("[")[0]) for line in done.stdout.splitlines() if "::" in line})


def alone(test):
    folder, name = test
    done = subprocess.run([*PYTEST, name], cwd=folder, capture_output=True, text=True, check=False)
    return f"{folder.name}/{name}", done.returncode, done.stdout


def main():
    tests = functions(TESTS / "integration") + functions(TESTS / "browser")
    assert tests, "no tests found"
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(int(sys.argv[1])) as pool:
        for name, code, output in pool.map(alone, tests):
            failed += code != 0
            print("passed" if code == 0 else f"FAILED\n{output}", name, flush=True)
    print(f"figure: {len(tests) - failed} of {len(tests)} test functions pass alone")
    return 1 if failed else 0


sys.exit(main())
