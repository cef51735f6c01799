"""A small stand-in of Home Assistant's Supervisor, as far as an add-on asks it, and the agent as such an add-on."""

import http.server
import json
import os
import pathlib
import threading

import harness

TOKEN = "the Supervisor's token for the add-on"


class Supervisor:
    """Answers GET /services/mqtt to who shows the token: with `service`, or as where there is no broker."""

    def __init__(self, service=None):
        self.asked = []
        stand_in = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                stand_in.asked.append(self.path)
                if self.headers["Authorization"] != f"Bearer {TOKEN}":
                    return self.answer(401, {"result": "error", "message": "unauthorised"})
                if self.path != "/services/mqtt" or service is None:
                    return self.answer(400, {"result": "error", "message": "Service not enabled"})
                return self.answer(200, {"result": "ok", "data": service})

            def answer(self, status, body):
                text = body if isinstance(body, bytes) else json.dumps(body).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server.server_address[1]}"

    def close(self):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


class AddOn(harness.Agent):
    """The agent as the Supervisor starts it, but at this machine's loopback; `port` is that of ingress."""

    def __init__(self, folder, supervisor, peers="127.0.0.1", **options):
        self.port = harness.free_port()
        more = ["http-address=127.0.0.1", f"ingress-port={self.port}", f"ingress-peers={peers}"] + options.pop("more", [])
        data = pathlib.Path(folder) / "data"
        data.mkdir(exist_ok=True)
        (data / "options.json").write_text(json.dumps(options | {"more": more}))
        environment = {name: value for name, value in os.environ.items() if not name.startswith("HOME_ENERGY_")}
        environment |= {"SUPERVISOR_TOKEN": TOKEN, "SUPERVISOR_URL": supervisor.url}
        harness.Process.__init__(self, [harness.AGENT, "addon", data], data / "log", environment)
