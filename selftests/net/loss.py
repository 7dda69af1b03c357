# SPDX-License-Identifier: GPL-2.0
"""The checks of loss.sh."""

import hashlib
import json
import os
import threading

import ktap
import stage
from stage import CLIENT, ROUTER, SERVER, SERVER_ADDR, Pair

SIZE = 3000000
SECONDS = 40        # for all transfers together
OCTETS = os.urandom(SIZE)


def transfer(name, src, dst, result):
    """Sends all octets and checks what arrives on the other end."""
    got = hashlib.sha256()

    def receive():
        while part := dst.recv(1 << 16):
            got.update(part)

    receiver = threading.Thread(target=receive, daemon=True)
    receiver.start()
    src.sendall(OCTETS)
    src.shutdown(stage.socket.SHUT_WR)
    receiver.join()
    result[name] = got.digest() == hashlib.sha256(OCTETS).digest()


def begin(pairs, result):
    threads = []
    for name, (pair, upwards) in pairs.items():
        for end in pair.client, pair.server:
            end.settimeout(SECONDS)
        ends = (pair.client, pair.server)
        threads.append(threading.Thread(
            target=transfer, daemon=True,
            args=(name, *(ends if upwards else ends[::-1]), result)))
        threads[-1].start()
    return threads


def netem_drops(netns, device):
    shown = stage.run(netns, "tc", "-s", "-j", "qdisc", "show", "dev", device)
    return json.loads(shown)[0]["drops"]


def main():
    ktap.plan(4 + 4)
    result = {}
    pairs = {"IPv%d, %s" % (family, "upload" if up else "download"):
             (Pair(SERVER_ADDR[family]), up)
             for family in (4, 6) for up in (True, False)}
    for thread in begin(pairs, result):
        thread.join(SECONDS)
    retransmitted = 0
    for name, (pair, up) in pairs.items():
        ktap.check(name + ": the octets arrived", result.get(name))
        seen = pair.seen(ROUTER)
        if seen:
            retransmitted += seen["client" if up else "server"][
                "retransmitted"]
    lost = [netem_drops(netns, device) for netns, device in (
        (CLIENT, "c0"), (ROUTER, "r0"), (ROUTER, "r1"), (SERVER, "s0"))]
    ktap.check("every line lost segments", min(lost) > 0, lost)
    ktap.check("the router saw retransmissions", retransmitted > 0)
    for netns, name in ((ROUTER, "the router"), (SERVER, "the server")):
        counts = stage.stats(netns)
        reasons = {reason: count for reason, count
                   in counts["reasons"].items() if count}
        ktap.comment("%s: %d segments, %d quiet, reasons: %s" % (
            name, counts["segments"], counts["quiet"], reasons or "none"))
        # Where the machine stalls, copies come when more than a window has
        # overtaken them, or a second of timestamps: R50, R103.
        late = sum(reasons.get(reason, 0)
                   for reason in ("far-below-window", "paws"))
        ktap.check(name + " refused nothing but late copies",
                   counts["dropped"] == late < counts["segments"] / 100 and
                   counts["segments"] > 1000, counts["dropped"])
    ktap.end()


main()
