# SPDX-License-Identifier: GPL-2.0
"""
Rows as build/bench.json has them, and as people read them. Bounds are those
that the project has set itself.
"""

BOUND_RATIO = 0.6       # of a segment, or a connection, of nf_conntrack's
BOUND_BYTES = 256       # of a connection

HEAD = ("row", "K", "unit", "ours", "min-max", "theirs", "min-max", "floor",
        "ratio", "net", "bound", "")


def time_row(row, k, costs):
    """`costs`: {subject: {median, min, max}} in nanoseconds"""
    ours, theirs, floor = (costs[name] for name in ("ours", "theirs",
                                                    "floor"))
    ratio = ours["median"] / theirs["median"]
    net = ((ours["median"] - floor["median"]) /
           (theirs["median"] - floor["median"]))
    return {
        "row": row, "k": k, "unit": "ns",
        "ours": round(ours["median"], 1), "theirs": round(theirs["median"], 1),
        "ratio": round(ratio, 3), "bound": BOUND_RATIO,
        "ok": ratio <= BOUND_RATIO,
        "ours_min": round(ours["min"], 1), "ours_max": round(ours["max"], 1),
        "theirs_min": round(theirs["min"], 1),
        "theirs_max": round(theirs["max"], 1),
        "floor": round(floor["median"], 1), "ratio_net": round(net, 3),
    }


def memory_row(k, ours, theirs):
    return {
        "row": "memory", "k": k, "unit": "bytes",
        "ours": round(ours, 1), "theirs": round(theirs, 1),
        "ratio": round(ours / theirs, 3), "bound": BOUND_BYTES,
        "ok": ours <= BOUND_BYTES,
    }


def _range(row, name):
    if name + "_min" not in row:
        return ""
    return "%.0f-%.0f" % (row[name + "_min"], row[name + "_max"])


def _number(value, digits=0):
    return "" if value is None else "%.*f" % (digits, value)


def _cells(row):
    return (row["row"], "%d" % row["k"], row["unit"],
            _number(row["ours"]), _range(row, "ours"),
            _number(row["theirs"]), _range(row, "theirs"),
            _number(row.get("floor")), _number(row["ratio"], 2),
            _number(row.get("ratio_net"), 2), "%g" % row["bound"],
            "ok" if row["ok"] else "MISSED")


def draw(document):
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
