"""Many open pages: what they cost, and whether a tick is late for them."""

import contextlib
import socket
import threading
import time

from harness import Client
from measuring import Row, broker_and_agent, folder, median

PAGES = 200


def open_pages(port, count):
    pages = []
    for _ in range(count):
        page = socket.create_connection(("127.0.0.1", port), timeout=10)
        page.sendall(b"GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n")
        pages.append(page)
    return pages


def read_all(pages, until, heard):
    import selectors

    with selectors.DefaultSelector() as selector:
        for page in pages:
            page.setblocking(False)
            selector.register(page, selectors.EVENT_READ)
        while time.monotonic() < until:
            for key, _ in selector.select(0.1):
                heard[key.fileobj] = heard.get(key.fileobj, 0) + key.fileobj.recv(65536).count(b"event: clock")


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
        pages, heard = open_pages(agent.port, PAGES), {}
        reader = threading.Thread(target=read_all, args=(pages, time.monotonic() + seconds + 1, heard))
        reader.start()
        listener.drain()
        late = max(gaps(listener, seconds)) - 1
        grown = agent.resident_kib() - before
        reader.join()
        for page in pages:
            page.close()
        if len(heard) < PAGES or min(heard.values()) < seconds - 2:
            raise RuntimeError(f"pages did not hear each tick: {len(heard)} pages, {min(heard.values(), default=0)} ticks")
        return grown / 1024, late * 1000


def pages(bench):
    grown, late = zip(*[one_round(bench.pick(10, 5)) for _ in range(bench.rounds)])
    return [Row(f"resident memory of {PAGES} open pages", f"{median(grown):.1f} MB", "", f"{median(grown):.1f} MB",
                "under 20 MB", median(grown) < 20),
            Row("  the latest tick meanwhile, beyond its second", f"{median(late):.0f} ms", "", f"{median(late):.0f} ms",
                "no tick late (100 ms)", median(late) < 100)]
