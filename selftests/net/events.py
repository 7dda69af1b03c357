# SPDX-License-Identifier: GPL-2.0
"""The checks of events.sh."""

import os
import socket

import ktap
import stage
from genl import SOL_NETLINK, Genl, integer, number, parse, split
from segments import Raw, Segment
from stage import CLIENT, CLIENT_ADDR, ROUTER, SERVER_ADDR

ROUNDS = 20
OPENINGS = 25       # of a round, in a row; a refused segment follows
PAIRS = 50
READERS = 4096      # octets that any reader of netlink has room for
BROADCAST_ERROR = 4
FORCE = 33          # SO_RCVBUFFORCE
EVERYTHING = 64 << 20
SMALL = 8192
FIRST = 1024        # port
STRAY = 30000       # port of the first refused segment
CLOSED = number("STATE_CLOSED")


def listener(*groups, octets=EVERYTHING):
    with stage.inside(ROUTER):
        sock = Genl()
    sock.socket.setsockopt(socket.SOL_SOCKET, FORCE, octets)
    sock.socket.setsockopt(SOL_NETLINK, BROADCAST_ERROR, 1)
    for group in groups:
        sock.join(group)
    sock.socket.settimeout(1)
    return sock


class Event:
    def __init__(self, payload):
        self.verdict = payload[0] == number("CMD_VERDICT_NTF")
        kind = "SEGMENT" if self.verdict else "TRANSITION"
        attrs = dict(parse(payload[4:]))
        ends = dict(parse(attrs[number("A_%s_CLIENT" % kind)]))
        self.number = integer(attrs[number("A_%s_SEQUENCE" % kind)])
        self.port = integer(ends[number("A_ENDPOINT_PORT")])
        self.id = integer(attrs.get(number("A_%s_ID" % kind), b""))
        self.event = attrs.get(number("A_TRANSITION_EVENT"))
        self.side = attrs.get(number("A_TRANSITION_SIDE"))
        self.move = [integer(attrs.get(number("A_TRANSITION_" + name), b""))
                     for name in ("FROM", "TO")]

    @property
    def new(self):
        return not self.verdict and self.event is not None and \
            integer(self.event) == number("CONN_EVENT_NEW")


def heard(sock):
    """Events of each datagram, until no more comes; a full buffer is told
    once in a while."""
    found = []
    while True:
        try:
            data = sock.socket.recv(1 << 16)
        except TimeoutError:
            return found
        except OSError:
            continue
        assert len(data) <= READERS, len(data)
        found.append([Event(payload) for _, _, payload in split(data)])


def without_gap(numbers):
    assert numbers, "nothing was told"
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))


def burst(raw):
    """What is played: ports of openings, and of refused segments, in order."""
    played = []
    for i in range(ROUNDS):
        for port in range(FIRST + i * OPENINGS, FIRST + (i + 1) * OPENINGS):
            raw.send(Segment((CLIENT_ADDR[4], port), (SERVER_ADDR[4], 9),
                             "S", 1))
            played.append(port)
        raw.send(Segment((CLIENT_ADDR[4], STRAY + i), (SERVER_ADDR[4], 9),
                         "R", 1))
        played.append(STRAY + i)
    return played


def in_order():
    """Who hears both groups hears them as it happened."""
    both = listener("transitions", "verdicts")
    played = burst(Raw(CLIENT))
    datagrams = heard(both)
    events = [event for datagram in datagrams for event in datagram]
    told = [event.port for event in events if event.new or event.verdict]
    assert told == played, told
    for verdict in False, True:
        without_gap([event.number for event in events
                     if event.verdict == verdict])
    largest = max(map(len, datagrams))
    assert largest > 5, "at most %d messages in a datagram" % largest
    both.socket.close()


def whole_lives():
    """Of connections of real sockets, each move begins where the last one of
    that end has ended."""
    sock = listener("transitions")
    for _ in range(PAIRS):
        stage.Pair(SERVER_ADDR[4]).close()
    at, ends = {}, set()
    for event in (event for datagram in heard(sock) for event in datagram):
        if event.side is None:
            continue
        end = event.id, event.side
        assert at.get(end, CLOSED) == event.move[0], (end, event.move)
        at[end] = event.move[1]
        ends.add(event.id)
    assert len(ends) == PAIRS, len(ends)
    sock.socket.close()


def counted():
    """What a small buffer did not take is counted, message by message."""
    whole = listener("transitions")
    small = listener("transitions", octets=SMALL)
    before = stage.stats(ROUTER)["events_lost"]
    burst(Raw(CLIENT))
    told = [event.number for datagram in heard(whole) for event in datagram]
    kept = [event.number for datagram in heard(small) for event in datagram]
    without_gap(told)
    lost = stage.stats(ROUTER)["events_lost"] - before
    assert 0 < len(kept) < len(told), (len(kept), len(told))
    assert lost == len(told) - len(kept), (lost, len(told), len(kept))
    for sock in whole, small:
        sock.socket.close()


def main():
    ktap.plan(3)
    # A CPU has one queue of segments that arrive.
    os.sched_setaffinity(0, {0})
    stage.configure(CLIENT, "mode=off")
    stage.configure(ROUTER, "pickup=strict")
    # What waits for an answer of ARP would be dropped: there is little room.
    stage.Pair(SERVER_ADDR[4]).close()
    ktap.test("numbers without a gap, two groups in order of time", in_order)
    ktap.test("what a small buffer lost is counted", counted)
    stage.run(CLIENT, "tc", "qdisc", "del", "dev", "c0", "root")
    ktap.test("each move begins where the last has ended", whole_lives)
    ktap.end()


main()
