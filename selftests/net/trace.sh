#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# `tcpward trace` on the router draws the connections that pass it: as text,
# as SVG and as JSON, until a count, a time or a signal ends it.
set -euo pipefail

cd "$(dirname "$0")/../.."
. selftests/lib/ktap.sh
. selftests/lib/defer.sh
. selftests/lib/net.sh
. selftests/lib/web.sh

work=$(mktemp -d)
defer rm -rf "$work"

# Runs in the background; its end is trace_end's business.
trace_begin() { # tcpward's options and arguments
	: >"$work/err"
	ip netns exec "$NS_ROUTER" tcpward "$@" >"$work/out" 2>"$work/err" &
	trace_pid=$!
	busywait 20 grep -q tracing "$work/err"
}

trace_end() { # signal, or nothing to wait; sets trace_code
	trace_code=0
	[ -z "${1-}" ] || kill "-$1" "$trace_pid"
	wait "$trace_pid" || trace_code=$?
}

trace_ends_with() { # exit code, signal
	trace_end "${2-}"
	[ "$trace_code" = "$1" ] || {
		echo "exit code $trace_code"
		cat "$work/out" "$work/err"
		return 1
	}
}

fetch() { # address
	local page

	page=$(client curl -sS --max-time 20 "http://$1/") &&
		[ "$page" = "Hello from $WEB_NAME" ]
}

# Until the record says that the client waits: its last ACK has passed.
closed() { # number of connections in TIME_WAIT
	[ "$(router tcpward -J list state time-wait | grep -c '"TIME_WAIT"')" \
		-ge "$1" ]
}

# What stands between the life lines and beside them, in this order.
in_order() { # file, words
	local file=$1

	shift
	/usr/bin/python3 - "$file" "$@" <<-'END'
	import sys
	text, at = open(sys.argv[1], encoding="utf-8").read(), 0
	for word in sys.argv[2:]:
	    found = text.find(word, at)
	    if found < 0:
	        sys.exit("%r is missing, or not in order, in\n%s" % (word, text))
	    at = found + len(word)
	END
}

narrow_enough() { # columns
	! grep -E "^.{$(($1 + 1))}" "$work/out"
}

whole_life() { # address, columns
	COLUMNS=$2 trace_begin trace dport = :80 || return
	fetch "$1" && busywait 10 closed 1 || return
	trace_ends_with 0 INT || return
	in_order "$work/out" client server CLOSED SYN_SENT SYN_RECEIVED \
		ESTABLISHED "~ESTABLISHED" FIN_WAIT_1 LAST_ACK \
		"TIME_WAIT of the client: " " s left" "0 dropped" &&
		in_order "$work/out" "SYN seq 0 " "SYN ACK seq 0 ack 1" \
			"ACK seq 1 ack 1" "PSH ACK seq 1 ack 1" \
			"FIN ACK seq " "FIN ACK seq " "ACK seq " &&
		narrow_enough "$2"
}

interleaved() {
	trace_begin trace || return
	fetch "$SERVER4" && fetch "[$SERVER6]" || return
	trace_ends_with 0 TERM &&
		in_order "$work/out" "#1" "$CLIENT4:" "$SERVER4:80" FIN \
			"#2" "[$CLIENT6]:" "[$SERVER6]:80" FIN
}

# One object a line; as many as asked for.
json_lines() {
	trace_begin -J trace --count 5 || return
	fetch "$SERVER4" || return
	trace_ends_with 0 && /usr/bin/python3 - "$work/out" <<-'END'
	import json, sys
	lines = [json.loads(line) for line in open(sys.argv[1])]
	assert len(lines) == 5, lines
	assert all(l["schema_version"] == 1 and l["type"] == "segment" and
	           l["verdict"] == "pass" and l["conn"] == 1 for l in lines)
	assert [l["dir"] for l in lines[:3]] == ["c2s", "s2c", "c2s"], lines
	assert [l["client"]["state"] for l in lines[:3]] == \
	    ["SYN_SENT", "SYN_SENT", "ESTABLISHED"], lines
	assert lines[1]["ack"] == (lines[0]["seq"] + 1) % 2**32, lines
	END
}

# The page's octets are found again in the segments of the document.
json_document() {
	trace_begin -j trace dst "$SERVER4" || return
	fetch "$SERVER4" && fetch "[$SERVER6]" && fetch "$SERVER4" || return
	busywait 10 closed 3
	trace_ends_with 0 INT && /usr/bin/python3 - "$work/out" <<-'END'
	import json, sys
	r = json.load(open(sys.argv[1]))
	assert r["schema_version"] == 1 and r["segments_lost"] == 0, r
	assert [c["family"] for c in r["connections"]] == [4, 4], r
	for c in r["connections"]:
	    assert c["client"]["state"] == "TIME_WAIT", c
	    assert 0 < c["time_wait_left_ms"] <= 60000, c
	    sent = {d: sum(s["length_bytes"] for s in c["segments"]
	                   if s["dir"] == d) for d in ("c2s", "s2c")}
	    assert sent["c2s"] > 60 and sent["s2c"] > 200, sent
	    ends = {d: [s for s in c["segments"] if s["dir"] == d]
	            for d in ("c2s", "s2c")}
	    for d, s in ends.items():
	        got = (s[-1]["seq"] - s[0]["seq"]) % 2**32
	        fin = "F" in s[-1]["flags"]
	        assert got == sent[d] + 2 - fin, (d, got, sent)
	END
}

picture() {
	trace_begin trace --svg "$work/ladder.svg" --time $((4 * slow)) ||
		return
	fetch "[$SERVER6]" || return
	trace_ends_with 0 && /usr/bin/python3 - "$work/ladder.svg" <<-'END'
	import sys, xml.etree.ElementTree as tree
	svg = "{http://www.w3.org/2000/svg}"
	root = tree.parse(sys.argv[1]).getroot()
	arrows = [g for g in root.iter(svg + "g") if g.get("class") == "pass"]
	texts = [t.text for t in root.iter(svg + "text")]
	assert len(arrows) >= 7, len(arrows)
	assert all("absolute seq" in a.find(svg + "title").text for a in arrows)
	assert texts.count("TIME_WAIT") == 1, texts
	END
}

nothing_seen() { # what was there before
	rm -f "$work/none.svg"
	[ -z "$1" ] || echo "$1" >"$work/none.svg"
	trace_begin trace --svg "$work/none.svg" --time 1 dport = :81 || return
	fetch "$SERVER4" || return
	trace_ends_with 1 || return
	grep -q "no segment was seen" "$work/err" || return
	if [ -z "$1" ]; then
		[ ! -e "$work/none.svg" ]
	else
		[ "$(cat "$work/none.svg")" = "$1" ]
	fi
}

# A RST that nobody asked for stops midway, with its reason and rule. It has
# to leave the client first, and not to be taken for an older connection's.
refused() {
	client tcpward set mode=off >"$work/set" &&
		router tcpward set pickup=strict >>"$work/set" || return
	trace_begin trace dport = :4444 || return
	client "$work/forge" 1 R 0 "$CLIENT4" 5555 "$SERVER4" 4444 || return
	trace_ends_with 0 INT &&
		in_order "$work/out" "RST seq #" \
			"dropped: reset-without-record (R80)" "1 dropped" \
			"RFC 9293"
}

# All segments of a transfer are told, or their loss is.
complete() {
	head -c 3000000 /dev/zero >"$WEB/www/big"
	trace_begin -j trace dport = :80 || return
	client curl -sS --max-time 60 "http://$SERVER4/big" -o "$work/big" ||
		return
	busywait 10 closed 1
	trace_ends_with 0 INT && /usr/bin/python3 - "$work/out" <<-'END'
	import json, sys
	r = json.load(open(sys.argv[1]))
	sent = sum(s["length_bytes"] for s in r["connections"][0]["segments"]
	           if s["dir"] == "s2c")
	assert sent > 3000000 or r["segments_lost"] > 0, (sent, r["segments_lost"])
	END
}

forget_all() {
	router tcpward forget --yes state all >"$work/forgotten" 2>&1
}

# A kernel that watches each access and lock is that much slower, at least.
slow=1
[ ! -e /sys/kernel/debug/kmemleak ] || slow=5

ktap_plan 11
net_up
web_prepare
web_start
cc -O2 -o "$work/forge" selftests/lib/forge.c
export LC_ALL=C.UTF-8
ktap_test "IPv4, 80 columns" whole_life "$SERVER4" 80
forget_all
ktap_test "IPv6, 60 columns" whole_life "[$SERVER6]" 60
forget_all
ktap_test "IPv4, 120 columns" whole_life "$SERVER4" 120
ktap_test "two connections, ended by SIGTERM" interleaved
ktap_test "JSON Lines, ended by --count" json_lines
forget_all
ktap_test "JSON, filtered" json_document
ktap_test "SVG, ended by --time" picture
ktap_test "nothing seen leaves no file" nothing_seen ""
ktap_test "nothing seen leaves a file alone" nothing_seen "an older picture"
ktap_test "a refused segment" refused
forget_all
ktap_test "a transfer is told whole" complete
ktap_end
