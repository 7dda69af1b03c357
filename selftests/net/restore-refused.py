# SPDX-License-Identifier: GPL-2.0
"""The checks of restore-refused.sh."""

import errno
import pathlib
import socket
import struct

import ktap
import stage
import yaml
from genl import Genl, Refused, attr
from stage import ROUTER, inside

SPEC = yaml.safe_load(pathlib.Path(
    "Documentation/netlink/specs/tcpward.yaml").read_text())
SETS = {s["name"]: s["attributes"] for s in SPEC["attribute-sets"]}
PACK = {"u8": "=B", "u16": "=H", "u32": "=I", "u64": "=Q"}

SYN_DONE = 0x807        # syn, syn-acked, acked-syn, iss
END = {"iss": 1000, "nxt": 6001, "una": 6001, "edge": 70000, "fin": 0,
       "dend": 6001, "max-window-bytes": 65535, "tsrecent": 0,
       "tsrecent-age-s": 0, "ts-ref": 0, "ts-ref-age-ms": 0,
       "flags": SYN_DONE, "window-scale": 7, "state": 3}
CORE = {"lower": END, "higher": END, "expires-ms": 60000, "kind": 1,
        "client": 0, "flags": 0, "rst-by": 0, "closed-by": 0}
NO_END = dict.fromkeys(END, 0)
SYN = dict.fromkeys(("iss", "end", "tsval", "age-ms", "window",
                     "window-scale", "flags", "options"), 0)
SYNACK = dict.fromkeys(("iss", "ack", "tsval", "window", "window-scale",
                        "flags", "options", "answers", "order"), 0)
EXT = dict.fromkeys(("shadow-left-ms", "stale-age-ms", "stale-seq",
                     "challenge-ack", "limit-age-s", "limit-syns",
                     "limit-rsts", "limit-acks", "shadow-rule", "stale",
                     "challenged", "synacks"), 0)
EXT.update(syn=[SYN] * 4, synack=[SYNACK] * 4, stale=1, shadow=dict(
    CORE, kind=0, lower=NO_END, higher=NO_END))
RECORD = {"side": 0, "state": 3, "offset-ms": 5}
CONN = {"client": {"addr": socket.inet_aton("192.0.2.1"), "port": 4000},
        "server": {"addr": socket.inet_aton("192.0.2.2"), "port": 80},
        "age-ms": 9000, "idle-ms": 3000, "record": [RECORD] * 2,
        "core": CORE, "ext": EXT}


def encode(name, values):
    """Attributes of the set, as the spec numbers them."""
    found = []
    for number, about in enumerate(SETS[name], 1):
        value = values.get(about["name"])
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, dict):
                one = encode(about["nested-attributes"], one)
            elif isinstance(one, int):
                one = struct.pack(PACK[about["type"]], one)
            if one is not None:
                found.append(attr(number, one))
    return found


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
