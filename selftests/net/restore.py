# SPDX-License-Identifier: GPL-2.0
"""The checks of restore.sh."""

import json
import os
import subprocess
import time

import ktap
import load
import saved
import stage
from genl import Genl, Message, integer, number, u32
from load import Load
from segments import Raw, Segment
from stage import CLIENT, ROUTER, SERVER, SERVER_ADDR

EVERYWHERE = (CLIENT, ROUTER, SERVER)
RUNNING = 1000
IDLE = 200
ROUNDS_S = 120      # for 1,000 transfers to go on, emulated


def file_of(netns):
    return os.path.join(os.environ["FILES"], netns)


def tool(netns, *words, code=0):
    done = subprocess.run(("tcpward", "-N", netns) + words, text=True,
                          capture_output=True)
    assert done.returncode == code, (done.returncode, done.stdout,
                                     done.stderr)
    return done.stdout


def reload():
    stage.rmmod()
    stage.insmod("mode=off", "pickup=strict")


class Crowd:
    """Running and idle, forwarded and of the host."""

    def __init__(self):
        load.allow_files(8192)
        self.running = load.crowd(RUNNING, CLIENT, SERVER)
        self.idle = load.crowd(IDLE, CLIENT, SERVER)


def upgrade():
    """How long nobody judged, by namespace, as restore tells it."""
    begin = time.monotonic()
    for netns in EVERYWHERE:
        tool(netns, "save", file_of(netns))
    saved = time.monotonic()
    reload()
    loaded = time.monotonic()
    told = {netns: stage.tcpward(netns, "restore", file_of(netns))
            for netns in EVERYWHERE}
    ktap.comment("saved in %.2f s, reloaded in %.2f s, restored in %.2f s" %
                 (saved - begin, loaded - saved, time.monotonic() - loaded))
    for netns in EVERYWHERE:
        ktap.comment("%s: %d connections, %d ms unjudged" %
                     (netns.split("-")[0], told[netns]["restored"],
                      told[netns]["missed_ms"]))
    return told


def all_restored(told):
    for netns in EVERYWHERE:
        assert told[netns]["refused"] == 0, told[netns]
        assert told[netns]["kept"] == 0, told[netns]
        assert told[netns]["mode"] == "enforce", told[netns]
    forwarded = (RUNNING + IDLE) * 4 // 5
    assert told[CLIENT]["restored"] == forwarded, told
    assert told[ROUTER]["restored"] == forwarded, told
    assert told[SERVER]["restored"] == RUNNING + IDLE, told


def none_refused():
    for netns in EVERYWHERE:
        counts = stage.stats(netns)
        assert counts["segments"] > 0, netns
        grown = stage.growth({"reasons": {}}, counts)
        assert counts["dropped"] == 0, (netns, grown)
        assert not {"picked-up", "no-record", "untracked"} & set(grown), \
            (netns, grown)


def still_known():
    """What only the handshake tells is still there."""
    for conn in stage.connections(ROUTER):
        assert stage.states(conn) == ("ESTABLISHED", "ESTABLISHED"), conn
        assert conn["handshake_rtt_us"], conn


def forge(transfer):
    """Segments of that connection with numbers long gone."""
    src, dst = transfer.client_name, transfer.server_name
    shown = stage.tcpward(ROUTER, "show", "src", src[0], "sport", "=",
                          ":%d" % src[1])["connections"][0]
    seq, ack = shown["client"]["nxt"], shown["server"]["nxt"]
    return (Segment(src, dst, "PA", seq - 500000, ack, 100, b"old"),
            Segment(src, dst, "PA", seq, ack - 500000, 100, b"old"),
            Segment(src, dst, "R", seq - 500000, 0, 0),
            Segment(src, dst, "FA", seq - 500000, ack, 100))


def refuses(netns, forged):
    raw = Raw(CLIENT)
    before = stage.stats(netns)
    for segment in forged:
        try:
            raw.send(segment)
        except PermissionError:     # refused on its way out
            pass
    stage.wait_for("refusals of %d" % len(forged), lambda: stage.stats(netns)[
        "dropped"] == before["dropped"] + len(forged), 10,
        lambda: stage.growth(before, stage.stats(netns)))


def forgeries(crowd):
    victims = crowd.idle[0], crowd.idle[-IDLE // 10 - 1]
    forged = [segment for victim in victims for segment in forge(victim)]
    refuses(CLIENT, forged)
    stage.configure(CLIENT, "mode=off")
    refuses(ROUTER, forged)


def idle_go_on(crowd):
    after = Load(crowd.idle)
    after.go_on(ROUNDS_S)
    after.stop()


def upgrade_test():
    crowd = Crowd()
    for netns in EVERYWHERE:
        stage.configure(netns, "pickup=strict")
    running = Load(crowd.running)
    running.go_on(ROUNDS_S)
    told = upgrade()
    ktap.test("all connections are restored", all_restored, told)
    ktap.test("1,000 running transfers go on", running.go_on, ROUNDS_S)
    ktap.test("none was refused or adopted", none_refused)
    ktap.test("their past is still known", still_known)
    ktap.test("forgeries with old numbers are refused", forgeries, crowd)
    ktap.test("idle connections go on", idle_go_on, crowd)
    running.stop()


# --- files ----------------------------------------------------------------


def timeless(value):
    """The document without what the clock changes."""
    if isinstance(value, list):
        return [timeless(element) for element in value]
    if not isinstance(value, dict):
        return value
    return {name: timeless(member) for name, member in value.items()
            if name == "offset_ms" or not name.endswith(("_ms", "_s"))}


def documents(name):
    with open(name) as file:
        return [json.loads(line) for line in file]


def write(name, content):
    with open(name, "wb") as file:
        file.write(content)
    return name


def some_of_each():
    """Open, half-closed and TIME_WAIT; half-open; one with a pending SYN."""
    pairs = [stage.Pair(SERVER_ADDR[family]) for family in (4, 6) * 8]
    for pair in pairs:
        pair.say()
    pairs[0].client.shutdown(1)
    pairs[1].close()
    pairs[1].wait_states(ROUTER, "TIME_WAIT", "CLOSED")
    pairs[0].wait_states(ROUTER, "FIN_WAIT_2", "CLOSE_WAIT")
    raw = Raw(CLIENT)
    raw.send(Segment(("10.1.1.1", 7777), ("10.1.2.99", 80), "S", 99))
    victim = pairs[2]
    raw.send(Segment(victim.client_name, victim.server_name, "S", 12345))
    stage.wait_for("half-open record", lambda: stage.connections(
        ROUTER, "dport", "=", ":80"))
    stage.wait_for("pending SYN", lambda: '"used"' in tool(ROUTER, "save"))
    return pairs


def listener():
    with stage.inside(ROUTER):
        sock = Genl()
    sock.join("transitions")
    return sock


def heard(sock):
    """Events of records since it listens, which miss none."""
    sock.socket.settimeout(0.5)
    found, numbers = [], []
    while True:
        try:
            messages = [Message(*one) for one in sock.receive()]
        except TimeoutError:
            assert numbers == list(range(numbers[0],
                                         numbers[0] + len(numbers))), numbers
            return found
        for message in messages:
            numbers.append(integer(message.get("A_TRANSITION_SEQUENCE")))
            event = message.get("A_TRANSITION_EVENT")
            found.append((event and integer(event),
                          integer(message.get("A_TRANSITION_ID"))))


def told_to_listeners(sock):
    """Each as restored, under the id that it has now."""
    ids = {c["id"] for c in stage.connections(ROUTER)}
    assert len(ids) == 17, len(ids)
    events = heard(sock)
    assert sorted(events) == [(number("CONN_EVENT_RESTORE"), id)
                              for id in sorted(ids)], events


def round_trip(first, second):
    tool(ROUTER, "save", first)
    reload()
    sock = listener()
    told = stage.tcpward(ROUTER, "restore", first)
    assert told["refused"] == told["kept"] == told["ended"] == 0, told
    told_to_listeners(sock)
    tool(ROUTER, "save", second)
    before, after = documents(first), documents(second)
    assert len(before) == 19 == told["restored"] + 2, (len(before), told)
    assert before[0]["config"]["mode"] == "enforce"
    for one, other in zip(before[:-1], after[:-1]):
        assert timeless(one) == timeless(other), (one, other)
        if one["type"] == "connection":
            assert one["age_ms"] <= other["age_ms"], (one, other)
            assert (0 < other["core"]["expires_ms"]
                    <= one["core"]["expires_ms"]), (one, other)


def schema(name):
    with open(name, "rb") as file:
        subprocess.run(["selftests/lib/json-schema", "saved-line"],
                       stdin=file, check=True)


def kept(name):
    told = stage.tcpward(ROUTER, "restore", name)
    assert (told["restored"], told["kept"]) == (0, 17), told


def damaged(name):
    with open(name, "rb") as file:
        lines = file.read().splitlines(keepends=True)
    before = stage.connections(ROUTER), stage.tcpward(ROUTER, "get")
    stage.configure(ROUTER, "msl=31s")
    lines[5] = lines[5].replace(b'"state":"', b'"state":"X', 1)
    done = subprocess.run(
        ["tcpward", "-N", ROUTER, "restore", write(name + ".bad",
                                                   b"".join(lines))],
        text=True, capture_output=True)
    assert done.returncode == 2, done
    assert ".bad:6: " in done.stderr, done
    assert stage.tcpward(ROUTER, "get", "msl")["config"]["msl"][
        "value"] == "31s"
    assert len(stage.connections(ROUTER)) == len(before[0])


def config_socket():
    with stage.inside(ROUTER):
        return Genl()


def rests():
    """Milliseconds for which is adopted: what is forwarded, everything."""
    said, = config_socket().do(number("CMD_CONFIG_GET"))
    return [integer(said.get("A_CONFIG_" + name))
            for name in ("ADOPT_MS", "PRESSED_MS")]


def rests_after(name, head, conns):
    reload()
    stage.tcpward(ROUTER, "restore", write(name + ".rest",
                                           saved.sealed(conns, head)))
    return rests()


def fate_of_stray(port, reason):
    """Data of a connection that nobody knows."""
    raw, before = Raw(CLIENT), stage.stats(ROUTER)
    raw.send(Segment((stage.CLIENT_ADDR[4], port), (SERVER_ADDR[4], 9), "PA",
                     1, 1, 100, b"stray"))
    stage.wait_for(reason, lambda: stage.growth(
        before, stage.stats(ROUTER)).get(reason))


def time_to_adopt(name):
    """Goes on, neither anew nor for ever."""
    head, *conns, _ = documents(name)
    assert head["format"] == 2 and head["adopt_ms"] > 7000000, head
    head.update(adopt_ms=5000000, pressed_ms=3000000)
    adopt, pressed = rests_after(name, head, conns)
    assert 4700000 < adopt < 5000000, adopt
    assert 2700000 < pressed < 3000000, pressed
    head.update(adopt_ms=1000, pressed_ms=0)
    adopt, pressed = rests_after(name, head, conns)
    assert 100000 < adopt <= 120000 and not pressed, (adopt, pressed)
    fate_of_stray(2001, "picked-up")
    config_socket().do(number("CMD_CONFIG_SET"), u32("A_CONFIG_ADOPT_MS", 0))
    fate_of_stray(2002, "no-record")
    config_socket().do(number("CMD_CONFIG_SET"),
                       u32("A_CONFIG_PRESSED_MS", 60000))
    fate_of_stray(2003, "picked-up")
    head["format"] = 1
    del head["adopt_ms"], head["pressed_ms"]
    assert rests_after(name, head, conns)[0] > 7400000


def limited(name):
    head, *conns, _ = documents(name)
    head["config"]["max_connections"] = "16"
    head["config"]["max_half_open"] = "16"
    reload()
    out = tool(ROUTER, "-j", "restore",
               write(name + ".less", saved.sealed(conns, head)), code=1)
    told = json.loads(out)
    assert (told["restored"], told["refused"]) == (16, 1), told
    assert told["refusal"] == "no place for another record", told
    assert told["mode"] == "enforce", told
    assert stage.tcpward(ROUTER)["connections"] == 16


def another_boot(name):
    head, *conns, _ = documents(name)
    head["boot_id"] = "another"
    head["time_ms"] -= 300000
    reload()
    told = stage.tcpward(ROUTER, "restore",
                         write(name + ".old", saved.sealed(conns, head)))
    assert told["ended"] >= 2, told     # TIME_WAIT, SYN_SENT
    assert told["missed_ms"] >= 300000, told
    for conn in stage.connections(ROUTER):
        assert conn["age_ms"] >= 300000 and conn["idle_ms"] >= 300000, conn


def say_all(pairs):
    for pair in pairs[2:]:
        pair.say()
    assert stage.stats(ROUTER)["reasons"].get("no-record", 0) == 0


def files_test():
    first, second = file_of("first"), file_of("second")
    pairs = some_of_each()
    ktap.test("save, restore, save: the same but for times", round_trip,
              first, second)
    ktap.test("the file keeps to its schema", schema, second)
    ktap.test("what is there already is kept", kept, first)
    ktap.test("a damaged file changes nothing", damaged, first)
    ktap.test("the time to adopt goes on", time_to_adopt, first)
    ktap.test("limits are respected and told", limited, first)
    ktap.test("another boot, minutes later", another_boot, first)
    ktap.test("the connections go on", say_all, pairs)


def main():
    ktap.plan(14)
    files_test()
    reload()
    for netns in EVERYWHERE:
        stage.configure(netns, "pickup=auto", "mode=enforce")
    upgrade_test()
    ktap.end()


main()
