# SPDX-License-Identifier: GPL-2.0
"""
How many transitions a second reach `tcpward watch -J`: connections open and
close at a pace, and every one of their transitions must be in its output, or
in what it says it has lost.
"""

import json
import os
import subprocess
import time

import harness
import table
from netns import inside

BOUND = 100000          # a second
OFFERED = 120000
SECONDS = 3
REPETITIONS = 3
BATCH = 250             # connections
OUTPUT = "/tmp/bench-watch"     # in memory
QUIET_S = 0.5           # without a word: it has said all
LIMIT_S = 60
LIFE = "syn", "syn-ack", "third-ack", "fin", "last-ack"


class Watch:
    """The tool, in a namespace, and what it has written."""

    def __init__(self, netns):
        self.file = open(OUTPUT, "w")
        with inside(netns):
            self.child = subprocess.Popen(("tcpward", "watch", "-J"),
                                          stdout=self.file)

    def settle(self):
        """When it wrote something for the last time."""
        size, last = -1, time.monotonic()
        while time.monotonic() - last < QUIET_S:
            now = os.stat(OUTPUT).st_size
            if now != size:
                size, last = now, time.monotonic()
            time.sleep(0.01)
        return last

    def end(self):
        """(transitions, those it has lost)"""
        self.child.terminate()
        if self.child.wait(LIMIT_S):
            raise RuntimeError("tcpward watch: exit %d" %
                               self.child.returncode)
        self.file.close()
        seen = lost = 0
        with open(OUTPUT) as file:
            for line in file:
                event = json.loads(line)
                seen += event["type"] == "transition"
                if event["type"] == "lost":
                    lost += event["count"] or 0
        os.unlink(OUTPUT)
        return seen, lost


def _play(subject, first, connections):
    with inside(subject.netns):
        harness.command("begin", connections, first)
        for name in LIFE:
            harness.row(name, 1)


def _listening(subject, watch):
    """The tool has joined when a life reaches it. Numbers of connections that
    were used."""
    for first in range(0, 1000 * BATCH, BATCH):
        _play(subject, first, BATCH)
        time.sleep(0.05)
        if os.stat(OUTPUT).st_size:
            watch.settle()
            return first + BATCH
    raise RuntimeError("tcpward watch hears nothing")


def _per_life(subject):
    """Transitions of one connection, of a few, none of which is lost."""
    subject.begin(1)
    watch = Watch(subject.netns)
    used = _listening(subject, watch)
    size = os.stat(OUTPUT).st_size
    _play(subject, used, BATCH)
    watch.settle()
    with open(OUTPUT) as file:
        file.seek(size)
        seen = sum(json.loads(line)["type"] == "transition" for line in file)
    watch.end()
    subject.clear()
    if not seen or seen % BATCH:
        raise RuntimeError("%d connections: %d transitions" % (BATCH, seen))
    return seen // BATCH


def _pour(subject, first, per_life):
    """Connections played, at the pace that is offered or as fast as it
    goes."""
    start, done = time.monotonic(), 0
    while time.monotonic() - start < SECONDS:
        ahead = start + done * per_life / OFFERED - time.monotonic()
        if ahead > 0:
            time.sleep(ahead)
        _play(subject, first + done, BATCH)
        done += BATCH
    return done


def _repetition(subject, per_life):
    """(transitions a second, lost)"""
    subject.begin(1)
    watch = Watch(subject.netns)
    used = _listening(subject, watch)
    before = os.stat(OUTPUT).st_size
    start = time.monotonic()
    done = _pour(subject, used, per_life)
    took = watch.settle() - start
    # The gap that an overflow has left shows when something follows.
    _play(subject, used + done, BATCH)
    watch.settle()
    with open(OUTPUT) as file:
        early = sum(1 for line in file.read(before).splitlines())
    seen, lost = watch.end()
    subject.clear()
    seen -= early
    sent = (done + BATCH) * per_life
    if seen + lost != sent:
        raise RuntimeError("of %d transitions, tcpward watch has told %d and "
                           "lost %d" % (sent, seen, lost))
    return (seen - BATCH * per_life) / took, lost


def rows(ours):
    per_life = _per_life(ours)
    found = [_repetition(ours, per_life) for _ in range(REPETITIONS)]
    rates, lost = zip(*found)
    yield table.row("transitions", 0, "per-s", rates, BOUND, on="least",
                    lost=max(lost))
