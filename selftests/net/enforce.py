# SPDX-License-Identifier: GPL-2.0
"""The checks of enforce.sh."""

import ktap
import stage
from segments import Raw, Segment, Tap, timestamps, tsval
from stage import CLIENT, CLIENT_ADDR, ROUTER, SERVER, SERVER_ADDR, Pair

MARK = 7            # window of everything forged, and of nothing else
FAR = 0x20000000    # in sequence space: beyond any window, before any start
BACK = 150000       # sent and acknowledged, a window ago
ALL_HOSTS = {4: "224.0.0.1", 6: "ff02::1"}
NOBODY = {4: ("10.1.1.77", "10.1.2.77"), 6: ("fd01:1::77", "fd01:2::77")}


class Numbers:
    """What an end of a connection has sent, as read off the wire."""

    def __init__(self):
        self.iss = self.nxt = self.tsval = None

    def learn(self, segment):
        if "S" in segment.flags:
            self.iss = self.nxt = segment.seq
        if "R" not in segment.flags:
            self.nxt = max(self.nxt, segment.seq + segment.length)
            self.tsval = tsval(segment)


class Target:
    """A real connection, both its ends' numbers, and how to forge them."""

    def __init__(self, family):
        self.family = family
        self.tap = Tap(ROUTER, "r0")
        self.pair = Pair(SERVER_ADDR[family], buffer_bytes=32768)
        self.client, self.server = Numbers(), Numbers()
        self.raw = {CLIENT: Raw(CLIENT), SERVER: Raw(SERVER)}
        self.arrives = {CLIENT: Tap(SERVER, "s0"), SERVER: Tap(CLIENT, "c0")}
        # Far enough from the first numbers for older ones of its own.
        for _ in range(8):
            self.pair.say(b"x" * 32768)
        self.look()
        self.counted = stage.stats(ROUTER)

    def growth(self):
        """What was counted since the last call: {reason: how often}."""
        before, self.counted = self.counted, stage.stats(ROUTER)
        return stage.growth(before, self.counted)

    def look(self):
        """Learns the numbers; forged segments tell none."""
        for segment in self.tap.segments():
            if segment.window == MARK:
                continue
            if (segment.src, segment.dst) == (self.pair.client_name,
                                              self.pair.server_name):
                self.client.learn(segment)
            elif (segment.dst, segment.src) == (self.pair.client_name,
                                                self.pair.server_name):
                self.server.learn(segment)

    def stamps(self):
        return timestamps(self.client.tsval, self.server.tsval)

    def from_client(self, flags, seq, ack=0, data=b"", **more):
        return Segment(self.pair.client_name, self.pair.server_name, flags,
                       seq, ack, MARK, data, **more)

    def from_server(self, flags, seq, ack=0, data=b"", **more):
        return Segment(self.pair.server_name, self.pair.client_name, flags,
                       seq, ack, MARK, data, **more)

    def to_nobody(self, flags, seq=0, ack=0, data=b""):
        return Segment(self.pair.client_name, (NOBODY[self.family][1], 80),
                       flags, seq, ack, MARK, data)

    def from_nobody(self, flags, seq=0, ack=0, data=b"", port=5000):
        return Segment((NOBODY[self.family][0], port), self.pair.server_name,
                       flags, seq, ack, MARK, data)

    def inject(self, segment, netns):
        device = 0
        with stage.inside(netns):
            if segment.dst[0].startswith("ff"):
                device = stage.socket.if_nametoindex("c0")
        self.raw[netns].send(segment, device)

    def arrived(self, netns):
        return [s for s in self.arrives[netns].segments()
                if s.window == MARK]


def refused(t, reason, segment, netns=CLIENT, reaches=False):
    """One forged segment: counted once, does not arrive, does no harm."""
    t.arrived(netns)
    t.inject(segment, netns)
    grew = stage.wait_for("count of " + reason, t.growth)
    assert grew == {reason: 1}, grew
    t.pair.say()
    t.look()
    there = t.arrived(netns)
    assert bool(there) == reaches, there


def case(t, reason, segment, *args, **more):
    """`segment` is made when the numbers are known."""
    ktap.test("IPv%d: %s" % (t.family, reason),
              lambda: refused(t, reason, segment(), *args, **more))


def headers(t):
    c, s = t.client, t.server
    case(t, "bad-header-length", lambda: t.from_client(
        "PA", c.nxt, s.nxt, b"x" * 10, offset=4))
    case(t, "bad-checksum", lambda: t.from_client(
        "R", c.nxt, bad_sum=True))
    case(t, "no-useful-flag", lambda: t.from_client("", c.nxt))
    case(t, "syn-and-fin", lambda: t.from_client("SF", c.nxt))
    case(t, "syn-and-rst", lambda: t.from_client("SR", c.nxt))
    case(t, "fin-and-rst", lambda: t.from_client("FRA", c.nxt, s.nxt))
    case(t, "same-socket", lambda: Segment(
        t.pair.server_name, t.pair.server_name, "S", 1, window=MARK))
    case(t, "multicast", lambda: Segment(
        t.pair.client_name, (ALL_HOSTS[t.family], 80), "S", 1, window=MARK))


def numbers(t):
    c, s = t.client, t.server
    case(t, "right-of-window", lambda: t.from_client(
        "PA", c.nxt + FAR, s.nxt, b"x", options=t.stamps()))
    case(t, "old-incarnation", lambda: t.from_client(
        "PA", c.nxt - FAR, s.nxt, b"x", options=t.stamps()))
    case(t, "far-below-window", lambda: t.from_client(
        "PA", c.nxt - BACK, s.nxt, b"x", options=t.stamps()))
    case(t, "ack-unsent", lambda: t.from_client(
        "PA", c.nxt, s.nxt + 1000, b"x", options=t.stamps()))
    case(t, "ack-too-old", lambda: t.from_client(
        "PA", c.nxt, s.nxt - BACK, b"x", options=t.stamps()))
    case(t, "paws", lambda: t.from_client(
        "PA", c.nxt, s.nxt, b"x",
        options=timestamps(c.tsval - FAR, s.tsval)))
    case(t, "different-fin", lambda: t.from_client(
        "FA", c.nxt - 3, s.nxt, options=t.stamps()))
    case(t, "fin-out-of-window", lambda: t.from_client(
        "FA", c.nxt + FAR, s.nxt, options=t.stamps()))
    case(t, "late-synack", lambda: t.from_server(
        "SA", s.nxt + FAR, c.nxt), SERVER)


def resets_and_syns(t):
    c, s = t.client, t.server
    case(t, "stale-syn", lambda: t.from_client("S", c.iss))
    case(t, "reset-out-of-window", lambda: t.from_client("R", c.nxt + FAR))
    case(t, "reset-out-of-window", lambda: t.from_server("R", s.nxt - FAR),
         SERVER)
    case(t, "reset-in-window", lambda: t.from_client("R", c.nxt + 1000),
         reaches=True)
    case(t, "syn-on-live", lambda: t.from_client("S", c.nxt + FAR),
         reaches=True)
    stage.configure(ROUTER, "rst_inexact=drop", "syn_live=drop")
    case(t, "reset-in-window", lambda: t.from_client("R", c.nxt + 1000))
    case(t, "syn-on-live", lambda: t.from_client("S", c.nxt + FAR))
    stage.configure(ROUTER, "rst_inexact=quiet", "syn_live=quiet")


def without_record(t):
    stage.configure(ROUTER, "pickup=strict")
    case(t, "no-record", lambda: t.from_nobody("PA", 1, 1, b"x", 5001))
    case(t, "reset-without-record", lambda: t.from_nobody("R", 1, port=5001))
    case(t, "synack-without-syn", lambda: t.from_nobody("SA", 1, 1,
                                                        port=5001))


def opening(t):
    """To an address without a host, so that nobody answers."""
    server = t.to_nobody("S").dst

    def answer(flags, seq, ack=0):
        return Segment(server, t.pair.client_name, flags, seq, ack, MARK)

    t.inject(t.to_nobody("S", 100), CLIENT)
    case(t, "data-before-handshake", lambda: t.to_nobody(
        "PA", 101, 1, b"x"))
    case(t, "blind-synack", lambda: answer("SA", 1, 999), SERVER)
    case(t, "blind-reset-open", lambda: answer("R", 1), SERVER)


def third_step(t, server):
    """From an address without a host; the server is a listening socket."""
    def step(flags, seq, ack=0):
        return Segment((NOBODY[t.family][0], 5002), server.getsockname()[:2],
                       flags, seq, ack, MARK)

    tap = Tap(ROUTER, "r1")
    t.inject(step("S", 100), CLIENT)
    synack = stage.wait_for("SYN+ACK", lambda: [
        s for s in tap.segments() if s.flags == "SA"])[0]
    case(t, "wrong-third-step-ack", lambda: step("A", 101, synack.seq - 9))
    case(t, "wrong-third-step-seq", lambda: step("A", 101 + FAR,
                                                 synack.seq + 1))


def listener(t):
    with stage.inside(SERVER):
        return stage.socket.create_server(
            (SERVER_ADDR[t.family], 0),
            family=stage.family_of(SERVER_ADDR[t.family]))


def closed(t):
    """After a FIN, and in TIME_WAIT; the other way still works."""
    c, s = t.client, t.server
    t.pair.client.shutdown(stage.socket.SHUT_WR)
    t.pair.wait_states(ROUTER, "FIN_WAIT_2", "CLOSE_WAIT")
    t.look()
    t.pair.say = lambda: None
    case(t, "data-after-fin", lambda: t.from_client(
        "PA", c.nxt, s.nxt, b"x", options=t.stamps()))
    t.pair.close()
    t.pair.wait_states(ROUTER, "TIME_WAIT", "CLOSED")
    t.look()
    case(t, "reuse-too-old", lambda: t.from_server("S", s.nxt - 1000),
         SERVER)
    case(t, "stale-syn", lambda: t.from_server("S", s.iss), SERVER)
    case(t, "reset-in-time-wait", lambda: t.from_server("R", s.nxt + 1000),
         SERVER)
    ktap.equal("IPv%d: the TIME_WAIT is untouched" % t.family,
               ("TIME_WAIT", "CLOSED"), stage.states(t.pair.seen(ROUTER)))


def unchanged(t):
    conn = t.pair.seen(ROUTER)
    ktap.equal("IPv%d: both ends are ESTABLISHED" % t.family,
               ("ESTABLISHED", "ESTABLISHED"), stage.states(conn))
    dead = [s for s in (t.pair.client, t.pair.server)
            if s.getsockopt(stage.socket.SOL_SOCKET, stage.socket.SO_ERROR)]
    ktap.equal("IPv%d: and have met no error" % t.family, [], dead)


def main():
    # The attacker sits where the ends do, and the router alone judges.
    stage.configure(CLIENT, "mode=off")
    stage.configure(SERVER, "mode=off")
    ktap.plan(2 * 39)
    for family in 4, 6:
        t = Target(family)
        headers(t)
        numbers(t)
        resets_and_syns(t)
        without_record(t)
        opening(t)
        third_step(t, listener(t))
        unchanged(t)
        closed(t)
        stage.configure(ROUTER, "pickup=auto")
    ktap.end()


main()
