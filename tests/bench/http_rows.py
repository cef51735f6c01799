"""GET /info beside nginx and beside Flask: requests a second, and processor time a request."""

import http.client
import pathlib
import re
import subprocess
import sys

from harness import free_port, is_listening, wait_until
from measuring import Process, Row, broker_and_agent, cpu_seconds, folder, median, running

CONNECTIONS = 32
SENT_BY_ITSELF = {"server", "date", "content-type", "content-length", "connection"}

NGINX = """
daemon off;
worker_processes 1;
pid {place}/nginx.pid;
error_log {place}/nginx-error.log;
events {{ worker_connections 1024; }}
http {{
  access_log off;
  default_type application/json;
  keepalive_requests 1000000000;
  client_body_temp_path {place}/body;
  proxy_temp_path {place}/proxy;
  fastcgi_temp_path {place}/fastcgi;
  uwsgi_temp_path {place}/uwsgi;
  scgi_temp_path {place}/scgi;
  server {{
    listen 127.0.0.1:{port};
    {headers}
    location = /info {{ return 200 '{body}'; }}
  }}
}}
"""


class Nginx(Process):
    """One worker that answers /info with the bytes it is given."""

    def __init__(self, place, answer):
        self.port = free_port()
        config = place / "nginx.conf"
        headers = "\n    ".join(f"add_header {name} '{value}';" for name, value in answer.headers
                                if name.lower() not in SENT_BY_ITSELF)
        config.write_text(NGINX.format(place=place, port=self.port, headers=headers, body=answer.body))
        super().__init__(["/usr/sbin/nginx", "-p", place, "-c", config, "-e", place / "nginx-error.log"],
                         place / "nginx.log")

    def start(self):
        super().start()
        wait_until(lambda: is_listening(self.port), f"nginx listens: {self.log()}")
        return self

    def serving_pid(self):
        return int(pathlib.Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()[0])


class Flask(Process):
    """Flask's own server, as `app.run()` starts it."""

    def __init__(self, place, answer):
        self.port = free_port()
        app = pathlib.Path(__file__).with_name("flask_app.py")
        super().__init__([sys.executable, app, self.port, answer.body], place / "flask.log")

    def start(self):
        super().start()
        wait_until(lambda: is_listening(self.port), f"Flask listens: {self.log()}")
        return self

    def serving_pid(self):
        return self.pid


class Answer:
    """What the agent says to GET /info."""

    def __init__(self, port):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        connection.request("GET", "/info")
        response = connection.getresponse()
        self.body, self.headers = response.read().decode(), response.getheaders()
        connection.close()


def load(port, pid, seconds):
    """wrk for some seconds: (requests a second, processor microseconds of the server a request)."""
    before = cpu_seconds(pid)
    done = subprocess.run(["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", f"http://127.0.0.1:{port}/info"],
                          capture_output=True, text=True, check=True)
    used = cpu_seconds(pid) - before
    requests = int(re.search(r"(\d+) requests in", done.stdout)[1])
    if requests == 0 or "Non-2xx" in done.stdout:
        raise RuntimeError(f"wrk: {done.stdout}")
    return float(re.search(r"Requests/sec:\s+([\d.]+)", done.stdout)[1]), used / requests * 1e6


def compare(bench, name, rival_class, at_least):
    ours, theirs = [], []
    with folder() as place, broker_and_agent(place) as (_, agent):
        with running(rival_class(place, Answer(agent.port))) as rival:
            for port, pid in (agent.port, agent.pid), (rival.port, rival.serving_pid()):
                load(port, pid, 1)  # to warm up
            for _ in range(bench.rounds):
                ours.append(load(agent.port, agent.pid, bench.pick(4, 2)))
                theirs.append(load(rival.port, rival.serving_pid(), bench.pick(4, 2)))
    faster = median([a[0] / b[0] for a, b in zip(ours, theirs)])
    lighter = median([b[1] / a[1] for a, b in zip(ours, theirs)])
    what = f"GET /info, keep-alive, {CONNECTIONS} connections, against {name}"
    return [Row(f"{what}: requests/s", f"{median([a[0] for a in ours]):,.0f}",
                f"{median([b[0] for b in theirs]):,.0f}", f"{faster:.2f}x", f"at least {at_least}", faster >= at_least),
            Row(f"{what}: processor time a request", f"{median([a[1] for a in ours]):.1f} us",
                f"{median([b[1] for b in theirs]):.1f} us", f"{lighter:.2f}x less", f"at least {at_least}",
                lighter >= at_least)]


def against_nginx(bench):
    return compare(bench, "nginx", Nginx, 0.95)


def against_flask(bench):
    return compare(bench, "Flask", Flask, 80)
