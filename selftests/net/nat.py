# SPDX-License-Identifier: GPL-2.0
"""The checks of nat.sh."""

import os
import socket
import struct

import ktap
import stage
from segments import Raw, Segment, Tap
from stage import CLIENT, CLIENT_ADDR, ROUTER, SERVER, SERVER_ADDR

WEB = os.environ["WEB"]
NAME = os.environ["WEB_NAME"]
INSIDE = {4: "10.1.1.254", 6: "fd01:1::fe"}     # the router, seen by clients
OUTSIDE = {4: "10.1.2.254", 6: "fd01:2::fe"}    # and by servers
PLACES = "filter", "early"
TABLE = """
table inet nat {
	chain prerouting {
		type nat hook prerouting priority dstnat
		%(dnat)s
	}
	chain output {
		type nat hook output priority -100
		%(output)s
	}
	chain postrouting {
		type nat hook postrouting priority srcnat
		%(snat)s
	}
}
"""
FORWARD = """tcp dport 81 dnat ip to %s:80
		tcp dport 81 dnat ip6 to [%s]:80
		tcp dport 444 dnat ip to %s:443
		tcp dport 444 dnat ip6 to [%s]:443
		tcp dport 91 dnat ip to %s:9000
		tcp dport 91 dnat ip6 to [%s]:9000""" % (
    3 * (SERVER_ADDR[4], SERVER_ADDR[6]))
MASQUERADE = 'oifname "r1" masquerade'


class Case:
    """Rules, and where a client connects to with which port."""

    def __init__(self, name, address, ports, client=CLIENT, server=SERVER,
                 dnat="", output="", snat=""):
        self.name, self.address, self.ports = name, address, ports
        self.client, self.server = client, server
        self.rules = TABLE % {"dnat": dnat, "output": output, "snat": snat}
        self.translates_server = bool(dnat or output)


PLAIN, SHIFTED = (80, 443, 9000), (81, 444, 91)
CASES = (
    Case("masquerade", SERVER_ADDR, PLAIN, snat=MASQUERADE),
    Case("SNAT", SERVER_ADDR, PLAIN, snat="""
        ip daddr %s meta l4proto tcp snat to 10.1.2.254:5000-6000
        ip6 daddr %s meta l4proto tcp snat to [fd01:2::fe]:5000-6000""" % (
            SERVER_ADDR[4], SERVER_ADDR[6])),
    Case("DNAT", INSIDE, SHIFTED, dnat=FORWARD),
    Case("DNAT with masquerade", INSIDE, SHIFTED, dnat=FORWARD,
         snat=MASQUERADE),
    Case("hairpin", OUTSIDE, SHIFTED, SERVER, dnat=FORWARD, snat=MASQUERADE),
    Case("redirect to the host", INSIDE, SHIFTED, server=ROUTER,
         dnat="""tcp dport 81 redirect to :80
         tcp dport 444 redirect to :443
         tcp dport 91 redirect to :9000"""),
    Case("DNAT of the host's own", INSIDE, SHIFTED, ROUTER, output=FORWARD,
         snat='oifname "r1" masquerade'),
)


def fetch(case, family, port, scheme):
    """The web page; through a router, for the server has the web server."""
    address = case.address[family]
    host = "[%s]" % address if family == 6 else address
    got = stage.run(case.client, "curl", "-sS", "--max-time", "60",
                    "--cacert", WEB + "/ca.pem",
                    "--connect-to", "%s:%d:%s:%d" % (NAME, port, host, port),
                    "-o", "/dev/null", "-w", "%{http_code} %{size_download}",
                    "%s://%s:%d/big" % (scheme, NAME, port))
    assert got == "200 3000000", got


def connected(case, family, port):
    """(client, server) sockets, server on the port that rules lead to."""
    with stage.inside(case.server):
        # The address of the family says where, whatever it was called.
        listener = socket.create_server(
            ("::" if family == 6 else "0.0.0.0", 9000),
            family=stage.family_of(case.address[family]))
    with stage.inside(case.client):
        client = socket.create_connection((case.address[family], port), 20)
    server = listener.accept()[0]
    listener.close()
    for end in client, server:
        end.settimeout(20)
    return client, server


def record(client):
    """The one record of a connection: whatever has the client's port."""
    port = client.getsockname()[1]
    family = 6 if client.family == socket.AF_INET6 else 4
    found = [c for c in stage.connections(ROUTER) if
             c["family"] == family and port in
             (c["client"]["port"], c["server"]["port"])]
    assert len(found) == 1, found
    return found[0]


def say(client, server, words=b"x" * 20000):
    for src, dst in (client, server), (server, client):
        src.sendall(words)
        got = 0
        while got < len(words):
            got += len(dst.recv(65536)) or bug("cut")


def bug(what):
    raise AssertionError(what)


def names(case, family, place, client, found):
    """The client's own name, and the server's as the place has it."""
    assert found["client"]["addr"] == client.getsockname()[0], found
    wanted = client.getpeername()[:2]
    if place == "filter" and case.translates_server:
        wanted = (SERVER_ADDR[family] if case.server == SERVER else
                  INSIDE[family]), 9000
    got = found["server"]["addr"], found["server"]["port"]
    assert got == wanted, (got, wanted)


def half_close(case, family, place):
    client, server = connected(case, family, case.ports[2])
    say(client, server)
    found = record(client)
    assert stage.states(found) == ("ESTABLISHED", "ESTABLISHED"), found
    names(case, family, place, client, found)
    client.shutdown(socket.SHUT_WR)
    assert server.recv(1) == b""
    server.sendall(b"y" * 50000)
    got = 0
    while got < 50000:
        got += len(client.recv(65536)) or bug("cut")
    stage.wait_for("FIN", lambda: stage.states(record(client)) ==
                   ("FIN_WAIT_2", "CLOSE_WAIT"),
                   show=lambda: record(client))
    port = client.getsockname()[1]
    server.close()
    client.close()
    stage.wait_for("close", lambda: [c for c in stage.connections(
        ROUTER, "state", "time-wait") if c["client"]["port"] == port])


def reset(case, family):
    for victim in 0, 1:
        ends = connected(case, family, case.ports[2])
        say(*ends)
        ends[victim].setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                                struct.pack("ii", 1, 0))
        ends[victim].close()
        try:
            bug(ends[not victim].recv(1))
        except ConnectionResetError:
            pass
        ends[not victim].close()


def translated(case, place):
    stage.configure(ROUTER, "placement=" + place)
    before = stage.stats(ROUTER)
    for family in 4, 6:
        if case.server == SERVER and case.client != SERVER:
            fetch(case, family, case.ports[0], "http")
            fetch(case, family, case.ports[1], "https")
        half_close(case, family, place)
        reset(case, family)
    after = stage.stats(ROUTER)
    grew = stage.growth(before, after)
    # What crosses a reset may be late; nothing is refused.
    assert after["dropped"] == before["dropped"], grew


def guarded(case, place):
    """What is forged for a translated connection is refused."""
    stage.configure(ROUTER, "placement=" + place, "pickup=strict")
    tap = Tap(SERVER, "s0")
    for family in 4, 6:
        client, server = connected(case, family, case.ports[2])
        say(client, server)
        before = stage.stats(ROUTER)
        Raw(CLIENT).send(Segment(client.getsockname()[:2],
                                 client.getpeername()[:2], "R",
                                 window=7, seq=1 << 30))
        stage.wait_for("refusal", lambda: stage.growth(
            before, stage.stats(ROUTER)))
        say(client, server)
        client.close()
        server.close()
    assert not [s for s in tap.segments() if s.window == 7]
    stage.configure(ROUTER, "pickup=auto")


def moves(case):
    """Translated connections survive a change of place."""
    ends = [connected(case, family, case.ports[2]) for family in (4, 6)]
    before = stage.stats(ROUTER)
    for place in PLACES * 2:
        stage.configure(ROUTER, "placement=" + place)
        for client, server in ends:
            say(client, server)
    after = stage.stats(ROUTER)
    assert after["dropped"] == before["dropped"], stage.growth(before, after)
    for pair in ends:
        for end in pair:
            end.close()


def main():
    # The router alone judges.
    stage.configure(CLIENT, "mode=off")
    stage.configure(SERVER, "mode=off")
    ktap.plan(len(CASES) * 3 + 2)
    for case in CASES:
        stage.run(ROUTER, "nft", "-f", "-", input=case.rules)
        for place in PLACES:
            ktap.test("%s at %s" % (case.name, place), translated, case,
                      place)
        ktap.test("%s and moves" % case.name, moves, case)
        if case.name == "DNAT with masquerade":
            for place in PLACES:
                ktap.test("%s: forged at %s" % (case.name, place), guarded,
                          case, place)
        stage.run(ROUTER, "nft", "flush", "ruleset")
        stage.run(ROUTER, "conntrack", "-F", stderr=stage.subprocess.DEVNULL)
    ktap.end()


main()
