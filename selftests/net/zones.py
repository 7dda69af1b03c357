# SPDX-License-Identifier: GPL-2.0
"""The checks of zones.sh."""

import itertools
import os
import subprocess

import ktap
import stage
from segments import Raw, Segment
from stage import CLIENT, ROUTER, SERVER, SERVER_ADDR, Chat, Pair

TWIN = os.environ["TWIN"]
ADDRESS = {4: "10.9.0.1", 6: "fd09::1"}     # of both clients
GATEWAY = {4: "10.9.0.254", 6: "fd09::fe"}
LINES = (("za", CLIENT, 1), ("zb", TWIN, 2))
PLACES = "filter", "early"
ports = itertools.count(7000)
# What comes back is told apart by the address that NAT gives it alone.
RULES = """
table inet zones {
	chain raw {
		type filter hook prerouting priority raw
		iifname "za" ct original zone set 1
		iifname "zb" ct original zone set 2
	}
	chain mangle {
		type filter hook prerouting priority mangle
		iifname "za" ct mark set 1
		iifname "zb" ct mark set 2
		iifname "r1" meta mark set ct mark
	}
	chain postrouting {
		type nat hook postrouting priority srcnat
		oifname "r1" masquerade
	}
}
"""


def ip(netns, lines):
    subprocess.run(["ip", "-n", netns, "-batch", "-"], input=lines, text=True,
                   check=True)


def lines():
    """Both networks have the same addresses; marks lead back to them."""
    stage.run(ROUTER, "sysctl", "-qw", "net.ipv4.conf.all.rp_filter=0",
              "net.ipv4.conf.default.rp_filter=0")
    for device, netns, number in LINES:
        ip(ROUTER, "link add %s type veth peer z0 netns %s\nlink set %s up\n"
           % (device, netns, device))
        ip(netns, "link set z0 up\naddr add %s/24 dev z0\n"
           "addr add %s/64 dev z0 nodad\n" % (ADDRESS[4], ADDRESS[6]) +
           "".join("route add %s via %s dev z0 src %s\n" %
                   (SERVER_ADDR[f], GATEWAY[f], ADDRESS[f]) for f in (4, 6)))
        ip(ROUTER, "addr add %s/32 dev %s\naddr add %s/128 dev %s nodad\n" %
           (GATEWAY[4], device, GATEWAY[6], device) +
           "".join("route add %s dev %s table %d\n" %
                   (ADDRESS[f], device, 100 + number) for f in (4, 6)))
        for family in "-4", "-6":
            stage.run(ROUTER, "ip", family, "rule", "add", "fwmark",
                      str(number), "table", str(100 + number))


def twins(family):
    """Two connections between the same addresses and ports."""
    source = ADDRESS[family], next(ports)
    with stage.inside(SERVER):
        server = stage.socket.create_server(
            (SERVER_ADDR[family], 9000),
            family=stage.family_of(SERVER_ADDR[family]))
    found = []
    for netns in CLIENT, TWIN:
        found.append(Pair(SERVER_ADDR[family], netns, source=source,
                          listener=server))
    server.close()
    return found


def records(pair):
    return stage.connections(ROUTER, "sport", "=", ":%d" %
                             pair.client_name[1])


def apart(place, family):
    stage.configure(ROUTER, "placement=" + place)
    before = stage.stats(ROUTER)
    one, other = twins(family)
    for size in 100, 3000, 50000:
        one.say(b"x" * size)
        other.say(b"x" * 7 * size)
    found = records(one)
    assert len(found) == 2, found
    assert found[0]["client"]["addr"] == found[1]["client"]["addr"]
    one.close()
    stage.wait_for("end of one", lambda: sorted(map(
        stage.states, records(one))) == [("ESTABLISHED", "ESTABLISHED"),
                                         ("TIME_WAIT", "CLOSED")],
                   show=lambda: records(one))
    other.say(b"x" * 3000)
    other.close()
    after = stage.stats(ROUTER)
    assert after["dropped"] == before["dropped"], stage.growth(before, after)


def guarded(place, family):
    """A forged one; with conntrack's view of it alone, its zone is lost."""
    stage.configure(ROUTER, "placement=" + place)
    one, other = twins(family)
    for pair in one, other:
        pair.say(b"x" * 1000)
    before = stage.stats(ROUTER)
    Raw(TWIN).send(Segment(other.client_name, other.server_name, "R", 1))
    wanted = {"early": {"reset-out-of-window": 1},
              "filter": {"untracked": 1}}[place]
    stage.wait_for("count", lambda: stage.growth(
        before, stage.stats(ROUTER)) == wanted,
                   show=lambda: stage.growth(before, stage.stats(ROUTER)))
    for pair in one, other:
        pair.say(b"x" * 1000)
        pair.close()


def moves():
    """Changes of place while all of them talk."""
    chats = [Chat(pair, 0.005) for family in (4, 6)
             for pair in twins(family)]
    for chat in chats:
        chat.goes_on()
    before = stage.stats(ROUTER)
    for i in range(8):
        stage.configure(ROUTER, "placement=" + PLACES[i % 2])
        for chat in chats:
            chat.goes_on()
    for chat in chats:
        chat.stop()
        assert len(records(chat.pair)) == 2
        assert not stage.growth(before, stage.stats(ROUTER)), \
            stage.growth(before, stage.stats(ROUTER))


def main():
    for netns in CLIENT, TWIN, SERVER:
        stage.configure(netns, "mode=off")
    stage.configure(ROUTER, "pickup=strict")
    lines()
    stage.run(ROUTER, "nft", "-f", "-", input=RULES)
    ktap.plan(len(PLACES) * 2 * 2 + 1)
    for place in PLACES:
        for family in 4, 6:
            ktap.test("equal connections of two zones, IPv%d, %s" %
                      (family, place), apart, place, family)
            ktap.test("each of them is guarded, IPv%d, %s" % (family, place),
                      guarded, place, family)
    ktap.test("changes of place while they talk", moves)
    ktap.end()


main()
