# SPDX-License-Identifier: GPL-2.0
"""The checks of restore-many.sh."""

import json
import os
import re
import signal
import subprocess
import time

import ktap
import saved
import stage
from stage import ROUTER

RECORDS = int(os.environ.get("RECORDS", 2000))
PLACES = RECORDS // 4
# Of the tool: what it needs for itself, and octets for each connection.
SELF_BYTES, EACH_BYTES = 8 << 20, 600


def conn(i):
    """The i'th of many."""
    client = dict(saved.CONN["client"], port=1024 + i % 50000,
                  addr="10.0.%d.%d" % divmod(i // 50000 + 257, 256))
    return dict(saved.CONN, client=client)


def file_of(places):
    name = os.path.join(os.environ["FILES"], "many")
    config = {"mode": "enforce", "pickup": "strict",
              "max_connections": str(places), "max_half_open": "16"}
    with open(name, "wb") as file:
        file.write(saved.sealed([conn(i) for i in range(RECORDS)],
                                dict(saved.HEAD, config=config)))
    return name


def reload():
    stage.rmmod()
    stage.insmod("mode=off")


def start(name):
    return subprocess.Popen((
        "prlimit", "--data=%d" % (SELF_BYTES + RECORDS * EACH_BYTES),
        "tcpward", "-N", ROUTER, "-j", "restore", name), text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def all_whole(count):
    """As the file has them."""
    conns = stage.connections(ROUTER)
    assert len(conns) == count, len(conns)
    for one in conns:
        assert stage.states(one) == ("ESTABLISHED", "ESTABLISHED"), one
        assert one["server"]["bytes"] == 5000 and one["handshake_rtt_us"], one
    assert stage.tcpward(ROUTER)["connections"] == count


def restored():
    reload()
    begin = time.monotonic()
    tool = start(file_of(RECORDS))
    out, _ = tool.communicate()
    seconds = time.monotonic() - begin
    told = json.loads(out)
    assert (tool.returncode, told["restored"]) == (0, RECORDS), told
    ktap.comment("%d connections in %.1f s: %d us each" %
                 (RECORDS, seconds, seconds / RECORDS * 1e6))
    all_whole(RECORDS)


def no_place():
    reload()
    tool = start(file_of(PLACES))
    told = json.loads(tool.communicate()[0])
    assert tool.returncode == 1, told
    assert told["restored"] == PLACES, told
    assert told["refused"] == RECORDS - PLACES, told
    assert told["refusal"] == "no place for another record", told
    all_whole(PLACES)


def gone_midway():
    reload()
    tool = start(file_of(RECORDS))
    stage.wait_for("first ones", lambda: stage.stats(ROUTER)["opened"] > 20)
    tool.send_signal(signal.SIGSTOP)
    stage.rmmod()
    tool.send_signal(signal.SIGCONT)
    told = json.loads(tool.communicate()[0])["error"]
    stage.insmod("mode=off")
    assert tool.returncode in (1, 3), told
    found = re.fullmatch(r"cannot restore more than (\d+) of %d connections" %
                         RECORDS, told["what"])
    assert found and 20 < int(found[1]) < RECORDS, told


def main():
    ktap.plan(3)
    ktap.test("all are restored, in little memory", restored)
    ktap.test("without place, as many as there is place for", no_place)
    ktap.test("the module goes in the middle, and that is told", gone_midway)
    ktap.end()


main()
