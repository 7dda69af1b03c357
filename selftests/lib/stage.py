# SPDX-License-Identifier: GPL-2.0
"""
The stage of net.sh for tests in Python: one process with sockets in several
network namespaces, real connections between them, and the tool.
"""

import contextlib
import json
import os
import socket
import struct
import subprocess
import threading
import time

from netns import inside

CLIENT, ROUTER, SERVER = (os.environ.get("NS_" + name) for name in
                          ("CLIENT", "ROUTER", "SERVER"))
CLIENT_ADDR = {4: os.environ["CLIENT4"], 6: os.environ["CLIENT6"]}
SERVER_ADDR = {4: os.environ["SERVER4"], 6: os.environ["SERVER6"]}
# A kernel that watches each access and lock is that much slower, at least.
SLOW = 5 if os.path.exists("/sys/kernel/debug/kmemleak") else 1
TIMEOUT_S = 20 * SLOW       # for what takes no time on an idle machine
AHEAD = 32768               # octets that wait to be read, at most


def run(netns, *command, **options):
    with inside(netns):
        return subprocess.run(command, check=True, text=True,
                              stdout=subprocess.PIPE, **options).stdout


def wait_for(what, condition, seconds=TIMEOUT_S, show=None):
    """Returns what the condition says once that is true; `show` says what
    there is instead."""
    end = time.monotonic() + seconds
    while True:
        said = condition()
        if said:
            return said
        if time.monotonic() > end:
            raise TimeoutError("no %s in %d s: %s" %
                               (what, seconds, show and show()))
        time.sleep(0.05)


def insmod(*parameters):
    subprocess.run(["insmod", "/run/vm/tcpward.ko", *parameters], check=True)


def rmmod():
    subprocess.run(["rmmod", "tcpward"], check=True)


def switch(mode):
    """Everywhere."""
    for netns in (CLIENT, ROUTER, SERVER):
        configure(netns, "mode=" + mode)


def tcpward(netns, *words):
    """The tool's JSON."""
    done = subprocess.run(("tcpward", "-N", netns, "-j") + words,
                          text=True, capture_output=True)
    if done.returncode:
        raise RuntimeError("tcpward %s: %s" %
                           (" ".join(words), done.stdout + done.stderr))
    return json.loads(done.stdout)


def configure(netns, *settings):
    tcpward(netns, "set", *settings)


def stats(netns):
    return tcpward(netns, "stats")


def growth(before, after):
    """What grew between two stats: {reason: how often}."""
    return {reason: count - before["reasons"].get(reason, 0)
            for reason, count in after["reasons"].items()
            if count > before["reasons"].get(reason, 0)}


def connections(netns, *words):
    return tcpward(netns, "list", *words)["connections"]


def states(conn):
    """(client's, server's) of a connection as `list` shows it."""
    return conn["client"]["state"], conn["server"]["state"]


def family_of(address):
    return socket.AF_INET6 if ":" in address else socket.AF_INET


def carry(src, dst, words):
    """Never more on the way than the buffers of both ends hold."""
    sent, got = 0, b""
    while len(got) < len(words):
        if sent < len(words) and sent - len(got) < AHEAD:
            sent += src.send(words[sent:sent + AHEAD])
            continue
        part = dst.recv(sent - len(got))
        assert part, "the connection was cut"
        got += part
    assert got == words


class Pair:
    """A real connection; both its ends are in this process."""

    def __init__(self, address, client=CLIENT, server=SERVER,
                 buffer_bytes=None, source=None, listener=None):
        """`address` is the server's, `source` the client's with its port,
        where that matters. `buffer_bytes` bounds the windows. A `listener`
        stays open."""
        given = listener
        with inside(server):
            listener = given or socket.create_server(
                (address, 0), family=family_of(address))
        with inside(client):
            self.client = socket.socket(family_of(address))
        self.client.settimeout(TIMEOUT_S)
        if buffer_bytes:
            for end in self.client, listener:
                end.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF,
                               buffer_bytes)
        if source:
            self.client.bind(source)
        self.client.connect(listener.getsockname()[:2])
        self.server = listener.accept()[0]
        self.server.settimeout(TIMEOUT_S)
        if not given:
            listener.close()
        for end in self.client, self.server:
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.client_name = self.client.getsockname()[:2]
        self.server_name = self.server.getsockname()[:2]

    def filter(self):
        ports = self.client_name[1], self.server_name[1]
        return tuple("( sport = :%d and dport = :%d ) or "
                     "( sport = :%d and dport = :%d )".__mod__(
                         ports + ports[::-1]).split())

    def seen(self, netns):
        """The connection as `list` shows it there, or None. Of one that was
        adopted, nobody knows who opened it: the ends are put right."""
        found = connections(netns, *self.filter())
        assert len(found) < 2, found
        if not found:
            return None
        conn = found[0]
        if conn["client"]["port"] != self.client_name[1]:
            conn["client"], conn["server"] = conn["server"], conn["client"]
        return conn

    def wait_states(self, netns, client, server):
        def there():
            conn = self.seen(netns)
            return conn and states(conn) == (client, server) and conn
        return wait_for("%s/%s" % (client, server), there,
                        show=lambda: self.seen(netns))

    def say(self, words=b"hello"):
        """Both directions carry something; raises when they do not."""
        carry(self.client, self.server, words)
        carry(self.server, self.client, words)

    def close(self):
        """The client first; the server when it has heard, lest FINs cross."""
        self.client.close()
        try:
            self.server.settimeout(2)
            while self.server.recv(1 << 16):
                pass
        except OSError:     # reset, lost, or closed before
            pass
        self.server.close()


class Chat:
    """A connection that is talking all the time, in a thread of its own."""

    def __init__(self, pair, pause_s=0.1):
        self.pair = pair
        self.said = 0
        self.error = None
        self._pause_s = pause_s
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._talk, daemon=True)
        self._thread.start()

    def _talk(self):
        while not self._stop.wait(self._pause_s):
            try:
                self.pair.say()
                self.said += 1
            except Exception as error:
                self.error = error
                return

    def goes_on(self):
        """Some more was said after this call; raises if it was cut."""
        said = self.said
        wait_for("word", lambda: self.error or self.said > said + 1)
        if self.error:
            raise self.error

    def stop(self):
        self._stop.set()
        self._thread.join()
        if self.error:
            raise self.error

    def hang_up(self):
        """Ends it where nothing can arrive any more."""
        for end in self.pair.client, self.pair.server:
            end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                           struct.pack("ii", 1, 0))
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        self._stop.set()
        self._thread.join()
        self.pair.close()
