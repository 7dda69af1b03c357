# SPDX-License-Identifier: GPL-2.0
"""
The checks of privileges.sh; with arguments, the part of somebody who tries
all operations: `all PORT ID` or `own PORT ID` of a connection of others.
"""

import errno
import os
import subprocess
import sys

import ktap
import stage
from genl import Genl, Refused, number, u32, u64
from stage import ROUTER, SERVER_ADDR

NOBODY = "65534"
# What an operation says to those who may: of a connection that is not there,
# and about an empty request.
ALLOWED = {"conn-get": errno.ENOENT, "conn-del": errno.ENOENT,
           "conn-restore": errno.EINVAL}
GROUPS = ("transitions", "verdicts")


def operations(conn):
    """Name: how to try it. Each would work for root of the namespace."""
    def do(cmd, attrs=b""):
        return lambda sock: sock.do(number("CMD_" + cmd), attrs)

    def dump(cmd):
        return lambda sock: sock.dump(number("CMD_" + cmd))
    tries = {
        "conn-get": do("CONN_GET", u64("A_CONN_ID", conn)),
        "conn-get dump": dump("CONN_GET"),
        "conn-del": do("CONN_DEL", u64("A_CONN_ID", conn)),
        "conn-restore": do("CONN_RESTORE"),
        "config-get": do("CONFIG_GET"),
        "config-set": do("CONFIG_SET", u32("A_CONFIG_MSL_MS", 12345)),
        "stats-get": do("STATS_GET"),
        "reason-get": do("REASON_GET", u32("A_REASONS_REASON", 1)),
        "reason-get dump": dump("REASON_GET"),
        "trace-start": do("TRACE_START"),
    }
    for group in GROUPS:
        tries["join " + group] = lambda sock, group=group: sock.join(group)
    return tries


def every_one_is_there():
    """An operation that is added is tried here, too."""
    spec = open("Documentation/netlink/specs/tcpward.yaml").read()
    named = {line.split()[-1] for line in
             spec[spec.index("\noperations:"):].splitlines()
             if line.startswith("      name: ")}
    tried = {name.split()[0] for name in operations(0)}
    missing = {name for name in named if not name.endswith("-ntf")} - tried
    missing -= set(GROUPS)
    assert not missing, missing


def refused(name, ask, sock):
    try:
        ask(sock)
    except Refused as error:
        assert error.errno == errno.EPERM, (name, error)
    except PermissionError:
        pass
    else:
        raise AssertionError(name + " was allowed")


def try_all(port, conn):
    """In somebody else's namespace: nothing is allowed."""
    for name, ask in operations(conn).items():
        refused(name, ask, Genl())


def try_own(port, conn):
    """In one's own: all is allowed, and nothing of others is there."""
    own = Genl()
    for group in GROUPS:
        own.join(group)
    for name, ask in operations(conn).items():
        try:
            ask(Genl())
        except Refused as error:
            assert error.errno == ALLOWED.get(name), (name, error)
    assert own.dump(number("CMD_CONN_GET")) == ([], True)
    said = own.do(number("CMD_STATS_GET"))[0]
    assert not int.from_bytes(said.get("A_STATS_SEGMENTS"), "little")
    # Long enough for somebody else's events to come.
    print("ready", flush=True)
    sys.stdin.readline()
    own.socket.settimeout(0.5)
    try:
        heard = list(own.receive())
        raise AssertionError("heard %r" % heard)
    except TimeoutError:
        pass


def state(pair):
    return (stage.tcpward(ROUTER, "get"), bool(pair.seen(ROUTER)))


def attempt(pair, command, role, meanwhile=None):
    """Somebody's part is played; nothing has changed when it is over."""
    before = state(pair)
    conn = pair.seen(ROUTER)["id"]
    with stage.inside(ROUTER):
        child = subprocess.Popen(
            command + ["/usr/bin/python3", "-B", __file__, role,
                       str(pair.server_name[1]), str(conn)],
            text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT)
    said = ""
    if meanwhile:
        said = child.stdout.readline()
        if said == "ready\n":
            meanwhile()
    said += child.communicate("\n", timeout=120)[0]
    assert child.returncode == 0, said
    assert state(pair) == before


def as_root(pair):
    """What the others try does work."""
    with stage.inside(ROUTER):
        for name, ask in operations(pair.seen(ROUTER)["id"]).items():
            if name not in ("conn-del", "conn-restore"):
                ask(Genl())
    stage.configure(ROUTER, "msl=30s")


def others_talk():
    other = stage.Pair(SERVER_ADDR[4])
    other.say()
    other.close()


def main():
    ktap.plan(6)
    pair = stage.Pair(SERVER_ADDR[4])
    pair.say()
    user = ["setpriv", "--reuid", NOBODY, "--regid", NOBODY,
            "--clear-groups"]
    ktap.test("the list of operations is whole", every_one_is_there)
    ktap.test("root may", as_root, pair)
    ktap.test("a user may not", attempt, pair, user, "all")
    ktap.test("root without CAP_NET_ADMIN may not", attempt, pair,
              ["setpriv", "--bounding-set", "-net_admin", "--inh-caps",
               "-net_admin"], "all")
    ktap.test("root of a user namespace may not", attempt, pair,
              user + ["unshare", "-Ur"], "all")
    ktap.test("but may in its own network namespace", attempt, pair,
              user + ["unshare", "-Urn"], "own", others_talk)
    ktap.end()


if len(sys.argv) > 1:
    {"all": try_all, "own": try_own}[sys.argv[1]](*map(int, sys.argv[2:]))
else:
    main()
