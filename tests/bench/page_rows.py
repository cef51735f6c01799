"""Many open pages: what they cost, and whether a tick is late for them."""

import contextlib
import http.client
import selectors
import socket
import threading
import time

from harness import SOURCE, Client
from measuring import Row, broker_and_agent, folder, median

PAGES = 200
FILES = [f"/web/{path.name}" for path in sorted((SOURCE / "agent/web").iterdir()) if path.suffix in (".js", ".css")] + ["/web/chart.js"]


def event_stream(port):
    stream = socket.create_connection(("127.0.0.1", port), timeout=10)
    stream.sendall(b"GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n")
    stream.setblocking(False)
    return stream


class Page:
    """What a page in a browser asks for: its files, the stream of events, today's rows each second, the health each five."""

    def __init__(self, port):
        self.asked = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        for path in ("/", *FILES):
            self.get(path, Accept="text/html")
        self.stream, self.ticks = event_stream(port), 0

    def get(self, path, **headers):
        self.asked.request("GET", path, headers=headers)
        answer = self.asked.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{path} was answered {answer.status}: {body[:200]}")

    def close(self):
        self.asked.close()
        self.stream.close()


def hear_all(pages, until, counted=b"event: clock"):
    with selectors.DefaultSelector() as selector:
        for page in pages:
            selector.register(page.stream, selectors.EVENT_READ, page)
        while time.monotonic() < until:
            for key, _ in selector.select(0.1):
                key.data.ticks += key.fileobj.recv(65536).count(counted)


def ask_all(pages, until, failed):
    second = 0
    try:
        while time.monotonic() < until:
            began, second = time.monotonic(), second + 1
            for page in pages:
                page.get("/history?step=15m")
                if second % 5 == 0:
                    page.get("/healthz")
            time.sleep(max(0.0, began + 1 - time.monotonic()))
    except Exception as error:  # noqa: BLE001: told by who waits for this thread
        failed.append(error)


def gaps(listener, seconds):
    """The seconds between the home's ticks, as MQTT shows them."""
    at, end = [], time.monotonic() + seconds
    while time.monotonic() < end:
        listener.expect("home-energy/home/clock", patience=5)
        at.append(time.monotonic())
    return [b - a for a, b in zip(at, at[1:])]


def one_round(seconds):
    with folder() as place, broker_and_agent(place) as (broker, agent), contextlib.ExitStack() as stack:
        listener = stack.enter_context(contextlib.closing(Client(broker.port, "home-energy/home/clock")))
        before = agent.resident_kib()
        pages, failed = [stack.enter_context(contextlib.closing(Page(agent.port))) for _ in range(PAGES)], []
        until = time.monotonic() + seconds + 1
        threads = [threading.Thread(target=hear_all, args=(pages, until)),
                   threading.Thread(target=ask_all, args=(pages, until, failed))]
        for thread in threads:
            thread.start()
        listener.drain()
        late = max(gaps(listener, seconds)) - 1
        grown = agent.resident_kib() - before
        for thread in threads:
            thread.join()
        if failed:
            raise failed[0]
        if min(page.ticks for page in pages) < seconds - 2:
            raise RuntimeError(f"a page heard {min(page.ticks for page in pages)} ticks in {seconds} s")
        return grown / 1024, late * 1000


def pages(bench):
    grown, late = zip(*[one_round(bench.pick(10, 5)) for _ in range(bench.rounds)])
    return [Row(f"resident memory of {PAGES} open pages", f"{median(grown):.1f} MB", "", f"{median(grown):.1f} MB",
                "under 20 MB", median(grown) < 20),
            Row("  the latest tick meanwhile, beyond its second", f"{median(late):.0f} ms", "", f"{median(late):.0f} ms",
                "no tick late (100 ms)", median(late) < 100)]
