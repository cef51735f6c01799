"""What MQTT 5 and a fall back from it cost: beside `--mqtt-version 3.1.1`, at the same broker in the same round."""

import time

import paho.mqtt.client as paho

from brokers import Nats
from harness import Client
from measuring import Agent, Broker, Row, folder, median, running

# As the package brings it, but for the port: it announces a Receive Maximum of 20, and has Nagle's algorithm on.
STOCK = "listener @PORT@ 127.0.0.1\nallow_anonymous true\nlog_dest stderr\nlog_type error\n"
MOST_IN_MQTT_5, MOST_AFTER_A_FALL_BACK = 1.3, 1.2


def stock_mosquitto(place):
    return Broker(place, config=STOCK)


def seconds_to_online(bench, broker, homes, version):
    return float(bench.helper("first_telemetry", broker.port, "home-energy/status", bench.agent, "--homes", homes,
                              "--http-port", "0", "--mqtt-uri", broker.uri, "--mqtt-version", version)) / 1000


def at_fresh_brokers(bench, rounds, make_broker, homes, versions):
    """The seconds to online with each version, side by side, each at a broker that knows no home: lists, one a version."""
    pairs = []
    for _ in range(rounds):
        taken = []
        for version in versions:
            with folder() as place, running(make_broker(place)) as broker:
                taken.append(seconds_to_online(bench, broker, homes, version))
        pairs.append(taken)
    return zip(*pairs)


def online_row(what, taken, baselines, most):
    ratio = median(taken) / median(baselines)
    return Row(what, f"{median(taken):.2f} s", f"{median(baselines):.2f} s", f"{ratio:.2f}x", f"at most {most}",
               ratio <= most)


def online(bench):
    rows = []
    for homes in (200, 1000):
        three, five = at_fresh_brokers(bench, bench.pick(15, 5), stock_mosquitto, homes, ("3.1.1", "5"))
        rows.append(online_row(f"start to online, {homes} homes, stock mosquitto: MQTT 5 against 3.1.1", five, three,
                               MOST_IN_MQTT_5))
    return rows


def fall_back_online(bench):
    """NATS speaks 3.1.1 alone: the agent tries MQTT 5 first, or is told."""
    asked, after = at_fresh_brokers(bench, bench.pick(9, 5), Nats, 1000, ("3.1.1", "auto"))
    return [online_row("start to online, 1,000 homes, NATS: after a fall back against --mqtt-version 3.1.1", after, asked,
                       MOST_AFTER_A_FALL_BACK)]


def receipt_ms(client, base, count):
    topic, taken = f"{base}/home/receipt", []
    for i in range(count):
        began = time.perf_counter()
        client.publish(f"{base}/home/charge/set", "off" if i % 2 else "on", qos=0)
        client.expect(topic)
        taken.append((time.perf_counter() - began) * 1000)
    return median(taken)


def fall_back(bench):
    """Both agents at one NATS, asked in turn."""
    bases, count = ("fall-back", "asked-for"), bench.pick(200, 100)
    with folder() as place, running(Nats(place)) as nats, \
            running(Agent(place, "--base-topic", bases[0], uri=nats.uri)) as first, \
            running(Agent(place, "--base-topic", bases[1], "--mqtt-version", "3.1.1", uri=nats.uri)) as second:
        for agent in (first, second):
            agent.wait_connected()
        client = Client(nats.port, *(f"{base}/home/receipt" for base in bases), version=paho.MQTTv311)
        try:
            rounds = [[receipt_ms(client, base, count) for base in bases] for _ in range(bench.rounds)]
        finally:
            client.close()
    after, asked = (median(values) for values in zip(*rounds))
    ratio = median([a / b for a, b in rounds])
    return [Row(f"receipt after a fall back against --mqtt-version 3.1.1, NATS, median of {count}", f"{after:.2f} ms",
                f"{asked:.2f} ms", f"{ratio:.2f}x", f"at most {MOST_AFTER_A_FALL_BACK}", ratio <= MOST_AFTER_A_FALL_BACK)]
