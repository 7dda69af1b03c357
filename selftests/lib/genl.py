# SPDX-License-Identifier: GPL-2.0
"""
Generic netlink by hand: requests that no tool would send, and the answers as
they are. Numbers come from the UAPI header.
"""

import errno
import os
import re
import socket
import struct

NETLINK_GENERIC = 16
SOL_NETLINK = 270
ADD_MEMBERSHIP, CAP_ACK, EXT_ACK = 1, 10, 11
REQUEST, ACK, DUMP = 0x1, 0x4, 0x300
DUMP_INTR = 0x10
CAPPED, ACK_TLVS = 0x100, 0x200
MSG_ERROR, MSG_DONE = 2, 3
CTRL = 0x10
NESTED = 0x8000


def _constants(path):
    """Members of enums and numbers of macros, by name."""
    found, value = {}, 0
    for line in open(path):
        member = re.match(r"\t(?:__)?([A-Z]\w*)(?: = (\d+))?,?$", line)
        macro = re.match(r"#define ([A-Z]\w*)\s+(\d+)$", line)
        if line.startswith("enum"):
            value = 0
        elif member:
            value = int(member[2] or value)
            found[member[1]] = value
            value += 1
        elif macro:
            found[macro[1]] = int(macro[2])
    return found


ABI = _constants("include/uapi/linux/tcpward.h")


def number(name):
    """TCPWARD_... of the UAPI header."""
    return ABI["TCPWARD_" + name]


def attr(kind, payload):
    """`payload`: octets; or attributes as a list, which makes it a nest."""
    if isinstance(payload, list):
        kind, payload = kind | NESTED, b"".join(payload)
    data = struct.pack("=HH", 4 + len(payload), kind) + payload
    return data + b"\0" * (-len(data) % 4)


def u8(name, value):
    return attr(number(name), struct.pack("=B", value))


def u16(name, value):
    return attr(number(name), struct.pack("=H", value))


def u32(name, value):
    return attr(number(name), struct.pack("=I", value))


def u64(name, value):
    return attr(number(name), struct.pack("=Q", value))


def nest(name, *members):
    return attr(number(name), list(members))


def parse(data):
    """[(type, payload)]"""
    found = []
    while len(data) >= 4:
        length, kind = struct.unpack_from("=HH", data)
        found.append((kind & 0x3fff, data[4:length]))
        data = data[length + 3 & ~3:]
    return found


def integer(payload):
    return int.from_bytes(payload, "little")


class Refused(Exception):
    """The kernel said no: errno, its words, attributes of the extack."""

    def __init__(self, code, extack):
        self.errno = code
        self.text = extack.get(1, b"").rstrip(b"\0").decode()
        self.bad_offset = integer(extack[2]) if 2 in extack else None
        self.policy = extack.get(4)
        super().__init__("%s: %s" % (errno.errorcode[code], self.text))


class Message:
    def __init__(self, kind, flags, payload):
        self.kind, self.flags = kind, flags
        self.cmd = payload[0] if len(payload) >= 4 else None
        self.attrs = parse(payload[4:])

    def get(self, name):
        for kind, payload in self.attrs:
            if kind == number(name):
                return payload
        return None


def split(data):
    """Headers and payloads of the messages in a datagram."""
    while len(data) >= 16:
        length, kind, flags, _, _ = struct.unpack_from("=IHHII", data)
        yield kind, flags, data[16:length]
        data = data[length + 3 & ~3:]


def _raise_for(flags, payload):
    code = -struct.unpack_from("=i", payload)[0]
    if not code:
        return
    echoed = 16 if flags & CAPPED else integer(payload[4:8])
    extack = payload[4 + echoed:] if flags & ACK_TLVS else b""
    raise Refused(code, dict(parse(extack)))


class Genl:
    """A socket of the namespace that the thread is in."""

    def __init__(self, family="tcpward", recv_bytes=1 << 16):
        self.socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW,
                                    NETLINK_GENERIC)
        self.socket.bind((0, 0))
        self.socket.settimeout(20)
        self.socket.setsockopt(SOL_NETLINK, EXT_ACK, 1)
        self.socket.setsockopt(SOL_NETLINK, CAP_ACK, 1)
        self.recv_bytes = recv_bytes
        self.sequence = os.getpid()
        self.family, self.groups = CTRL, {}
        self._find(family)

    def _find(self, family):
        # CTRL_CMD_GETFAMILY, CTRL_ATTR_FAMILY_NAME
        said = self.do(3, attr(2, family.encode() + b"\0"))
        for kind, payload in said[0].attrs:
            if kind == 1:
                self.family = integer(payload)
            elif kind == 7:
                for _, group in parse(payload):
                    group = dict(parse(group))
                    name = group[1].rstrip(b"\0").decode()
                    self.groups[name] = integer(group[2])

    def send(self, cmd, attrs=b"", flags=0, family=None):
        self.sequence += 1
        payload = struct.pack("=BBH", cmd, 1, 0) + attrs
        self.socket.send(struct.pack(
            "=IHHII", 16 + len(payload), family or self.family,
            REQUEST | flags, self.sequence, 0) + payload)

    def receive(self):
        return split(self.socket.recv(self.recv_bytes))

    def do(self, cmd, attrs=b""):
        """The answers; raises Refused."""
        self.send(cmd, attrs, ACK)
        found = []
        while True:
            for kind, flags, payload in self.receive():
                if kind == MSG_ERROR:
                    _raise_for(flags, payload)
                    return found
                found.append(Message(kind, flags, payload))

    def dump_rest(self, pause=None):
        """Messages of a dump that was begun, and whether it is consistent."""
        found, interrupted = [], False
        while True:
            for kind, flags, payload in self.receive():
                interrupted |= bool(flags & DUMP_INTR)
                if kind == MSG_ERROR:
                    _raise_for(flags, payload)
                if kind == MSG_DONE:
                    _raise_for(ACK_TLVS | CAPPED, payload[:4] + b"\0" * 16 +
                               payload[4:])
                    return found, not interrupted
                found.append(Message(kind, flags, payload))
            if pause:
                pause()

    def dump(self, cmd, attrs=b"", pause=None):
        self.send(cmd, attrs, DUMP)
        return self.dump_rest(pause)

    def join(self, group):
        self.socket.setsockopt(SOL_NETLINK, ADD_MEMBERSHIP,
                               self.groups[group])
