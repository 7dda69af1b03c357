# SPDX-License-Identifier: GPL-2.0
"""The checks of paths.sh."""

import contextlib
import fcntl
import os
import socket
import struct
import subprocess
import threading

import ktap
import stage
from segments import Raw, Segment, Tap
from stage import CLIENT, CLIENT_ADDR, ROUTER, SERVER, SERVER_ADDR

MIDDLE = os.environ["MIDDLE"]
WINDOW = 7              # of everything forged, and of nothing else
OCTETS = 300000
IPV6_HOPOPTS, IPV6_DSTOPTS = 54, 59
PADDING = bytes([0, 0, 1, 4, 0, 0, 0, 0])       # a header of eight octets
PLACES = "filter", "early"


def ip(netns, lines):
    subprocess.run(["ip", "-n", netns, "-batch", "-"], input=lines, text=True,
                   check=True)


class Path:
    """Two hosts with addresses, and who judges between them or there."""

    def __init__(self, name, judge, near, far, near_ns=CLIENT, far_ns=SERVER,
                 device=None, prepare=None):
        self.name, self.judge = name, judge
        self.near, self.far = near, far
        self.near_ns, self.far_ns = near_ns, far_ns
        self.device = device        # that the near end's socket is bound to
        self.prepare = prepare or (lambda sock: None)

    def connected(self, family):
        with stage.inside(self.far_ns):
            listener = socket.create_server(
                (self.far[family], 0),
                family=stage.family_of(self.far[family]))
        with stage.inside(self.near_ns):
            sock = socket.socket(stage.family_of(self.far[family]))
        if self.device:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE,
                            self.device.encode())
        for end in sock, listener:
            self.prepare(end)
        sock.settimeout(30)
        sock.connect(listener.getsockname()[:2])
        other = listener.accept()[0]
        other.settimeout(30)
        listener.close()
        return sock, other


def send_and_receive(src, dst, octets):
    sender = threading.Thread(target=src.sendall, args=(b"x" * octets,))
    sender.start()
    while octets:
        part = dst.recv(min(octets, 1 << 20))
        assert part, "the connection was cut"
        octets -= len(part)
    sender.join()


def record(judge, sock):
    port = sock.getsockname()[1]
    found = stage.connections(judge, "sport", "=", ":%d" % port)
    assert len(found) == 1, found
    return found[0]


def carries(path, family, octets=OCTETS):
    """Nothing refused, octets as sent, and both ends seen through."""
    before = stage.stats(path.judge)
    client, server = path.connected(family)
    send_and_receive(client, server, octets)
    send_and_receive(server, client, octets)
    found = record(path.judge, client)
    for end in "client", "server":
        more = found[end]["bytes"] - octets
        assert 0 <= more < octets / 2, found
        assert more == 0 or found[end]["retransmitted"], found
    client.close()
    assert server.recv(1) == b""
    server.close()
    stage.wait_for("TIME_WAIT", lambda: stage.states(record(
        path.judge, client_name(found))) == ("TIME_WAIT", "CLOSED"),
        show=lambda: record(path.judge, client_name(found)))
    after = stage.stats(path.judge)
    assert after["dropped"] == before["dropped"], stage.growth(before, after)
    return found


class client_name:
    """Stands for a socket that is closed."""

    def __init__(self, found):
        self.port = found["client"]["port"]

    def getsockname(self):
        return None, self.port


def stray(path, family):
    return Segment((path.near[family], 999), (path.far[family], 80), "A", 1, 1,
                   WINDOW, b"x" * 12)


def forge(path, family):
    raw = Raw(path.near_ns)
    if path.device:
        for sock in raw.sockets.values():
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE,
                            path.device.encode())
    # Refused on its way out, it tells the sender so.
    with contextlib.suppress(PermissionError):
        raw.send(stray(path, family))


def refuses(path, family, send=None):
    """One stray segment, counted once."""
    before = stage.stats(path.judge)
    stage.configure(path.judge, "pickup=strict")
    try:
        if send:
            send(path, family)
        else:
            forge(path, family)
        grew = stage.wait_for("refusal", lambda: stage.growth(
            before, stage.stats(path.judge)))
        assert grew == {"no-record": 1}, grew
    finally:
        stage.configure(path.judge, "pickup=auto")


def both(path, family, place, send=None, octets=OCTETS):
    stage.configure(path.judge, "mode=enforce", "placement=" + place)
    try:
        carries(path, family, octets)
        refuses(path, family, send)
    finally:
        stage.configure(path.judge, "mode=off")


# --- the paths -----------------------------------------------------------

def lines_to_middle(subnet, devices):
    """Lines from client and server to the middle, with addresses there."""
    for i, (netns, device) in enumerate(zip((CLIENT, SERVER), devices)):
        ip(MIDDLE, "link add %s type veth peer %s netns %s\nlink set %s up\n"
           % (device, device, netns, device))
        ip(netns, "addr add 10.%d.%d.1/24 dev %s\n"
           "addr add fd0%d:%d::1/64 dev %s nodad\nlink set %s up\n" %
           (subnet, i, device, subnet, i, device, device))


def bridge():
    lines_to_middle(3, ("b0", "b1"))
    ip(MIDDLE, "link add br0 type bridge\nlink set br0 up\n"
       "link set b0 master br0\nlink set b1 master br0\n")
    for netns, device, other in (CLIENT, "b0", 1), (SERVER, "b1", 0):
        ip(netns, "route add 10.3.%d.0/24 dev %s\n"
           "route add fd03:%d::/64 dev %s\n" % (other, device, other, device))
    stage.run(MIDDLE, "sysctl", "-qw", "net.bridge.bridge-nf-call-iptables=1",
              "net.bridge.bridge-nf-call-ip6tables=1")
    return Path("bridge", MIDDLE, {4: "10.3.0.1", 6: "fd03:0::1"},
                {4: "10.3.1.1", 6: "fd03:1::1"})


def vrf():
    """Forwarded within a VRF, and from a socket of it."""
    lines_to_middle(4, ("v0", "v1"))
    stage.run(MIDDLE, "sysctl", "-qw", "net.ipv4.ip_forward=1",
              "net.ipv6.conf.all.forwarding=1")
    ip(MIDDLE, "link add red type vrf table 10\nlink set red up\n"
       "link set v0 master red\nlink set v1 master red\n" +
       "".join("addr add 10.4.%d.9/24 dev v%d\n"
               "addr add fd04:%d::9/64 dev v%d nodad\n" % (i, i, i, i)
               for i in (0, 1)))
    for netns, here, other in (CLIENT, 0, 1), (SERVER, 1, 0):
        ip(netns, "route add 10.4.%d.0/24 via 10.4.%d.9\n"
           "route add fd04:%d::/64 via fd04:%d::9\n" %
           (other, here, other, here))
    near, far = ({4: "10.4.%d.1" % i, 6: "fd04:%d::1" % i} for i in (0, 1))
    yield Path("VRF", MIDDLE, near, far)
    yield Path("socket in a VRF", MIDDLE, {4: "10.4.1.9", 6: "fd04:1::9"},
               far, MIDDLE, device="red")


def sticky(option):
    """Every packet of a socket carries the extension header."""
    return lambda sock: sock.setsockopt(socket.IPPROTO_IPV6, option, PADDING)


def extended(path, family):
    """A stray segment behind two extension headers."""
    packet = stray(path, family).packet()
    more = bytes([60]) + PADDING[1:] + bytes([6]) + PADDING[1:]
    head = packet[:4] + struct.pack(">HBB", len(packet) - 40 + len(more), 0,
                                    64)
    raw_send(path, family, head + packet[8:40] + more + packet[40:])


def raw_send(path, family, *packets):
    raw = Raw(path.near_ns)
    sock = raw.sockets[stage.family_of(path.far[family])]
    to = (path.far[family], 0) + ((0, 0) if family == 6 else ())
    for packet in packets:
        sock.sendto(packet, to)


def in_fragments(segment, family):
    """24 octets of TCP in the first, as IPv6 wants, the rest behind."""
    packet = segment.packet()
    if family == 4:
        head, data = packet[:20], packet[20:]
        return [struct.pack(">BBHHH", 0x45, 0, 20 + len(part), 77, bits) +
                head[8:] + part
                for part, bits in ((data[:24], 0x2000), (data[24:], 3))]
    head, data = packet[:40], packet[40:]
    return [head[:4] + struct.pack(">HBB", 8 + len(part), 44, 64) + head[8:] +
            struct.pack(">BBHI", 6, 0, bits, 77) + part
            for part, bits in ((data[:24], 1), (data[24:], 24))]


def stray_in_fragments(path, family):
    raw_send(path, family, *in_fragments(stray(path, family), family))


def opens_in_fragments(path, family, place):
    """A SYN in two fragments is reassembled, passes and is answered."""
    stage.configure(path.judge, "mode=enforce", "placement=" + place)
    before = stage.stats(path.judge)
    with stage.inside(path.far_ns):
        listener = socket.create_server(
            (path.far[family], 0), family=stage.family_of(path.far[family]))
    tap = Tap(path.far_ns, "s0")
    syn = Segment((path.near[family], 998), listener.getsockname()[:2], "S",
                  1000, 0, WINDOW, b"x" * 12)
    raw_send(path, family, *in_fragments(syn, family))
    stage.wait_for("SYN+ACK", lambda: [s for s in tap.segments()
                                       if s.flags == "SA"])
    listener.close()
    assert stage.stats(path.judge)["dropped"] == before["dropped"]
    refuses(path, family, stray_in_fragments)
    stage.configure(path.judge, "mode=off")


def small_mtu():
    """The router cuts what may be cut; the server judges the pieces."""
    def may_be_cut(sock):
        sock.setsockopt(socket.IPPROTO_IP, 10, 0)   # IP_PMTUDISC_DONT
    ip(ROUTER, "route replace 10.1.2.0/24 dev r1 mtu lock 600\n")
    return Path("small MTU", SERVER, CLIENT_ADDR, SERVER_ADDR,
                prepare=may_be_cut)


def tun_device(netns, name, number):
    with stage.inside(netns):
        tun = os.open("/dev/net/tun", os.O_RDWR)
        fcntl.ioctl(tun, 0x400454ca, struct.pack("16sH22x", name.encode(),
                                                 0x1001))
    ip(netns, "addr add 10.5.0.%d/24 dev %s\nlink set %s up\n"
       "addr add fd05::%d/64 dev %s nodad\n" % (number, name, name, number,
                                               name))
    return tun


def relay(src, dst):
    while True:
        os.write(dst, os.read(src, 65536))


def tun():
    ends = tun_device(CLIENT, "t0", 1), tun_device(SERVER, "t1", 2)
    for src, dst in ends, ends[::-1]:
        threading.Thread(target=relay, args=(src, dst), daemon=True).start()
    return Path("tun", SERVER, {4: "10.5.0.1", 6: "fd05::1"},
                {4: "10.5.0.2", 6: "fd05::2"})


def super_packets(path, family, place, at_least):
    """Some packets on the way are larger than that: where the round trip
    takes long, only once TCP sends much at a time."""
    stage.configure(path.judge, "mode=enforce", "placement=" + place)
    tap = Tap(ROUTER, "r1")
    sizes = []
    for _ in range(stage.SLOW):
        carries(path, family, 5000000)
        with contextlib.suppress(BlockingIOError):
            while True:
                sizes.append(len(tap.socket.recv(1 << 18)))
        if max(sizes) > at_least:
            break
    else:
        raise AssertionError("none above %d" % max(sizes))
    refuses(path, family)
    stage.configure(path.judge, "mode=off")


def segment_routed(place):
    """Through the router as a segment, and past it to the next one."""
    for netns in ROUTER, SERVER:
        stage.run(netns, "sysctl", "-qw", "net.ipv6.conf.all.seg6_enabled=1",
                  *("net.ipv6.conf.%s.seg6_enabled=1" % device for device in
                    (("r0", "r1") if netns == ROUTER else ("s0",))))
    path = Path("SRv6", ROUTER, CLIENT_ADDR, {6: "fd06::1"})
    ip(SERVER, "addr replace fd06::1/128 dev lo\n")
    ip(ROUTER, "route replace fd06::1/128 via %s\n" % SERVER_ADDR[6])
    for stop in "fd01:1::fe", SERVER_ADDR[6]:
        ip(CLIENT, "route replace fd06::1/128 encap seg6 mode inline segs %s "
           "dev c0 via fd01:1::fe\n" % stop)
        # Linux 6.12 itself loses super-packets with a routing header.
        both(path, 6, place, octets=1200)
    ip(CLIENT, "route del fd06::1/128\n")


def big_tcp():
    for netns, device in ((CLIENT, "c0"), (ROUTER, "r0"), (ROUTER, "r1"),
                          (SERVER, "s0")):
        ip(netns, "link set %s gso_max_size 180000 gro_max_size 180000\n" %
           device)
    # As large as may be, however slow the machine is.
    for netns in CLIENT, SERVER:
        stage.run(netns, "sysctl", "-qw", "net.ipv4.tcp_tso_rtt_log=20")


def main():
    for netns in CLIENT, ROUTER, SERVER, MIDDLE:
        stage.configure(netns, "mode=off")
    through = Path("veth", ROUTER, CLIENT_ADDR, SERVER_ADDR)
    loop = {4: "127.0.0.1", 6: "::1"}
    within = Path("loopback", ROUTER, loop, loop, ROUTER, ROUTER)
    paths = [through, within, bridge(), *vrf(), tun()]
    ktap.plan(len(paths) * 4 + 2 * (2 + 1 + 2 + 1 + 1 + 2))
    for path in paths:
        for place in PLACES:
            for family in 4, 6:
                ktap.test("%s, IPv%d, %s" % (path.name, family, place), both,
                          path, family, place)
    for place in PLACES:
        for name, option in (("hop-by-hop", IPV6_HOPOPTS),
                             ("destination", IPV6_DSTOPTS)):
            path = Path(name, ROUTER, CLIENT_ADDR, SERVER_ADDR,
                        prepare=sticky(option))
            ktap.test("%s options, %s" % (name, place), both, path, 6, place,
                      extended)
        ktap.test("segment routing, %s" % place, segment_routed, place)
        for family in 4, 6:
            ktap.test("a SYN in fragments, IPv%d, %s" % (family, place),
                      opens_in_fragments, through, family, place)
        ktap.test("super-packets, %s" % place, super_packets, through, 4,
                  place, 3000)
    big_tcp()
    for place in PLACES:
        ktap.test("BIG TCP, %s" % place, super_packets, through, 6, place,
                  65536)
    path = small_mtu()
    for place in PLACES:
        ktap.test("fragments of a small MTU, %s" % place, both, path, 4,
                  place)
        ktap.test("a SYN in fragments to the host, %s" % place,
                  opens_in_fragments, path, 4, place)
    ktap.end()


main()
