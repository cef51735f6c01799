"""Debian's nginx as a user sets it up before the agent, on a free loopback port, with all its files in the test's folder."""

import pathlib
import subprocess

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
    listen 127.0.0.1:{port}{tls};
    listen 127.0.0.2:{port}{tls};
    {certificate}
    {locations}
  }}
}}
"""


def made_certificate(folder):
    """A certificate that nobody signed, made for this test, as nginx is told of it."""
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                    "-subj", "/CN=127.0.0.1", "-keyout", folder / "key.pem", "-out", folder / "certificate.pem"],
                   check=True, capture_output=True, timeout=harness.PATIENCE)
    return f"ssl_certificate {folder}/certificate.pem; ssl_certificate_key {folder}/key.pem;"


class Nginx(harness.Process):
    def __init__(self, folder, locations, tls=False):
        self.port, self.scheme = safe_port(), "https" if tls else "http"
        place = pathlib.Path(folder) / f"nginx-{self.port}"
        place.mkdir()
        config = place / "nginx.conf"
        config.write_text(FRAME.format(folder=place, port=self.port, locations=locations, tls=" ssl" if tls else "",
                                       certificate=made_certificate(place) if tls else ""))
        super().__init__(["/usr/sbin/nginx", "-e", "stderr", "-p", place, "-c", config], place / "nginx.log")

    def start(self):
        super().start()
        harness.wait_until(lambda: harness.is_listening(self.port), f"nginx listens: {self.log()}")
        return self

    @property
    def origin(self):
        return f"{self.scheme}://127.0.0.1:{self.port}"


def below(path, agent):
    """The lines that a user writes: nginx's defaults, the prefix taken away, no header that tells of it."""
    return f"location {path} {{ proxy_pass http://127.0.0.1:{agent.port}/; }}"
