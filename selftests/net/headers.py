# SPDX-License-Identifier: GPL-2.0
"""The checks of headers.sh."""

import socket
import struct
import subprocess

import ktap
import stage
from segments import Raw, Segment, Tap
from stage import CLIENT, CLIENT_ADDR, ROUTER, SERVER, SERVER_ADDR, Pair

PLACES = "filter", "early"
TCP, HOP_BY_HOP, ROUTING, FRAGMENT, AH, DESTINATION = 6, 0, 43, 44, 51, 60
NEAR, FAR = CLIENT_ADDR[6], SERVER_ADDR[6]
HOME = "fd0a::1"        # of the client, which is elsewhere
BEYOND = "fd06::1"      # behind the server
PADDING = bytes([1, 4, 0, 0, 0, 0])
WINDOW = 7              # of everything crafted, and of nothing else


def packed(address):
    return socket.inet_pton(socket.AF_INET6, address)


def home_address(address):
    return DESTINATION, bytes([0, 2, 1, 2, 0, 0, 201, 16]) + packed(address)


def routing(kind, *addresses, left=1):
    data = b"".join(packed(address) for address in addresses)
    last = len(addresses) - 1 if kind == 4 else 0
    return ROUTING, bytes([0, len(data) // 8, kind, left, last, 0, 0, 0]) + data


def rpl(address, common):
    """Its last octets alone, and padding to a multiple of eight."""
    data = packed(address)[common:]
    pad = -len(data) % 8
    return ROUTING, bytes([0, (len(data) + pad) // 8, 3, 1, common,
                           pad << 4, 0, 0]) + data + bytes(pad)


def padding(kind):
    return kind, bytes([0, 0]) + PADDING


def fragment(bits=0):
    return FRAGMENT, struct.pack(">BBHI", 0, 0, bits, 77)


def authentication():
    return AH, bytes([0, 4]) + bytes(22)


def packet(segment, src, dst, headers):
    """The segment between its ends, in a packet from src to dst."""
    kinds = [kind for kind, _ in headers] + [TCP]
    data = b"".join(bytes([following]) + head[1:] for (_, head), following in
                    zip(headers, kinds[1:])) + segment.tcp()
    return struct.pack(">IHBB", 6 << 28, len(data), kinds[0], 64) + \
        packed(src) + packed(dst) + data


class Case:
    """One end far, or near, under another name than the packets carry."""
    port = 1000

    def __init__(self, name, there, back=(), near=NEAR, far=FAR):
        self.name, self.there, self.back = name, there, back
        self.near, self.far = near, far

    def segment(self, flags, seq, ack, from_far=False, **more):
        ends = (self.near, Case.port), (self.far, 80)
        return Segment(*(ends[::-1] if from_far else ends), flags, seq, ack,
                       WINDOW, **more)

    def send(self, segment):
        """Between the ends' own addresses, but for what headers name."""
        from_far = segment.src[0] == self.far
        headers = self.back if from_far else self.there
        src, dst = segment.src[0], segment.dst[0]
        if src == HOME:
            src = NEAR
        if any(kind == ROUTING for kind, _ in headers):
            dst = NEAR if from_far else FAR
        raw = Raw(SERVER if from_far else CLIENT)
        raw.sockets[socket.AF_INET6].sendto(
            packet(segment, src, dst, headers), (dst, 0, 0, 0))


CASES = (
    Case("hop-by-hop and destination options",
         [padding(HOP_BY_HOP), padding(DESTINATION)]),
    Case("an atomic fragment", [fragment()], [fragment()]),
    Case("an atomic fragment with reserved bits", [fragment(6)]),
    Case("home address and route back", [home_address(HOME)],
         [routing(2, HOME)], near=HOME),
    Case("home address behind other options",
         [padding(HOP_BY_HOP), padding(DESTINATION), fragment(),
          home_address(HOME)], [routing(2, HOME)], near=HOME),
    Case("routing header type 0", [routing(0, "fd05::1", BEYOND, left=2)],
         far=BEYOND),
    Case("routing header type 3", [rpl("fd01:2::7", 9)], far="fd01:2::7"),
    Case("routing header type 4", [routing(4, BEYOND, "fd05::1")],
         far=BEYOND),
    Case("a routing header at its end", [routing(253, BEYOND, left=0)]),
)


def followed(case, place):
    """A handshake between the right ends; a stray and a bad one."""
    stage.configure(ROUTER, "placement=" + place, "pickup=strict")
    Case.port += 1
    before = stage.stats(ROUTER)
    for segment in (case.segment("S", 100, 0),
                    case.segment("SA", 500, 101, True),
                    case.segment("A", 101, 501)):
        case.send(segment)
    def record():
        return stage.connections(ROUTER, "sport", "=", ":%d" % Case.port)
    stage.wait_for("handshake", lambda: [stage.states(c) for c in record()] ==
                   [("ESTABLISHED", "ESTABLISHED")],
                   show=lambda: (record(), stage.growth(
                       before, stage.stats(ROUTER))))
    conn = record()[0]
    assert (conn["client"]["addr"], conn["server"]["addr"]) == (
        case.near, case.far), conn
    assert [conn[end]["segments"] for end in ("client", "server")] == [2, 1]
    assert not stage.growth(before, stage.stats(ROUTER))
    case.send(case.segment("A", 1 << 30, 501))
    case.send(case.segment("A", 101, 501, bad_sum=True))
    stage.wait_for("refusals", lambda: stage.growth(
        before, stage.stats(ROUTER)) == {"right-of-window": 1,
                                         "bad-checksum": 1},
                   show=lambda: stage.growth(before, stage.stats(ROUTER)))


def arrives(case, segment):
    """A packet with the crafted window comes out behind the router."""
    tap = Tap(SERVER, "s0")
    case.send(segment)

    def there():
        try:
            return struct.pack(">H", WINDOW) in tap.socket.recv(1 << 16)
        except BlockingIOError:
            return False
    stage.wait_for("packet", there)


def unreadable(place):
    """Nobody knows where it goes: it passes, and is counted."""
    stage.configure(ROUTER, "placement=" + place, "pickup=strict")
    case = Case("", [routing(253, BEYOND)])
    before = stage.stats(ROUTER)
    arrives(case, case.segment("A", 1, 1))
    after = stage.stats(ROUTER)
    assert stage.growth(before, after) == {"untracked": 1}
    assert after["passed"] == before["passed"] + 1


def authenticated(place):
    """It is judged where it can be verified."""
    stage.configure(ROUTER, "placement=" + place, "pickup=strict")
    case = Case("", [authentication()])
    before = stage.stats(ROUTER)
    arrives(case, case.segment("A", 1, 1))
    assert stage.stats(ROUTER)["segments"] == before["segments"]


# --- real ones -------------------------------------------------------------

def xfrm(netns, *lines):
    subprocess.run(["ip", "-n", netns, "-batch", "-"], check=True, text=True,
                   input="".join("xfrm %s\n" % line for line in lines))


def with_ipsec(ends):
    near, far = ends
    states = ["state add src %s dst %s proto ah spi %d mode transport "
              "auth hmac(sha256) 0x%064x" % (src, dst, spi, spi)
              for src, dst, spi in ((near, far, 1), (far, near, 2))]
    for netns, out, back in (CLIENT, ends, ends[::-1]), (SERVER, ends[::-1],
                                                         ends):
        xfrm(netns, *states, *(
            "policy add src %s dst %s proto tcp dir %s "
            "tmpl proto ah mode transport" % (*pair, way)
            for pair, way in ((out, "out"), (back, "in"))))


def with_mobility():
    """The client goes by its home address, to which no route leads."""
    xfrm(CLIENT, "state add src %s dst %s proto hao mode ro coa %s" %
         (HOME, FAR, NEAR), "policy add src %s dst %s proto tcp dir out "
         "tmpl src %s dst %s proto hao mode ro" % (HOME, FAR, HOME, FAR))


def mobile(place):
    """Its SYN, which passes the client's output twice, is judged once."""
    judges = CLIENT, ROUTER, SERVER
    for netns in judges:
        stage.configure(netns, "mode=enforce", "placement=" + place)
    with stage.inside(CLIENT):
        sock = socket.socket(socket.AF_INET6)
    sock.setblocking(False)
    sock.bind((HOME, 0))
    sock.connect_ex((FAR, 9))
    port = sock.getsockname()[1]

    def seen():
        """(sender, SYNs) where it is judged."""
        return [(conn["client"]["addr"], conn["client"]["segments"])
                for netns in judges for conn in stage.connections(
                    netns, "sport", "=", ":%d" % port)]
    found = stage.wait_for("SYN", lambda: len(seen()) == 3 and
                           len(set(seen())) == 1 and seen(), show=seen)
    assert found[0][0] == HOME, found
    sock.close()
    for netns in judges:
        stage.configure(netns, "mode=off")


def goes_through(near, far, place, judges):
    """Counted once, as sent, and nothing refused, wherever it is judged."""
    for netns in judges:
        stage.configure(netns, "mode=enforce", "placement=" + place)
    before = {netns: stage.stats(netns) for netns in judges}
    pair = Pair(far, source=(near, 0))
    for _ in range(20):
        pair.say(b"x" * 500)
    for netns in judges:
        conn = pair.seen(netns)
        assert conn["client"]["addr"] == near, conn
        sent = [conn[end]["bytes"] - 500 * conn[end]["retransmitted"]
                for end in ("client", "server")]
        assert sent == [10000, 10000], conn
    pair.close()
    for netns in judges:
        pair.wait_states(netns, "TIME_WAIT", "CLOSED")
        after = stage.stats(netns)
        assert after["dropped"] == before[netns]["dropped"], stage.growth(
            before[netns], after)
        stage.configure(netns, "mode=off")


def crafted():
    for netns in CLIENT, SERVER:
        stage.run(netns, "nft", "-f", "-", input="""
            table inet quiet {
                chain input {
                    type filter hook input priority raw
                    tcp dport { 80, 1000-1999 } drop
                }
            }""")
    for place in PLACES:
        for case in CASES:
            ktap.test("%s, %s" % (case.name, place), followed, case, place)
        ktap.test("a routing header of unknown type, %s" % place, unreadable,
                  place)
        ktap.test("an authentication header, %s" % place, authenticated,
                  place)
    for netns in CLIENT, SERVER:
        stage.run(netns, "nft", "flush", "ruleset")
    stage.configure(ROUTER, "mode=off", "pickup=auto")


def real():
    subprocess.run(["ip", "-n", CLIENT, "addr", "add", HOME + "/128", "dev",
                    "lo"], check=True)
    with_mobility()
    for place in PLACES:
        ktap.test("Mobile IPv6, %s" % place, mobile, place)
    for family in 4, 6:
        with_ipsec((CLIENT_ADDR[family], SERVER_ADDR[family]))
        for place in PLACES:
            ktap.test("IPsec with AH, IPv%d, %s" % (family, place),
                      goes_through, CLIENT_ADDR[family], SERVER_ADDR[family],
                      place, (CLIENT, SERVER))


def main():
    for netns in CLIENT, SERVER:
        stage.configure(netns, "mode=off")
    ktap.plan(len(PLACES) * (len(CASES) + 2 + 1 + 2))
    crafted()
    real()
    ktap.end()


main()
