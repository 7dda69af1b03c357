#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# What replay prints: keys and their order, counts that agree with the lines,
# the same content in each format, settings that change verdicts.
set -euo pipefail

cd "$(dirname "$0")/../.."
. selftests/lib/ktap.sh

tcpward=build/tcpward
folder=selftests/captures
tmp=$(mktemp -d)
trap 'rm -r "$tmp"' EXIT

replay() { # words...
	"$tcpward" replay "$@"
}

# Keys, order and types by the contract; counts by the lines themselves.
lines_are_right() { # files
	local f

	for f in "$@"; do
		replay -J "$f" >"$tmp/lines" || return 1
		/usr/bin/python3 - "$tmp/lines" <<-'EOP' || return 1
		import collections, json, re, sys
		lines = [json.loads(line) for line in open(sys.argv[1])]
		*segments, summary = lines
		keys = "type n t conn dir verdict flag reason rule client server"
		states = set("""CLOSED SYN_SENT SYN_RECEIVED ESTABLISHED
		    FIN_WAIT_1 FIN_WAIT_2 CLOSE_WAIT CLOSING LAST_ACK
		    TIME_WAIT""".split())
		reasons = collections.Counter()
		for s in segments:
		    assert list(s) == keys.split(), s
		    assert s["type"] == "segment" and s["dir"] in ("c2s", "s2c"), s
		    assert {s["client"], s["server"]} <= states, s
		    assert (s["reason"] is None) == (s["verdict"] == "pass"), s
		    assert bool(s["rule"]) == bool(s["reason"] or s["flag"]), s
		    assert not s["rule"] or re.fullmatch(r"R[0-9]+", s["rule"]), s
		    reasons.update({s["flag"], s["reason"]} - {None})
		frames = [s["n"] for s in segments]
		assert frames == sorted(set(frames)) and frames[0] >= 1
		verdicts = collections.Counter(s["verdict"] for s in segments)
		wanted = {
		    "type": "summary", "segments": len(segments),
		    "pass": verdicts["pass"], "quiet": verdicts["quiet"],
		    "drop": verdicts["drop"],
		    "flagged": sum(bool(s["flag"]) for s in segments),
		    "connections": len({s["conn"] for s in segments} - {0}),
		    "unreadable": 0, "reasons": dict(reasons)}
		assert summary == wanted, (summary, wanted)
		assert list(summary) == list(wanted)
		EOP
	done
}

# -j holds what -J prints.
document_is_lines() { # capture
	replay -j "$1" >"$tmp/document" || return 1
	replay -J "$1" >"$tmp/lines" || return 1
	/usr/bin/python3 - "$tmp" <<-'EOP'
	import json, sys
	document = json.load(open(sys.argv[1] + "/document"))
	lines = [json.loads(line) for line in open(sys.argv[1] + "/lines")]
	assert list(document) == ["schema_version", "segments", "summary"]
	assert document["segments"] + [document["summary"]] == lines
	EOP
}

# One line a segment, the sockets where a connection begins, a summary.
text_is_lines() { # capture
	local n

	replay "$1" >"$tmp/text" || return 1
	n=$(replay -J "$1" | grep -c '"segment"')
	[ "$(grep -cE '^ *[0-9]+ +[0-9]+\.[0-9]{6} +[0-9]+ (c2s|s2c) ' \
		"$tmp/text")" = "$n" ] || return 1
	grep -q '^connection 3: 10.71.1.2:40007 to 10.71.2.2:7007$' "$tmp/text"
	tail -n 1 "$tmp/text" | grep -q "^$n segments of 3 connections: $n passed"
}

# A verdict with the numbers that failed, and exit code 0 in spite of it.
shows_refusal() {
	"$folder/relink" --spoil 3 "$folder/lossy-upload.pcap" "$tmp/spoilt"
	replay --set csum=on "$tmp/spoilt" >"$tmp/text" || return 1
	grep -qE '^ +3 .* DROP +SYN_SENT +SYN_RECEIVED  bad-checksum \(R2\)$' \
		"$tmp/text" || { sed -n 1,5p "$tmp/text"; return 1; }
	tail -n 1 "$tmp/text" | grep -q '1  bad-checksum: The checksum does not'
}

field() { # name, words for replay
	local name=$1

	shift
	replay -J "$@" | tail -n 1 | sed "s/.*\"$name\":\([0-9]*\).*/\1/"
}

refuses() { # reason, words for replay
	local reason=$1

	shift
	replay -J "$@" >"$tmp/lines" || return 1
	grep -q "\"verdict\":\"drop\",.*\"reason\":\"$reason\"" "$tmp/lines"
}

# After all segments no more than after a tenth of them: what is over is
# forgotten.
memory_is_bounded() { # kind of load, segments
	"$folder/load" "$1" "$2" >"$tmp/load" || return 1
	/usr/bin/python3 - "$tmp/load" <<-'EOP'
	import json, sys
	got = json.load(open(sys.argv[1]))
	assert 0 < got["peak_kb_early"] <= got["peak_kb"], got
	assert got["peak_kb"] <= got["peak_kb_early"] + 256, got
	EOP
}

# Processor time, which other load on the machine touches little; the best of
# three.
is_fast() { # segments in a second
	local i rate

	for i in 1 2 3; do
		"$folder/load" talks 1000000 >"$tmp/load" || return 1
		rate=$(sed 's/.*"segments_per_cpu_s": \([0-9]*\).*/\1/' "$tmp/load")
		[ "$rate" -lt "$1" ] || return 0
		echo "$rate a second"
	done
	return 1
}

ktap_plan 17
ktap_test "lines by the contract" lines_are_right "$folder"/*.pcap
"$folder/relink" --spoil 3 "$folder/lossy-upload.pcap" "$tmp/spoilt"
ktap_test "document holds the lines" \
	document_is_lines "$folder/time-wait-reuse.pcap"
ktap_test "text has the lines" text_is_lines "$folder/time-wait-reuse.pcap"
ktap_test "refusal in text, exit code 0" shows_refusal
"$folder/relink" "$folder/keep-alive.pcap" "$tmp/middle" --without 1 2 3
"$folder/relink" "$folder/http-keepalive.pcap" "$tmp/hole" --without 8
ktap_equal "pickup=loose is the default" "0 1" \
	"$(field drop "$tmp/middle") $(field connections "$tmp/middle")"
ktap_equal "pickup=auto: loose at the beginning" 0 \
	"$(field drop --set pickup=auto "$tmp/middle")"
ktap_equal "pickup=strict refuses all" "$(field segments "$tmp/middle")" \
	"$(field drop --set pickup=strict "$tmp/middle")"
ktap_equal "csum=off is the default" 0 "$(field drop "$tmp/spoilt")"
ktap_equal "the last setting counts" 0 \
	"$(field drop --set csum=on --set=csum=off "$tmp/spoilt")"
ktap_equal "view=observer is the default" 0 "$(field drop "$tmp/hole")"
ktap_test "view=inline refuses what acknowledges the unseen" \
	refuses ack-unsent --set view=inline "$tmp/hole"
ktap_equal "-6 of IPv4: nothing" 0 "$(field segments -6 "$tmp/middle")"
ktap_equal "-6 of IPv6: all" "$(field segments "$folder/http-ipv6.pcap")" \
	"$(field segments -6 "$folder/http-ipv6.pcap")"
ktap_equal "a key of the module is noted" \
	"tcpward: --set: mode changes nothing for a capture" \
	"$(replay --set mode=off "$tmp/middle" 2>&1 >/dev/null)"
ktap_test "openings that are over need no memory" \
	memory_is_bounded openings 400000
ktap_test "2 million segments need no more memory than 200 thousand" \
	memory_is_bounded talks 2000000
ktap_test "a million segments a second of processor time" is_fast 1000000
ktap_end
