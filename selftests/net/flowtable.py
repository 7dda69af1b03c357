# SPDX-License-Identifier: GPL-2.0
"""The checks of flowtable.sh."""

import os
import socket
import struct
import threading
import time

import ktap
import stage
from segments import Raw, Segment
from stage import CLIENT, ROUTER, SERVER, SERVER_ADDR, Pair

PLACES = "filter", "early"
# From Linux 6.14 on the end of a connection goes past, too.
ENDS_PAST = tuple(map(int, os.uname().release.split(".")[:2])) >= (6, 14)
CONNTRACK = """
table inet t {
	chain forward {
		type filter hook forward priority filter
		ct state established accept
	}
}
"""
RULES = """
table inet fast {
	flowtable f {
		hook ingress priority 0; devices = { r0, r1 };
	}
	chain forward {
		type filter hook forward priority filter
		meta l4proto tcp flow add @f
	}
%s
}
"""
MASQUERADE = """
	chain postrouting {
		type nat hook postrouting priority srcnat
		oifname "r1" masquerade
	}
"""
OCTETS = 3000000
FAR = 5 << 29           # more than a number can be ahead of another
CHUNK = bytes(1 << 20)


def offloaded():
    listed = stage.run(ROUTER, "conntrack", "-L", "-p", "tcp",
                       stderr=stage.subprocess.DEVNULL)
    listed += stage.run(ROUTER, "conntrack", "-L", "-f", "ipv6", "-p", "tcp",
                        stderr=stage.subprocess.DEVNULL)
    return "[OFFLOAD]" in listed


def carry(src, dst, octets):
    """What arrives is counted, not kept."""
    def send():
        left = octets
        while left:
            left -= src.send(CHUNK[:left])

    sender = threading.Thread(target=send)
    sender.start()
    left = octets
    while left:
        got = len(dst.recv(min(left, 1 << 20), socket.MSG_TRUNC))
        assert got, "the connection was cut"
        left -= got
    sender.join()


def ends(pair):
    """The states of both, whoever opened."""
    return stage.states(pair.seen(ROUTER))


def wait_states(pair, *states):
    if not ENDS_PAST:
        pair.wait_states(ROUTER, *states)


def opened(family, octets=OCTETS):
    """A connection that has carried that much past tcpward."""
    pair = Pair(SERVER_ADDR[family])
    pair.say()
    stage.wait_for("offloading", offloaded)
    for way in (pair.client, pair.server), (pair.server, pair.client):
        carry(*way, octets)
    conn = pair.seen(ROUTER)
    seen = sum(conn[end]["bytes"] for end in ("client", "server"))
    assert seen < octets, "it was seen: %d octets" % seen
    return pair


def closes(family, octets=OCTETS):
    """The client first, then the server, which has something left to say."""
    pair = opened(family, octets)
    pair.client.shutdown(socket.SHUT_WR)
    assert pair.server.recv(1) == b""
    carry(pair.server, pair.client, 300000)
    wait_states(pair, "FIN_WAIT_2", "CLOSE_WAIT")
    pair.close()
    wait_states(pair, "TIME_WAIT", "CLOSED")


def resets(family):
    for one, other in ("client", "server"), ("server", "client"):
        pair = opened(family)
        end = getattr(pair, one)
        end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                       struct.pack("ii", 1, 0))
        end.close()
        try:
            raise AssertionError(getattr(pair, other).recv(1))
        except ConnectionResetError:
            pair.close()
        assert ENDS_PAST or "CLOSED" in ends(pair), ends(pair)


def returns(family):
    """A flow that was idle comes back, and goes again."""
    pair = opened(family)
    stage.wait_for("end of the flow", lambda: not offloaded())
    pair.say(b"x" * 3000)
    stage.wait_for("offloading", offloaded)
    carry(pair.client, pair.server, OCTETS)
    pair.close()
    wait_states(pair, "TIME_WAIT", "CLOSED")


def forgotten(family):
    """Its record has ended before it: adopted, whatever its age."""
    pair = opened(family)
    stage.tcpward(ROUTER, "forget", "--yes", "state", "all")
    pair.client.shutdown(socket.SHUT_WR)
    assert pair.server.recv(1) == b""
    carry(pair.server, pair.client, 300000)
    assert ENDS_PAST or pair.seen(ROUTER)
    pair.close()


def wrong_in_itself(family):
    """No flowtable excuses that."""
    pair = opened(family)
    before = stage.stats(ROUTER)
    Raw(CLIENT).send(Segment(pair.client_name, pair.server_name, "FSA", 1, 1))
    grew = stage.wait_for("refusal", lambda: stage.growth(
        before, stage.stats(ROUTER)))
    assert stage.stats(ROUTER)["dropped"] == before["dropped"] + 1, grew
    pair.say()
    pair.close()


def unharmed(place, function, family, *args):
    stage.configure(ROUTER, "placement=" + place)
    before = stage.stats(ROUTER)
    function(family, *args)
    after = stage.stats(ROUTER)
    assert after["dropped"] == before["dropped"], stage.growth(before, after)
    came_back = function is returns or not ENDS_PAST
    assert after["reasons"]["picked-up"] > before["reasons"]["picked-up"] or \
        not came_back, "nothing had gone past"


def refused(*segment):
    """The reason."""
    before = stage.stats(ROUTER)
    Raw(CLIENT).send(Segment(*segment))
    grew = stage.wait_for("refusal", lambda: stage.growth(
        before, stage.stats(ROUTER)))
    assert stage.stats(ROUTER)["dropped"] == before["dropped"] + 1, grew
    return next(iter(grew))


def nothing_goes_past(place, family):
    """conntrack takes liberally what it picks up in the middle, too: without
    flowtables that excuses no segment."""
    stage.configure(ROUTER, "placement=" + place)
    stage.run(ROUTER, "nft", "flush", "ruleset")
    pair = Pair(SERVER_ADDR[family])
    stage.run(ROUTER, "nft", "-f", "-", input=CONNTRACK)
    pair.say()
    reason = refused(pair.client_name, pair.server_name, "A", 1, 1, 1000,
                     b"forged")
    assert "window" in reason or reason == "old-incarnation", reason
    stranger = SERVER_ADDR[family], 9
    assert refused(pair.client_name, stranger, "A", 1, 1) == "no-record"
    pair.say()
    pair.close()


def wrong(place, family):
    stage.configure(ROUTER, "placement=" + place)
    wrong_in_itself(family)


def setup():
    # The router alone judges, and adopts nothing for its age alone.
    stage.configure(CLIENT, "mode=off")
    stage.configure(SERVER, "mode=off")
    stage.configure(ROUTER, "mode=off")
    stage.configure(ROUTER, "mode=enforce", "timeout_established=1s")
    time.sleep(1)
    stage.configure(ROUTER, "timeout_established=2h")


def flowtables():
    stage.run(ROUTER, "nft", "flush", "ruleset")
    stage.run(ROUTER, "nft", "-f", "-", input=RULES % "")
    stage.run(ROUTER, "sysctl", "-qw",
              "net.netfilter.nf_flowtable_tcp_timeout=2")


def main():
    checks = (("a transfer closes", closes), ("a transfer resets", resets),
              ("an idle flow comes back", returns),
              ("a record that has ended", forgotten))
    setup()
    ktap.plan(len(PLACES) * (2 * (len(checks) + 2) + 2))
    stage.run(ROUTER, "modprobe", "-r", "nft_flow_offload",
              "nf_flow_table_inet", "nf_flow_table")
    time.sleep(1)
    for place in PLACES:
        for family in 4, 6:
            ktap.test("no flowtables, IPv%d, %s" % (family, place),
                      nothing_goes_past, place, family)
    flowtables()
    for place in PLACES:
        for family in 4, 6:
            for name, function in checks:
                ktap.test("%s, IPv%d, %s" % (name, family, place), unharmed,
                          place, function, family)
            name = "forged in itself, IPv%d, %s" % (family, place)
            if ENDS_PAST:
                ktap.skip(name, "that goes past, too")
            else:
                ktap.test(name, wrong, place, family)
        ktap.test("2.5 GiB go past, %s" % place, unharmed, place, closes, 4,
                  FAR)
    stage.run(ROUTER, "nft", "flush", "ruleset")
    stage.run(ROUTER, "nft", "-f", "-", input=RULES % MASQUERADE)
    for place in PLACES:
        ktap.test("behind masquerade, %s" % place, unharmed, place, closes, 4)
    ktap.end()


main()
