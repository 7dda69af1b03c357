# SPDX-License-Identifier: GPL-2.0
"""A saved connection as netlink has it, encoded by the spec."""

import pathlib
import socket
import struct

import yaml
from genl import attr

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
