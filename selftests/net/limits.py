# SPDX-License-Identifier: GPL-2.0
"""The checks of limits.sh."""

import random

import ktap
import stage
from segments import Raw, Segment
from stage import CLIENT, ROUTER, SERVER, SERVER_ADDR, Chat, Pair

NOBODY = {4: "10.1.2.77", 6: "fd01:2::77"}
FLOOD = 2000        # SYNs of each family
AT_ONCE = 250
MAX_HALF_OPEN = 50
MAX_CONNECTIONS = 64
SMALLEST = 16       # that max_connections can be


class Flood:
    """SYNs of random senders to an address that does not answer."""

    def __init__(self, family):
        self.family = family
        self.raw = Raw(CLIENT)
        self.random = random.Random(family)
        self.sent = 0

    def sender(self):
        low = self.random.randrange(1, 0xffff)
        if self.family == 4:
            return "10.9.%d.%d" % (low >> 8, low & 255)
        return "fd09::%x" % low

    def some(self):
        for _ in range(AT_ONCE):
            self.raw.send(Segment(
                (self.sender(), self.random.randrange(1024, 65536)),
                (NOBODY[self.family], 80), "S",
                self.random.randrange(2**32)))
        self.sent += AT_ONCE


def flood(family, chats):
    """Bounded all the time, and without harm."""
    before = stage.tcpward(ROUTER, "status")
    flood = Flood(family)
    while flood.sent < FLOOD:
        flood.some()
        now = stage.tcpward(ROUTER, "status")
        assert now["half_open"] <= MAX_HALF_OPEN, now
        assert now["connections"] <= MAX_CONNECTIONS, now
    assert now["half_open"] == MAX_HALF_OPEN, now
    assert now["evicted"] - before["evicted"] > FLOOD - 2 * MAX_HALF_OPEN, now
    assert now["dropped"] == before["dropped"], now
    for chat in chats:
        chat.goes_on()
        chat.pair.wait_states(ROUTER, "ESTABLISHED", "ESTABLISHED")


def full_of_half_open(family, chats):
    """Without a limit of their own, half-open records fill the table; a real
    connection finds room nevertheless."""
    stage.configure(ROUTER, "max_half_open=%d" % MAX_CONNECTIONS)
    flood = Flood(family)
    for _ in range(2):
        flood.some()
    assert stage.tcpward(ROUTER, "status")["connections"] == MAX_CONNECTIONS
    pair = Pair(SERVER_ADDR[family])
    pair.say()
    pair.wait_states(ROUTER, "ESTABLISHED", "ESTABLISHED")
    pair.close()
    for chat in chats:
        chat.goes_on()
        chat.pair.wait_states(ROUTER, "ESTABLISHED", "ESTABLISHED")
    stage.configure(ROUTER, "max_half_open=%d" % MAX_HALF_OPEN)


def forget():
    try:
        stage.tcpward(ROUTER, "forget", "--yes", "state", "all")
    except RuntimeError:    # there were none
        pass


def fill(pairs):
    """Synchronized connections only: nothing can be evicted."""
    forget()
    stage.configure(ROUTER, "max_connections=%d" % SMALLEST)
    for i in range(SMALLEST):
        pairs.append(Pair(SERVER_ADDR[4 + 2 * (i % 2)]))
        pairs[-1].say()
    assert stage.tcpward(ROUTER, "status")["connections"] == SMALLEST


def passes_untracked(pairs):
    fill(pairs)
    before = stage.stats(ROUTER)
    pair = Pair(SERVER_ADDR[4])
    pair.say()
    assert pair.seen(ROUTER) is None
    after = stage.stats(ROUTER)
    assert after["untracked"] > before["untracked"], after
    assert after["dropped"] == before["dropped"], after
    pair.close()
    for pair in pairs:
        pair.say()


def drops(pairs):
    stage.configure(ROUTER, "when_full=drop")
    before = stage.stats(ROUTER)
    with stage.inside(CLIENT):
        client = stage.socket.socket()
    client.settimeout(1)
    try:
        client.connect((SERVER_ADDR[4], pairs[0].server_name[1]))
        raise AssertionError("it was let in")
    except TimeoutError:
        client.close()
    grew = stage.growth(before, stage.stats(ROUTER))
    assert list(grew) == ["table-full"], grew
    for pair in pairs:
        pair.say()


def accounted():
    """Nothing is left, and the sums agree."""
    forget()
    stage.wait_for("empty table", lambda: stage.tcpward(
        ROUTER, "status")["connections"] == 0)
    status, counts = (stage.tcpward(ROUTER, what)
                      for what in ("status", "stats"))
    assert status["half_open"] == 0, status
    assert not any(status["states"].values()), status
    assert not any(status["server_states"].values()), status
    assert counts["opened"] == counts["ended"] > 2 * FLOOD, counts
    assert counts["extras"] == 0, counts
    assert counts["segments"] == sum(
        counts[what] for what in ("passed", "quiet", "dropped")), counts


def main():
    # The router alone judges; the flood is the client's.
    stage.configure(CLIENT, "mode=off")
    stage.configure(SERVER, "mode=off")
    stage.configure(ROUTER, "max_connections=%d" % MAX_CONNECTIONS,
                    "max_half_open=%d" % MAX_HALF_OPEN)
    ktap.plan(2 * 2 + 3)
    chats = [Chat(Pair(SERVER_ADDR[family])) for family in (4, 6)]
    for family in 4, 6:
        name = "IPv%d: " % family
        ktap.test(name + "a flood is bounded and does no harm", flood,
                  family, chats)
        ktap.test(name + "a table full of half-open records has room",
                  full_of_half_open, family, chats)
    for chat in chats:
        chat.stop()
        chat.pair.close()
    pairs = []
    ktap.test("when_full=pass lets new ones pass untracked",
              passes_untracked, pairs)
    ktap.test("when_full=drop refuses new ones", drops, pairs)
    for pair in pairs:
        pair.close()
    ktap.test("all is accounted for", accounted)
    ktap.end()


main()
