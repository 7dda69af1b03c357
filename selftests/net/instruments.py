# SPDX-License-Identifier: GPL-2.0
"""The checks of instruments.sh."""

import os
import re
import struct
import subprocess
import time

import ktap
import stage
from genl import Genl, attr, number, parse
from segments import Raw, Segment
from stage import CLIENT, CLIENT_ADDR, ROUTER, SERVER_ADDR

TRACING = "/sys/kernel/tracing/"
MODULE = "/run/vm/tcpward.ko"
PARAMETERS = "/sys/module/tcpward/parameters/"
# drop_monitor: commands, attributes and their values
CONFIG, START, STOP, PACKET_ALERT = 2, 3, 4, 5
ALERT_MODE, SYMBOL, PAYLOAD, REASON = 1, 3, 7, 23
PACKET_MODE = 1
KERNEL = tuple(int(n) for n in os.uname().release.split(".")[:2])
NAMED = KERNEL >= (6, 7)        # reasons of modules
SUBSYS = "[23]"                 # whose number is used, Open vSwitch's
STRAY = "reset-without-record"
UNNAMED = "reason: NETFILTER_DROP"


def write(name, text):
    with open(TRACING + name, "w") as file:
        file.write(text)


class Trace:
    """Lines of an event of tracefs."""

    def __init__(self, event):
        self.enable = "events/%s/enable" % event
        write("trace", "")
        write(self.enable, "1")

    def end(self):
        write(self.enable, "0")
        with open(TRACING + "trace") as file:
            return [line for line in file if not line.startswith("#")]


def let_pass():
    """Nobody but the router judges, and that strictly."""
    stage.configure(CLIENT, "mode=off")
    stage.configure(ROUTER, "pickup=strict")


def stray(port):
    """A RST that belongs to nothing, dropped by the router."""
    before = stage.stats(ROUTER)["reasons"].get(STRAY, 0)
    Raw(CLIENT).send(Segment((CLIENT_ADDR[4], port), (SERVER_ADDR[4], 9),
                             "R", 1))
    stage.wait_for(STRAY, lambda: stage.stats(ROUTER)["reasons"].get(
        STRAY, 0) > before)


def modinfo(field):
    return subprocess.run(["modinfo", "-F", field, MODULE], check=True,
                          text=True, capture_output=True).stdout.strip()


def information():
    version = stage.tcpward(ROUTER, "status")["module"]["version"]
    assert modinfo("version") == version
    with open("/sys/module/tcpward/version") as file:
        assert file.read().strip() == version
    assert modinfo("license") == "GPL"
    assert modinfo("alias") == "net-pf-16-proto-16-family-tcpward"
    assert modinfo("description") and modinfo("author")


def parameters():
    """modinfo names what there is, and each says what is in force."""
    described = {line.split(":")[0] for line in modinfo("parm").splitlines()}
    assert described == set(os.listdir(PARAMETERS)), described
    for name in described:
        with open(PARAMETERS + name) as file:
            value = file.read().strip()
        said = stage.tcpward("fresh", "get", name)["config"][name]["value"]
        assert value in (str(said), "0"), (name, value, said)


def refused_parameters():
    """A line each in the log, and the module is not loaded."""
    for words, line in (("mode=on", "mode=on is not known"),
                        ("max_connections=3", "max_connections must be 0 "
                         "(by memory) or from 16 to")):
        subprocess.run(["rmmod", "tcpward"], check=True)
        since = time.monotonic()
        done = subprocess.run(["insmod", MODULE, words], capture_output=True)
        subprocess.run(["insmod", MODULE], check=True)
        assert done.returncode, words
        assert any(line in said for said in log(since)), log(since)
    let_pass()


def log(since):
    """Lines of tcpward in the kernel log."""
    said = subprocess.run(["dmesg"], check=True, text=True,
                          capture_output=True).stdout
    stamped = re.findall(r"^\[ *([\d.]+)\] (tcpward: .*)$", said, re.M)
    return [line for stamp, line in stamped if float(stamp) >= since]


def silent():
    """Refused segments are told by counters, never by the log."""
    since = time.monotonic()
    raw = Raw(CLIENT)
    before = stage.stats(ROUTER)["dropped"]
    for port in range(1, 2001):
        raw.send(Segment((CLIENT_ADDR[4], port), (SERVER_ADDR[4], 9), "R"))
    stage.wait_for("drops", lambda: stage.stats(ROUTER)["dropped"] >=
                   before + 2000)
    assert not log(since), log(since)


def verdict():
    trace = Trace("tcpward/verdict")
    stray(1001)
    found = [line for line in trace.end() if "sport=1001" in line]
    assert len(found) == 1, found
    assert "saddr=0a010101 daddr=0a010201" in found[0], found
    assert "verdict=drop reason=" + STRAY in found[0], found


def transition():
    trace = Trace("tcpward/transition")
    pair = stage.Pair(SERVER_ADDR[6])
    pair.say()
    pair.close()
    found = [line for line in trace.end() if "family=10" in line and
             " sport=%d " % pair.client_name[1] in line]
    moves = [line.split("client")[1].split()[-3:] for line in found
             if " client " in line]
    assert ["CLOSED", "->", "SYN_SENT"] in moves, found
    assert ["SYN_SENT", "->", "ESTABLISHED"] in moves, found


def freed(port):
    """How kfree_skb tells the end of a stray segment in the router."""
    trace = Trace("skb/kfree_skb")
    stray(port)
    return trace.end()


def drop_event():
    """perf and pwru see our number, at our function."""
    found = freed(1002)
    if not NAMED:
        assert any(UNNAMED in line for line in found), found
        return
    wanted = r"location=tcpw_drop\+.*\[tcpward\] reason: 0x%s%04x$" % (
        SUBSYS, number("REASON_RESET_WITHOUT_RECORD"))
    assert any(re.search(wanted, line) for line in found), found


def alerts(port):
    """(symbol, reason) of the packets that drop_monitor tells."""
    genl = Genl("NET_DM")
    genl.join("events")
    genl.do(CONFIG, attr(ALERT_MODE, struct.pack("=B", PACKET_MODE)))
    genl.do(START)
    try:
        stray(port)
        wire = struct.pack(">HH", port, 9)
        while True:
            for _, _, payload in genl.receive():
                said = dict(parse(payload[4:]))
                if payload[0] == PACKET_ALERT and \
                        wire in said.get(PAYLOAD, b""):
                    return text(said, SYMBOL), text(said, REASON)
    finally:
        genl.do(STOP)


def text(said, kind):
    return said.get(kind, b"").rstrip(b"\0").decode()


def dropwatch():
    symbol, reason = alerts(1003)
    if NAMED:
        assert symbol.startswith("tcpw_drop+"), symbol
        assert reason == STRAY, reason
    else:
        assert reason == "NETFILTER_DROP", reason


def owner_comes():
    """While Open vSwitch names the reasons, ours are netfilter's."""
    subprocess.run(["modprobe", "openvswitch"], check=True)
    found = freed(1004)
    subprocess.run(["rmmod", "openvswitch"], check=True)
    assert any(UNNAMED in line for line in found), found
    assert not any("[tcpward]" in line for line in found), found


def main():
    ktap.plan(10)
    subprocess.run(["ip", "netns", "add", "fresh"], check=True)
    let_pass()
    ktap.test("modinfo tells version, licence and alias", information)
    ktap.test("modinfo tells the parameters", parameters)
    ktap.test("tracepoint tcpward:verdict", verdict)
    ktap.test("tracepoint tcpward:transition", transition)
    ktap.test("kfree_skb tells where and why", drop_event)
    ktap.test("drop_monitor names the reason", dropwatch)
    ktap.test("segments are not logged", silent)
    if subprocess.run(["modprobe", "-n", "openvswitch"]).returncode:
        ktap.skip("a number's owner takes it back", "no Open vSwitch here")
    else:
        ktap.test("a number's owner takes it back", owner_comes)
    ktap.test("a wrong parameter is logged", refused_parameters)
    ktap.test("and the names are there again", drop_event)
    ktap.end()


main()
