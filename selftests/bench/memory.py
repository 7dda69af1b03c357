# SPDX-License-Identifier: GPL-2.0
"""What connections take of the memory, whatever it was allocated for."""

import os
import time

import harness
import lives
import table
from harness import run
from subjects import Tcpward

REPETITIONS = 2         # there is hardly a spread
SETTLE_S = 1            # tables that grow behind the last connection
PART = 0.8              # of the free memory
CHUNK = 1 << 20
SCRATCH = "/tmp/bench-touch"


def touch():
    """Use the memory once. The machine below provides a page when it is used
    for the first time, and that is not to be paid by who comes first."""
    os.mkdir(SCRATCH)
    run("mount", "-n", "-t", "tmpfs", "-o", "size=100%", "tmpfs", SCRATCH)
    with open(SCRATCH + "/file", "wb", buffering=0) as file:
        for _ in range(int(harness.free_bytes() * PART) // CHUNK):
            file.write(bytes(CHUNK))
    run("umount", "-n", SCRATCH)


def octets(subject, connections):
    """Per connection."""
    subject.begin(connections)  # what it has whoever comes
    harness.clock_ns()          # what was given back before is there
    before = harness.memory_bytes()
    lives.open_all(subject, connections)
    time.sleep(SETTLE_S)
    harness.clock_ns()
    used = harness.memory_bytes() - before
    subject.clear()
    return (used + subject.fixed_bytes()) / connections


def octets_anew(connections):
    """In a namespace whose table was never large: a table stays so."""
    fresh = Tcpward("memory")
    found = octets(fresh, connections)
    fresh.close()
    return found


def rows(theirs, k):
    found = [[octets_anew(k) for _ in range(REPETITIONS)],
             [octets(theirs, k) for _ in range(REPETITIONS)]]
    yield table.row("memory", k, "bytes", found[0], table.BOUND_BYTES,
                    theirs=found[1])
