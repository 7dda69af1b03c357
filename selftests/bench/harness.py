# SPDX-License-Identifier: GPL-2.0
"""
The bench module from user space, and the network namespaces that it plays
to. A refused packet, or anything else that is not as planned, is an exception.
"""

import os
import subprocess

from netns import inside

DEVICE = "bench0"
COMMANDS = "/proc/tcpward_bench"
CONNTRACK_STATES = ("NONE", "SYN_SENT", "SYN_RECV", "ESTABLISHED", "FIN_WAIT",
                    "CLOSE_WAIT", "LAST_ACK", "TIME_WAIT", "CLOSE")


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


def row(name, rounds, shuffled=False, tracked=False):
    """(nanoseconds, segments)"""
    return command("row", name, "shuffled" if shuffled else "order", rounds,
                   "conntrack" if tracked else "hooks")


def clock_ns():
    return command("clock")[0]


def conntrack_states():
    """{state: connections of the population}"""
    counts = command("states")
    return {state: count for state, count in zip(CONNTRACK_STATES, counts)
            if count}


def memory_bytes():
    """What is in use, files that are kept for later not counted."""
    fields = {}
    with open("/proc/meminfo") as file:
        for line in file:
            name, value = line.split(":")
            fields[name] = int(value.split()[0]) * 1024
    return (fields["MemTotal"] - fields["MemFree"] - fields["Buffers"] -
            fields["Cached"])
