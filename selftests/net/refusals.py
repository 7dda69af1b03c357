# SPDX-License-Identifier: GPL-2.0
"""The checks of refusals.sh."""

import errno
import glob
import os
import re
import socket

import ktap
import stage
from genl import (Genl, Refused, attr, integer, nest, number, parse, u8, u16,
                  u32, u64)
from stage import ROUTER

# Texts that no test can bring about, and why.
CANNOT = {
    "the module is being unloaded":
        "a request has to meet the moment between the end of the hooks and "
        "the end of the family or the namespace",
}
ONE, OTHER = bytes([10, 9, 9, 1]), bytes([10, 9, 9, 2])
TRACES = 64
MIN_VALUE, MAX_VALUE = 4, 5     # of an attribute's policy, unsigned
# Linux 6.1 gives the refusal of a dump no place for the attribute at fault.
DUMPS_POINT = tuple(map(int, os.uname().release.split(".")[:2])) > (6, 1)


def end(side, addr=ONE, port=1):
    """An endpoint; without what is None."""
    members = []
    if addr is not None:
        members.append(attr(number("A_ENDPOINT_ADDR"), addr))
    if port is not None:
        members.append(u16("A_ENDPOINT_PORT", port))
    return nest("A_CONN_" + side, *members)


def filtered(*members):
    return nest("A_CONN_FILTER", *members)


def address(octets):
    return attr(number("A_FILTER_ADDR"), octets)


# Do: command, attributes, errno, text, attribute at fault or None.
DO = [
    ("CONN_GET", b"", errno.EINVAL,
     "name a connection by id, or by client and server", None),
    ("CONN_GET", end("CLIENT"), errno.EINVAL,
     "name a connection by id, or by client and server", None),
    ("CONN_GET", u64("A_CONN_ID", 0), errno.EINVAL,
     "no connection has the id 0", "A_CONN_ID"),
    ("CONN_GET", u64("A_CONN_ID", 1 << 60), errno.ENOENT,
     "no such connection", None),
    ("CONN_GET", end("CLIENT") + end("SERVER", OTHER), errno.ENOENT,
     "no such connection", None),
    ("CONN_GET", end("CLIENT", None) + end("SERVER"), errno.EINVAL,
     "an endpoint needs address and port", "A_CONN_CLIENT"),
    ("CONN_GET", end("CLIENT") + end("SERVER", port=None), errno.EINVAL,
     "an endpoint needs address and port", "A_CONN_SERVER"),
    ("CONN_GET", end("CLIENT", b"\1\2\3") + end("SERVER"), errno.EINVAL,
     "an address has 4 or 16 octets", "A_ENDPOINT_ADDR"),
    ("CONN_GET", end("CLIENT") + end("SERVER", bytes(16)), errno.EINVAL,
     "both addresses must be of one family", "A_CONN_SERVER"),
    ("CONN_GET", u8("A_CONN_FAMILY", socket.AF_INET6) + end("CLIENT") +
     end("SERVER"), errno.EINVAL,
     "the addresses are not of the family given", "A_CONN_FAMILY"),
    ("CONN_GET", filtered(), errno.EINVAL,
     "a filter is for dumps", "A_CONN_FILTER"),
    ("CONN_DEL", b"", errno.EINVAL,
     "name a connection by id, or by client and server, or give a filter",
     None),
    ("CONN_DEL", filtered() + u64("A_CONN_ID", 1), errno.EINVAL,
     "name a connection or give a filter, not both", "A_CONN_FILTER"),
    ("CONN_DEL", filtered() + end("CLIENT") + end("SERVER", OTHER),
     errno.EINVAL,
     "name a connection or give a filter, not both", "A_CONN_FILTER"),
    ("CONN_DEL", filtered() + u8("A_CONN_FAMILY", socket.AF_INET),
     errno.EINVAL,
     "name a connection or give a filter, not both", "A_CONN_FILTER"),
    ("CONN_DEL", u64("A_CONN_ID", 1 << 60), errno.ENOENT,
     "no such connection", None),
    ("CONFIG_SET", attr(number("A_CONFIG_MSL_MS"), b"\1\0"), errno.EINVAL,
     "not a 32-bit number", "A_CONFIG_MSL_MS"),
    ("CONFIG_SET", u32("A_CONFIG_MAX_CONNECTIONS", 100) +
     u32("A_CONFIG_MAX_HALF_OPEN", 101), errno.EINVAL,
     "max_half_open must not exceed max_connections",
     "A_CONFIG_MAX_HALF_OPEN"),
    ("CONFIG_SET", u32("A_CONFIG_MARK", 6) + u32("A_CONFIG_SKIP_MARK", 4),
     errno.EINVAL, "mark and skip_mark must not share a bit",
     "A_CONFIG_SKIP_MARK"),
    ("REASON_GET", b"", errno.EINVAL,
     "name a reason by number or by name", None),
    ("REASON_GET", attr(number("A_REASONS_NAME"), b"nothing-of-ours\0"),
     errno.ENOENT, "no reason has this name", "A_REASONS_NAME"),
]

# Filters of a dump and of a trace.
FILTERS = [
    (u8("A_FILTER_FAMILY", 3), errno.EAFNOSUPPORT,
     "family must be 2 (IPv4) or 10 (IPv6)", "A_FILTER_FAMILY"),
    (address(b"\1\2\3\4\5"), errno.EINVAL,
     "an address has 4 or 16 octets", "A_FILTER_ADDR"),
    (u8("A_FILTER_FAMILY", socket.AF_INET6) + address(ONE), errno.EINVAL,
     "the address is not of the family given", "A_FILTER_ADDR"),
    (u8("A_FILTER_PREFIX_LEN", 8), errno.EINVAL,
     "a prefix length needs an address", "A_FILTER_PREFIX_LEN"),
    (address(ONE) + u8("A_FILTER_PREFIX_LEN", 33), errno.ERANGE,
     "the prefix is longer than the address", "A_FILTER_PREFIX_LEN"),
]

seen = set()


def at(attrs, offset):
    """Type of the attribute that stands there, nested or not."""
    if offset is None:
        return None
    return int.from_bytes(attrs[offset + 2:offset + 4], "little") & 0x3fff


def refuses(ask, attrs, code, text, culprit):
    try:
        ask()
    except Refused as refused:
        seen.add(refused.text)
        # From the begin of the message: behind both headers.
        offset = refused.bad_offset and refused.bad_offset - 20
        got = refused.errno, refused.text, at(attrs, offset)
        wanted = code, text, culprit and number(culprit)
        assert got == wanted, (got, wanted)
        return refused
    raise AssertionError("not refused: " + text)


def genl():
    with stage.inside(ROUTER):
        return Genl()


def requests():
    sock = genl()
    for cmd, attrs, *wanted in DO:
        cmd = number("CMD_" + cmd)
        refuses(lambda: sock.do(cmd, attrs), attrs, *wanted)


def filters():
    sock = genl()
    for attrs, code, *words in FILTERS:
        whole = filtered(attrs)
        refuses(lambda: sock.dump(number("CMD_CONN_GET"), whole), whole, code,
                words[0], words[1] if DUMPS_POINT else None)
        refuses(lambda: sock.do(number("CMD_CONN_DEL"), whole), whole, code,
                *words)
        whole = nest("A_TRACE_FILTER", attrs)
        refuses(lambda: sock.do(number("CMD_TRACE_START"), whole), whole,
                code, *words)


def other_abi():
    sock = genl()
    spoken = number("ABI_VERSION")
    for cmd, name in (("CONFIG_GET", "A_CONFIG_ABI"),
                      ("STATS_GET", "A_STATS_ABI")):
        attrs = u32(name, 4242)
        try:
            sock.do(number("CMD_" + cmd), attrs)
            raise AssertionError("not refused")
        except Refused as refused:
            assert refused.errno == errno.EPROTO, refused
            # Before 6.2 a text could not hold a number.
            assert refused.text in (
                "tool speaks ABI 4242, module speaks ABI %d" % spoken,
                "tool speaks another ABI, module speaks ABI %d" % spoken)


def traces():
    """One more than the namespace has places for; each leaves its place."""
    def start(sock):
        sock.do(number("CMD_TRACE_START"), b"")
    socks = [genl() for _ in range(TRACES + 1)]
    for sock in socks[:TRACES]:
        start(sock)
    refuses(lambda: start(socks[TRACES]), b"", errno.ENOSPC,
            "too many traces in this network namespace: 64 are allowed",
            None)
    start(socks[0])     # a second filter takes the place of the first
    socks[1].socket.close()
    start(socks[TRACES])


def ranges():
    """Each key beyond its range: the key and the range in words, and the
    range in numbers."""
    sock = genl()
    keys = re.findall(r'\.name = "(\w+)",.*?\.attr = TCPWARD_(\w+),.*?'
                      r'\.min = (\d+),\s+\.max = (\d+),',
                      open("kmod/core/knobs_gen.c").read(), re.S)
    assert len(keys) > 20, keys
    for name, attribute, least, most in keys:
        if name == "skip_mark":     # takes every number
            continue
        attrs = u32(attribute, 0 if name == "mark" else 0xffffffff)
        try:
            sock.do(number("CMD_CONFIG_SET"), attrs)
            raise AssertionError(name + " was not refused")
        except Refused as refused:
            assert refused.errno == errno.ERANGE, refused
            assert re.match(name + " must be (from|one of) ", refused.text), \
                refused
            assert at(attrs, refused.bad_offset - 20) == number(attribute)
            policy = dict(parse(refused.policy))
            got = integer(policy[MIN_VALUE]), integer(policy[MAX_VALUE])
            assert got == (int(least), int(most)), (name, got)


def nothing_changed(before):
    assert stage.tcpward(ROUTER, "get") == before


def texts():
    """The words of every refusal in the sources."""
    found = set()
    for file in glob.glob("kmod/*.c"):
        source = open(file).read()
        for call in re.findall(r"NL_SET_ERR_MSG\w*\((.*?)\);", source, re.S):
            found.update(re.findall(r'"((?:[^"\\]|\\.)*)"', call)[:1])
    return found


def all_provoked():
    """Here, or in the words of another test."""
    there = texts()
    assert len(there) > 15, there
    elsewhere = "".join(
        re.sub(r'"\s*"', "", open(file).read())
        for file in glob.glob("selftests/net/*.*")
        if "refusals." not in file)
    missing = [text for text in there - seen - set(CANNOT)
               if text not in elsewhere]
    assert not missing, missing
    assert not set(CANNOT) - there, "no longer there"


def main():
    ktap.plan(7)
    before = stage.tcpward(ROUTER, "get")
    ktap.test("requests", requests)
    ktap.test("filters of dumps and traces", filters)
    ktap.test("another version of the interface", other_abi)
    ktap.test("more than %d traces" % TRACES, traces)
    ktap.test("values out of range", ranges)
    ktap.test("nothing has changed", nothing_changed, before)
    ktap.test("every text in the sources is provoked", all_provoked)
    ktap.end()


main()
