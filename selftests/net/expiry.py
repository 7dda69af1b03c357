# SPDX-License-Identifier: GPL-2.0
"""The checks of expiry.sh."""

import socket
import time

import ktap
import stage
from segments import Raw, Segment
from stage import CLIENT, ROUTER, SERVER, SERVER_ADDR, Pair

NOBODY = {4: ("10.1.1.77", "10.1.2.77"), 6: ("fd01:1::77", "fd01:2::77")}
TIMEOUT_S = 3 * stage.SLOW      # of all records here
# 1 s is promised; the rest is the machine's and the tool's.
LATE_S = 3 * stage.SLOW


class Puppets:
    """A connection of which both ends are made by hand: nobody repeats."""

    ports = iter(range(3000, 4000))

    def __init__(self, family):
        self.raw = {False: Raw(CLIENT), True: Raw(SERVER)}
        self.ends = [(address, next(self.ports))
                     for address in NOBODY[family]]

    def send(self, flags, seq, ack=0, answer=False):
        src, dst = self.ends[::-1] if answer else self.ends
        self.raw[answer].send(Segment(src, dst, flags, seq, ack, 65535))
        return self

    def open(self):
        self.send("S", 100).send("SA", 300, 101, True)
        return self.send("A", 101, 301)

    def seen(self, netns):
        found = stage.connections(netns, "sport", "=",
                                  ":%d" % self.ends[0][1])
        return found[0] if found else None


def leaves(make, limit_ms, states):
    """What is made of each family leaves when its time is over. Returns
    whether it was seen to count down; a busy machine may miss that."""
    lowest, deadlines = {}, {}
    not_before = time.monotonic() + limit_ms / 1000 - 0.1
    for conn in each(make):
        first = conn.seen(ROUTER)
        lowest[conn] = first["expires_ms"]
        deadlines[conn] = time.monotonic() + first["expires_ms"] / 1000
        assert stage.states(first) == states, first
        assert 0 < first["expires_ms"] <= limit_ms, first
    counts_down = False
    while lowest:
        for conn in list(lowest):
            now = conn.seen(ROUTER)
            if now:
                assert now["expires_ms"] <= lowest[conn], now
                assert time.monotonic() < deadlines[conn] + LATE_S, now
                counts_down |= now["expires_ms"] < lowest[conn]
                lowest[conn] = now["expires_ms"]
                continue
            assert time.monotonic() > not_before, "too early"
            del lowest[conn]
    return counts_down


def each(make):
    return [make(family) for family in (4, 6)]


def closed(family):
    pair = Pair(SERVER_ADDR[family])
    pair.say()
    pair.client.shutdown(socket.SHUT_WR)
    pair.wait_states(ROUTER, "FIN_WAIT_2", "CLOSE_WAIT")
    pair.close()
    return pair


def time_wait():
    """Its time is twice the msl."""
    stage.configure(ROUTER, "msl=%ds" % TIMEOUT_S)
    assert leaves(closed, 2000 * TIMEOUT_S, ("TIME_WAIT", "CLOSED"))


def unanswered():
    stage.configure(ROUTER, "timeout_syn=%ds" % TIMEOUT_S)
    leaves(lambda family: Puppets(family).send("S", 100), TIMEOUT_S * 1000,
           ("SYN_SENT", "CLOSED"))


def half_open():
    stage.configure(ROUTER, "timeout_half_open=%ds" % TIMEOUT_S)
    leaves(lambda family: Puppets(family).send("S", 100).send(
        "SA", 300, 101, True), TIMEOUT_S * 1000, ("SYN_SENT", "SYN_RECEIVED"))


def closing():
    stage.configure(ROUTER, "timeout_closing=%ds" % TIMEOUT_S)
    leaves(lambda family: Puppets(family).open().send(
        "FA", 101, 301).send("FA", 301, 102, True), TIMEOUT_S * 1000,
        ("FIN_WAIT_2", "LAST_ACK"))


def reset():
    stage.configure(ROUTER, "timeout_reset=%ds" % TIMEOUT_S)
    leaves(lambda family: Puppets(family).open().send("R", 101),
           TIMEOUT_S * 1000, ("CLOSED", "ESTABLISHED"))


def idle():
    """The endpoints live on; so does their connection."""
    stage.configure(ROUTER, "timeout_established=%ds" % TIMEOUT_S)
    pairs = []
    leaves(lambda family: pairs.append(Pair(SERVER_ADDR[family])) or
           pairs[-1], TIMEOUT_S * 1000, ("ESTABLISHED", "ESTABLISHED"))
    stage.configure(ROUTER, "timeout_established=2h")
    for pair in pairs:
        pair.say()
        pair.wait_states(ROUTER, "ESTABLISHED", "ESTABLISHED")


def forgotten():
    for family in 4, 6:
        kept, pair = (Pair(SERVER_ADDR[family]) for _ in range(2))
        assert kept.seen(ROUTER) and pair.seen(ROUTER)
        stage.tcpward(ROUTER, "forget", *pair.filter())
        assert kept.seen(ROUTER) and not pair.seen(ROUTER)
        pair.say()
        kept.say()


def main():
    # The puppets' hosts are not there to ask.
    stage.configure(CLIENT, "mode=off")
    stage.configure(SERVER, "mode=off")
    ktap.plan(7 + 2)
    ktap.test("a TIME_WAIT leaves after twice the msl", time_wait)
    ktap.test("a SYN without answer leaves", unanswered)
    ktap.test("an unfinished handshake leaves", half_open)
    ktap.test("an unfinished close leaves", closing)
    ktap.test("what a RST has ended leaves", reset)
    ktap.test("an idle connection leaves, and may go on", idle)
    ktap.test("what is forgotten leaves at once", forgotten)
    stage.tcpward(ROUTER, "forget", "--yes", "state", "all")
    counts = stage.stats(ROUTER)
    ktap.equal("all that began has ended", counts["opened"], counts["ended"])
    ktap.equal("nothing was refused", 0, counts["dropped"])
    ktap.end()


main()
