# SPDX-License-Identifier: GPL-2.0
"""The checks of namespaces.sh."""

import os
import subprocess

import ktap
import stage
from segments import Raw, Segment
from stage import CLIENT, ROUTER, SERVER, Chat, Pair

ROUNDS = 10
MANY = 6        # at once
MANY_ROUNDS = 2
MARK = 1 << 24
BRIEF = "brief-%d" % os.getpid()
LINES = {
    BRIEF: """
link add e0 type veth peer b{N} netns {CLIENT}
link add e1 type veth peer b{N} netns {SERVER}
addr add 10.7.{N}1.254/24 dev e0
addr add 10.7.{N}2.254/24 dev e1
addr add fd07:{N}1::fe/64 dev e0 nodad
addr add fd07:{N}2::fe/64 dev e1 nodad
link set e0 up
link set e1 up
""", CLIENT: """
addr add 10.7.{N}1.1/24 dev b{N}
addr add fd07:{N}1::1/64 dev b{N} nodad
link set b{N} up
route add 10.7.{N}2.0/24 via 10.7.{N}1.254
route add fd07:{N}2::/64 via fd07:{N}1::fe
""", SERVER: """
addr add 10.7.{N}2.1/24 dev b{N}
addr add fd07:{N}2::1/64 dev b{N} nodad
link set b{N} up
route add 10.7.{N}1.0/24 via 10.7.{N}2.254
route add fd07:{N}1::/64 via fd07:{N}2::fe
"""}


def ip(*words):
    subprocess.run(("ip",) + words, check=True)


def config(netns, key):
    return stage.tcpward(netns, "get", key)["config"][key]["value"]


def own_configuration():
    stage.configure(CLIENT, "mode=observe", "max_connections=1000",
                    "msl=10s")
    stage.configure(SERVER, "max_connections=2000")
    seen = [(config(netns, "mode"), config(netns, "max_connections"),
             config(netns, "msl")) for netns in (CLIENT, SERVER)]
    assert seen == [("observe", 1000, "10s"), ("enforce", 2000, "30s")], seen
    assert config(ROUTER, "mode") == "enforce"


def inner(netns):
    """A connection within a namespace."""
    return Pair("127.0.0.1", netns, netns)


def own_records():
    """The same addresses and ports in two namespaces are two connections."""
    before = {netns: stage.stats(netns) for netns in (CLIENT, SERVER)}
    pair = inner(CLIENT)
    pair.say()
    assert pair.seen(CLIENT) and not pair.seen(SERVER)
    assert stage.stats(CLIENT)["segments"] > before[CLIENT]["segments"]
    assert stage.stats(SERVER) == before[SERVER]
    other = inner(SERVER)
    stage.tcpward(SERVER, "forget", "--yes", "state", "all")
    assert pair.seen(CLIENT) and not other.seen(SERVER)


def own_mode():
    """A stray RST within each: counted in both, dropped in one only."""
    for netns, reaches in (CLIENT, True), (SERVER, False):
        stage.configure(netns, "pickup=strict")
        before, arrived = stage.stats(netns), tcp_errors(netns)
        Raw(netns).send(Segment(("127.0.0.1", 1), ("127.0.0.1", 2), "A",
                                1, 1))
        # Where it arrives, a RST answers it, a stray one itself.
        wanted = {"no-record": 1}
        if reaches:
            wanted["reset-without-record"] = 1

        def grew():
            return stage.growth(before, stage.stats(netns))
        stage.wait_for("count", lambda: grew() == wanted, show=grew)
        stage.configure(netns, "pickup=auto")
        assert (tcp_errors(netns) > arrived) == reaches, netns


def tcp_errors(netns):
    """RSTs that the host sent, because no socket wanted a segment."""
    rows = stage.run(netns, "cat", "/proc/net/snmp").splitlines()
    names, values = (row.split() for row in rows if row.startswith("Tcp:"))
    return int(values[names.index("OutRsts")])


def brief(i):
    """A router of its own between client and server; its name."""
    name = "%s-%d" % (BRIEF, i)
    ip("netns", "add", name)
    stage.run(name, "sysctl", "-qw", "net.ipv4.ip_forward=1",
              "net.ipv6.conf.all.forwarding=1",
              # No wait for addresses to be found unique.
              "net.ipv6.conf.default.accept_dad=0")
    for netns, lines in LINES.items():
        subprocess.run(["ip", "-n", name if netns == BRIEF else netns,
                        "-batch", "-"], check=True, text=True,
                       input=lines.format(CLIENT=CLIENT, SERVER=SERVER,
                                         N=i + 1))
    return name


def behind(i, family):
    return ("10.7.%d2.1", "fd07:%d2::1")[family == 6] % (i + 1)


def ended(i):
    return subprocess.run(["ip", "-n", CLIENT, "link", "show",
                           "b%d" % (i + 1)],
                          capture_output=True).returncode


def brief_life(i):
    """A router that is taken away from below its connections."""
    name = brief(0)
    chats = [Chat(Pair(behind(0, (4, 6)[i % 2])), 0.02) for _ in range(2)]
    for chat in chats:
        chat.goes_on()
    if i < 2:
        found = stage.connections(name)
        assert [stage.states(c) for c in found] == \
            [("ESTABLISHED", "ESTABLISHED")] * 2, found
    ip("netns", "del", name)
    for chat in chats:
        chat.hang_up()


def come_and_go():
    for i in range(ROUNDS):
        brief_life(i)
        stage.wait_for("end of the namespace", lambda: ended(0))


def settings(i):
    """Of one of many: none has the same as its neighbours."""
    return {"mode": ("enforce", "observe", "off")[i % 3],
            "placement": ("filter", "early")[i % 2],
            "action": ("drop", "mark")[i // 2 % 2],
            "mark": MARK << i % 4, "max_connections": 100 + i,
            "msl": "%ds" % (10 + i)}


def own_settings(name, i):
    """What was set, and counters of what passes here, and no other."""
    got = stage.tcpward(name, "get")["config"]
    for key, value in settings(i).items():
        said = got[key]["value"]
        assert said in (value, hex(value) if key == "mark" else None), \
            (key, value, said)


def own_refusals(name, i):
    """A stray segment for each: its number of times, and no more."""
    for _ in range(i + 1):
        Raw(CLIENT).send(Segment(("10.7.%d1.1" % (i + 1), 999),
                                 (behind(i, 4), 80), "A", 1, 1, 7))
    wanted = 0 if settings(i)["mode"] == "off" else i + 1
    stage.wait_for("count of %s" % name, lambda: stage.stats(name)[
        "reasons"]["no-record"] == wanted, show=lambda: stage.stats(name)[
            "reasons"])


def many_lives():
    """All at once, each with its own settings; they end under traffic."""
    names = [brief(i) for i in range(MANY)]
    for i, name in enumerate(names):
        stage.configure(name, "pickup=strict", *(
            "%s=%s" % setting for setting in settings(i).items()))
    chats = [Chat(Pair(behind(i, family)), 0.02) for i in range(MANY)
             for family in (4, 6)]
    for i, name in enumerate(names):
        own_settings(name, i)
        own_refusals(name, i)
        assert len(stage.connections(name)) == \
            (0 if settings(i)["mode"] == "off" else 2), name
    for chat in chats:
        chat.goes_on()
    ends = [subprocess.Popen(["ip", "netns", "del", name]) for name in names]
    for end in ends:
        assert end.wait() == 0
    for chat in chats:
        chat.hang_up()
    for i in range(MANY):
        stage.wait_for("end of the namespace", lambda: ended(i))


def nothing_left():
    """The module can go, and come back."""
    stage.rmmod()
    no_warning()
    stage.insmod()


def no_warning():
    log = subprocess.run(["dmesg"], check=True, text=True,
                         capture_output=True).stdout
    bad = [line for line in log.splitlines() if any(
        word in line for word in ("WARNING", "BUG", "unregister_netdevice"))]
    assert not bad, bad


def main():
    ktap.plan(8)
    ktap.test("each has its own configuration", own_configuration)
    ktap.test("each has its own records and counters", own_records)
    ktap.test("each has its own mode", own_mode)
    chats = [Chat(Pair(stage.SERVER_ADDR[family])) for family in (4, 6)]
    ktap.test("%d end under traffic" % ROUNDS, come_and_go)
    ktap.test("%d at once, %d times" % (MANY, MANY_ROUNDS),
              lambda: [many_lives() for _ in range(MANY_ROUNDS)])
    ktap.test("connections elsewhere go on",
              lambda: [(chat.goes_on(), chat.stop()) for chat in chats])
    ktap.test("the kernel did not complain", no_warning)
    ktap.test("nothing is left behind", nothing_left)
    ktap.end()


main()
