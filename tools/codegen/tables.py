#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Print the C tables that come from the netlink spec.

usage: tables.py reasons|reasons-rst|knobs-h|knobs-c SPEC

reasons      names, rules, sources and texts of all reasons
reasons-rst  the same as a document
knobs-h      struct tcpw_config, one member per configuration key
knobs-c      names, ranges, defaults and texts of all keys
"""

import re
import sys

import yaml

HEAD = """\
/* SPDX-License-Identifier: GPL-2.0 */
/* Generated from Documentation/netlink/specs/tcpward.yaml: do not edit. */
"""

NOT_KEYS = {"enforcing-ms", "pad", "abi", "adopt-ms", "pressed-ms"}


def c_name(name):
    return name.upper().replace("-", "_")


def quote(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def definition(spec, name):
    return next(d for d in spec["definitions"] if d["name"] == name)


def entry_name(entry):
    return entry if isinstance(entry, str) else entry["name"]


def reasons(spec):
    for entry in definition(spec, "reason")["entries"]:
        head, seen, innocent = entry["doc"].rstrip("\n").split("\n")
        rule, source, kind = (part.strip() for part in head.split("|"))
        yield entry["name"], rule, source, kind, seen, innocent


def print_reasons(spec):
    print(HEAD + '#include "core/core.h"\n')
    print("const struct tcpw_reason tcpw_reasons[TCPWARD_REASON_MAX + 1] = {")
    for name, rule, source, kind, seen, innocent in reasons(spec):
        print(f"\t[TCPWARD_REASON_{c_name(name)}] = {{")
        print(f"\t\t.name = {quote(name)},")
        print(f"\t\t.rule = {quote(rule)},")
        print(f"\t\t.source = {quote(source)},")
        print(f"\t\t.class = TCPWARD_REASON_CLASS_{c_name(kind)},")
        print(f"\t\t.seen = {quote(seen)},")
        print(f"\t\t.innocent = {quote(innocent)},")
        print("\t},")
    print("};")


RST_HEAD = """\
.. SPDX-License-Identifier: GPL-2.0
.. Printed by tools/codegen/tables.py: do not edit.

=======
Reasons
=======

Every segment that is refused (drop) or forwarded without being tracked
(quiet) has exactly one reason; a flag says what is remarkable about a segment
that passes. Rule numbers are those of the behaviour specification.
``tcpward explain REASON`` prints the same.
"""


def print_reasons_rst(spec):
    print(RST_HEAD)
    for name, rule, source, kind, seen, innocent in reasons(spec):
        if kind == "none":
            continue
        print(f"{name}\n{'-' * len(name)}\n")
        print(f":class: {kind}\n:rule: {rule}\n:source: {source}\n")
        print(f"{seen}\n\nInnocent cause: {innocent}\n")


def keys(spec):
    attrs = next(s for s in spec["attribute-sets"] if s["name"] == "config")
    return [a for a in attrs["attributes"] if a["name"] not in NOT_KEYS]


def default_of(spec, attr):
    doc, tail = attr["doc"].rstrip("\n").rsplit("\n", 1)
    match = re.fullmatch(r"default (\S+?)(?:, unit (\w+))?", tail)
    value, unit = match.group(1), match.group(2) or "none"
    if "enum" in attr:
        value = f"TCPWARD_{c_name(attr['enum'])}_{c_name(value)}"
    return doc.strip(), value, unit


def print_knobs_h(spec):
    print(HEAD + "#ifndef TCPW_CORE_KNOBS_GEN_H\n#define TCPW_CORE_KNOBS_GEN_H\n")
    print("#include <linux/types.h>\n")
    print("/* All configuration keys, in the order of their attributes. */")
    print("struct tcpw_config {")
    for attr in keys(spec):
        doc, _, _ = default_of(spec, attr)
        print(f"\t__u32 {attr['name'].replace('-', '_')};")
    print(f"}};\n\n#define TCPW_KNOBS {len(keys(spec))}\n\n#endif")


def print_values(spec, attr):
    names = [entry_name(e) for e in definition(spec, attr["enum"])["entries"]]
    print(f"static const char *const {attr['name'].replace('-', '_')}_values[] = {{")
    print("\t" + ", ".join(quote(n) for n in names) + ", NULL\n};\n")
    return len(names) - 1


def print_knob(spec, attr, top):
    doc, default, unit = default_of(spec, attr)
    checks = attr.get("checks", {})
    name = attr["name"].removesuffix("-ms").replace("-", "_")
    print(f"\t{{\n\t\t.name = {quote(name)},\n\t\t.doc = {quote(doc)},")
    print(f"\t\t.attr = TCPWARD_A_CONFIG_{c_name(attr['name'])},")
    print(f"\t\t.unit = TCPW_UNIT_{c_name(unit)},")
    if "enum" in attr:
        print(f"\t\t.values = {attr['name'].replace('-', '_')}_values,")
    print(f"\t\t.min = {checks.get('min', 0)},")
    print(f"\t\t.max = {checks.get('max', top)},")
    print(f"\t\t.dflt = {default},\n\t}},")


def print_knobs_c(spec):
    print(HEAD + '#include "core/core.h"\n\n#include <linux/stddef.h>\n')
    tops = {a["name"]: print_values(spec, a) for a in keys(spec) if "enum" in a}
    print("const struct tcpw_knob tcpw_knobs[TCPW_KNOBS] = {")
    for attr in keys(spec):
        print_knob(spec, attr, tops.get(attr["name"]))
    print("};")


def main():
    printers = {"reasons": print_reasons, "reasons-rst": print_reasons_rst,
                "knobs-h": print_knobs_h, "knobs-c": print_knobs_c}
    if len(sys.argv) != 3 or sys.argv[1] not in printers:
        sys.exit(__doc__)
    with open(sys.argv[2], encoding="utf-8") as spec:
        printers[sys.argv[1]](yaml.safe_load(spec))


main()
