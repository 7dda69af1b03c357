# SPDX-License-Identifier: GPL-2.0
"""
Rows as build/bench.json has them, and as people read them. Bounds are those
that the project has set itself.
"""

import json
import os
import sys

BOUND_RATIO = 0.6       # of a segment, or a connection, of nf_conntrack's
BOUND_BYTES = 256       # of a connection
BOUND_INSTRUCTIONS = 10000  # added to a connection of ten segments

HEAD = ("row", "K", "unit", "ours", "min-max", "theirs", "min-max", "floor",
        "ratio", "net", "bound", "")


def segment_row(row, k, unit, costs):
    """`costs`: {subject: {median, min, max}}"""
    ours, theirs, floor = (costs[name] for name in ("ours", "theirs",
                                                    "floor"))
    ratio = ours["median"] / theirs["median"]
    net = ((ours["median"] - floor["median"]) /
           (theirs["median"] - floor["median"]))
    return {
        "row": row, "k": k, "unit": unit,
        "ours": round(ours["median"], 1), "theirs": round(theirs["median"], 1),
        "ratio": round(ratio, 3), "bound": BOUND_RATIO,
        "ok": ratio <= BOUND_RATIO,
        "ours_min": round(ours["min"], 1), "ours_max": round(ours["max"], 1),
        "theirs_min": round(theirs["min"], 1),
        "theirs_max": round(theirs["max"], 1),
        "floor": round(floor["median"], 1), "ratio_net": round(net, 3),
    }


def row(name, k, unit, ours, bound, theirs=None):
    """The bound is on ours, but for `list`, where it is on the ratio."""
    ratio = None if theirs is None else ours / theirs
    return {
        "row": name, "k": k, "unit": unit, "ours": round(ours, 3),
        "theirs": None if theirs is None else round(theirs, 3),
        "ratio": None if ratio is None else round(ratio, 3), "bound": bound,
        "ok": (ratio if name == "list" else ours) <= bound,
    }


def _range(row, name):
    if name + "_min" not in row:
        return ""
    return "%.0f-%.0f" % (row[name + "_min"], row[name + "_max"])


def _number(value, digits=None):
    """Small ones have a fraction that counts."""
    if value is None:
        return ""
    if digits is None:
        digits = 0 if abs(value) >= 10 else 2
    return "%.*f" % (digits, value)


def _cells(row):
    return (row["row"], "%d" % row["k"], row["unit"],
            _number(row["ours"]), _range(row, "ours"),
            _number(row["theirs"]), _range(row, "theirs"),
            _number(row.get("floor")), _number(row["ratio"], 2),
            _number(row.get("ratio_net"), 2), "%g" % row["bound"],
            "ok" if row["ok"] else "MISSED")


def _draw(document):
    """The table, as lines."""
    lines = [HEAD] + [_cells(row) for row in document["rows"]]
    widths = [max(len(line[i]) for line in lines) for i in range(len(HEAD))]
    yield "Linux %s" % document["kernel"]
    for line in lines:
        yield "  ".join(
            cell.ljust(width) if i in (0, 2, 11) else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(line, widths))).rstrip()
    missed = sum(not row["ok"] for row in document["rows"])
    yield "%d rows, %d missed their bound" % (len(document["rows"]), missed)


def publish(path, rows):
    """Print the table, and leave it in a file. The rows take their time: each
    is told when it is there."""
    document = {"schema_version": 1, "kernel": os.uname().release, "rows": []}
    for row in rows:
        document["rows"].append(row)
        print("  ".join(filter(None, _cells(row))), file=sys.stderr)
    with open(path, "w") as file:
        json.dump(document, file, indent=1)
        file.write("\n")
    for line in _draw(document):
        print(line)
