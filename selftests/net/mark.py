# SPDX-License-Identifier: GPL-2.0
"""The checks of mark.sh."""

import contextlib
import re
import select
import subprocess
import textwrap

import ktap
import stage
from segments import Raw, Segment, Tap
from stage import CLIENT, CLIENT_ADDR, ROUTER, SERVER, SERVER_ADDR, Pair

WINDOW = 7      # of everything forged, and of nothing else
LET = 8080      # the port of the document
OTHER = 8081
DOCUMENT = "Documentation/placement.rst"
SKIP = "skip_mark=0x2000000"
ROUTER_ADDR = "10.1.1.254"


def document():
    with open(DOCUMENT, encoding="utf-8") as file:
        return file.read()


def rules(name):
    """A block of the document."""
    found = re.search(r"\.\. code-block:: nft\n   :name: %s\n\n"
                      r"((?:   .*\n|\n)+)" % name, document())
    return textwrap.dedent(found.group(1))


def settings(key):
    """What the document has `tcpward set` do with the key."""
    return re.search(r"^\ttcpward set (.*%s.*)$" % key, document(),
                     re.M).group(1).split()


@contextlib.contextmanager
def ruled(name):
    stage.run(ROUTER, "nft", "-f", "-", input=rules(name))
    try:
        yield
    finally:
        stage.run(ROUTER, "nft", "flush", "ruleset")


def counters(chain):
    text = stage.run(ROUTER, "nft", "list", "chain", "inet", "guard", chain)
    return [int(n) for n in re.findall(r"counter packets (\d+)", text)]


def forged(family, port, conntrack=False):
    """(refusals, whether it arrived) of a segment without a connection."""
    tap = Tap(SERVER, "s0")
    before = stage.stats(ROUTER)
    Raw(CLIENT).send(Segment((CLIENT_ADDR[family], 999),
                             (SERVER_ADDR[family], port), "A", 1, 1, WINDOW))
    # A real connection behind it: by then the segment has come, or never.
    pair = Pair(SERVER_ADDR[family])
    pair.say()
    pair.close()
    arrived = [s for s in tap.segments() if s.window == WINDOW]
    return stage.growth(before, stage.stats(ROUTER)), bool(arrived)


def rules_decide(family):
    with ruled("rules-decide"):
        grew, arrived = forged(family, OTHER)
        assert grew == {"no-record": 1} and not arrived, (grew, arrived)
        assert counters("refused") == [0, 1], counters("refused")
        grew, arrived = forged(family, LET)
        # The RST that answers it is a stray one, too, and is dropped.
        assert grew == {"no-record": 1, "reset-without-record": 1}, grew
        assert arrived
        assert counters("refused") == [1, 2], counters("refused")


def without_rules(family):
    grew, arrived = forged(family, OTHER)
    assert grew["no-record"] == 1 and arrived, (grew, arrived)


def tells_truth():
    """A listener hears of a refusal that was not carried out."""
    with stage.inside(ROUTER):
        watch = subprocess.Popen(
            ["tcpward", "-J", "watch", "reason", "no-record"],
            stdout=subprocess.PIPE, text=True)
    try:
        stage.wait_for("event", lambda: heard(watch))
    finally:
        watch.kill()
        watch.wait()


def heard(watch):
    """It may not listen yet."""
    forged(4, OTHER)
    if not select.select([watch.stdout], [], [], 1)[0]:
        return False
    line = watch.stdout.readline()
    assert '"observed":true' in line.replace(" ", ""), line
    return True


def before_conntrack(family):
    stage.configure(ROUTER, "placement=early")
    # A table with conntrack in it, as NAT or `ct state` would have it.
    stage.run(ROUTER, "nft", "-f", "-", input="""
        table inet user {
            chain forward {
                type filter hook forward priority filter
                ct state new counter
            }
        }""")
    with ruled("before-conntrack"):
        for port, wanted in (OTHER, False), (LET, True):
            grew, arrived = forged(family, port)
            assert grew.get("no-record") == 1 and arrived == wanted, \
                (port, grew, arrived)
            known = stage.run(ROUTER, "conntrack", "-L", "-f",
                              "ipv%d" % family, stderr=subprocess.DEVNULL)
            assert "sport=999" not in known, known
        assert counters("prerouting")[0] == 1, counters("prerouting")
        assert counters("prerouting")[1] >= 1, counters("prerouting")
    stage.configure(ROUTER, "placement=filter")


def on_port(port, family=4, client=CLIENT, server=SERVER, address=None):
    """A connection to a port."""
    address = address or SERVER_ADDR[family]
    with stage.inside(server):
        listener = stage.socket.create_server(
            (address, port), family=stage.family_of(address))
    with stage.inside(client):
        sock = stage.socket.create_connection((address, port), 10)
    other = listener.accept()[0]
    listener.close()
    sock.sendall(b"hello")
    other.sendall(other.recv(5))
    assert sock.recv(5) == b"hello"
    return sock, other


def seen(client_socket):
    """Other connections may have the same port."""
    address, port = client_socket.getsockname()[:2]
    return [c for c in stage.connections(ROUTER, "sport", "=", ":%d" % port)
            if c["client"]["addr"] == address]


def left_out(place, family):
    stage.configure(ROUTER, "placement=" + place)
    with ruled("left-out"):
        before = stage.stats(ROUTER)["segments"]
        ends = [on_port(LET, family)]
        assert not seen(ends[0][0]), seen(ends[0][0])
        ends.append(on_port(OTHER + 1, 4, CLIENT, ROUTER, ROUTER_ADDR))
        assert not seen(ends[1][0]), seen(ends[1][0])
        ends.append(on_port(LET, family, ROUTER, SERVER))
        assert not seen(ends[2][0]), seen(ends[2][0])
        assert stage.stats(ROUTER)["segments"] == before
        grew, arrived = forged(family, LET)
        assert not grew and arrived, (grew, arrived)
        grew, arrived = forged(family, OTHER)
        assert grew == {"no-record": 1} and not arrived, (grew, arrived)
        for pair in ends:
            for end in pair:
                end.close()
    stage.configure(ROUTER, "placement=filter")


def refusal(*words):
    done = subprocess.run(("tcpward", "-N", ROUTER, "set") + words,
                          text=True, capture_output=True)
    assert done.returncode, done
    return done.stderr


def bad_values():
    for words, says in (
            (("mark=0",), "mark must be from 0x1 to 0xffffffff"),
            (("mark=0x100000000",), "0x1 to 0xffffffff"),
            (("mark=red",), "0x1 to 0xffffffff"),
            (("action=log",), "drop|mark"),
            (("skip_mark=0x3000000",),
             "mark and skip_mark must not share a bit"),
            (("mark=4", "skip_mark=6"),
             "mark and skip_mark must not share a bit")):
        assert says in refusal(*words), refusal(*words)
    config = stage.tcpward(ROUTER, "get")["config"]
    assert config["mark"]["value"] == "0x1000000", config["mark"]
    assert config["skip_mark"]["value"] == "0", config["skip_mark"]


def main():
    # The router alone judges.
    stage.configure(CLIENT, "mode=off")
    stage.configure(SERVER, "mode=off")
    ktap.plan(13)
    ktap.test("values out of range are refused with it", bad_values)
    stage.configure(ROUTER, "pickup=strict", *settings("action=mark"))
    for family in 4, 6:
        ktap.test("IPv%d: marked, not dropped" % family, without_rules,
                  family)
        ktap.test("IPv%d: rules decide" % family, rules_decide, family)
        ktap.test("IPv%d: rules before conntrack" % family, before_conntrack,
                  family)
    ktap.test("events say that it was not dropped", tells_truth)
    stage.configure(ROUTER, "mode=observe")
    with ruled("rules-decide"):
        ktap.equal("mode observe marks nothing",
                   (True, [0, 0]), (forged(4, OTHER)[1], counters("refused")))
    stage.configure(ROUTER, "mode=enforce", "action=drop",
                    *settings("skip_mark"))
    for place in "filter", "early":
        for family in 4, 6:
            ktap.test("IPv%d: left out at %s" % (family, place), left_out,
                      place, family)
    ktap.end()


main()
