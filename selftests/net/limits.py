# SPDX-License-Identifier: GPL-2.0
"""The checks of limits.sh."""

import os
import random
import time

import ktap
import slab
import stage
from segments import Raw, Segment
from stage import (CLIENT, ROUTER, SERVER, SERVER_ADDR, Chat, Pair,
                   connections)

NOBODY = {4: "10.1.2.77", 6: "fd01:2::77"}
NOBODY_ELSE = "10.1.1.77"
FLOOD = 2000        # SYNs of each family
AT_ONCE = 250
MAX_HALF_OPEN = 50
MAX_CONNECTIONS = 64
SMALLEST = 16       # that max_connections can be
CPUS = os.cpu_count()


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
        # Each CPU may be about to evict one for the one it has added.
        assert now["half_open"] <= MAX_HALF_OPEN + CPUS, now
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


def raw_connection(raw, port, flags):
    """Segments of a connection by hand: S, SA, A, and R of the client."""
    client, server = (NOBODY_ELSE, port), (NOBODY[4], 80)
    for what, seq, ack in (("S", 100, 0), ("SA", 300, 101), ("A", 101, 301),
                           ("R", 101, 0))[:flags]:
        ends = (server, client) if what == "SA" else (client, server)
        raw[ends[0] == server].send(Segment(*ends, what, seq, ack))
        stage.wait_for("record", lambda: port in ports())


def ports():
    return [conn["client"]["port"] for conn in connections(ROUTER)]


def order():
    """First what a RST has ended, then half-open ones, both the oldest first;
    never what is or was synchronized."""
    forget()
    stage.configure(ROUTER, "when_full=pass", "max_half_open=%d" % SMALLEST,
                    "max_connections=%d" % SMALLEST)
    raw = Raw(CLIENT), Raw(SERVER)
    pair = Pair(SERVER_ADDR[4])
    pair.close()
    pair.wait_states(ROUTER, "TIME_WAIT", "CLOSED")
    kept = [pair.client_name[1]]
    for flags, first in ((1, 1000), (4, 2000), (3, 3000), (1, 4000),
                         (4, 5000), (2, 6000)):
        for port in range(first, first + 2):
            raw_connection(raw, port, flags)
    kept += [3000, 3001]
    for port in (7000, 7001, 7002):
        raw_connection(raw, port, 1)
    assert len(ports()) == SMALLEST, ports()
    leave = [2000, 2001, 5000, 5001, 1000, 1001, 4000, 4001, 6000, 6001,
             7000, 7001, 7002, 8000]
    before = set(ports())
    for i, port in enumerate(leave):
        raw_connection(raw, 8000 + i, 1)
        now = set(ports())
        assert before - now == {port}, (port, before - now)
        before = now
    assert before >= set(kept), (kept, before)


def adopts_no_more():
    """Begin anew, with the time for what is older than the tracker over."""
    stage.configure(ROUTER, "mode=off")
    stage.configure(ROUTER, "mode=enforce", "timeout_established=1s")
    time.sleep(1.1)
    stage.configure(ROUTER, "timeout_established=7440s")


def evicted_one_opens():
    """A SYN whose record had to go: its connection opens all the same."""
    adopts_no_more()
    stage.configure(ROUTER, "max_connections=%d" % MAX_CONNECTIONS,
                    "max_half_open=%d" % SMALLEST)
    raw, flood = (Raw(CLIENT), Raw(SERVER)), Flood(4)
    before = stage.stats(ROUTER)
    raw_connection(raw, 9000, 1)
    flood.some()
    assert 9000 not in ports()
    client, server = (NOBODY_ELSE, 9000), (NOBODY[4], 80)
    raw[1].send(Segment(server, client, "SA", 300, 101))
    raw[0].send(Segment(client, server, "A", 101, 301))
    raw[0].send(Segment(client, server, "AP", 101, 301, data=b"hello"))
    raw[1].send(Segment(server, client, "A", 301, 106))
    stage.wait_for("connection", lambda: 9000 in ports())
    after = stage.stats(ROUTER)
    assert after["dropped"] == before["dropped"], stage.growth(before, after)


def lowered(pairs):
    """A lowered limit holds at once, as far as there is what can go."""
    forget()
    stage.configure(ROUTER, "max_connections=%d" % MAX_CONNECTIONS,
                    "max_half_open=%d" % MAX_CONNECTIONS)
    for pair in pairs[:4]:
        pair.say()
    Flood(4).some()
    stage.configure(ROUTER, "max_half_open=%d" % MAX_HALF_OPEN)
    now = stage.tcpward(ROUTER, "status")
    assert now["half_open"] == MAX_HALF_OPEN, now
    stage.configure(ROUTER, "max_connections=%d" % SMALLEST)
    now = stage.tcpward(ROUTER, "status")
    assert now["connections"] == SMALLEST, now
    assert now["states"]["ESTABLISHED"] == 4, now["states"]


def by_memory():
    """The limits that a namespace starts with; see tcpward(8)."""
    now = stage.tcpward(SERVER, "status")
    with open("/proc/meminfo") as file:
        total = int(file.readline().split()[1]) << 10
    wanted = min(max(total // 16 // now["record_bytes"], 1 << 16), 1 << 22)
    ktap.comment("%d MB of memory, %d bytes each: %d" % (
        total >> 20, now["record_bytes"], now["max_connections"]))
    # Memory that the kernel frees later counts in meminfo.
    assert abs(now["max_connections"] - wanted) < wanted // 50, wanted
    assert now["max_half_open"] == now["max_connections"] // 4, now


def record_bytes():
    """What a record is said to take at most is what slabs take."""
    told = stage.tcpward(ROUTER, "status")["record_bytes"]
    flow, ext = max(map(slab.each, slab.FLOWS)), slab.each(slab.EXT)
    ktap.comment("%d bytes told; %.1f a record, %.1f what one in 8 has" %
                 (told, flow, ext))
    buckets = told - flow - ext / 8
    assert not slab.exact() or 30 <= buckets < 60, buckets


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
    ktap.plan(2 * 2 + 8)
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
        chat.pair.wait_states(ROUTER, "TIME_WAIT", "CLOSED")
    ktap.test("eviction has an order", order)
    ktap.test("one that was evicted opens all the same", evicted_one_opens)
    ktap.test("limits follow the memory", by_memory)
    ktap.test("a record takes what is told", record_bytes)
    pairs = []
    ktap.test("when_full=pass lets new ones pass untracked",
              passes_untracked, pairs)
    ktap.test("when_full=drop refuses new ones", drops, pairs)
    ktap.test("a lowered limit holds at once", lowered, pairs)
    for pair in pairs:
        pair.close()
    ktap.test("all is accounted for", accounted)
    ktap.end()


main()
