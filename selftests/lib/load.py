# SPDX-License-Identifier: GPL-2.0
"""
Many running transfers in one thread: each client sends numbered blocks, its
server sends them back, and every octet is compared.
"""

import resource
import select
import socket
import threading

import stage
from stage import inside

LOOPBACK = {4: "127.0.0.1", 6: "::1"}
BLOCK = 600         # octets sent before the answer is waited for
PAUSE_S = 0.3       # between looks, so that others get the CPU


class Transfer:
    def __init__(self, client, server):
        self.client = client
        self.server = server
        self.client_name = client.getsockname()[:2]
        self.server_name = server.getsockname()[:2]
        self.rounds = 0
        self.error = None
        self.missing = 0        # octets of this block's echo

    def block(self):
        return (b"%08d" % self.rounds) * (BLOCK // 8)

    def begin(self):
        self.missing = BLOCK
        if self.client.send(self.block()) != BLOCK:
            raise OSError("no room for one block")

    def serve(self):
        got = self.server.recv(65536)
        if not got:
            raise OSError("the server's end was cut")
        if self.server.send(got) != len(got):
            raise OSError("no room for an echo")

    def take(self):
        got = self.client.recv(self.missing)
        if not got:
            raise OSError("the client's end was cut")
        at = BLOCK - self.missing
        if got != self.block()[at:at + len(got)]:
            raise OSError("other octets came back")
        self.missing -= len(got)
        if not self.missing:
            self.rounds += 1
            self.begin()

    def close(self):
        self.client.close()
        self.server.close()


def allow_files(number):
    hard = max(number, resource.getrlimit(resource.RLIMIT_NOFILE)[1])
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def connect(address, number, client, server):
    """That many transfers, not begun."""
    family = stage.family_of(address)
    found = []
    with inside(server):
        listener = socket.create_server((address, 0), family=family)
    with inside(client):
        for _ in range(number):
            one = socket.socket(family)
            one.settimeout(stage.TIMEOUT_S)
            one.connect(listener.getsockname()[:2])
            other = listener.accept()[0]
            for end in one, other:
                end.setblocking(False)
            found.append(Transfer(one, other))
    listener.close()
    return found


def crowd(number, client, server):
    """That many, four of five to the server, the rest within it."""
    found = []
    for family in (4, 6):
        found += connect(stage.SERVER_ADDR[family], number * 2 // 5, client,
                         server)
        found += connect(LOOPBACK[family], number // 10, server, server)
    return found


class Load:
    """Runs transfers until stopped."""

    def __init__(self, transfers):
        self.transfers = transfers
        self._stop = threading.Event()
        self._poll = select.epoll()
        self._ends = {}
        for transfer in transfers:
            for end, act in ((transfer.server, transfer.serve),
                             (transfer.client, transfer.take)):
                self._ends[end.fileno()] = (transfer, act)
                self._poll.register(end.fileno(), select.EPOLLIN)
            transfer.begin()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self):
        while not self._stop.wait(PAUSE_S):
            for fd, _ in self._poll.poll(0.1, len(self._ends)):
                transfer, act = self._ends[fd]
                try:
                    act()
                except OSError as error:
                    transfer.error = transfer.error or error
                    self._poll.unregister(fd)

    def cut(self):
        return [(t.client_name, t.error) for t in self.transfers if t.error]

    def go_on(self, seconds=60):
        """Every one finishes two more rounds; raises for those that don't."""
        before = [transfer.rounds for transfer in self.transfers]

        def late():
            return [t.client_name for t, was in zip(self.transfers, before)
                    if t.rounds < was + 2]

        stage.wait_for("progress", lambda: self.cut() or not late(), seconds,
                       lambda: (len(late()), late()[:5]))
        assert not self.cut(), (len(self.cut()), self.cut()[:5])

    def stop(self):
        self._stop.set()
        self._thread.join()
