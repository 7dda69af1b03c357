# SPDX-License-Identifier: GPL-2.0
"""
The kernel's fault injection, aimed at the module: the n-th allocation of this
thread fails, or that one and all behind it, or some of everybody's. A trace
tells which ones did.
"""

import contextlib
import ctypes
import errno
import os
import re
import subprocess

import ktap

_DEBUG = "/sys/kernel/debug/"
_TRACE = "/sys/kernel/tracing/instances/faults/"
_EVENTS = {"kmem/kmalloc": "ptr == 0", "kmem/kmem_cache_alloc": "ptr == 0",
           "percpu/percpu_alloc_percpu_fail": None}
_ATTRIBUTES = ("fail_page_alloc/", "failslab/")
_libc = ctypes.CDLL(None, use_errno=True)
_MOST = 20000       # allocations of one operation
_REFUSED = (errno.ENOMEM, errno.ENOBUFS)


def _write(path, value):
    with open(path, "w") as f:
        f.write(str(value))


def _symbols(wanted):
    """{name: address} of code in kernel or module."""
    with open("/proc/kallsyms") as f:
        found = (line.split() for line in f)
        return {s[2]: int(s[0], 16) for s in found
                if s[1] in "tT" and s[3:] == wanted}


def _extent(function):
    """Where code of the kernel lies, whatever was appended to its name."""
    symbols = _symbols([])
    begin = next(address for name, address in symbols.items()
                 if name.split(".")[0] == function)
    return begin, min(address for address in symbols.values()
                      if address > begin)


def _only_below(begin, end, how="require"):
    for attribute in _ATTRIBUTES:
        _write(_DEBUG + attribute + how + "-start", hex(begin))
        _write(_DEBUG + attribute + how + "-end", hex(end))


def _of_modules():
    """None but the one under test is called."""
    _only_below(_symbols([])["_etext"], (1 << 64) - 1)


def aim():
    """Only what modules ask for."""
    _of_modules()
    for attribute in _ATTRIBUTES:
        where = _DEBUG + attribute
        _write(where + "ignore-gfp-wait", "N")
        _write(where + "verbose", 0)
        _write(where + "stacktrace-depth", 32)
        _write(where + "times", -1)
        _write(where + "task-filter", "Y")
    watch()


def watch():
    os.makedirs(_TRACE, exist_ok=True)
    _write(_TRACE + "buffer_size_kb", 16384)
    _write(_TRACE + "options/stacktrace", 1)
    for event, condition in _EVENTS.items():
        if condition:
            _write(_TRACE + "events/" + event + "/filter", condition)
        _write(_TRACE + "events/" + event + "/enable", 1)


def seen():
    """Stacks of what has failed since the last call: lists of functions."""
    with open(_TRACE + "trace") as f:
        text = f.read()
    _write(_TRACE + "trace", "")
    return [re.findall(r"=> (\S+)", stack)
            for stack in text.split("<stack trace>")[1:]]


def sites(stacks):
    """The functions of the module that asked, each the innermost."""
    ours = _symbols(["[tcpward]"])
    return {next(name for name in stack if name in ours)
            for stack in stacks if set(stack) & set(ours)}


def told(count, *wanted):
    """`count` failed, or as many as were seen; these functions were asking."""
    stacks = seen()
    asked = sites(stacks)
    ktap.comment("%d allocations failed, last asked for by %s" %
                 (count or len(stacks), ", ".join(sorted(asked))))
    missing = set(wanted) - asked
    assert not missing, "none failed of " + ", ".join(sorted(missing))


def _probability(percent):
    for attribute in _ATTRIBUTES:
        _write(_DEBUG + attribute + "probability", percent)


@contextlib.contextmanager
def sometimes(percent, below=None, but_below=None):
    """For everybody and in any context, what a function of the kernel asks
    for, or what it does not."""
    if below:
        _only_below(*_extent(below))
    if but_below:
        _only_below(*_extent(but_below), how="reject")
    for attribute in _ATTRIBUTES:
        _write(_DEBUG + attribute + "task-filter", "N")
    _probability(percent)
    try:
        yield
    finally:
        _probability(0)
        _of_modules()
        _only_below(0, 0, how="reject")
        for attribute in _ATTRIBUTES:
            _write(_DEBUG + attribute + "task-filter", "Y")


@contextlib.contextmanager
def all_behind():
    """In each() everything fails from the n-th on, too."""
    _probability(100)
    try:
        yield
    finally:
        _probability(0)


def call(name, *args):
    """A system call of libc: an errno, or 0."""
    ctypes.set_errno(0)
    return ctypes.get_errno() if getattr(_libc, name)(*args) < 0 else 0


def failing(nth, operation):
    """(the operation's errno, whether that many were not asked for)"""
    with open("/proc/thread-self/make-it-fail", "w") as task, \
            open("/proc/thread-self/fail-nth", "r+b", 0) as count:
        task.write("1")
        task.flush()
        count.write(b"%d" % nth)
        try:
            err = operation()
        finally:
            left = int(os.pread(count.fileno(), 16, 0))
            os.pwrite(count.fileno(), b"0", 0)
            task.seek(0)
            task.write("0")
    return err, left > 0


def each(operation, undo=lambda: None, also=()):
    """
    Repeats an operation that returns an errno, the first allocation failing,
    then the second, until none is left. Returns how many there were. `also`
    are errnos that it may give beside those of memory.
    """
    for nth in range(1, _MOST):
        err, unreached = failing(nth, operation)
        if err not in (0,) + _REFUSED + also:
            raise OSError(err, "with allocation %d failing: %s" %
                          (nth, os.strerror(err)))
        if not err:
            undo()
        if unreached:
            assert not err, "refused though nothing failed: %d" % err
            return nth - 1
    raise RuntimeError("no end after %d allocations" % _MOST)


# -- the log ----------------------------------------------------------------

_REPORT = r"BUG|WARNING:|UBSAN|Oops|Objects remaining|Call Trace|suspected"
_EXPECTED = (r"__kmem_cache_create_args\(\w+\) failed with error -\d+|"
             r"vmalloc error: size")


def _log():
    return subprocess.run(["dmesg"], text=True, check=True,
                          stdout=subprocess.PIPE).stdout


def log_clean():
    """
    Two things in the kernel tell their own failures with a stack: these are
    taken out of the log, where they are all that is reported.
    """
    text = _log()
    reports = re.findall(_REPORT, text)
    expected = re.findall(_EXPECTED, text)
    ktap.comment("%d stacks of the kernel's own" % len(expected))
    assert reports == ["Call Trace"] * len(expected), set(reports)
    subprocess.run(["dmesg", "-C"], check=True)
    with open("/dev/kmsg", "w") as f:
        f.write("faults: the log was clean up to here\n")


def run(tests):
    """(name, function) each, on a log without reports."""
    ktap.plan(len(tests))
    before = re.findall(_REPORT, _log())
    assert not before, before
    aim()
    for name, function in tests:
        seen()
        ktap.test(name, function)
    ktap.end()
