# SPDX-License-Identifier: GPL-2.0
"""The checks of restore-refused.sh."""

import errno

import ktap
import stage
from genl import Genl, Refused
from record import CONN, RECORD, SPEC, SYN, encode
from stage import ROUTER, inside


def changed(path, value):
    at = values = unshared(CONN)
    *way, last = path.split(".")
    for name in way:
        at = at[int(name)] if isinstance(at, list) else at[name]
    at[last] = value
    return values


def unshared(value):
    if isinstance(value, dict):
        return {name: unshared(member) for name, member in value.items()}
    if isinstance(value, list):
        return [unshared(element) for element in value]
    return value


RANGE = "integer out of range"
MASK = "reserved bit set"
NUMBER = "a number of the core is missing"
CASES = (
    ("client", None, "client and server are needed"),
    ("client.addr", b"123", "an address has 4 or 16 octets"),
    ("server.addr", bytes(16), "both addresses must be of one family"),
    ("age-ms", None, "age and idle time are needed"),
    ("age-ms", 2**63, "idle for longer than its age, or too old"),
    ("idle-ms", 9001, "idle for longer than its age, or too old"),
    ("record", [RECORD] * 9,
     "not one of eight records with all numbers"),
    ("record.0.side", None, "not one of eight records with all numbers"),
    ("record.1.side", 2, RANGE),
    ("record.1.offset-ms", 2**27, RANGE),
    ("core", None, "the record itself is missing"),
    ("core.lower", None, "an end is missing"),
    ("core.higher.nxt", None, NUMBER),
    ("core.kind", 4, RANGE),
    ("core.kind", 0, "kind is blank"),
    ("core.client", 1, "client is not the end that is named so"),
    ("core.client", 2, RANGE),
    ("core.flags", 0x20, MASK),
    ("core.expires-ms", 2**31, "expires_ms is out of range"),
    ("core.rst-by", 1, "rst_by and kind reset need each other"),
    ("core.lower.state", 11, RANGE),
    ("core.lower.state", 9, "this state needs flag fin"),
    ("core.lower.state", 0, "an end in LISTEN has sent nothing"),
    ("core.lower.window-scale", 15, RANGE),
    ("core.lower.max-window-bytes", 2**30, RANGE),
    ("core.lower.una", 6002, "una is after nxt"),
    ("core.lower.edge", 6000, "edge is before una"),
    ("ext.syn", [SYN] * 3, "not four SYNs and four SYN+ACKs"),
    ("ext.syn", [SYN] * 5, "not four SYNs and four SYN+ACKs"),
    ("ext.syn.0.flags", 0x20, MASK),
    ("ext.synack.0.answers", 5, RANGE),
    ("ext.synack.0.flags", 1, "a pending SYN+ACK answers no SYN"),
    ("ext.synack.0.iss", None, NUMBER),
    ("ext.shadow", None, "the shadow is missing"),
    ("ext.stale", 2, RANGE),
)


def number_of(command):
    """Of a command in the unified enumeration, events included."""
    return [op["name"] for op in SPEC["operations"]["list"]].index(command) + 1


def refusal(family, conn):
    """(errno or None, the kernel's words) about a record."""
    try:
        family.do(number_of("conn-restore"), b"".join(encode("conn", conn)))
    except Refused as refused:
        return refused.errno, refused.text
    return None, ""


def refuses(family, path, value, words):
    got = refusal(family, changed(path, value))
    assert got[1] == words, got
    assert stage.connections(ROUTER) == []


def accepts(family):
    got = refusal(family, CONN)
    assert got == (None, ""), got
    got = refusal(family, CONN)
    assert got == (errno.EEXIST, "there is a record already: it is kept"), got
    conn, = stage.connections(ROUTER)
    assert stage.states(conn) == ("ESTABLISHED", "ESTABLISHED"), conn


def main():
    ktap.plan(len(CASES) + 1)
    with inside(ROUTER):
        family = Genl()
    for path, value, words in CASES:
        ktap.test("%s: %s" % (path, words), refuses, family, path, value,
                  words)
    ktap.test("the record that all were made from is taken", accepts, family)
    ktap.end()


main()
