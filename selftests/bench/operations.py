# SPDX-License-Identifier: GPL-2.0
"""
What is done to all connections at once, and what the modes cost: rows beside
those of segments. Times are those of the clock on the wall, in milliseconds.
"""

import os
import statistics
import subprocess
import time

import lives
import table
from harness import run
from netns import inside
from subjects import Tcpward

REPETITIONS = 5
LISTINGS = 3            # of all connections, which takes long
LIMIT_S = 60            # for what is far over its bound
FEW = "sport", "=", ":10000"    # the first connection of each client
CLIENT = 50000          # connections that one client has
MSL_MS = 10000          # TIME-WAIT lasts longer than it takes to get there
SHORT = 10000           # connections that fit into caches


def timed_ms(netns, *command):
    """(milliseconds, largest memory in KiB)"""
    with inside(netns):
        start = time.monotonic()
        child = subprocess.Popen(("timeout", str(LIMIT_S)) + command,
                                 stdout=subprocess.DEVNULL,
                                 stderr=subprocess.DEVNULL)
        _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    took = (time.monotonic() - start) * 1000
    if child.returncode and took < LIMIT_S * 1000:
        raise RuntimeError("%s: exit %d" % (command, child.returncode))
    return took, usage.ru_maxrss


def median_ms(netns, *command):
    return statistics.median(timed_ms(netns, *command)[0]
                             for _ in range(LISTINGS))


def lines(netns, *command):
    with inside(netns):
        with subprocess.Popen(command, stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL) as child:
            return sum(1 for _ in child.stdout)


def listing(ours, theirs, k):
    """Ours has `k` connections, and so has theirs."""
    mine = "tcpward", "list", "-J"
    peer = "conntrack", "-L", "-o", "extended"
    for netns, command in (ours.netns, mine), (theirs.netns, peer):
        found = lines(netns, *command)
        if found < k:
            raise RuntimeError("%s shows %d of %d" % (command, found, k))
    found = lines(ours.netns, *mine, *FEW)
    if found != -(-k // CLIENT):
        raise RuntimeError("the filter shows %d" % found)
    whole = median_ms(ours.netns, *mine)
    yield table.row("list", k, "ms", whole, 0.2,
                    theirs=median_ms(theirs.netns, *peer))
    yield table.row("list-filtered", k, "of-list",
                    median_ms(ours.netns, *mine, *FEW) / whole, 0.1)
    yield table.row("list-memory", k, "KiB",
                    timed_ms(ours.netns, *mine)[1], 16384)


def forgetting(ours, theirs, k):
    def flush():
        start = time.monotonic()
        theirs.clear()
        return (time.monotonic() - start) * 1000

    took, _ = timed_ms(ours.netns, "tcpward", "forget", "--yes", "state",
                       "all")
    if took < LIMIT_S * 1000 and ours.status()["CONNECTIONS"]:
        raise RuntimeError("something was not forgotten")
    yield table.row("forget", k, "ms", took, 2000, theirs=flush())


def expiry(ours, k):
    """How late the last record leaves that is in TIME-WAIT."""
    ours.set(MSL_MS=MSL_MS)
    lives.open_all(ours, k)
    lives.close_all(ours)
    due = time.monotonic() + 2 * MSL_MS / 1000
    ours.check_closed()
    while ours.status()["CONNECTIONS"]:
        time.sleep(0.05)
    late = max(0, time.monotonic() - due) * 1000
    ours.clear()
    ours.set(MSL_MS=60000)
    yield table.row("expiry-late", k, "ms", late, 1000)


def data_ns(subject):
    """Nanoseconds per segment, of few connections."""
    lives.open_all(subject, SHORT)
    ns, segments = subject.row("data", 100)
    subject.clear()
    return ns / segments


def modes(floor, ours):
    """What observe costs beside enforce, and a module that is off."""
    observing = Tcpward("observe", "OBSERVE")
    pairs = [(data_ns(observing), data_ns(ours)) for _ in range(REPETITIONS)]
    ratio = statistics.median(one / other for one, other in pairs)
    yield table.row("observe", SHORT, "of-enforce", ratio, 1.05)
    loaded = [data_ns(floor) for _ in range(REPETITIONS)]
    run("rmmod", "tcpward")
    alone = [data_ns(floor) for _ in range(REPETITIONS)]
    run("insmod", "/run/vm/tcpward.ko", "mode=off")
    yield table.row("off", SHORT, "ns", statistics.median(loaded) -
                    statistics.median(alone), 5)


def rows(floor, ours, theirs, k):
    lives.open_all(ours, k)
    lives.open_all(theirs, k)
    yield from listing(ours, theirs, k)
    yield from forgetting(ours, theirs, k)
    ours.clear()
    yield from expiry(ours, k)
    yield from modes(floor, ours)
