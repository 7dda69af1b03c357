# SPDX-License-Identifier: GPL-2.0
"""The checks of dump.sh."""

import ctypes
import os
import socket
import threading

import ktap
import stage
from genl import (DUMP, DUMP_INTR, MSG_DONE, Genl, Message, Refused, integer,
                  nest, number, parse, u16, u64)
from segments import Raw, Segment
from stage import CLIENT, CLIENT_ADDR, ROUTER, SERVER, SERVER_ADDR

LASTING = 300       # connections that live through every dump
DUMPS = 30
SMALL = 4096        # octets read at once: a dump takes many reads
CMD_CONN_GET = number("CMD_CONN_GET")
REFUSED = 1500      # segments, far more than a small buffer holds
MEMBARRIER = 324    # system call; command 1 waits for all RCU readers


def genl(**options):
    with stage.inside(ROUTER):
        return Genl(**options)


def dump(sock, pause=None):
    """Ids in the order told, and whether the dump is consistent."""
    messages, consistent = sock.dump(CMD_CONN_GET, pause=pause)
    return [integer(m.get("A_CONN_ID")) for m in messages], consistent


class Churn:
    """Records of a namespace that come and go without a pause."""

    def __init__(self):
        self._stop = threading.Event()
        self._raw = Raw(CLIENT)
        self._sock = genl()
        self.rounds = 0
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self):
        while not self._stop.is_set():
            self._round()
            self.rounds += 1

    def _round(self):
        """Openings that nobody answers, forgotten one by one."""
        port = 1024 + self.rounds * 50 % 30000
        for i in range(50):
            self._raw.send(Segment((CLIENT_ADDR[4], port + i),
                                   (SERVER_ADDR[4], 9), "S", 1))
        messages, _ = self._sock.dump(
            CMD_CONN_GET, nest("A_CONN_FILTER", u16("A_FILTER_PORT", 9)))
        for message in messages[::2]:
            self._forget(message.get("A_CONN_ID"))

    def _forget(self, octets):
        try:
            self._sock.do(number("CMD_CONN_DEL"),
                          u64("A_CONN_ID", integer(octets)))
        except Refused:
            pass

    def end(self):
        self._stop.set()
        self._thread.join()


def connect(count):
    """Connections that last, all to one listener."""
    with stage.inside(SERVER):
        listener = socket.create_server((SERVER_ADDR[4], 0), backlog=count)
    ends = []
    for _ in range(count):
        with stage.inside(CLIENT):
            end = socket.create_connection(listener.getsockname(),
                                           stage.TIMEOUT_S)
        ends += [end, listener.accept()[0]]
    return ends


def exactly_once(lasting):
    sock = genl(recv_bytes=SMALL)
    churn = Churn()
    told, whole, others = 0, 0, set()
    try:
        while (told < DUMPS or not whole or churn.rounds <= 5 or
               len(others) <= 200):
            assert told < 100 * DUMPS, "too little churn, or never consistent"
            ids, consistent = dump(sock)
            told += 1
            others |= set(ids) - lasting
            if not consistent:
                continue
            whole += 1
            assert len(ids) == len(set(ids)), "told twice"
            assert lasting <= set(ids), "%d are missing" % len(
                lasting - set(ids))
    finally:
        churn.end()
    ktap.comment("%d of %d dumps were consistent, %d rounds, %d others" %
                 (whole, told, churn.rounds, len(others)))


def interrupted():
    """All go in the middle of a dump, the record that it had come to, too."""
    sock = genl(recv_bytes=SMALL)
    sock.send(CMD_CONN_GET, flags=DUMP)
    first = [payload for _, _, payload in sock.receive()]
    stage.tcpward(ROUTER, "forget", "--yes", "state", "all")
    rest, consistent = sock.dump_rest()
    assert 0 < len(first) + len(rest) < LASTING, (len(first), len(rest))
    assert not consistent, "not told"


def parts(sock):
    """A dump as it comes, read by read: the ports of the openers."""
    sock.send(CMD_CONN_GET, nest("A_CONN_FILTER", u16("A_FILTER_PORT", 9)),
              DUMP)
    while True:
        part = [Message(*message) for message in sock.receive()]
        yield [(integer(dict(parse(m.get("A_CONN_CLIENT")))[
            number("A_ENDPOINT_PORT")]), m.flags) for m in part if m.attrs]
        if part[-1].kind == MSG_DONE:
            return


def opens(raw, port):
    raw.send(Segment((CLIENT_ADDR[4], port), (SERVER_ADDR[4], 9), "S", 1))


def closes(port):
    stage.tcpward(ROUTER, "forget", "sport", "=", ":%d" % port, "and",
                  "dport", "=", ":9")


def returned(raw, sock, reads):
    """What the dump stands at goes, and comes back in the same memory."""
    order = list(parts(sock))
    dump = parts(sock)
    told = [next(dump) for _ in range(reads)]
    if told != order[:reads]:
        list(dump)
        ktap.comment("resized meanwhile, once more")
        return returned(raw, sock, reads)
    # The kernel fills the next part when one is taken out.
    port = order[reads + 1][0][0]
    closes(port)
    for _ in range(2):
        ctypes.CDLL(None).syscall(MEMBARRIER, 1, 0, 0)
    opens(raw, port)
    told += list(dump)
    ports = [port for part in told for port, _ in part]
    twice = len(ports) - len(set(ports))
    flags = [flag for part in told for _, flag in part]
    assert any(flag & DUMP_INTR for flag in flags), \
        "not told, and %d were told twice" % twice
    return twice


def same_memory():
    """On one CPU, so that it is the memory that was freed last."""
    sock, raw = genl(recv_bytes=SMALL), Raw(CLIENT)
    allowed, twice = os.sched_getaffinity(0), []
    os.sched_setaffinity(0, [0])
    try:
        for port in range(2000, 2400):
            opens(raw, port)
        while len(twice) < 10 or not any(twice):
            twice.append(returned(raw, sock, 1 + len(twice) % 20))
            assert len(twice) < 2000, "never in the same memory"
    finally:
        os.sched_setaffinity(0, allowed)
    ktap.comment("told twice: %s" % twice)


def tool_says_so(lasting):
    """`list` shows each once, or that the table changed meanwhile."""
    churn, whole = Churn(), 0
    try:
        for _ in range(10):
            said = stage.tcpward(ROUTER, "list")
            ids = [c["id"] for c in said["connections"]]
            if not said["changed_while_read"]:
                assert len(ids) == len(set(ids)) and lasting <= set(ids)
                whole += 1
    finally:
        churn.end()
    assert whole, "never whole"


def flood(raw, count):
    """Stray RSTs, each a verdict."""
    before = stage.stats(ROUTER)["dropped"]
    for i in range(count):
        raw.send(Segment((CLIENT_ADDR[4], 1024 + i), (SERVER_ADDR[4], 9),
                         "R", 1))
    stage.wait_for("verdicts", lambda: stage.stats(ROUTER)["dropped"] >=
                   before + count)


def sequences(sock):
    """What comes at once: sequence numbers and how often ENOBUFS was said."""
    got, told = [], 0
    sock.socket.settimeout(0.5)
    while True:
        try:
            for _, _, payload in sock.receive():
                got.append(payload)
        except TimeoutError:
            return [sequence(payload) for payload in got], told
        except OSError:
            told += 1


def sequence(payload):
    wanted = number("A_SEGMENT_SEQUENCE")
    return next(integer(data) for kind, data in parse(payload[4:])
                if kind == wanted)


def missed(numbers):
    return sum(later - sooner - 1
               for sooner, later in zip(numbers, numbers[1:]))


def losses():
    """A small buffer loses, a large one does not; both know."""
    slow, quick = genl(), genl()
    slow.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8192)
    quick.socket.setsockopt(socket.SOL_SOCKET, 33, 64 << 20)
    for sock in slow, quick:
        sock.join("verdicts")
    raw = Raw(CLIENT)
    flood(raw, REFUSED)
    kept, told = sequences(slow)
    flood(raw, 1)
    more, _ = sequences(slow)
    whole, none = sequences(quick)
    assert len(whole) > REFUSED and not missed(whole) and not none
    assert told, "ENOBUFS was not told"
    assert len(kept) < REFUSED and more, (len(kept), more)
    got = kept + more
    sent = [number for number in whole if got[0] <= number <= got[-1]]
    assert missed(got) == len(sent) - len(got) > 0


def trace_bounded():
    """A trace that is not read holds what its buffer does; the rest is
    counted, and the segments pass."""
    sock = genl()
    sock.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8192)
    sock.do(number("CMD_TRACE_START"))
    before = stage.stats(ROUTER)
    pair = stage.Pair(SERVER_ADDR[4])
    for _ in range(300):
        pair.say()
    pair.close()
    after = stage.stats(ROUTER)
    lost = after["events_lost"] - before["events_lost"]
    judged = after["segments"] - before["segments"]
    kept, _ = sequences(sock)
    assert len(kept) < 100, len(kept)
    assert kept == list(range(kept[0], kept[0] + len(kept))), kept
    assert lost + len(kept) >= 600 and abs(judged - lost - len(kept)) < 20, \
        (judged, lost, len(kept))


def main():
    ktap.plan(6)
    stage.configure(CLIENT, "mode=off")
    stage.configure(ROUTER, "pickup=strict", "max_half_open=16384")
    ends = connect(LASTING)
    lasting = {c["id"] for c in stage.connections(ROUTER, "state",
                                                  "established")}
    assert len(lasting) == LASTING, len(lasting)
    ktap.test("each that lives through it, exactly once", exactly_once,
              lasting)
    ktap.test("the tool tells the same", tool_says_so, lasting)
    ktap.test("another record in the same memory is told apart", same_memory)
    ktap.test("a slow listener sees its losses", losses)
    ktap.test("a trace that is not read is bounded", trace_bounded)
    ktap.test("a dump that was interrupted says so", interrupted)
    for end in ends:
        end.close()
    ktap.end()


main()
