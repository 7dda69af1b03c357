# SPDX-License-Identifier: GPL-2.0
"""
What is done to all connections at once, beside the rows of segments. Times are
those of the clock on the wall, in milliseconds, unless they are of a stall.
"""

import json
import os
import statistics
import subprocess
import threading
import time

import harness
import lives
import table
from harness import run
from netns import inside
from subjects import Tcpward

REPETITIONS = 3         # of what takes long
LIMIT_S = 60            # for what is far over its bound
FEW = "sport", "=", ":10000"    # the first connection of each client
FIRST_PORT = 10000
CLIENT = 50000          # connections that one client has
SMALL = 10000           # connections of a small table
MSL_MS = 4000           # TIME-WAIT lasts longer than it takes to get there
SAMPLE_S = 0.02


def timed_ms(netns, *command):
    """(milliseconds, largest memory in KiB)"""
    with inside(netns):
        start = time.monotonic()
        child = subprocess.Popen(command, stdout=subprocess.DEVNULL,
                                 stderr=subprocess.DEVNULL)
        limit = threading.Timer(LIMIT_S, child.kill)
        limit.start()
        _, status, usage = os.wait4(child.pid, 0)
        took = (time.monotonic() - start) * 1000
        limit.cancel()
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode and took < LIMIT_S * 1000:
        raise RuntimeError("%s: exit %d" % (command, child.returncode))
    return took, usage.ru_maxrss


def repeated_ms(netns, *command):
    return [timed_ms(netns, *command)[0] for _ in range(REPETITIONS)]


def lines(netns, *command):
    with inside(netns):
        with subprocess.Popen(command, stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL) as child:
            return sum(1 for _ in child.stdout)


# --- lists ----------------------------------------------------------------

LIST = "tcpward", "list", "-J"
PEER = "conntrack", "-L", "-o", "extended"


def _check_lists(ours, theirs, k):
    for netns, command in (ours.netns, LIST), (theirs.netns, PEER):
        found = lines(netns, *command)
        if found < k:
            raise RuntimeError("%s shows %d of %d" % (command, found, k))
    found = lines(ours.netns, *LIST, *FEW)
    if found != -(-k // CLIENT):
        raise RuntimeError("the filter shows %d" % found)


def _small_list_kib(ours):
    lives.open_all(ours, SMALL)
    kib = timed_ms(ours.netns, *LIST)[1]
    ours.clear()
    return kib


def listing(ours, theirs, k):
    small_kib = _small_list_kib(ours)
    lives.open_all(ours, k)
    lives.open_all(theirs, k)
    _check_lists(ours, theirs, k)
    whole = repeated_ms(ours.netns, *LIST)
    yield table.row("list", k, "ms", whole, 0.2,
                    repeated_ms(theirs.netns, *PEER), on="ratio")
    part = [few / statistics.median(whole)
            for few in repeated_ms(ours.netns, *LIST, *FEW)]
    yield table.row("list-filtered", k, "of-list", part, 0.1)
    kib = timed_ms(ours.netns, *LIST)[1]
    yield table.row("list-memory", k, "KiB", kib, 16384)
    yield table.row("list-memory-more", k, "KiB", kib - small_kib, 256)
    ours.clear()
    theirs.clear()


# --- all at an end --------------------------------------------------------

def _forget_ms(ours):
    took, _ = timed_ms(ours.netns, "tcpward", "forget", "--yes", "state",
                       "all")
    if took < LIMIT_S * 1000 and ours.status()["CONNECTIONS"]:
        raise RuntimeError("something was not forgotten")
    ours.clear()
    return took


def _flush_ms(theirs):
    start = time.monotonic()
    theirs.clear()
    return (time.monotonic() - start) * 1000


def forgetting(ours, theirs, k):
    took, peer = [], []
    for _ in range(REPETITIONS):
        for subject, figures, end in ((ours, took, _forget_ms),
                                      (theirs, peer, _flush_ms)):
            lives.open_all(subject, k)
            figures.append(end(subject))
    yield table.row("forget", k, "ms", took, 2000, theirs=peer)


def _due_s(ours, index):
    """When the record of a connection should leave."""
    with inside(ours.netns):
        said = run(*LIST, "src", "10.0.0.%d" % (1 + index // CLIENT), "and",
                   "sport", "=", ":%d" % (FIRST_PORT + index % CLIENT))
    now = time.monotonic()
    found = [json.loads(line) for line in said.splitlines()]
    left_ms = [entry["expires_ms"] for entry in found
               if "expires_ms" in entry]
    if len(left_ms) != 1:
        raise RuntimeError("connection %d is shown as %s" % (index, said))
    return now + left_ms[0] / 1000


def _latest_ms(ours, k):
    """How late connections leave at most. They are due in the order in which
    they were closed, as evenly as they were."""
    first, last = _due_s(ours, 0), _due_s(ours, k - 1)
    late, left = [], k
    if time.monotonic() > first:
        raise RuntimeError("the first record is due before the last is closed")
    while left:
        time.sleep(SAMPLE_S)
        left = ours.status()["CONNECTIONS"]
        due = first + (last - first) * (k - left) / k
        late.append(time.monotonic() - due)
    return max(late) * 1000


def _expiry(ours, k):
    """(milliseconds late, stalls)"""
    lives.open_all(ours, k)
    lives.close_all(ours)
    ours.check_closed()
    with harness.Stalls() as stalls:
        late_ms = _latest_ms(ours, k)
        harness.clock_ns()      # not before the memory is free
    ours.clear()
    return late_ms, stalls


def expiry(ours, k):
    ours.set(MSL_MS=MSL_MS)
    late, stalls = zip(*(_expiry(ours, k) for _ in range(REPETITIONS)))
    ours.set(MSL_MS=60000)
    yield table.row("expiry-late", k, "ms", late, 1000, typical=max)
    yield table.row("expiry-softirq", k, "ms",
                    [stall.softirq_ms for stall in stalls], 2, typical=max)
    yield table.row("expiry-stall", k, "ms",
                    [stall.wake_ms for stall in stalls], 2, typical=max)


# --- all at a beginning ---------------------------------------------------

def _growth(k):
    """(milliseconds of the longest segment, of the longest stall), in a
    namespace whose table was never large."""
    fresh = Tcpward("growth")
    fresh.begin(k)
    with harness.Stalls() as stalls:
        longest_ms = fresh.longest_ns("syn") / 1e6
        time.sleep(1)           # what grows behind it
    found = fresh.status()["CONNECTIONS"]
    if found != k:
        raise RuntimeError("%d connections of %d" % (found, k))
    fresh.clear()
    fresh.close()
    return longest_ms, max(stalls.wake_ms, stalls.softirq_ms)


def growth(k):
    longest, stalls = zip(*(_growth(k) for _ in range(REPETITIONS)))
    yield table.row("growth-segment", k, "ms", longest, 5, typical=max)
    yield table.row("growth-stall", k, "ms", stalls, 5, typical=max)


def rows(ours, theirs, k):
    yield from listing(ours, theirs, k)
    yield from forgetting(ours, theirs, k)
    yield from expiry(ours, k)
    yield from growth(k)
