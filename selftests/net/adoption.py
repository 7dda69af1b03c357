# SPDX-License-Identifier: GPL-2.0
"""The checks of adoption.sh."""

import os
import socket
import subprocess
import threading

import ktap
import stage
from stage import CLIENT, ROUTER, SERVER, SERVER_ADDR, Chat, Pair

LOOPBACK = {4: "127.0.0.1", 6: "::1"}
EVERYWHERE = (CLIENT, ROUTER, SERVER)
BULK = os.urandom(2000000)


class Shell:
    """A shell on the server, used from the client."""

    def __init__(self, family):
        self.pair = Pair(SERVER_ADDR[family])
        fd = self.pair.server.fileno()
        self.pair.server.setblocking(True)
        with stage.inside(SERVER):
            self.process = subprocess.Popen(["bash"], stdin=fd, stdout=fd,
                                            stderr=fd)
        self.answers = self.pair.client.makefile("r")
        self.turn = 0

    def works(self):
        self.turn += 1
        self.pair.client.sendall(b"echo turn $((%d * 7))\n" % self.turn)
        assert self.answers.readline() == "turn %d\n" % (self.turn * 7)

    def exit(self):
        self.pair.client.sendall(b"exit 3\n")
        assert self.process.wait(stage.TIMEOUT_S) == 3


class Bulk:
    """Octets on their way all the time; the reader takes its time."""

    def __init__(self, family):
        self.pair = Pair(SERVER_ADDR[family])
        self.got = bytearray()
        self.go_on = threading.Event()
        self.threads = [threading.Thread(target=target, daemon=True)
                        for target in (self.write, self.read)]
        for thread in self.threads:
            thread.start()

    def write(self):
        self.pair.client.sendall(BULK)
        self.pair.client.shutdown(socket.SHUT_WR)

    def read(self):
        while part := self.pair.server.recv(20000):
            self.got += part
            self.go_on.wait(0.1)

    def works(self):
        self.go_on.set()
        for thread in self.threads:
            thread.join(stage.TIMEOUT_S)
        assert self.got == BULK, len(self.got)


class HalfClosed:
    """The client has closed its side, the server goes on."""

    def __init__(self, family):
        self.pair = Pair(SERVER_ADDR[family])
        self.pair.client.shutdown(socket.SHUT_WR)
        assert self.pair.server.recv(1) == b""

    def works(self):
        self.pair.server.sendall(b"still there")
        assert self.pair.client.recv(100) == b"still there"
        self.pair.close()


class Stuck:
    """The receiver reads nothing: zero window, octets waiting."""

    def __init__(self, family):
        self.pair = Pair(SERVER_ADDR[family], buffer_bytes=8192)
        self.pair.client.setblocking(False)
        self.sent = 0
        try:
            while True:
                self.sent += self.pair.client.send(bytes(10000))
        except BlockingIOError:
            pass

    def works(self):
        left = self.sent
        while left:
            left -= len(self.pair.server.recv(100000))
        self.pair.client.settimeout(stage.TIMEOUT_S)
        self.pair.say()


class Crowd:
    """Connections of every kind, begun before anybody judges."""

    def __init__(self):
        families = (4, 6)
        self.idle = [Pair(SERVER_ADDR[f]) for f in families for _ in range(5)]
        self.idle += [Pair(LOOPBACK[f], SERVER, SERVER)
                      for f in families for _ in range(3)]
        self.used = [Pair(SERVER_ADDR[f]) for f in families for _ in range(2)]
        for pair in self.used:
            pair.say(b"x" * 5000)
        self.chats = [Chat(Pair(SERVER_ADDR[f])) for f in families]
        self.chats += [Chat(Pair(LOOPBACK[f], SERVER, SERVER))
                       for f in families]
        self.shells = [Shell(f) for f in families]
        self.bulks = [Bulk(f) for f in families]
        self.half_closed = [HalfClosed(f) for f in families]
        self.stuck = [Stuck(f) for f in families]
        for shell in self.shells:
            shell.works()
        for chat in self.chats:
            chat.goes_on()

    def checks(self):
        """(what, function) of each kind."""
        return (
            ("talking connections go on",
             lambda: [chat.goes_on() for chat in self.chats]),
            ("a remote shell answers",
             lambda: [(s.works(), s.works(), s.exit()) for s in self.shells]),
            ("bulk transfers arrive whole",
             lambda: [bulk.works() for bulk in self.bulks]),
            ("idle connections go on",
             lambda: [p.say() for p in self.idle + self.used]),
            ("half-closed connections go on",
             lambda: [half.works() for half in self.half_closed]),
            ("connections with a closed window go on",
             lambda: [stuck.works() for stuck in self.stuck]),
            ("the router follows them", self.followed),
            ("nothing was refused", nothing_refused),
        )

    def followed(self):
        pairs = self.idle[:10] + self.used + [c.pair for c in self.chats[:2]]
        for pair in pairs:
            pair.wait_states(ROUTER, "ESTABLISHED", "ESTABLISHED")

    def end(self):
        for chat in self.chats:
            chat.stop()
        for pair in self.idle + self.used:
            pair.close()


def nothing_refused():
    for netns in EVERYWHERE:
        counts = stage.stats(netns)
        assert counts["segments"] > 0, netns
        assert counts["dropped"] == 0, (netns, stage.growth(
            {"reasons": {}}, counts))


def below(how, begin):
    crowd = Crowd()
    begin()
    for what, function in crowd.checks():
        ktap.test("%s: %s" % (how, what), function)
    crowd.end()


def strict(pair):
    """Refused until adoption is allowed; then the repeats are adopted."""
    stage.switch("off")
    stage.configure(ROUTER, "pickup=strict", "mode=enforce")
    pair.client.sendall(b"anybody")
    stage.wait_for("refusal", lambda: stage.stats(ROUTER)["reasons"][
        "no-record"] > 0)
    pair.server.settimeout(1)
    try:
        raise AssertionError("%r arrived" % pair.server.recv(100))
    except TimeoutError:
        pass
    assert stage.connections(ROUTER) == []


def lenient(pair):
    stage.configure(ROUTER, "pickup=auto")
    pair.server.settimeout(stage.TIMEOUT_S)
    assert pair.server.recv(100) == b"anybody"
    pair.say()


def main():
    ktap.plan(2 * 8 + 2)
    stage.rmmod()
    below("loaded", stage.insmod)
    stage.switch("off")
    stage.rmmod()
    stage.insmod()
    stage.switch("off")
    below("switched on", lambda: stage.switch("enforce"))
    pair = Pair(SERVER_ADDR[4])
    ktap.test("pickup=strict refuses a stranger's data", strict, pair)
    ktap.test("pickup=auto adopts it again", lenient, pair)
    ktap.end()


main()
