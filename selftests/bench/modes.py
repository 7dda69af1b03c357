# SPDX-License-Identifier: GPL-2.0
"""
What modes and listeners cost, of few connections. These are small differences:
what counts is that of the least, for whatever disturbs a measurement makes it
longer; and all is repeated by turns wherever there are turns.
"""

import genl
import lives
import table
from harness import run
from netns import inside
from subjects import Tcpward

REPETITIONS = 5
SHORT = 10000           # connections that fit into caches
ROUNDS = 100
LIVES = 5


def data_ns(subject):
    lives.open_all(subject, SHORT)
    ns, segments = subject.row("data", ROUNDS)
    subject.clear()
    return ns / segments


def life_ns(subject):
    """Of segments each of which is a transition, or most."""
    costs = lives.Costs()
    for _ in range(LIVES):
        lives.open_all(subject, SHORT, costs)
        lives.close_all(subject, costs)
        subject.clear()
    total = [sum(column) for column in zip(*costs.rows.values())]
    return total[0] / total[1]


def _difference(name, without, having, **more):
    return table.row(name, SHORT, "ns", [
        one - other for one, other in zip(sorted(having), sorted(without))],
        5, typical=lambda _: min(having) - min(without), **more)


def observe(ours):
    """As part of enforce."""
    observing = Tcpward("observe", "OBSERVE")
    found = [(data_ns(observing), data_ns(ours)) for _ in range(REPETITIONS)]
    one, other = map(min, zip(*found))
    return table.row("observe", SHORT, "of-enforce",
                     [one / other for one, other in found], 1.05,
                     typical=lambda _: one / other)


def off(floor):
    """Loaded and off, less without the module."""
    loaded = [data_ns(floor) for _ in range(REPETITIONS)]
    run("rmmod", "tcpward")
    alone = [data_ns(floor) for _ in range(REPETITIONS)]
    run("insmod", "/run/vm/tcpward.ko", "mode=off")
    return _difference("off", alone, loaded)


def _events(netns):
    """Nanoseconds before anybody has listened, meanwhile, and after that."""
    subject = Tcpward(netns)
    before = life_ns(subject)
    with inside(netns):
        listener = genl.Genl()
        listener.join("transitions")
    heard = life_ns(subject)
    listener.socket.close()
    after = life_ns(subject)
    subject.close()
    return before, heard, after


def events():
    """That somebody listened costs nothing once nobody does. What it costs as
    long as somebody does shows that this would be seen."""
    before, heard, after = zip(*(_events("events%d" % i)
                                 for i in range(REPETITIONS)))
    listening = min(heard) - min(before)
    if listening < 50:
        raise RuntimeError("a listener costs %.1f ns: was there one?" %
                           listening)
    return _difference("events", before, after, heard=round(listening, 1))


def rows(floor, ours):
    yield observe(ours)
    yield events()
    yield off(floor)
