# SPDX-License-Identifier: GPL-2.0
"""
Rows as build/bench.json has them, and as people read them. Bounds are those
that the project has set itself.
"""

import json
import os
import statistics
import sys

BOUND_RATIO = 0.6       # of a segment, or a connection, of nf_conntrack's
BOUND_BYTES = 256       # of a connection
BOUND_INSTRUCTIONS = 10000  # added to a connection of ten segments

HEAD = ("row", "K", "unit", "ours", "min-max", "theirs", "min-max", "floor",
        "ratio", "net", "bound", "")
LEFT = 0, 2, 11         # columns of words

# What a bound is put to, and whether that holds.
HOLDS = {
    "ours": lambda row: row["ours"] <= row["bound"],
    "ratio": lambda row: row["ratio"] <= row["bound"],
    "least": lambda row: row["ours"] >= row["bound"],
    "least-and-peer": lambda row: row["ours"] >= max(row["bound"],
                                                     row["theirs"]),
}


def _digits(value):
    """As exact as a figure of that size is worth."""
    return round(value, 1 if abs(value) >= 100 else 3)


def _spread(row, name, values):
    row[name + "_min"] = _digits(min(values))
    row[name + "_max"] = _digits(max(values))


def _several(values):
    return values if isinstance(values, (list, tuple)) else [values]


def row(name, k, unit, ours, bound, theirs=None, on="ours",
        typical=statistics.median, **more):
    """`ours` and `theirs`: one figure, or that of each repetition, of which
    `typical` makes the one that counts."""
    ours = _several(ours)
    made = {"row": name, "k": k, "unit": unit, "ours": typical(ours),
            "theirs": None, "ratio": None, "bound": bound, "bound_on": on}
    _spread(made, "ours", ours)
    if theirs is not None:
        theirs = _several(theirs)
        made["theirs"] = typical(theirs)
        made["ratio"] = made["ours"] / made["theirs"]
        _spread(made, "theirs", theirs)
    made["ok"] = HOLDS[on](made)
    for figure in "ours", "theirs", "ratio":
        if made[figure] is not None:
            made[figure] = _digits(made[figure])
    made.update(more)
    return made


def segment_row(name, k, unit, costs):
    """`costs`: {subject: cost of a segment in each repetition}"""
    ours, theirs, floor = (statistics.median(costs[subject])
                           for subject in ("ours", "theirs", "floor"))
    return row(name, k, unit, costs["ours"], BOUND_RATIO, costs["theirs"],
               on="ratio", floor=_digits(floor),
               ratio_net=_digits((ours - floor) / (theirs - floor)))


def _range(row, name):
    low, high = row.get(name + "_min"), row.get(name + "_max")
    if low is None or low == high:
        return ""
    return "%s-%s" % (_number(low), _number(high))


def _number(value, digits=None):
    """Small ones have a fraction that counts."""
    if value is None:
        return ""
    if digits is None:
        digits = 0 if abs(value) >= 10 else 2
    return "%.*f" % (digits, value)


def _bound(row):
    least = row["bound_on"].startswith("least")
    return "%s%g" % (">=" if least else "", row["bound"])


def _cells(row):
    return (row["row"], "%d" % row["k"], row["unit"],
            _number(row["ours"]), _range(row, "ours"),
            _number(row["theirs"]), _range(row, "theirs"),
            _number(row.get("floor")), _number(row["ratio"], 2),
            _number(row.get("ratio_net"), 2), _bound(row),
            "ok" if row["ok"] else "MISSED")


def _lines(document):
    """Cells of all lines, the head first, all in columns."""
    lines = [HEAD] + [_cells(row) for row in document["rows"]]
    widths = [max(len(line[i]) for line in lines) for i in range(len(HEAD))]
    for line in lines:
        yield [cell.ljust(width) if i in LEFT else cell.rjust(width)
               for i, (cell, width) in enumerate(zip(line, widths))]


def text(document):
    """For the screen."""
    yield "Linux %s" % document["kernel"]
    for line in _lines(document):
        yield "  ".join(line).rstrip()
    missed = sum(not row["ok"] for row in document["rows"])
    yield "%d rows, %d missed their bound" % (len(document["rows"]), missed)


def rst(document):
    """For Documentation/performance.rst. An empty first cell would be part of
    the line above, and other empty ones are no text."""
    lines = list(_lines(document))
    border = "  ".join("=" * max(len(cell), 1) for cell in lines[0])
    yield border
    for i, line in enumerate(lines):
        yield "  ".join(line).rstrip()
        if not i:
            yield border
    yield border


def gather(rows):
    """A document. The rows take their time: each is told when it is there."""
    document = {"schema_version": 1, "kernel": os.uname().release, "rows": []}
    for row in rows:
        document["rows"].append(row)
        print("  ".join(filter(None, _cells(row))), file=sys.stderr)
    return document


def leave(path, document):
    with open(path, "w") as file:
        json.dump(document, file, indent=1)
        file.write("\n")


def join(documents):
    """One of several, of the kernel of the first."""
    whole = dict(documents[0])
    whole["rows"] = [
        row if document["kernel"] == whole["kernel"] else
        dict(row, kernel=document["kernel"])
        for document in documents for row in document["rows"]]
    return whole
