"""A stand-in for a broker with whims: it reads the CONNECT, then refuses, keeps silent, or passes all on to a real
one."""

import contextlib
import socket
import threading
import time

import harness

PASS_ON = "pass on"  # everything goes to the real broker and back
SILENCE = "silence"  # the connection stays open and nothing comes
ACCEPT_AND_KEEP_SILENT = "accept and keep silent"  # an accepting CONNACK of 3.1.1, and nothing after it
CLOSE = b""  # bytes are answered, and the connection closed
REFUSE_VERSION_311 = bytes.fromhex("20020001")  # CONNACK, return code 1: unacceptable protocol version
PUBLISH, PUBACK = 3, 4  # kinds of packets
REFUSE_VERSION_5 = bytes.fromhex("2003008400")  # CONNACK, reason 0x84: unsupported protocol version


def protocol_level(connect):
    """4 for MQTT 3.1.1, 5 for MQTT 5: the byte behind the name in a CONNECT packet."""
    name = connect.index(b"\0\4MQTT")
    return connect[name + 6]


class StandIn:
    """Listens on `port`. `behave(level, nth)` says what to do with the nth CONNECT (from 0), and its protocol level."""

    def __init__(self, behave, target=None, port=0):
        self.behave, self.target, self.levels, self.times, self.sockets = behave, target, [], [], []
        self.counted = threading.Lock()
        self.listener = socket.create_server(("127.0.0.1", port))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.listen, daemon=True).start()

    def listen(self):
        while True:
            try:
                peer, _ = self.listener.accept()
            except OSError:
                return
            self.sockets.append(peer)
            threading.Thread(target=self.serve, args=(peer,), daemon=True).start()

    def serve(self, peer):
        with contextlib.suppress(OSError, ValueError):
            connect = peer.recv(4096)
            if not connect:  # somebody only looked whether the way is free
                return
            level = protocol_level(connect)
            with self.counted:
                nth = len(self.levels)
                self.levels.append(level)
                self.times.append(time.monotonic())
            answer = self.behave(level, nth)
            if answer == SILENCE:
                return
            if answer == ACCEPT_AND_KEEP_SILENT:
                peer.sendall(bytes.fromhex("20020000"))
                return
            if answer == PASS_ON:
                self.pass_on(peer, connect)
                return
            peer.sendall(answer)
            peer.shutdown(socket.SHUT_RDWR)

    def pass_on(self, peer, connect):
        real = socket.create_connection(("127.0.0.1", self.target), timeout=harness.PATIENCE)
        real.settimeout(None)
        self.sockets.append(real)
        real.sendall(connect)
        threading.Thread(target=pump, args=(real, peer), daemon=True).start()
        pump(peer, real)

    @property
    def uri(self):
        return f"mqtt://127.0.0.1:{self.port}"

    def drop(self):
        """Ends all connections, and goes on listening."""
        for each in self.sockets:
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def close(self):
        for each in [self.listener, *self.sockets]:
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()


def pump(source, sink):
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_RDWR)


def packets(source):
    """The MQTT packets that come, whole: (first byte, body, bytes as they came)."""
    data = b""
    while more := source.recv(65536):
        data += more
        while packet := first_packet(data):
            yield packet
            data = data[len(packet[2]):]


def first_packet(data):
    size, place = 0, 1
    while place < len(data):
        size |= (data[place] & 0x7F) << 7 * (place - 1)
        place += 1
        if data[place - 1] < 0x80:
            whole = data[:place + size]
            return (data[0], whole[place:], whole) if len(whole) == place + size else None
    return None


class LateAcknowledging(StandIn):
    """Passes everything on to a real broker, but for the acknowledgements of topics that end with `withheld`: they never
    come."""

    def __init__(self, target):
        super().__init__(lambda _level, _nth: PASS_ON, target)
        self.withheld, self.unacknowledged = None, set()

    def pass_on(self, peer, connect):
        real = socket.create_connection(("127.0.0.1", self.target), timeout=harness.PATIENCE)
        real.settimeout(None)
        self.sockets.append(real)
        real.sendall(connect)
        threading.Thread(target=self.answer, args=(real, peer), daemon=True).start()
        for first, body, whole in packets(peer):
            behind_topic = 2 + int.from_bytes(body[:2], "big") if first >> 4 == PUBLISH else 0
            if self.withheld and first & 0x06 and body[2:behind_topic].endswith(self.withheld):
                self.unacknowledged.add(body[behind_topic:behind_topic + 2])
            real.sendall(whole)
        real.shutdown(socket.SHUT_RDWR)

    def answer(self, real, peer):
        with contextlib.suppress(OSError):
            for first, body, whole in packets(real):
                if first >> 4 == PUBACK and body[:2] in self.unacknowledged:
                    continue
                peer.sendall(whole)
            peer.shutdown(socket.SHUT_RDWR)
