# SPDX-License-Identifier: GPL-2.0
"""KTAP output for tests in Python; the counterpart of ktap.sh."""

import sys
import traceback

_count = 0
_failed = 0


def comment(text):
    for line in str(text).splitlines():
        print("#", line, flush=True)


def plan(number):
    print("TAP version 14")
    print("1..%d" % number, flush=True)


def check(name, good, *about):
    """One result; `about` is shown when it is bad."""
    global _count, _failed
    _count += 1
    print("%sok %d - %s" % ("" if good else "not ", _count, name), flush=True)
    if not good:
        _failed += 1
        for text in about:
            comment(text)
    return good


def equal(name, wanted, got):
    return check(name, wanted == got, "wanted: %r" % (wanted,),
                 "got:    %r" % (got,))


def test(name, function, *args):
    """Passes when the function returns; an exception says why not."""
    try:
        function(*args)
    except Exception:
        return check(name, False, traceback.format_exc())
    return check(name, True)


def skip(name, why):
    check(name + " # SKIP " + why, True)


def end():
    sys.exit(1 if _failed else 0)
