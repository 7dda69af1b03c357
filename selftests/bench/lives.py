# SPDX-License-Identifier: GPL-2.0
"""
The life of many connections, segment by segment, played to each subject in
turn: what every kind of segment cost.
"""

import sys

import table

SMALLEST = 1000         # connections: with fewer a pass is too short to time

OPENING = (("new-syn", "syn"), ("syn-ack", "syn-ack"),
           ("third-ack", "third-ack"))
LASTING = (("data-sequential", "data", 1, False),
           ("data-random", "data", 1, True),
           ("data-out-of-order", "out-of-order", 3, False),
           ("bare-ack", "ack", 1, False))
CLOSING = (("fin", "fin"), ("last-ack", "last-ack"))


class Plan:
    """How much of it: `steady` segments of a row that leaves connections as
    they are, `passing` of one that does not."""

    def __init__(self, unit, repetitions, steady, passing):
        self.unit = unit
        self.repetitions = repetitions
        self.steady = steady
        self.passing = passing


class Costs:
    """Of one subject in one repetition: {row: [units, segments]}"""

    def __init__(self):
        self.rows = {}

    def add(self, row, units, segments):
        total = self.rows.setdefault(row, [0, 0])
        total[0] += units
        total[1] += segments

    def each(self):
        """(row, units per segment)"""
        for row, (units, segments) in self.rows.items():
            yield row, units / segments


def _lasting(plan, subject, costs):
    for row, name, steps, shuffled in LASTING:
        rounds = max(2, plan.steady // subject.connections // steps)
        costs.add(row, *subject.row(name, rounds, shuffled))


def open_all(subject, connections, costs=None):
    subject.begin(connections)
    for row, name in OPENING:
        cost = subject.row(name, 1)
        if costs:
            costs.add(row, *cost)
    subject.check_open()


def close_all(subject, costs=None):
    for row, name in CLOSING:
        cost = subject.row(name, 1)
        if costs:
            costs.add(row, *cost)


def _repetition(plan, subject, connections):
    costs = Costs()
    lives = max(1, plan.passing // connections)
    for i in range(lives if connections >= SMALLEST else 1):
        open_all(subject, connections, costs)
        if not i:
            _lasting(plan, subject, costs)
        close_all(subject, costs)
        subject.check_closed()
        costs.add("teardown", subject.clear_timed(), connections)
    return costs


def _wanted(row, connections):
    """A pass over few connections is shorter than the clock is exact."""
    return connections >= SMALLEST or row in (name[0] for name in LASTING)


def _compare(plan, subjects, connections):
    """{row: {subject: [units per segment, one a repetition]}}"""
    found = {}
    for i in range(plan.repetitions):
        for name, subject in subjects.items():
            print("K=%d, %d of %d: %s" % (connections, i + 1,
                                          plan.repetitions, name),
                  file=sys.stderr)
            for row, cost in _repetition(plan, subject, connections).each():
                if _wanted(row, connections):
                    found.setdefault(row, {}).setdefault(name,
                                                         []).append(cost)
    return found


def rows(plan, subjects, connections):
    """`subjects`: {"floor", "ours", "theirs"}"""
    for row, costs in _compare(plan, subjects, connections).items():
        yield table.segment_row(row, connections, plan.unit, costs)
