# SPDX-License-Identifier: GPL-2.0
"""
The bench module from user space, and the network namespaces that it plays
to. A refused packet, or anything else that is not as planned, is an exception.
"""

import glob
import os
import subprocess
import time

from netns import inside

DEVICE = "bench0"
COMMANDS = "/proc/tcpward_bench"
CONNTRACK_STATES = ("NONE", "SYN_SENT", "SYN_RECV", "ESTABLISHED", "FIN_WAIT",
                    "CLOSE_WAIT", "LAST_ACK", "TIME_WAIT", "CLOSE")
FAIR_SERVERS = "/sys/kernel/debug/sched/fair_server/cpu*/runtime"
STALL_MS = 5                # of the one that is made


def run(*command, **options):
    return subprocess.run(command, check=True, text=True,
                          stdout=subprocess.PIPE, **options).stdout


def namespace(netns):
    """One with the device that the bench module asks for."""
    run("ip", "netns", "add", netns)
    with inside(netns):
        run("ip", "link", "add", DEVICE, "type", "dummy")
        run("ip", "link", "set", DEVICE, "up")
        run("ip", "route", "add", "default", "dev", DEVICE)


def command(*words):
    """The answer, as numbers."""
    with open(COMMANDS, "r+b", buffering=0) as file:
        try:
            file.write(" ".join(map(str, words)).encode())
        except OSError as error:
            raise RuntimeError("bench %s: %s; after %s" % (
                " ".join(map(str, words)), error.strerror,
                os.pread(file.fileno(), 256, 0).decode())) from error
        return [int(word) for word in os.pread(file.fileno(), 256, 0).split()]


def _order(name, rounds, shuffled, tracked):
    return (name, "shuffled" if shuffled else "order", rounds,
            "conntrack" if tracked else "hooks")


def row(name, rounds, shuffled=False, tracked=False):
    """(nanoseconds, segments)"""
    return command("row", *_order(name, rounds, shuffled, tracked))[:2]


def longest_ns(name, tracked=False):
    """Of one segment of the row at all hooks; every connection has one."""
    return command("row", *_order(name, 1, False, tracked), "each")[2]


def parallel(cpus, name, rounds, shuffled=False, tracked=False):
    """[(nanoseconds, segments, nanoseconds on the wall)], by CPU"""
    found = command("parallel", cpus[0], len(cpus),
                    *_order(name, rounds, shuffled, tracked))
    each = [tuple(found[i:i + 3]) for i in range(0, len(found), 3)]
    return [each[cpu] for cpu in cpus]


def clock_ns():
    return command("clock")[0]


class Stalls:
    """While a block runs: how long nothing else could."""

    def __enter__(self):
        command("stall", "begin")
        return self

    def __exit__(self, *_):
        softirq_ns, wake_ns, self.wakes = command("stall", "end")
        self.softirq_ms = softirq_ns / 1e6
        self.wake_ms = wake_ns / 1e6


def check_stalls():
    """A stall that is made is seen, and without one there is none. Ordinary
    threads do not get the time that is kept for them beside urgent ones."""
    for path in glob.glob(FAIR_SERVERS):
        with open(path, "w") as file:
            file.write("0")
    with Stalls() as made:
        command("stall", "make", STALL_MS * 10**6)
    if min(made.softirq_ms, made.wake_ms) < STALL_MS * 0.9:
        raise RuntimeError("%d ms in a softirq were seen as %.2f and %.2f" %
                           (STALL_MS, made.softirq_ms, made.wake_ms))
    with Stalls() as none:
        time.sleep(0.5)
    if max(none.softirq_ms, none.wake_ms) > STALL_MS / 2 or none.wakes < 100:
        raise RuntimeError("stalls of %.2f and %.2f ms in a kernel at rest, "
                           "of %d wakes" % (none.softirq_ms, none.wake_ms,
                                            none.wakes))


def conntrack_states(populations=1):
    """{state: connections of so many populations}"""
    counts = command("states", populations)
    return {state: count for state, count in zip(CONNTRACK_STATES, counts)
            if count}


def _meminfo():
    with open("/proc/meminfo") as file:
        return {name: int(rest.split()[0]) * 1024 for name, rest in
                (line.split(":") for line in file)}


def free_bytes():
    return _meminfo()["MemFree"]


def memory_bytes():
    """What is in use, files that are kept for later not counted."""
    fields = _meminfo()
    return (fields["MemTotal"] - fields["MemFree"] - fields["Buffers"] -
            fields["Cached"])
