# SPDX-License-Identifier: GPL-2.0
"""The checks of traffic.sh."""

import hashlib
import os
import re
import signal
import socket
import subprocess

import ktap
import stage
from stage import CLIENT, ROUTER, SERVER, SERVER_ADDR, Pair

WEB = os.environ["WEB"]
NAME = os.environ["WEB_NAME"]


class Capture:
    """tcpdump on both lines of the router: what came in and what went out."""

    def __init__(self, name):
        self.files = {}
        self.processes = []
        for device in "r0", "r1":
            self.files[device] = "%s/%s-%s.pcap" % (WEB, name, device)
            self.start(device)

    def start(self, device):
        with stage.inside(ROUTER):
            process = subprocess.Popen(
                ["tcpdump", "-i", device, "-U", "-B", "32768",
                 "-w", self.files[device], "tcp"],
                stderr=subprocess.PIPE, text=True)
        while "listening" not in process.stderr.readline():
            assert process.poll() is None, "no tcpdump"
        self.processes.append(process)

    def lines(self, device, *words):
        return subprocess.run(
            ["tcpdump", "-nr", self.files[device], *words], text=True,
            capture_output=True, check=True).stdout.splitlines()

    def segments(self, device, conn):
        """[(side that sent it, its flags)]"""
        names = {"%s.%d" % (conn[side]["addr"], conn[side]["port"]): side
                 for side in ("client", "server")}
        lines = self.lines(device, *between(conn))
        found = [re.search(r"IP6? (\S+) > .* Flags \[(\S+)\]", line)
                 for line in lines]
        return [(names[line[1]], line[2]) for line in found]

    def show(self, conn):
        return "\n".join([str(conn)] + [
            "%s: %s" % (device, line[:110]) for device in self.files
            for line in self.lines(device, *between(conn))])

    def stop(self):
        for process in self.processes:
            process.send_signal(signal.SIGTERM)
            process.communicate()


def between(conn):
    """Both ends, for tcpdump."""
    return " and ".join("host %s and port %d" % (
        conn[side]["addr"], conn[side]["port"])
        for side in ("client", "server")).split()


def again(conn):
    """The record as it is now."""
    return next(c for c in stage.connections(
        ROUTER, "sport", "=", ":%d" % conn["client"]["port"])
        if c["id"] == conn["id"])


def agrees(capture, conn):
    """The capture may lie a moment behind, and of a connection that is over
    something may still come: the record is read anew each time."""
    def same():
        now = again(conn)
        for device in capture.files:
            sent = [side for side, _ in capture.segments(device, now)]
            for side in "client", "server":
                if sent.count(side) != now[side]["segments"]:
                    return None
        return now
    return stage.wait_for("equal count", same,
                          show=lambda: capture.show(again(conn)))


def life(family, capture):
    """The client closes first, the server later."""
    pair = Pair(SERVER_ADDR[family])
    pair.say(b"x" * 1000)
    open_ = pair.wait_states(ROUTER, "ESTABLISHED", "ESTABLISHED")
    assert open_["closed_by"] is None, open_
    assert open_["client"]["bytes"] == open_["server"]["bytes"] == 1000, open_
    pair.client.shutdown(socket.SHUT_WR)
    half = pair.wait_states(ROUTER, "FIN_WAIT_2", "CLOSE_WAIT")
    assert half["closed_by"] == "client", half
    assert half["expires_ms"] > 7000000, half
    pair.server.sendall(b"still open")
    assert pair.client.recv(100) == b"still open"
    pair.server.close()
    assert pair.client.recv(100) == b""
    done = pair.wait_states(ROUTER, "TIME_WAIT", "CLOSED")
    assert done["closed_by"] == "client", done
    assert 30000 < done["expires_ms"] <= 60000, done
    assert done["server"]["bytes"] == 1010, done
    agrees(capture, done)


def server_first(family, capture):
    pair = Pair(SERVER_ADDR[family])
    pair.server.shutdown(socket.SHUT_WR)
    half = pair.wait_states(ROUTER, "CLOSE_WAIT", "FIN_WAIT_2")
    assert half["closed_by"] == "server", half
    pair.close()
    done = pair.wait_states(ROUTER, "CLOSED", "TIME_WAIT")
    assert done["closed_by"] == "server", done
    agrees(capture, done)


def aborted(family):
    """A RST in the middle leaves no connection behind."""
    pair = Pair(SERVER_ADDR[family])
    pair.client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                           b"\1\0\0\0\0\0\0\0")
    pair.client.close()
    gone(pair.filter())


def refused(family):
    """A closed port answers by a RST."""
    with stage.inside(CLIENT):
        client = socket.socket(stage.family_of(SERVER_ADDR[family]))
    try:
        client.connect((SERVER_ADDR[family], 9))
        raise AssertionError("port 9 is open")
    except ConnectionRefusedError:
        pass
    gone(("dport", "=", ":9"))


def gone(words):
    """No record, or what is remembered of it after its RST."""
    stage.wait_for("end of the record", lambda: all(
        c["kind"] == "reset" for c in stage.connections(ROUTER, *words)),
        show=lambda: stage.connections(ROUTER, *words))


def last(port):
    """The newest record of a server's port."""
    found = stage.connections(ROUTER, "dport", "=", ":%d" % port)
    return max(found, key=lambda c: c["id"])


def over(conn):
    """Ended in TIME_WAIT, or by a RST of an end that did not listen; where
    it crossed the close, only the other end knows whether it heeds it."""
    ends = set(stage.states(conn))
    return (conn["kind"] == "reset" or
            conn["last_reason"] == "reset-crossed-close" or
            "TIME_WAIT" in ends and ends <= {"TIME_WAIT", "CLOSED"})


def ended(port, capture):
    """The newest record once it is over. Who closes is a race of the programs,
    and one that closes before it has read all sends a RST and no FIN: the
    capture has to say who it was, and how. What crosses inside the router is
    seen in one order on one line and in the other order on the other."""
    stage.wait_for("end", lambda: over(last(port)),
                   show=lambda: capture.show(last(port)))
    conn = agrees(capture, last(port))
    closing = {device: [segment for segment in capture.segments(device, conn)
                        if segment[1][0] in "FR"] for device in capture.files}
    about = "%s\n%s" % (closing, capture.show(conn))
    first = {found[0][0] for found in closing.values()}
    assert conn["closed_by"] in first, about
    reset = (conn["kind"] == "reset" or
             conn["last_reason"] == "reset-crossed-close")
    for found in closing.values():
        assert reset == any(flags[0] == "R" for _, flags in found), about
        assert reset or {side for side, _ in found} == set(
            ("client", "server")), about
    return conn


def at(address):
    return "[%s]" % address if ":" in address else address


def fetch(family, scheme, port, capture):
    page = subprocess.run(
        ["ip", "netns", "exec", CLIENT, "curl", "-sS", "--max-time", "20",
         "--cacert", WEB + "/ca.pem", "--connect-to",
         "%s::%s:" % (NAME, at(SERVER_ADDR[family])),
         "%s://%s/300k" % (scheme, NAME)], capture_output=True, check=True)
    with open(WEB + "/www/300k", "rb") as file:
        assert (hashlib.sha256(page.stdout).digest() ==
                hashlib.sha256(file.read()).digest()), "another file"
    conn = ended(port, capture)
    assert conn["family"] == family, conn
    assert conn["server"]["bytes"] > 300000, conn


def s_client(family, capture):
    """TLS by openssl, whose request makes nginx close."""
    said = stage.run(
        CLIENT, "openssl", "s_client", "-quiet", "-verify_return_error",
        "-CAfile", WEB + "/ca.pem", "-servername", NAME,
        "-connect", at(SERVER_ADDR[family]) + ":443",
        input="GET / HTTP/1.0\r\n\r\n", stderr=subprocess.DEVNULL)
    assert "Hello from " + NAME in said, said
    ended(443, capture)


def main():
    ktap.plan(2 * 7 + 2)
    capture = Capture("traffic")
    for family in 4, 6:
        name = "IPv%d: " % family
        ktap.test(name + "the client closes first", life, family, capture)
        ktap.test(name + "the server closes first", server_first, family,
                  capture)
        ktap.test(name + "a connection is reset", aborted, family)
        ktap.test(name + "a connection is refused", refused, family)
        ktap.test(name + "HTTP by curl", fetch, family, "http", 80, capture)
        ktap.test(name + "HTTPS by curl", fetch, family, "https", 443,
                  capture)
        ktap.test(name + "TLS by openssl", s_client, family, capture)
    capture.stop()
    now = stage.stats(ROUTER)
    ktap.equal("every segment was counted once", now["segments"],
               len(capture.lines("r0")))
    ktap.check("none was refused", now["dropped"] == 0 and all(
        reason == "reset-crossed-close" or not count
        for reason, count in now["reasons"].items()), now)
    ktap.end()


main()
