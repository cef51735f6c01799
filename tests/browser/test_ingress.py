"""In Home Assistant's sidebar: the page as an add-on, behind a proxy that does what ingress does."""

import pytest

from nginx import Nginx
from supervisor import AddOn, Supervisor

ENTRY = "/api/hassio_ingress/9fTc-token/"
# As Home Assistant and its Supervisor do: below a folder with a token in it, which is taken away; for who has their cookie alone; with
# the host and the cookies of the browser. Around it the frontend, with the page in a frame.
INGRESS = """
location = /hassio/ingress {{ default_type text/html; add_header Set-Cookie "ingress_session=known; Path=/api/hassio_ingress/; SameSite=Strict";
  return 200 '<!doctype html><title>Home Assistant</title><link rel=icon href="data:,"><iframe id=app width=1000 height=800 src="{entry}"></iframe>'; }}
location {entry} {{
  if ($cookie_ingress_session != known) {{ return 401; }}
  proxy_pass http://127.0.0.1:{port}/;
  proxy_set_header Host $http_host;
  proxy_set_header X-Ingress-Path {folder};
  proxy_buffering off;
}}
"""


@pytest.fixture
def sidebar(page, started, folder, broker):
    def show(host="127.0.0.1", **options):
        supervisor = started(Supervisor({"host": "127.0.0.1", "port": broker.port}))
        addon = started(AddOn(folder, supervisor, seconds_per_hour=60, **options))
        nginx = started(Nginx(folder, INGRESS.format(entry=ENTRY, folder=ENTRY.rstrip("/"), port=addon.port)))
        page.visit(f"http://{host}:{nginx.port}", "/hassio/ingress", live=False)
        page.driver.switch_to.frame("app")
        return addon, nginx
    yield show
    page.driver.switch_to.default_content()
    page.leave()


def test_the_page_lives_in_the_sidebar(page, sidebar):
    addon, _ = sidebar()
    page.wait_live()
    page.click("charge")
    page.wait_text("receipt", "Taken: charging is on.")
    assert addon.get("/state")[1]["battery"]["charging"] == "on"
    page.wait(lambda: page.script("return window.Chart?.getChart('history-chart') !== undefined"), "both charts are drawn")
    assert page.all("#sign-in") == [] and not page.shown("sign-out"), "Home Assistant has asked already"


def test_each_home_has_its_page_there(page, sidebar):
    addon, nginx = sidebar(homes=2)
    page.wait_live()
    page.driver.get(f"http://127.0.0.1:{nginx.port}{ENTRY}homes/home-2")
    page.wait_live()
    page.click("charge")
    page.wait_text("receipt", "Taken: charging is on.")
    assert addon.get("/homes/home-2/state")[1]["battery"]["charging"] == "on"
    assert addon.get("/homes/home-1/state")[1]["battery"]["charging"] == "off"


def test_another_page_does_not_show_it(page, sidebar, started, folder):
    _, nginx = sidebar()
    page.wait_live()
    page.driver.switch_to.default_content()
    other = started(Nginx(folder, f"""location = / {{ default_type text/html; return 200 '<!doctype html><title>other</title>
        <link rel=icon href="data:,"><iframe id=app src="http://127.0.0.1:{nginx.port}{ENTRY}"></iframe>'; }}"""))
    page.visit(f"http://localhost:{other.port}", live=False)
    page.driver.switch_to.frame("app")
    assert page.all("#charge") == []
