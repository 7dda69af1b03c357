# SPDX-License-Identifier: GPL-2.0
"""The checks of flood.sh."""

import json
import os
import signal
import statistics
import subprocess
import sys
import time

import gun
import ktap
import slab
import stage
from gun import Gun
from load import Load, connect
from stage import CLIENT, ROUTER, SERVER, SERVER_ADDR, Pair

DURATION_S = float(os.environ.get("DURATION", 5))
RATE = int(os.environ.get("RATE", 0))
# A gun that has to wait for a CPU leaves out what it is too late for.
AIM = RATE * 5 // 4 or 20000
# A kernel that watches each access judges a fiftieth as many.
TABLE = 50000 if stage.SLOW == 1 else 2000
TALKING = 100       # connections that transfer all the time
SILENT = TABLE * 9 // 10    # that are established, too
POOL = TABLE * 4 // 50      # limit of half-open ones, where that is lower
SLOW_TABLE = 2000
FIRST = -20         # priority
CPUS = os.cpu_count()
KEPT_AT_HAND = 2000     # free records that CPUs keep, counted as in use
FREE = 200              # records that CPUs keep at hand after settle()
PAUSE_S = 0.05          # a known client's; what it leaves must have room, too
OTHERS = 64 << 20       # bytes that everything else may take meanwhile
FAR = {4: "10.77.0.1", 6: "fd77::1"}
ANYWHERE = {4: "32.0.0.0/3", 6: "2000::/3"}
SILENT_FROM = "10.128.0.0"


def status():
    return stage.tcpward(ROUTER, "status")


def passed():
    """SYNs of the flood that the router has forwarded."""
    sink = json.loads(stage.run(ROUTER, "ip", "-j", "-s", "link", "show",
                                "sink"))[0]
    return sink["stats64"]["tx"]["packets"]


def fill():
    """Connections that say no more than that they are established."""
    stage.configure(ROUTER, "pickup=loose")
    # The line may lose some: those are there the next time.
    for _ in range(5):
        gun.fire("ack", SILENT_FROM, FAR[4], count=SILENT)
        if status()["states"]["ESTABLISHED"] == SILENT + TALKING:
            break
    else:
        raise AssertionError(status())
    stage.configure(ROUTER, "pickup=auto")


class Watch:
    """What is looked at all through a flood."""

    def __init__(self, load, limits):
        self.load = load
        self.limits = limits
        self.most = {"connections": 0, "half_open": 0, "objects": 0,
                     "bytes": 0, "used": 0}
        self.available = slab.available()
        self.moved = [(t.rounds, time.monotonic()) for t in load.transfers]
        self.pause_s = 0
        self.looks = 0

    def _progress(self):
        now = time.monotonic()
        for i, transfer in enumerate(self.load.transfers):
            rounds, since = self.moved[i]
            self.pause_s = max(self.pause_s, now - since)
            if transfer.rounds > rounds:
                self.moved[i] = transfer.rounds, now

    def look(self):
        now = status()
        for what, count in (("connections", now["connections"]),
                            ("half_open", now["half_open"]),
                            ("objects", slab.objects()),
                            ("bytes", slab.taken()),
                            ("used", self.available - slab.available())):
            self.most[what] = max(self.most[what], count)
        self._progress()
        self.looks += 1

    def check(self):
        """Each CPU may be about to evict one for the one it has added."""
        most, table = self.most, self.limits["max_connections"]
        assert (most["connections"] == table or
                most["half_open"] >= self.limits["max_half_open"]), most
        limit = most_in_memory(table)
        assert most["connections"] <= table, most
        assert most["half_open"] <= self.limits["max_half_open"] + CPUS, most
        if slab.exact():
            assert most["objects"] <= limit + KEPT_AT_HAND, most
            bound = limit * self.limits["record_bytes"]
            assert most["bytes"] <= bound, (bound, most)
            assert most["used"] <= bound + OTHERS, (bound, most)


def most_in_memory(table):
    """Evicted records have a limit too, as table.c has it."""
    return table + table // 8 + 1024


class Known:
    """A client that opens one connection after the other."""

    def __init__(self, family):
        self.family = family
        self.took_s = []

    def open(self):
        begin = time.monotonic()
        pair = Pair(SERVER_ADDR[self.family])
        self.took_s.append(time.monotonic() - begin)
        pair.say(b"w" * 3000)
        pair.close()


def flood(family, load, limits):
    """Returns what became of it."""
    before, was_passed = stage.stats(ROUTER), passed()
    watch, known = Watch(load, limits), Known(family)
    rounds = sum(t.rounds for t in load.transfers)
    weapon = Gun("syn", ANYWHERE[family], FAR[family], rate=AIM,
                 seconds=DURATION_S, seed=family)
    while weapon.firing():
        watch.look()
        known.open()
        time.sleep(PAUSE_S)
    sent = weapon.done()
    arrived = passed() - was_passed
    ktap.comment("%d SYNs in %.1f s: %d a second sent, %d forwarded" %
                 (sent["segments"], sent["seconds"], sent["per_second"],
                  arrived / sent["seconds"]))
    ktap.comment("%d looks, at most: %s" % (watch.looks, watch.most))
    ktap.comment("transfers: %d blocks, longest pause %.1f s" %
                 (sum(t.rounds for t in load.transfers) - rounds,
                  watch.pause_s))
    ktap.comment("known client: %d connections, opened in %.3f s (median), "
                 "%.3f s (longest)" %
                 (len(known.took_s), statistics.median(known.took_s),
                  max(known.took_s)))
    return before, arrived / sent["seconds"], arrived, watch, known


def population(now):
    return now["connections"], now["half_open"], now["states"]


def at_one_time():
    """Status and counters, with no record come or gone between the two."""
    def seen():
        now, after = status(), stage.stats(ROUTER)
        return population(status()) == population(now) and (now, after)
    return stage.wait_for("pause", seen)


def accounted(before, arrived, known):
    """To the last record."""
    now, after = at_one_time()
    grew = {what: after[what] - before[what]
            for what in ("opened", "ended", "evicted", "dropped",
                         "untracked")}
    ktap.comment(grew)
    assert after["opened"] - after["ended"] == now["connections"], after
    assert sum(now["states"].values()) == now["connections"], now
    assert grew["dropped"] == 0, stage.growth(before, after)
    assert grew["evicted"] == (grew["opened"] - len(known.took_s) -
                               now["half_open"]), (grew, now)
    # Untracked are those that came while too many evicted waited for RCU.
    assert grew["opened"] + grew["untracked"] >= (
        arrived + len(known.took_s)), (grew, arrived)


def survives(mode, family, half_open, load):
    forget_half_open()
    stage.configure(ROUTER, "mode=" + mode, "max_half_open=%d" % half_open)
    limits = status()
    established = limits["states"]["ESTABLISHED"]
    before, rate, arrived, watch, known = flood(family, load, limits)
    watch.check()
    accounted(before, arrived, known)
    load.go_on()
    assert status()["states"]["ESTABLISHED"] == established, status()
    assert len(known.took_s) > 1, known.took_s
    assert rate >= RATE, "%d a second" % rate


def forget_half_open():
    if status()["half_open"]:
        stage.tcpward(ROUTER, "forget", "--yes", "state", "half-open")


def nothing_lost(load):
    """No transfer lost its record, or had a segment refused."""
    load.go_on()
    found = {}
    for address in SERVER_ADDR.values():
        for conn in stage.connections(ROUTER, "dst", address):
            found[conn["client"]["port"], conn["server"]["port"]] = conn
    for transfer in load.transfers:
        conn = found[transfer.client_name[1], transfer.server_name[1]]
        assert conn["dropped"] == 0, conn
        assert conn["kind"] == "open", conn


def in_memory():
    slab.settle()
    return slab.objects()


def in_memory_between(weapon):
    """Between two shots: what CPUs take at hand for new records counts, too."""
    os.kill(weapon.pid, signal.SIGSTOP)
    try:
        return in_memory()
    finally:
        os.kill(weapon.pid, signal.SIGCONT)


def not_back():
    """Records in memory without a connection."""
    return in_memory() - status()["connections"]


def wait_memory(elsewhere):
    """What is freed stays in quarantine where each access is watched."""
    if slab.exact():
        stage.wait_for("memory", lambda: not_back() < elsewhere + FREE,
                       show=not_back)


def rcu_threads():
    """None where a kernel for one CPU needs none."""
    return subprocess.run(["pgrep", "-x", "rcu_preempt|rcu_sched"], text=True,
                          stdout=subprocess.PIPE).stdout.split()


class SlowRcu:
    """Grace periods come late: what makes them gets the CPU when nobody else
    wants it, and somebody always does."""

    def _schedule(self, policy):
        for pid in rcu_threads():
            os.sched_setscheduler(int(pid), policy, os.sched_param(0))

    def __enter__(self):
        self.busy = [subprocess.Popen([sys.executable, "-c",
                                       "while True: pass"])
                     for _ in range(CPUS)]
        self._schedule(os.SCHED_IDLE)

    def __exit__(self, *_):
        self._schedule(os.SCHED_OTHER)
        for one in self.busy:
            one.kill()
            one.wait()


def turned_over(counts):
    """Records that had to go, and what found no place."""
    return counts["evicted"] + counts["untracked"]


def volley(enough):
    """A line that nobody empties takes few at a time: until there are enough.
    Returns how many there were, and most records in memory."""
    sent = most = 0
    end = time.monotonic() + stage.TIMEOUT_S
    while turned_over(status()) < enough and time.monotonic() < end:
        weapon = Gun("syn", ANYWHERE[4], FAR[4], count=5 * SLOW_TABLE,
                     seed=sent + 1)
        os.setpriority(os.PRIO_PROCESS, weapon.pid, FIRST)
        while weapon.firing():
            most = max(most, in_memory_between(weapon))
            time.sleep(0.01)
        most = max(most, in_memory())
        sent += weapon.done()["segments"]
    return sent, most


def outruns_rcu(elsewhere):
    """Memory comes back later than records are evicted: nevertheless no more
    of it is taken than the limit allows."""
    stage.tcpward(ROUTER, "forget", "--yes", "dst", FAR[4], "or",
                  "state", "time-wait")
    stage.configure(ROUTER, "max_connections=%d" % SLOW_TABLE,
                    "max_half_open=%d" % SLOW_TABLE,
                    "timeout_half_open=60s", "timeout_syn=60s")
    wait_memory(elsewhere)
    before = status()
    enough = turned_over(before) + 5 * SLOW_TABLE
    with SlowRcu():
        sent, most = volley(enough)
    after = status()
    ktap.comment("%d SYNs, %d evicted, %d in memory at most, %d untracked" %
                 (sent, after["evicted"] - before["evicted"], most,
                  after["untracked"] - before["untracked"]))
    assert after["evicted"] > before["evicted"], after
    assert turned_over(after) >= enough, after
    assert most <= most_in_memory(SLOW_TABLE) + elsewhere + FREE, most


def recovers(load, elsewhere):
    """What the flood has left ends, and its memory comes back."""
    forget_half_open()
    stage.configure(ROUTER, "timeout_half_open=2s", "timeout_syn=2s")
    gun.fire("syn", ANYWHERE[6], FAR[6], rate=AIM, count=SLOW_TABLE)
    assert status()["half_open"] > 0
    stage.wait_for("end", lambda: not status()["half_open"], show=status)
    wait_memory(elsewhere)
    load.go_on()


def ends(load, elsewhere):
    """Nothing is left, and the sums agree."""
    load.stop()
    stage.tcpward(ROUTER, "forget", "--yes", "state", "all")
    counts = stage.stats(ROUTER)
    assert status()["connections"] == status()["half_open"] == 0, status()
    assert counts["opened"] == counts["ended"] > SILENT, counts
    assert counts["extras"] == 0, counts
    assert counts["segments"] == sum(
        counts[what] for what in ("passed", "quiet", "dropped")), counts
    wait_memory(elsewhere)


def prepare():
    # The router alone judges; the flood is the client's.
    stage.configure(CLIENT, "mode=off")
    stage.configure(SERVER, "mode=off")
    stage.configure(ROUTER, "max_connections=%d" % TABLE)
    for family, address in FAR.items():
        stage.run(ROUTER, "ip", "-%d" % family, "route", "add", address,
                  "dev", "sink")
    load = Load([t for family in (4, 6) for t in connect(
        SERVER_ADDR[family], TALKING // 2, CLIENT, SERVER)])
    load.go_on()
    # What else has objects of this size may have been given the same slabs.
    elsewhere = not_back()
    fill()
    return load, elsewhere


def main():
    ktap.plan(8)
    load, elsewhere = prepare()
    for mode, family, half_open in (("observe", 4, POOL),
                                    ("observe", 6, TABLE),
                                    ("enforce", 4, TABLE),
                                    ("enforce", 6, POOL)):
        ktap.test("%s, IPv%d: a flood of a full %s does no harm" %
                  (mode, family, "table" if half_open == TABLE
                   else "half-open pool"),
                  survives, mode, family, half_open, load)
    ktap.test("no transfer lost a record or a segment", nothing_lost, load)
    ktap.test("afterwards all is as before", recovers, load, elsewhere)
    if not slab.exact():
        ktap.skip("faster than memory comes back", "it stays in quarantine")
    elif not rcu_threads():
        ktap.skip("faster than memory comes back", "it cannot be held up")
    else:
        ktap.test("faster than memory comes back", outruns_rcu, elsewhere)
    ktap.test("all is accounted for", ends, load, elsewhere)
    ktap.end()


main()
