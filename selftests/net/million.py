# SPDX-License-Identifier: GPL-2.0
"""The checks of million.sh."""

import bisect
import os
import re
import threading
import time

import gun
import ktap
import stage
from genl import Genl, integer, number
from stage import CLIENT, ROUTER, SERVER, SERVER_ADDR, Pair, inside, run

NATIVE = os.uname().release.endswith("-plain")
COUNT = 1000000 if NATIVE and os.sysconf("SC_PHYS_PAGES") * os.sysconf(
    "SC_PAGE_SIZE") > 3 << 30 else 20000
SLICE = COUNT // (20 if NATIVE else 5)      # opened with one timeout
# 1 s is promised; the rest is the emulator's.
LATE_S = 1 if NATIVE else 3 * stage.SLOW
SILENCE_S = 0.2 if NATIVE else 2 * stage.SLOW
IDLE_SHARE = 0.01
LONG_S = 140        # longer than a turn of the near wheel
TICK_S = 0.256      # within it the order of expiry is open
TRACING = "/sys/kernel/tracing/"
CLIENTS, NOBODY = "10.9.0.1", "10.1.2.77"


def routes():
    """What the router forwards to CLIENTS and NOBODY, nobody receives."""
    run(ROUTER, "ip", "route", "add", "10.9.0.0/16", "via", "10.1.1.77")
    for device, address in ("r0", "10.1.1.77"), ("r1", NOBODY):
        run(ROUTER, "ip", "neigh", "replace", address, "dev", device,
            "lladdr", "02:00:00:00:00:01", "nud", "permanent")


def begin(first=0, count=COUNT):
    """So many connections, being opened."""
    return gun.Gun("open", CLIENTS, NOBODY, first=first, count=count)


class Poll:
    """Looks at the number of records; times are before and after a look."""

    def __init__(self):
        with inside(ROUTER):
            self._genl = Genl()

    def look(self):
        before = time.monotonic()
        said = self._genl.do(number("CMD_STATS_GET"))[0]
        now = integer(said.get("A_STATS_CONNECTIONS"))
        return before, time.monotonic(), now

    def until(self, done):
        looks = [self.look()]
        while not done(looks[-1][2]):
            time.sleep(0.02)
            looks.append(self.look())
        return looks


class Worker:
    """Adds up the time that the wheels' worker runs, by the wall clock: more
    than its CPU time where something else runs in between."""

    def __init__(self):
        self._write("trace_clock", "mono")
        self._write("buffer_size_kb", "4096")
        self._write("trace", "")
        self._write("events/workqueue/workqueue_execute_start/enable", "1")
        self._write("events/workqueue/workqueue_execute_end/enable", "1")
        self._begun = time.monotonic()

    @staticmethod
    def _write(name, text):
        with open(TRACING + name, "w") as file:
            file.write(text)

    def end(self):
        """Seconds of wall clock and of work, and times of running."""
        seconds = time.monotonic() - self._begun
        self._write("events/workqueue/enable", "0")
        with open(TRACING + "trace") as file:
            events = re.findall(r" (\d+\.\d+): workqueue_execute_(start|end): "
                                r".*function tcpw_expire_turn", file.read())
        work, start, runs = 0.0, None, 0
        for at, what in events:
            if what == "start":
                start = float(at)
            elif start:
                work += float(at) - start
                start, runs = None, runs + 1
        return seconds, work, runs


class Talk:
    """A connection that talks all the time; the longest it had to wait."""

    def __init__(self):
        self._pair = Pair(SERVER_ADDR[6])
        self._stop = threading.Event()
        self.longest_s, self.said, self.error = 0, 0, None
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self):
        try:
            while not self._stop.wait(0.005):
                begun = time.monotonic()
                self._pair.say()
                self.said += 1
                self.longest_s = max(self.longest_s, time.monotonic() - begun)
        except Exception as error:
            self.error = error

    def stop(self):
        self._stop.set()
        self._thread.join()
        self._pair.close()
        stage.tcpward(ROUTER, "forget", "--yes", "state", "all")
        assert not self.error, self.error


def lateness(opening, ending, timeout_s):
    """The latest that any record left, from looks at the table while it grew
    and while it shrank; raises if one left too early."""
    numbers = [look[2] for look in opening]
    latest = 0
    for _, after, left in ending:
        gone = COUNT - left
        if gone:
            # The last that is gone was not there yet at this look.
            at = bisect.bisect_left(numbers, gone) - 1
            assert after > opening[at][0] + timeout_s, "too early"
        if left:
            # The next to go was not there yet at this look.
            at = bisect.bisect_right(numbers, gone) - 1
            due = opening[at][0] + timeout_s
            latest = max(latest, after - due + TICK_S)
    return latest


class Spread:
    """Deadlines as the connections were opened, beyond the near wheel."""

    def open(self):
        stage.configure(ROUTER, "timeout_established=%ds" % LONG_S)
        self.poll = Poll()
        shots = begin()
        self.opening = self.poll.until(lambda now: not shots.firing())
        said = shots.done()
        assert not said["refused"], said
        self.opening.append(self.poll.look())
        assert self.opening[-1][2] == COUNT, self.opening[-1]
        ktap.comment("%d connections in %.1f s" % (COUNT, said["seconds"]))

    def idle(self):
        """Each record falls out of the far wheel meanwhile."""
        worker = Worker()
        first_due = self.opening[0][0] + LONG_S
        time.sleep(first_due - time.monotonic() - 2)
        assert self.poll.look()[2] == COUNT
        seconds, work, runs = worker.end()
        ktap.comment("in %.0f s the worker ran %d times, %.3f s: %.3f %%, "
                     "%.0f ns a record" % (seconds, runs, work, work / seconds
                                           * 100, work / COUNT * 1e9))
        assert runs > seconds, runs
        assert work < seconds * IDLE_SHARE

    def leave(self):
        worker = Worker()
        ending = self.poll.until(lambda now: not now)
        late = lateness(self.opening, ending, LONG_S)
        _, work, _ = worker.end()
        # As uncertain as the looks are rare while the gun has the CPU.
        apart = max(later[0] - sooner[0] for sooner, later in
                    zip(self.opening, self.opening[1:]))
        ktap.comment("at most %.3f s late by looks %.3f s apart, %.3f s of "
                     "work, %.0f ns a record" %
                     (late, apart, work, work / COUNT * 1e9))
        assert late < LATE_S


def open_for(due):
    """All records, with deadlines as close to `due` as this gets them; the
    first and the last, or before and after that."""
    first_due, last_due, lead_s = float("inf"), 0, 0
    for first in range(0, COUNT, SLICE):
        begun = time.monotonic()
        rest_s = round(due - begun - lead_s, 3)
        stage.configure(ROUTER, "timeout_established=%dms" % (rest_s * 1000))
        before = time.monotonic()
        begin(first, SLICE).done()
        first_due = min(first_due, before + rest_s)
        last_due = max(last_due, time.monotonic() + rest_s)
        lead_s = before - begun
    return first_due, last_due


def at_once():
    """All deadlines in one moment, or in as little time as this takes."""
    poll = Poll()
    begun = time.monotonic()
    open_for(begun + 1000)
    took = time.monotonic() - begun
    stage.tcpward(ROUTER, "forget", "--yes", "state", "all")
    first_due, last_due = open_for(time.monotonic() + took * 1.5 + 5)
    talk = Talk()
    time.sleep((first_due - time.monotonic()) / 2)
    before_s, talk.longest_s = talk.longest_s, 0
    records = poll.look()[2]
    assert records == COUNT + 1, records
    worker = Worker()
    ending = poll.until(lambda now: now <= 1)
    _, work, _ = worker.end()
    talk.stop()
    # A busy machine opens slowly; there the deadlines are further apart.
    apart = last_due - first_due
    late = ending[-1][1] - first_due
    ktap.comment("deadlines within %.3f s, the last is gone %.3f s after the "
                 "first; %.3f s of work, %.0f ns a record; longest silence "
                 "%.0f ms, before that %.0f ms" %
                 (apart, late, work, work / COUNT * 1e9,
                  talk.longest_s * 1000, before_s * 1000))
    assert not [look for look in ending if look[1] < first_due and
                look[2] < records], "too early"
    assert late < LATE_S + apart, (late, apart)
    assert talk.longest_s < SILENCE_S, talk.longest_s


def main():
    stage.configure(CLIENT, "mode=off")
    stage.configure(SERVER, "mode=off")
    stage.configure(ROUTER, "max_connections=%d" % (COUNT + 1000))
    routes()
    spread = Spread()
    ktap.plan(5)
    ktap.test("%d connections are there" % COUNT, spread.open)
    ktap.test("the wheels take less than 1 % of a CPU", spread.idle)
    ktap.test("each leaves within a second of its deadline", spread.leave)
    ktap.test("so they do all at once, while others talk on", at_once)
    counts = stage.stats(ROUTER)
    ktap.equal("nothing was refused", 0, counts["dropped"])
    ktap.end()


main()
