# SPDX-License-Identifier: GPL-2.0
"""The checks of placement.sh."""

import os
import subprocess

import ktap
import stage
from segments import Raw, Segment
from stage import CLIENT, ROUTER, SERVER, SERVER_ADDR, Chat, Pair

MARK = 7        # window of everything forged, and of nothing else
ROUTER_ADDR = {4: "10.1.1.254", 6: "fd01:1::fe"}
MOVES = 6
COUNTER = """
table inet watcher {
	chain prerouting {
		type filter hook prerouting priority mangle
		tcp window %d counter
	}
}
""" % MARK


def loaded(module):
    return os.path.exists("/sys/module/" + module)


def without_conntrack():
    """Nothing changes where the module that knows of NAT does not load."""
    modprobe = stage.run(ROUTER, "sysctl", "-n", "kernel.modprobe").strip()
    subprocess.run(["sysctl", "-qw", "kernel.modprobe=/bin/false"], check=True)
    try:
        done = subprocess.run(["tcpward", "-N", ROUTER, "set",
                               "placement=early"], text=True,
                              capture_output=True)
    finally:
        subprocess.run(["sysctl", "-qw", "kernel.modprobe=" + modprobe],
                       check=True)
    assert done.returncode == 1, done
    assert ("placement=early needs the kernel module nf_conntrack, which does "
            "not load") in done.stderr, done
    config = stage.tcpward(ROUTER, "get", "placement")["config"]
    assert config["placement"]["value"] == "filter", config


def beyond():
    """How many forged segments came behind the early place."""
    text = stage.run(ROUTER, "nft", "list", "table", "inet", "watcher")
    return int(text.split("packets ")[1].split()[0])


def forged(family):
    """Refused; whether it came beyond the early place."""
    before, passed = stage.stats(ROUTER), beyond()
    raw = Raw(CLIENT)
    raw.send(Segment((stage.CLIENT_ADDR[family], 999),
                     (SERVER_ADDR[family], 80), "A", 1, 1, MARK))
    grew = stage.wait_for("count", lambda: stage.growth(
        before, stage.stats(ROUTER)))
    assert grew == {"no-record": 1}, grew
    return beyond() > passed


def refuses_at(place, family):
    stage.configure(ROUTER, "placement=" + place, "pickup=strict")
    try:
        assert forged(family) == (place == "filter")
    finally:
        stage.configure(ROUTER, "pickup=auto")


def pairs():
    """Through the router, to it, from it, and within it."""
    for family in 4, 6:
        loopback = ("127.0.0.1", "::1")[family == 6]
        yield Pair(SERVER_ADDR[family])
        yield Pair(ROUTER_ADDR[family], CLIENT, ROUTER)
        yield Pair(SERVER_ADDR[family], ROUTER, SERVER)
        yield Pair(loopback, ROUTER, ROUTER)


def counted_once(place):
    """What is judged twice counts as sent twice."""
    stage.configure(ROUTER, "placement=" + place)
    before = stage.stats(ROUTER)
    for pair in pairs():
        for _ in range(10):
            pair.say(b"x" * 100)
        conn = pair.seen(ROUTER)
        # A slow machine retransmits some of it, but not all.
        sent = [conn[end]["bytes"] for end in ("client", "server")]
        assert all(1000 <= count < 1600 for count in sent), conn
        pair.close()
        pair.wait_states(ROUTER, "TIME_WAIT", "CLOSED")
    assert not stage.growth(before, stage.stats(ROUTER))


def move_under_traffic():
    stage.configure(ROUTER, "placement=filter")
    chats = [Chat(pair, 0.001) for pair in pairs()]
    for chat in chats:
        chat.goes_on()
    opened, before = ids(chats), stage.stats(ROUTER)
    for i in range(MOVES):
        stage.configure(ROUTER, "placement=" + ("early", "filter")[i % 2])
        for chat in chats:
            chat.goes_on()
    for chat in chats:
        chat.stop()
    assert not stage.growth(before, stage.stats(ROUTER)), \
        stage.growth(before, stage.stats(ROUTER))
    assert ids(chats) == opened, "records have changed"


def ids(chats):
    return [chat.pair.seen(ROUTER)["id"] for chat in chats]


def self_connected():
    """A socket that is both ends, at the early place."""
    stage.configure(ROUTER, "placement=early")
    before = stage.stats(ROUTER)
    with stage.inside(ROUTER):
        sock = stage.socket.socket()
    sock.bind(("127.0.0.1", 0))
    sock.connect(sock.getsockname())
    sock.sendall(b"hello")
    assert sock.recv(5) == b"hello"
    sock.close()
    assert not stage.growth(before, stage.stats(ROUTER))


def main():
    # The router alone judges.
    stage.configure(CLIENT, "mode=off")
    stage.configure(SERVER, "mode=off")
    ktap.plan(9)
    name = "early is refused where nf_conntrack does not load"
    if loaded("nf_conntrack"):
        ktap.check(name + " # SKIP it is loaded", True)
    else:
        ktap.test(name, without_conntrack)
    stage.run(ROUTER, "nft", "-f", "-", input=COUNTER)
    for place in "filter", "early":
        for family in 4, 6:
            ktap.test("IPv%d: judged at %s" % (family, place), refuses_at,
                      place, family)
        ktap.test("each segment is judged once at " + place, counted_once,
                  place)
    ktap.test("a socket connected to itself is right at early",
              self_connected)
    ktap.test("%d moves under traffic refuse nothing" % MOVES,
              move_under_traffic)
    ktap.end()


main()
