"""Debian's nginx as a user sets it up before the agent, on a free loopback port, with all its files in the test's folder."""

import pathlib

import harness
from page import safe_port

# One process that stays in the foreground, as whoever tests; nothing of /var is touched.
FRAME = """daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log stderr;
events {{}}
http {{
  access_log off;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  server {{
    listen 127.0.0.1:{port};
    listen 127.0.0.2:{port};
    {locations}
  }}
}}
"""


class Nginx(harness.Process):
    def __init__(self, folder, locations):
        self.port = safe_port()
        place = pathlib.Path(folder) / f"nginx-{self.port}"
        place.mkdir()
        config = place / "nginx.conf"
        config.write_text(FRAME.format(folder=place, port=self.port, locations=locations))
        super().__init__(["/usr/sbin/nginx", "-e", "stderr", "-p", place, "-c", config], place / "nginx.log")

    def start(self):
        super().start()
        harness.wait_until(lambda: harness.is_listening(self.port), f"nginx listens: {self.log()}")
        return self

    @property
    def origin(self):
        return f"http://127.0.0.1:{self.port}"


def below(path, agent):
    """The lines that a user writes: nginx's defaults, the prefix taken away, no header that tells of it."""
    return f"location {path} {{ proxy_pass http://127.0.0.1:{agent.port}/; }}"
