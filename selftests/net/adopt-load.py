# SPDX-License-Identifier: GPL-2.0
"""The checks of adopt-load.sh."""

import ktap
import load
import stage
from load import Load
from stage import CLIENT, ROUTER, SERVER

EVERYWHERE = (CLIENT, ROUTER, SERVER)
RUNNING = 140
IDLE = 20           # spoken to again after one of the phases
PHASES = 3


def switch_all():
    for mode in ("off", "observe", "enforce", "off", "enforce"):
        stage.switch(mode)


def change():
    stage.rmmod()
    stage.insmod()


def wake(idle):
    """The idle ones carry something again, both ways."""
    awake = Load(idle)
    awake.go_on()
    awake.stop()


def nothing_refused():
    for netns in EVERYWHERE:
        counts = stage.stats(netns)
        assert counts["segments"] > 0, netns
        assert counts["dropped"] == 0, (netns, stage.growth(
            {"reasons": {}}, counts))
        assert stage.tcpward(netns)["mode"] == "enforce", netns


def phase(what, begin, running, idle):
    begin()
    ktap.test(what + ": running ones go on", running.go_on)
    ktap.test(what + ": idle ones go on", wake, idle)
    ktap.test(what + ": nothing was refused", nothing_refused)


def all_followed():
    """Those that have spoken since the last change have a record each."""
    wanted = (RUNNING + IDLE) * 4 // 5
    stage.wait_for("%d records" % wanted, lambda: stage.tcpward(ROUTER)[
        "connections"] == wanted)


def main():
    ktap.plan(3 * PHASES + 1)
    stage.rmmod()
    running = Load(load.crowd(RUNNING, CLIENT, SERVER))
    idle = [load.crowd(IDLE, CLIENT, SERVER) for _ in range(PHASES)]
    running.go_on()
    phase("loaded", stage.insmod, running, idle[0])
    phase("switched", switch_all, running, idle[1])
    phase("changed", change, running, idle[2])
    ktap.test("the router follows them", all_followed)
    running.stop()
    ktap.end()


main()
