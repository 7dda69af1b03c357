# SPDX-License-Identifier: GPL-2.0
"""The checks of modes.sh."""

import json
import subprocess

import ktap
import stage
from segments import Raw, Segment, Tap
from stage import CLIENT, ROUTER, SERVER, SERVER_ADDR, Chat, Pair

MARK = 7            # window of what is forged, and of nothing else


class Stale:
    """A talking connection, and a copy of its first SYN."""

    def __init__(self, family):
        tap = Tap(ROUTER, "r0")
        self.pair = Pair(SERVER_ADDR[family])
        self.pair.say()
        first = [s for s in tap.segments() if s.flags == "S"][0]
        self.syn = Segment(first.src, first.dst, "S", first.seq, window=MARK)
        self.chat = Chat(self.pair)
        self.raw = Raw(CLIENT)
        self.arrives = Tap(SERVER, "s0")

    def reaches(self):
        return any(s.window == MARK for s in self.arrives.segments())

    def send(self):
        """Sends the copy, and a later segment behind it."""
        self.reaches()
        self.raw.send(self.syn)
        self.chat.goes_on()


def switch(mode):
    stage.configure(ROUTER, "mode=" + mode)


def counted(before):
    """Of the stale SYNs, and of nothing else."""
    grew = stage.growth(before, stage.stats(ROUTER))
    return grew == {"stale-syn": 1} or (grew and ktap.comment(grew))


def enforce(stale):
    switch("enforce")
    before = stage.stats(ROUTER)
    stale.send()
    assert not stale.reaches(), "it reached the server"
    assert counted(before)


class Watch:
    """`tcpward watch` in the router."""

    def __init__(self):
        self.process = subprocess.Popen(
            ["tcpward", "-N", ROUTER, "-J", "watch"], text=True,
            stdout=subprocess.PIPE)
        stage.wait_for("subscription", self.subscribed)

    def subscribed(self):
        """A socket of generic netlink (16) hears a group."""
        with open("/proc/%d/net/netlink" % self.process.pid) as file:
            rows = [line.split() for line in file][1:]
        return any(row[1] == "16" and int(row[3], 16) for row in rows)

    def verdict(self, reason):
        for line in self.process.stdout:
            event = json.loads(line)
            if event["type"] == "verdict" and event["reason"] == reason:
                return event

    def end(self):
        self.process.kill()
        self.process.communicate()


def observe(stale):
    switch("observe")
    watch = Watch()
    before = stage.stats(ROUTER)
    stale.send()
    event = watch.verdict("stale-syn")
    watch.end()
    assert event["observed"] and event["verdict"] == "drop", event
    after = stage.stats(ROUTER)
    assert after["dropped"] == before["dropped"] + 1, after
    assert counted(before)
    stage.wait_for("stale SYN at the server", stale.reaches)


def off(stale):
    switch("off")
    before = stage.stats(ROUTER)
    stale.send()
    stage.wait_for("stale SYN at the server", stale.reaches)
    assert stage.stats(ROUTER) == before, stage.stats(ROUTER)
    assert stage.connections(ROUTER) == []


def adopted(stale):
    """What was not followed in mode off is followed again."""
    before = stage.stats(ROUTER)
    switch("enforce")
    stale.chat.goes_on()
    stale.pair.wait_states(ROUTER, "ESTABLISHED", "ESTABLISHED")
    assert stage.stats(ROUTER)["dropped"] == before["dropped"]


def switching(chats):
    before = stage.stats(ROUTER)
    for mode in ("off", "enforce", "observe", "enforce", "off", "observe") * 3:
        switch(mode)
    switch("enforce")
    for chat in chats:
        chat.goes_on()
    after = stage.stats(ROUTER)
    assert after["dropped"] == before["dropped"], stage.growth(before, after)


def not_cut(chats):
    for chat in chats:
        assert chat.said > 20, chat.said
        chat.stop()


def main():
    # The router alone judges.
    stage.configure(CLIENT, "mode=off")
    stage.configure(SERVER, "mode=off")
    ktap.plan(2 * 4 + 2)
    chats = []
    for family in 4, 6:
        name = "IPv%d: " % family
        stale = Stale(family)
        chats.append(stale.chat)
        ktap.test(name + "enforce refuses a stale SYN", enforce, stale)
        ktap.test(name + "observe says so, but lets it pass", observe, stale)
        ktap.test(name + "off does not even count", off, stale)
        ktap.test(name + "enforce adopts what runs", adopted, stale)
    ktap.test("nothing is refused by switching", switching, chats)
    ktap.test("nothing was cut", not_cut, chats)
    ktap.end()


main()
