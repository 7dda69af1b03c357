# SPDX-License-Identifier: GPL-2.0
"""Generic netlink by hand: requests that no tool would send."""

import os
import socket
import struct

NETLINK_GENERIC = 16
SOL_NETLINK = 270
NETLINK_EXT_ACK = 11
NLM_F_REQUEST, NLM_F_ACK = 1, 4
NLMSG_ERROR = 2
NLMSGERR_ATTR_MSG = 1
NLA_F_NESTED = 0x8000
GENL_ID_CTRL, CTRL_CMD_GETFAMILY = 16, 3
CTRL_ATTR_FAMILY_ID, CTRL_ATTR_FAMILY_NAME = 1, 2


def attr(kind, data):
    """data: bytes; or attributes as a list, which makes it a nest."""
    if isinstance(data, list):
        kind, data = kind | NLA_F_NESTED, b"".join(data)
    head = struct.pack("=HH", len(data) + 4, kind)
    return head + data + bytes(-len(data) % 4)


def attributes(data):
    """{type: bytes} of the attributes in a row."""
    found = {}
    while len(data) >= 4:
        size, kind = struct.unpack_from("=HH", data)
        found[kind & 0x3fff] = data[4:size]
        data = data[(size + 3) & ~3:]
    return found


class Family:
    def __init__(self, name):
        self.socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW,
                                    NETLINK_GENERIC)
        self.socket.setsockopt(SOL_NETLINK, NETLINK_EXT_ACK, 1)
        self.id = GENL_ID_CTRL
        answer = self._send(CTRL_CMD_GETFAMILY,
                            [attr(CTRL_ATTR_FAMILY_NAME,
                                  name.encode() + b"\0")])
        self.socket.recv(65536)     # the acknowledgement behind it
        found = attributes(answer[20:])
        self.id = struct.unpack("=H", found[CTRL_ATTR_FAMILY_ID])[0]

    def _send(self, command, attrs):
        body = struct.pack("=BBH", command, 1, 0) + b"".join(attrs)
        self.socket.send(struct.pack("=IHHII", 16 + len(body), self.id,
                                     NLM_F_REQUEST | NLM_F_ACK, 1, 0) + body)
        return self.socket.recv(65536)

    def refusal(self, command, attrs):
        """(errno's name or None, the kernel's words) about a request."""
        answer = self._send(command, attrs)
        size, kind = struct.unpack_from("=IH", answer)
        assert kind == NLMSG_ERROR, kind
        error = struct.unpack_from("=i", answer, 16)[0]
        if not error:
            return None, ""
        capped = struct.unpack_from("=H", answer, 6)[0] & 0x100
        sent = struct.unpack_from("=I", answer, 20)[0]
        at = 20 + (16 if capped else (sent + 3) & ~3)
        words = attributes(answer[at:size]).get(NLMSGERR_ATTR_MSG, b"")
        return os.strerror(-error), words.rstrip(b"\0").decode()
