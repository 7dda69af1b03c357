# SPDX-License-Identifier: GPL-2.0
"""
TCP segments by hand: built, sent raw, and read off a device.
"""

import dataclasses
import socket
import struct

from stage import family_of, inside

FLAGS = "FSRPAUEC"
TIMESTAMP = b"\x01\x01\x08\x0a"
ETH_P_ALL = 3
SO_RCVBUFFORCE = 33


def folded(data):
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack(">%dH" % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


@dataclasses.dataclass
class Segment:
    """src and dst are (address, port)."""
    src: tuple
    dst: tuple
    flags: str = "A"
    seq: int = 0
    ack: int = 0
    window: int = 1024
    data: bytes = b""
    options: bytes = b""
    offset: int = None      # of the data, in words, instead of the true one
    bad_sum: bool = False

    def tcp(self):
        length = 20 + len(self.options)
        offset = length // 4 if self.offset is None else self.offset
        bits = sum(1 << FLAGS.index(flag) for flag in self.flags)
        head = struct.pack(">HHIIBBH", self.src[1], self.dst[1],
                           self.seq % 2**32, self.ack % 2**32,
                           offset << 4, bits, self.window)
        rest = b"\0\0" + self.options + self.data
        pseudo = addresses(self) + struct.pack(
            ">II", length + len(self.data), socket.IPPROTO_TCP)
        total = folded(pseudo + head + b"\0\0" + rest)
        if self.bad_sum:
            total ^= 0x0101
        return head + struct.pack(">H", total) + rest

    def packet(self):
        tcp = self.tcp()
        if family_of(self.src[0]) == socket.AF_INET6:
            return struct.pack(">IHBB", 6 << 28, len(tcp),
                               socket.IPPROTO_TCP, 64) + addresses(self) + tcp
        return struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(tcp), 0, 0, 64,
                           socket.IPPROTO_TCP, 0) + addresses(self) + tcp

    @property
    def length(self):
        """What it takes of the sequence space."""
        return len(self.data) + ("S" in self.flags) + ("F" in self.flags)


def addresses(segment):
    family = family_of(segment.src[0])
    return (socket.inet_pton(family, segment.src[0]) +
            socket.inet_pton(family, segment.dst[0]))


def timestamps(val, ecr):
    return TIMESTAMP + struct.pack(">II", val % 2**32, ecr % 2**32)


def read(packet):
    """The segment in an IP packet, or None."""
    version = packet[0] >> 4
    if version == 4 and packet[9] == socket.IPPROTO_TCP:
        head, end = (packet[0] & 15) * 4, struct.unpack_from(">H", packet, 2)[0]
        at, size, family = 12, 4, socket.AF_INET
    elif version == 6 and packet[6] == socket.IPPROTO_TCP:
        head, end = 40, 40 + struct.unpack_from(">H", packet, 4)[0]
        at, size, family = 8, 16, socket.AF_INET6
    else:
        return None
    if end - head < 20:
        return None
    sport, dport, seq, ack, offset, bits, window = struct.unpack_from(
        ">HHIIBBH", packet, head)
    src, dst = (socket.inet_ntop(family, packet[i:i + size])
                for i in (at, at + size))
    data = head + (offset >> 4) * 4
    return Segment((src, sport), (dst, dport),
                   "".join(f for i, f in enumerate(FLAGS) if bits >> i & 1),
                   seq, ack, window, packet[data:end],
                   packet[head + 20:data], offset >> 4)


def tsval(segment):
    """The timestamp's value, or None."""
    at = segment.options.find(b"\x08\x0a")
    if at < 0:
        return None
    return struct.unpack_from(">I", segment.options, at + 2)[0]


class Raw:
    """Sends segments from a namespace, whatever their source."""

    def __init__(self, netns):
        with inside(netns):
            self.sockets = {family: socket.socket(family, socket.SOCK_RAW,
                                                  socket.IPPROTO_RAW)
                            for family in (socket.AF_INET, socket.AF_INET6)}

    def send(self, segment, device=0):
        """`device` is the index that a multicast of IPv6 leaves by."""
        family = family_of(segment.dst[0])
        to = (segment.dst[0], 0)
        if family == socket.AF_INET6:
            to += (0, device)
        self.sockets[family].sendto(segment.packet(), to)


class Tap:
    """Reads what passes a device, both ways."""

    def __init__(self, netns, device):
        with inside(netns):
            self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM)
            self.socket.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE,
                                   32 << 20)
            self.socket.bind((device, ETH_P_ALL))
        self.socket.setblocking(False)

    def segments(self):
        """What came since the last call."""
        found = []
        while True:
            try:
                packet = self.socket.recv(1 << 17)
            except BlockingIOError:
                return found
            segment = read(packet)
            if segment:
                found.append(segment)
