# SPDX-License-Identifier: GPL-2.0
"""
Run by failslab.sh: what in the module allocates, with failures. Each test
names the functions of the module whose allocations it must have seen failing.
"""

import contextlib
import errno
import os
import socket
import sys

sys.path.insert(0, os.path.dirname(__file__))

import faults
import stage
from genl import Genl, Refused, integer, number, u32
from netns import CLONE_NEWNET
from record import CONN, encode
from segments import Raw, Segment
from stage import CLIENT, ROUTER

MODE_OFF, MODE_OBSERVE, MODE_ENFORCE = range(3)
FILTER, EARLY = 0, 1
ADOPT_MS = 60000


def ask(request):
    """An errno, or 0."""
    try:
        request()
    except Refused as e:
        return e.errno
    except OSError as e:
        return e.errno
    return 0


def asking(genl, name, attrs=b""):
    return lambda: ask(lambda: genl.do(number("CMD_" + name), attrs))


# -- requests ---------------------------------------------------------------

def setting():
    with stage.inside(ROUTER):
        genl = Genl()
    faults.told(faults.each(asking(genl, "CONFIG_SET", u32("A_CONFIG_MSL_MS",
                                                    30000))),
         "policy_alloc")


def hooks():
    """They come and go, at both places, and move from one to the other."""
    with stage.inside(ROUTER):
        genl = Genl()
    off, on = (asking(genl, "CONFIG_SET", u32("A_CONFIG_MODE", mode))
               for mode in (MODE_OFF, MODE_ENFORCE))
    later, early = (asking(genl, "CONFIG_SET",
                           u32("A_CONFIG_PLACEMENT", place))
                    for place in (FILTER, EARLY))

    count = 0
    for there, back in ((early, later), (later, early)):
        assert back() == 0
        assert off() == 0
        count += faults.each(on, off)
        assert on() == 0
        count += faults.each(there, back)
    assert later() == 0
    faults.told(count, "place_register")


def judging_anew():
    """A new mode begins to adopt anew: not one that was refused."""
    with stage.inside(ROUTER):
        genl = Genl()

    def adopting_ms():
        said = genl.do(number("CMD_CONFIG_GET"))[0]
        return integer(said.get("A_CONFIG_ADOPT_MS"))

    def switch():
        err = asking(genl, "CONFIG_SET", u32("A_CONFIG_MODE", MODE_OBSERVE) +
                     u32("A_CONFIG_PLACEMENT", EARLY))()
        assert not err or adopting_ms() <= ADOPT_MS, adopting_ms()
        return err

    def back():
        assert adopting_ms() > ADOPT_MS, "nothing began anew"
        begin()

    def begin():
        genl.do(number("CMD_CONFIG_SET"), u32("A_CONFIG_MODE", MODE_ENFORCE) +
                u32("A_CONFIG_PLACEMENT", FILTER))
        genl.do(number("CMD_CONFIG_SET"), u32("A_CONFIG_ADOPT_MS", ADOPT_MS))

    begin()
    faults.told(faults.each(switch, back), "place_register")


def answers():
    with stage.inside(ROUTER):
        genl = Genl()
    count = 0
    for name in "CONFIG_GET", "STATS_GET":
        count += faults.each(asking(genl, name))
    for name in "CONN_GET", "REASON_GET":
        count += faults.each(
            lambda: ask(lambda: genl.dump(number("CMD_" + name))))
    faults.told(count, "tcpw_netlink_reply", "tcpward_nl_stats_get_doit",
         "tcpw_conn_dump_start")


def trace():
    """A new socket each time, for a trace belongs to its socket."""
    with stage.inside(ROUTER):
        sockets = [Genl() for _ in range(20)]
    faults.told(faults.each(lambda: asking(sockets.pop(), "TRACE_START")()),
         "tcpward_nl_trace_start_doit")
    for genl in sockets:
        genl.socket.close()


def restored():
    """With an extension, which has a cache of its own."""
    with stage.inside(ROUTER):
        genl = Genl()
    restore = b"".join(encode("conn", CONN))
    ends = {name: CONN[name] for name in ("client", "server")}
    forget = asking(genl, "CONN_DEL", b"".join(encode("conn", ends)))
    faults.told(faults.each(asking(genl, "CONN_RESTORE", restore), forget,
                            also=(errno.ENOSPC,)),
         "tcpward_nl_conn_restore_doit", "tcpw_flow_alloc",
         "tcpw_flow_provide_more")


# -- namespaces -------------------------------------------------------------

def in_child(function):
    """What it returns; a process leaves a namespace by ending."""
    read, write = os.pipe()
    pid = os.fork()
    if not pid:
        try:
            os.write(write, str(function()).encode())
        finally:
            os._exit(0)
    os.close(write)
    with os.fdopen(read) as f:
        said = f.read()
    os.waitpid(pid, 0)
    return int(said)


def unshare():
    return faults.call("unshare", CLONE_NEWNET)


def namespace():
    faults.told(in_child(lambda: faults.each(unshare)), "policy_alloc",
         "tcpw_wheel_init", "tcpw_table_init", "place_register")


def namespace_in_need():
    """
    One failure alone has a way round in the kernel: kvmalloc(). The counters
    are got by net_init() itself; they fail where the last namespaces have
    used up what the kernel keeps ready.
    """
    with faults.all_behind():
        faults.told(in_child(lambda: faults.each(unshare)), "policy_alloc",
                    "tcpw_wheel_init", "net_init", "place_register")


# -- segments ---------------------------------------------------------------

def connections():
    """A new record each, told to listeners and a trace that hear of it."""
    port = iter(range(20000, 60000))
    with stage.inside(CLIENT):
        genl = Genl()
        for group in genl.groups:
            genl.join(group)
        genl.do(number("CMD_TRACE_START"))
        sockets = [socket.socket() for _ in range(200)]

    def connect():
        s = sockets.pop()
        s.setblocking(False)
        err = s.connect_ex((stage.SERVER_ADDR[4], next(port)))
        s.close()
        return 0 if err in (errno.EINPROGRESS, errno.ECONNREFUSED) else err

    count = faults.each(connect)
    genl.socket.close()
    for s in sockets:
        s.close()
    faults.told(count, "tcpw_flow_alloc", "tcpw_event_alloc")


@contextlib.contextmanager
def alone():
    os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))
    try:
        yield
    finally:
        os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))


def arrive(raw, src, dst, numbers):
    """SYNs to a live connection, which need an extension, and new ones."""
    for i in numbers:
        for segment in (Segment(src, dst, "S", seq=i << 20),
                        Segment((src[0], 2000 + i), dst, "S")):
            with contextlib.suppress(OSError):
                raw.send(segment)


def traffic():
    """
    Where packets arrive no thread is asked. Many records make the table grow
    where they are put in, as long as nobody else may run: a worker would do it
    before. Its buckets get nothing, or all that they want: what Linux 7.2 does
    instead takes a lock that is not made for softirqs.
    """
    pair = stage.Pair(stage.SERVER_ADDR[4])
    ends = pair.client_name, pair.server_name
    raw = Raw(CLIENT)
    with alone():
        with faults.sometimes(25, but_below="bucket_table_alloc"):
            arrive(raw, *ends, range(400))
        faults.told(None, "tcpw_flow_alloc", "tcpw_flow_provide_more")
        with faults.sometimes(100, below="bucket_table_alloc"):
            arrive(raw, *ends, range(400, 1200))
    pair.close()
    faults.told(None, "tcpw_table_insert")


def lives():
    """After all that a connection is followed through the router."""
    pair = stage.Pair(stage.SERVER_ADDR[4])
    pair.say()
    pair.wait_states(ROUTER, "ESTABLISHED", "ESTABLISHED")
    pair.close()


TESTS = (
    ("a setting", setting), ("hooks", hooks),
    ("a mode that is refused is not begun", judging_anew),
    ("answers and dumps", answers),
    ("a trace", trace), ("a connection put back", restored),
    ("a network namespace", namespace),
    ("a network namespace, all failing from some point", namespace_in_need),
    ("a connection, and telling of it", connections),
    ("segments that arrive", traffic),
    ("connections are followed as before", lives),
    ("the log is clean", faults.log_clean),
)

faults.run(TESTS)
