# SPDX-License-Identifier: GPL-2.0
"""The checks of filters.sh."""

import ipaddress
import random
import socket

import ktap
import stage
from genl import Genl, attr, integer, nest, number, parse, u8, u16, u32, u64
from segments import Raw, Segment
from stage import CLIENT, CLIENT_ADDR, ROUTER, SERVER_ADDR, Pair

MIXTURES = 400
CMD_CONN_GET = number("CMD_CONN_GET")
FAMILIES = {4: socket.AF_INET, 6: socket.AF_INET6}


class End:
    def __init__(self, octets):
        attrs = dict(parse(octets))
        self.addr = ipaddress.ip_address(attrs[number("A_ENDPOINT_ADDR")])
        self.port = integer(attrs[number("A_ENDPOINT_PORT")])
        self.state = integer(attrs[number("A_ENDPOINT_STATE")])


class Conn:
    def __init__(self, message):
        self.id = integer(message.get("A_CONN_ID"))
        self.family = integer(message.get("A_CONN_FAMILY"))
        self.reason = integer(message.get("A_CONN_LAST_REASON") or b"")
        self.ends = [End(message.get(name))
                     for name in ("A_CONN_CLIENT", "A_CONN_SERVER")]


class Filter:
    """What each attribute means, from the documentation; None: not given."""

    def __init__(self, net=None, **values):
        self.net = net and ipaddress.ip_network(net, strict=False)
        self.values = values

    def members(self):
        kinds = {"family": u8, "port": u16, "states": u32, "reason": u32,
                 "id": u64}
        found = [kinds[name]("A_FILTER_" + name.upper(), value)
                 for name, value in self.values.items()]
        if self.net:
            found += [attr(number("A_FILTER_ADDR"),
                           self.net.network_address.packed),
                      u8("A_FILTER_PREFIX_LEN", self.net.prefixlen)]
        return found

    def takes(self, conn):
        tests = {
            "family": lambda value: conn.family == value,
            "port": lambda value: value in [end.port for end in conn.ends],
            "states": lambda value: any(value >> end.state & 1
                                        for end in conn.ends),
            "reason": lambda value: conn.reason == value,
            "id": lambda value: conn.id == value,
        }
        return (all(tests[name](value)
                    for name, value in self.values.items()) and
                (not self.net or any(end.addr in self.net
                                     for end in conn.ends)))

    def __repr__(self):
        return "%s %s" % (self.net, self.values)


def told(sock, *attrs):
    messages, consistent = sock.dump(CMD_CONN_GET, b"".join(attrs))
    assert consistent
    return [Conn(message) for message in messages]


def nets(addr):
    """Networks of an address, and some that it is just not in."""
    for length in 0, 1, 9, addr.max_prefixlen // 2, addr.max_prefixlen - 1, \
            addr.max_prefixlen:
        yield "%s/%d" % (addr, length)
    for bit in 0, 1, 33, addr.max_prefixlen - 1:
        other = type(addr)(int(addr) ^ 1 << bit % addr.max_prefixlen)
        yield "%s/%d" % (other, addr.max_prefixlen - bit % 32)


def filters(conns, chance):
    """One attribute each, with what there is and what there is not; then
    several at once, of one connection or of any."""
    values = {
        "net": {net for conn in conns for end in conn.ends
                for net in nets(end.addr)},
        "family": set(FAMILIES.values()),
        "port": {end.port for conn in conns for end in conn.ends} | {0, 1},
        "states": {1 << end.state for conn in conns for end in conn.ends},
        "reason": {conn.reason for conn in conns} - {0} | {1},
        "id": {conn.id for conn in conns[::3]} | {1},
    }
    values["states"] |= {1 << number("STATE_LAST_ACK"), 0x10 | 0x800}
    values = {name: sorted(known) for name, known in values.items()}
    for name, known in values.items():
        for value in known:
            yield Filter(**{name: value})
    names = sorted(set(values) - {"family"})
    for _ in range(MIXTURES):
        yield Filter(**{name: chance.choice(values[name])
                        for name in chance.sample(names, 2)})


def same(family):
    """The kernel tells those, in the same order, that this file takes."""
    with stage.inside(ROUTER):
        sock = Genl()
    every = told(sock)
    conns = [c for c in every if c.family == FAMILIES[family]]
    some = 0
    for wanted in filters(conns, random.Random(family)):
        found = told(sock, nest("A_CONN_FILTER", *wanted.members()))
        right = [conn.id for conn in every if wanted.takes(conn)]
        assert [conn.id for conn in found] == right, \
            "%s: %d instead of %d" % (wanted, len(found), len(right))
        some += 0 < len(right) < len(every)
    assert some > 50, "nearly all take none or all"
    ktap.comment("%d connections of %d; %d filters took some" %
                 (len(conns), len(every), some))


def populate(family, raw):
    """Openings, refusals with their reason, and all states that last."""
    client, server = CLIENT_ADDR[family], SERVER_ADDR[family]
    for port in range(2000, 2040):
        raw.send(Segment((client, port), (server, 9), "S", 1))
        if port % 4 == 0:
            raw.send(Segment((client, port), (server, 9), "A", 77, 5))
    pairs = [Pair(server) for _ in range(12)]
    for pair in pairs[:4]:
        pair.close()
    for pair in pairs[4:8]:
        pair.client.shutdown(socket.SHUT_WR)
    for pair in pairs[6:8]:
        pair.wait_states(ROUTER, "FIN_WAIT_2", "CLOSE_WAIT")
    for pair in pairs[:4]:
        pair.wait_states(ROUTER, "TIME_WAIT", "CLOSED")
    return pairs


def main():
    ktap.plan(2)
    stage.configure(CLIENT, "mode=off")
    stage.configure(ROUTER, "pickup=strict", "max_half_open=16384")
    kept = [populate(family, Raw(CLIENT)) for family in FAMILIES]
    for family in FAMILIES:
        ktap.test("IPv%d: a filter takes what it says" % family, same, family)
    for pair in sum(kept, []):
        pair.client.close()
        pair.server.close()
    ktap.end()


main()
