# SPDX-License-Identifier: GPL-2.0
"""
What is measured: a network namespace with tcpward, one with nf_conntrack, and
one with neither, which shows what the harness itself costs. Each says whether
it has really done its work.
"""

import socket
import struct

import genl
import harness
from harness import run
from netns import inside

ROOM = 1 << 22              # connections that either table has room for
NETLINK_NETFILTER = 12
COUNTERS = "CONNECTIONS", "SEGMENTS", "PASSED", "FLAGGED"
ENDS = "IN_STATE", "SERVER_IN_STATE"


class Floor:
    """The harness alone: tcpward is loaded, but off."""
    tracked = False

    def __init__(self, netns="floor"):
        self.netns = netns
        harness.namespace(netns)

    def begin(self, connections, cpus=(0,)):
        """So many connections for each CPU, which follow one another."""
        with inside(self.netns):
            harness.command("begin", connections)
        self.cpus = cpus
        self.connections = connections * len(cpus)

    def row(self, name, rounds, shuffled=False):
        with inside(self.netns):
            return harness.row(name, rounds, shuffled, self.tracked)

    def longest_ns(self, name):
        with inside(self.netns):
            return harness.longest_ns(name, self.tracked)

    def parallel(self, name, rounds, shuffled=False):
        """By a thread on each of the CPUs: as harness.parallel()."""
        with inside(self.netns):
            return harness.parallel(self.cpus, name, rounds, shuffled,
                                    self.tracked)

    def check_open(self):
        """All connections are established, on both sides."""

    def check_closed(self):
        """All connections are closed by both sides, and known to be."""

    def fixed_bytes(self):
        """Memory for connections that was there before they came."""
        return 0

    def clear(self):
        """Forget all connections."""

    def clear_timed(self):
        """CPU time of that, in nanoseconds."""
        start = harness.clock_ns()
        self.clear()
        return harness.clock_ns() - start


class Tcpward(Floor):
    def __init__(self, netns="tcpward", mode="ENFORCE"):
        super().__init__(netns)
        self.mode = mode
        with inside(netns):
            self.genl = genl.Genl()
        self.set(MAX_CONNECTIONS=ROOM, MAX_HALF_OPEN=ROOM)
        self.set(PICKUP=genl.number("PICKUP_STRICT"))

    def set(self, **keys):
        self.genl.do(genl.number("CMD_CONFIG_SET"), b"".join(
            genl.u32("A_CONFIG_" + key, value)
            for key, value in keys.items()))

    def status(self):
        """Counters by name, and {state: connections} of either end."""
        said = self.genl.do(genl.number("CMD_STATS_GET"))[0]
        found = {name: genl.integer(said.get("A_STATS_" + name))
                 for name in COUNTERS}
        for end in ENDS:
            kind = genl.number("A_STATS_" + end)
            counts = [genl.integer(payload) for attr, payload in said.attrs
                      if attr == kind]
            found[end] = {state: count for state, count in enumerate(counts)
                          if count}
        return found

    def begin(self, connections, cpus=(0,)):
        super().begin(connections, cpus)
        self.set(MODE=genl.number("MODE_" + self.mode))
        self.before = self.status()
        self.segments = 0

    def row(self, name, rounds, shuffled=False):
        ns, segments = super().row(name, rounds, shuffled)
        self.segments += segments
        return ns, segments

    def longest_ns(self, name):
        self.segments += self.connections
        return super().longest_ns(name)

    def parallel(self, name, rounds, shuffled=False):
        results = super().parallel(name, rounds, shuffled)
        self.segments += sum(segments for _, segments, _ in results)
        return results

    def close(self):
        """The namespace goes with its last user."""
        self.genl.socket.close()
        run("ip", "netns", "del", self.netns)

    def check(self, client, server):
        now = self.status()
        grown = {name: now[name] - self.before[name]
                 for name in ("SEGMENTS", "PASSED", "FLAGGED")}
        if grown != {"SEGMENTS": self.segments, "PASSED": self.segments,
                     "FLAGGED": 0}:
            raise RuntimeError("tcpward counted %s: %s" % (grown, now))
        for end, state in zip(ENDS, (client, server)):
            if now[end] != {genl.number("STATE_" + state): self.connections}:
                raise RuntimeError("tcpward has %s: %s" % (end, now[end]))

    def check_open(self):
        self.check("ESTABLISHED", "ESTABLISHED")

    def check_closed(self):
        self.check("TIME_WAIT", "CLOSED")

    def clear(self):
        self.set(MODE=genl.number("MODE_OFF"))


class Conntrack(Floor):
    """Its hooks are there because a rule wants them; strict."""
    tracked = True
    HASHSIZE = "/sys/module/nf_conntrack/parameters/hashsize"
    LEAST = 1024                # buckets

    def __init__(self, netns="conntrack"):
        super().__init__(netns)
        self.buckets = 0
        run("sysctl", "-q", "-w", "net.netfilter.nf_conntrack_max=%d" % ROOM)
        with inside(netns):
            run("nft", "-f", "-", input="table ip bench { chain input {"
                " type filter hook input priority 0;"
                " ct state invalid drop; }; }")
            run("sysctl", "-q", "-w",
                "net.netfilter.nf_conntrack_tcp_be_liberal=0")
            self.netlink = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW,
                                         NETLINK_NETFILTER)

    def begin(self, connections, cpus=(0,)):
        """With a hash table of the size that suits so many best: a bucket for
        each direction, rounded up. With more, a walk takes longer and a small
        table finds less in the caches; it does not grow by itself."""
        super().begin(connections, cpus)
        wanted = max(self.LEAST,
                     1 << (2 * self.connections - 1).bit_length())
        if wanted == self.buckets:
            return
        with open(self.HASHSIZE, "w") as file:
            file.write(str(wanted))
        self.buckets = wanted

    def fixed_bytes(self):
        """The table that it had before."""
        return 8 * self.buckets

    def check(self, state):
        with inside(self.netns):
            states = harness.conntrack_states(max(self.cpus) + 1)
        if states != {state: self.connections}:
            raise RuntimeError("nf_conntrack has %s" % states)

    def check_open(self):
        self.check("ESTABLISHED")

    def check_closed(self):
        self.check("TIME_WAIT")

    def clear(self):
        """IPCTNL_MSG_CT_DELETE of everything, as `conntrack -F` sends it."""
        body = struct.pack("=BBH", 0, 0, 0)
        self.netlink.send(struct.pack("=IHHII", 16 + len(body), 1 << 8 | 2,
                                      genl.REQUEST | genl.ACK, 1, 0) + body)
        for kind, _, payload in genl.split(self.netlink.recv(4096)):
            code = struct.unpack_from("=i", payload)[0]
            if kind == genl.MSG_ERROR and code:
                raise OSError(-code, "flushing nf_conntrack")
