# SPDX-License-Identifier: GPL-2.0
"""The checks of save.sh."""

import json
import os
import subprocess
import tempfile

import ktap
import saved
from saved import CONN, EXT, FORMAT_1, HEAD, changed, sealed

WITH_EXT = dict(CONN, ext=EXT)


def run(content, *words):
    with tempfile.NamedTemporaryFile() as file:
        file.write(content)
        file.flush()
        done = subprocess.run(("tcpward",) + words + (
            "restore", "--check", file.name), text=True, capture_output=True)
        return (done.returncode, done.stdout,
                done.stderr.replace(file.name, "FILE"))


def good(conns, head=HEAD):
    code, out, err = run(sealed(conns, head), "-j")
    assert code == 0, (code, out, err)
    assert json.loads(out)["connections"] == len(conns), out


def refused(line, cause, content):
    code, out, err = run(content)
    wanted = "tcpward: FILE:%d: %s\n  hint: nothing was changed\n" % (line,
                                                                      cause)
    assert (code, out, err) == (2, "", wanted), (code, out, err, wanted)


def conn_with(path, value, conn=CONN):
    return sealed([CONN, changed(conn, path, value)])


def files():
    """(what, line, cause, content) of files that are damaged as such."""
    whole = sealed([CONN, WITH_EXT])
    lines = whole.splitlines(keepends=True)
    flipped = whole.replace(b'"bytes":5000', b'"bytes":5001', 1)
    return (
        ("empty", 1, "the file is empty", b""),
        ("foreign JSON", 1, "not a file of 'tcpward save'", b'{"a":1}\n'),
        ("foreign text", 1, "no JSON: '[' or '{' expected near 'root'",
         b"root:x:0:0\n"),
        ("binary", 1, "a line of more than 16382 octets, or no text",
         bytes(20000)),
        ("a line without end", 1,
         "a line of more than 16382 octets, or no text", b"x" * 20000),
        ("another format", 1, "format 3, this tool reads formats up to 2",
         sealed([CONN], dict(HEAD, format=3))),
        ("no format at all", 1, "format 0, this tool reads formats up to 2",
         sealed([CONN], dict(HEAD, format=0))),
        ("more than an old format has", 1,
         "the first line has an unknown member 'adopt_ms'",
         sealed([CONN], dict(HEAD, format=1))),
        ("less than the new format has", 1,
         "the first line lacks 'adopt_ms'",
         sealed([CONN], dict(FORMAT_1, format=2))),
        ("a rest of 2^31 ms", 1,
         "'pressed_ms' is no number from 0 to 2147483647",
         sealed([CONN], dict(HEAD, pressed_ms=2**31))),
        ("another ABI", 1, "ABI 9, this tool speaks ABI 1",
         sealed([CONN], dict(HEAD, abi=9))),
        ("an unknown key", 1, "unknown key 'mdoe'",
         sealed([CONN], dict(HEAD, config={"mdoe": "off"}))),
        ("a bad value of a key", 1, "no value for msl",
         sealed([CONN], dict(HEAD, config={"msl": "1ms"}))),
        ("an unknown member of the head", 1,
         "the first line has an unknown member 'more'",
         sealed([CONN], dict(HEAD, more=1))),
        ("cut in a line", 2, "the line breaks off", whole[:len(lines[0]) + 99]),
        ("cut between lines", 3, "the file breaks off before its last line",
         b"".join(lines[:2])),
        ("a line taken out", 3,
         "lines are missing: 1 of 2 connections are here",
         lines[0] + lines[1] + lines[3]),
        ("a line put in", 4, "more connections than the first line says",
         lines[0] + lines[1] + lines[2] + lines[1] + lines[3]),
        ("a digit changed", 4,
         "the checksum is wrong: something above was changed", flipped),
        ("something behind", 5, "something follows the last line",
         whole + lines[1]),
        ("an unknown line", 2, "neither a connection nor the end",
         lines[0] + b'{"type":"x"}\n'),
        ("a repeated member", 2,
         "no JSON: duplicate object key near '\"type\"'",
         lines[0] + b'{"type":"connection","type":"end"}\n'),
    )


RECORDS = (
    # what makes no sense in the second connection: path, value, cause
    ("client.addr", "192.0.2", "'addr' is no address"),
    ("client.port", 65536, "'port' is no number from 0 to 65535"),
    ("client.segments", -1, "'segments' is no number from 0 to 4294967295"),
    ("server.addr", "2001:db8::1", "the addresses are of two families"),
    ("idle_ms", 9001, "'idle_ms' is no number from 0 to 9000"),
    ("quiet", "0", "'quiet' is no number from 0 to 4294967295"),
    ("last_reason", "bad-luck", "'last_reason' is no reason"),
    ("more", 1, "the connection has an unknown member 'more'"),
    ("dropped", None, "the connection lacks 'dropped'"),
    ("recorder", [CONN["recorder"][0]] * 9,
     "'recorder' is no list of at most 8"),
    ("recorder.0.side", "nobody", "'side' is neither client nor server"),
    ("recorder.0.state", "OPEN", "'state' of a record is no state"),
    ("core.kind", "closed", "'kind' has no value of its kind"),
    ("core.kind", "blank", "kind is blank"),
    ("core.client", 2, "client is neither 0 nor 1"),
    ("core.client", 1, "client is not the end that is named so"),
    ("core.rst_by", 4, "rst_by is out of range"),
    ("core.rst_by", 1, "rst_by and kind reset need each other"),
    ("core.closed_by", 3, "closed_by is out of range"),
    ("core.expires_ms", 2**31, "expires_ms is out of range"),
    ("core.flags", ["simultaneous", "simultaneous"],
     "'flags' has an unknown or repeated 'simultaneous'"),
    ("core.lower", None, "'core' or 'shadow' lacks 'lower'"),
    ("core.lower.flags", ["syn", "gone"],
     "'flags' has an unknown or repeated 'gone'"),
    ("core.lower.flags", [], "flags lack syn or open"),
    ("core.lower.flags", ["syn", "open"],
     "flags syn and open exclude each other"),
    ("core.lower.flags", ["open", "iss"], "flag iss needs syn"),
    ("core.lower.flags", ["syn", "ts-rate"], "flag ts-rate needs ts"),
    ("core.lower.state", "OPEN", "'state' has no value of its kind"),
    ("core.lower.state", "LISTEN", "an end in LISTEN has sent nothing"),
    ("core.lower.state", "TIME_WAIT", "this state needs flag fin"),
    ("core.lower.window_scale", 15, "window_scale is above 14"),
    ("core.lower.window_scale", 256,
     "'window_scale' is no number from 0 to 255"),
    ("core.lower.max_window_bytes", 2**30,
     "max_window_bytes is above 65535 scaled by 14"),
    ("core.lower.max_window_bytes", 0, "max_window_bytes is 0"),
    ("core.lower.una", 6002, "una is after nxt"),
    ("core.lower.dend", 6002, "dend is after nxt"),
    ("core.lower.edge", 6000, "edge is before una"),
    ("core.lower.iss", 6001, "iss is not before una and nxt, and within reach"),
    ("core.lower.more", 1, "'lower' has an unknown member 'more'"),
)

EXTS = (
    ("ext.stale", 2, "stale and challenged are 0 or 1"),
    ("ext.shadow_left_ms", 2**31, "shadow_left_ms is out of range"),
    ("ext.syn", [], "'syn' and 'synack' are not of 4 each"),
    ("ext.synack.0.answers", 5, "answers is out of range"),
    ("ext.synack.0.flags", ["used", "refused"],
     "flags of a pending SYN+ACK are out of range"),
    ("ext.synack.0.flags", ["used"], "a pending SYN+ACK answers no SYN"),
    ("ext.shadow.kind", "open", "neither end has sent anything"),
    ("ext.shadow.lower.state", None, "'lower' lacks 'state'"),
)


def damaged_fin():
    conn = changed(CONN, "core.lower.flags", ["syn", "iss", "fin"])
    return sealed([CONN, changed(conn, "core.lower.fin", 6001)])


def unbounded():
    """What the core itself keeps where no ISS bounds the numbers."""
    wild = dict(CONN["core"]["lower"], una=2**31, dend=2**31 + 9,
                edge=2**30, fin=2**31, state="FIN_WAIT_1")
    return [changed(CONN, "core.lower", dict(wild, flags=flags))
            for flags in (["open", "fin"], ["syn", "fin"])]


def schema_holds():
    conn = saved.text_of([dict(HEAD, connections=2), CONN, WITH_EXT,
                          {"type": "end", "lines": 3, "crc32": "00000000"}])
    done = subprocess.run(["selftests/lib/json-schema", "saved-line"],
                          input=conn, capture_output=True)
    assert done.returncode == 0, done.stdout + done.stderr


def errors_are_json():
    code, out, err = run(b"", "-j")
    assert code == 2 and not err, (code, out, err)
    assert json.loads(out)["error"]["why"] == "the file is empty", out


def unreadable():
    done = subprocess.run(("tcpward", "restore", "/nowhere/file"), text=True,
                          capture_output=True)
    assert done.returncode == 2, done
    assert done.stderr == ("tcpward: cannot read /nowhere/file: No such file "
                           "or directory\n  hint: nothing was changed\n"), done


def no_module():
    """A good file gets as far as the module, a bad one does not."""
    with tempfile.TemporaryDirectory() as folder:
        name = os.path.join(folder, "file")
        for content, wanted in (sealed([CONN]), 3), (b"x\n", 2):
            with open(name, "wb") as file:
                file.write(content)
            done = subprocess.run(("tcpward", "restore", name),
                                  capture_output=True)
            assert done.returncode == wanted, done
        assert os.listdir(folder) == ["file"]


def main():
    ktap.plan(4 + len(files()) + len(RECORDS) + len(EXTS) + 5)
    ktap.test("no connections", good, [])
    ktap.test("connections with and without ext", good, [CONN, WITH_EXT] * 50)
    ktap.test("a file of format 1", good, [CONN, WITH_EXT], FORMAT_1)
    ktap.test("numbers beyond the reach of an ISS", good, unbounded())
    for what, line, cause, content in files():
        ktap.test(what, refused, line, cause, content)
    for path, value, cause in RECORDS:
        ktap.test("%s: %s" % (path, cause), refused, 3, cause,
                  conn_with(path, value))
    for path, value, cause in EXTS:
        ktap.test("%s: %s" % (path, cause), refused, 3, cause,
                  conn_with(path, value, WITH_EXT))
    ktap.test("fin is not before nxt", refused, 3, "fin is not before nxt",
              damaged_fin())
    ktap.test("the documented schema holds", schema_holds)
    ktap.test("an error is JSON with -j", errors_are_json)
    ktap.test("a file that is not there", unreadable)
    ktap.test("all is checked before the module is asked", no_module)
    ktap.end()


main()
