# SPDX-License-Identifier: GPL-2.0
"""Files of `tcpward save`: made, sealed, damaged."""

import json
import zlib

FORMAT_1 = {
    "type": "tcpward-save", "format": 1, "abi": 1, "version": "0.1.0",
    "time_ms": 1700000000000, "boot_id": "another boot", "boottime_ms": 5000,
    "connections": 0, "config": {"mode": "enforce", "msl": "30s"},
}

HEAD = dict(FORMAT_1, format=2, adopt_ms=7000000, pressed_ms=0)

END = {
    "iss": 1000, "nxt": 6001, "una": 6001, "edge": 70000, "fin": 0,
    "dend": 6001, "max_window_bytes": 65535, "tsrecent": 77,
    "tsrecent_age_s": 3, "ts_ref": 50, "ts_ref_age_ms": 9000,
    "flags": ["syn", "syn-acked", "acked-syn", "ws", "ts", "sack-ok", "iss"],
    "window_scale": 7, "state": "ESTABLISHED",
}

# No deadline: the file is years old.
CORE = {
    "expires_ms": 0, "kind": "open", "client": 0, "flags": [], "rst_by": 0,
    "closed_by": 0, "lower": END, "higher": END,
}

NO_END = {name: [] if name == "flags" else
          "LISTEN" if name == "state" else 0 for name in END}

SYN = {"iss": 0, "end": 0, "tsval": 0, "age_ms": 0, "window": 0,
       "window_scale": 0, "flags": [], "options": []}

SYNACK = {"iss": 0, "ack": 0, "tsval": 0, "window": 0, "window_scale": 0,
          "flags": [], "options": [], "answers": 0, "order": 0}

EXT = {
    "shadow_left_ms": 0, "stale_age_ms": 0, "stale_seq": 0,
    "challenge_ack": 0, "limit_age_s": 0, "limit_syns": 0, "limit_rsts": 0,
    "limit_acks": 0, "shadow_rule": 0, "stale": 0, "challenged": 0,
    "synacks": 0, "syn": [SYN] * 4, "synack": [SYNACK] * 4,
    "shadow": dict(CORE, kind="blank", lower=NO_END, higher=NO_END),
}

CONN = {
    "type": "connection",
    "client": {"addr": "192.0.2.1", "port": 40000, "segments": 5,
               "bytes": 5000, "retransmitted": 0},
    "server": {"addr": "192.0.2.2", "port": 80, "segments": 5,
               "bytes": 5000, "retransmitted": 0},
    "age_ms": 9000, "idle_ms": 3000, "handshake_rtt_us": 1500, "quiet": 0,
    "dropped": 0, "last_reason": "none",
    "recorder": [{"side": "client", "state": "ESTABLISHED", "offset_ms": 1}],
    "core": CORE, "ext": None,
}


def changed(document, path, value):
    """A copy with one member, "core.lower.ws", set; None removes it."""
    document = json.loads(json.dumps(document))     # nothing shared
    at = document
    *way, last = path.split(".")
    for name in way:
        at = at[int(name)] if isinstance(at, list) else at[name]
    if value is None:
        del at[last]
    else:
        at[last] = value
    return document


def text_of(documents):
    return "".join(json.dumps(d, separators=(",", ":")) + "\n"
                   for d in documents).encode()


def sealed(conns, head=HEAD):
    """A whole file, as bytes."""
    body = text_of([dict(head, connections=len(conns)), *conns])
    return body + text_of([{"type": "end", "lines": len(conns) + 1,
                            "crc32": "%08x" % zlib.crc32(body)}])
