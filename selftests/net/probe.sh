#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# `tcpward probe` joins the kernel's view of its own connections, and what the
# kernel counted agrees with what tcpdump and ss see.
set -euo pipefail

cd "$(dirname "$0")/../.."
. selftests/lib/ktap.sh
. selftests/lib/defer.sh
. selftests/lib/net.sh
. selftests/lib/web.sh
. selftests/lib/probe.sh

probe() { # exit code, arguments
	local wanted=$1

	shift
	probe_exits "$wanted" "$work/json" client timeout 60 tcpward -j probe \
		--cacert "$WEB/ca.pem" \
		--connect-to "$WEB_NAME:$port:$address" "$@"
}

text() { # exit code, arguments
	local wanted=$1

	shift
	probe_exits "$wanted" "$work/text" client timeout 60 tcpward probe \
		--cacert "$WEB/ca.pem" \
		--connect-to "$WEB_NAME:$port:$address" "$@" || return
	cat "$work/err" >>"$work/text"
}

capture_start() {
	rm -f "$work/capture.pcap"
	ip netns exec "$NS_CLIENT" tcpdump -i c0 -U -w "$work/capture.pcap" \
		tcp port "$port" >/dev/null 2>"$work/tcpdump" &
	capture_pid=$!
	busywait 10 grep -q listening "$work/tcpdump"
}

# Ends when the last segment has been written, told by the kernel's count.
capture_stop() {
	busywait 3 [ "$(captured tcp)" -ge "${1:-1}" ] || true
	kill "$capture_pid"
	wait "$capture_pid" || true
}

captured() { # filter
	tcpdump -nr "$work/capture.pcap" "$1" 2>/dev/null | wc -l
}

# IPv6 without a word of tcpdump's for flags: byte 13 of TCP, after 40 of IP.
no_reset() {
	[ "$(captured 'tcp')" -gt 0 ] &&
		[ "$(captured 'tcp[tcpflags] & tcp-rst != 0')" = 0 ] &&
		[ "$(captured 'ip6[53] & 4 != 0')" = 0 ] || {
		echo "a reset was sent"
		tcpdump -nr "$work/capture.pcap" 2>/dev/null
		return 1
	}
}

of_json() { # Python over r
	/usr/bin/python3 -c "
import json, sys
r = json.load(open('$work/json')).get('requests')
print($1)"
}

# One whole life, counted by tcpdump on the client's device as well. On a busy
# machine an ACK of the server's may leave after its FIN; the client repeats
# its last ACK for it, and the server, which knows nothing more, resets: again.
whole_life() {
	local i

	for i in 1 2 3; do
		life || return
		! no_reset >"$work/reset" || break
		echo "# attempt $i met a RST"
	done
	no_reset || return
	holds 'r[0]["kernel_missing"] is None and
		r[0]["kernel"]["refused"] == [] and
		r[0]["kernel"]["events_lost"] == 0'
}

life() {
	local kernel

	capture_start || return
	probe 0 "https://$WEB_NAME:$port/" || return
	kernel=$(of_json 'r[0]["kernel"]["segments"]') || return
	capture_stop "$kernel"
	[ "$(captured tcp)" = "$kernel" ] || {
		echo "tcpdump has $(captured tcp), the kernel $kernel"
		return 1
	}
}

# Where the ACK and the FIN of the server travel together, each end passes
# over one state.
states() {
	holds '[s for s in r[0]["kernel"]["client_states"]
			if s != "FIN_WAIT_2"] ==
		["SYN_SENT", "ESTABLISHED", "FIN_WAIT_1", "TIME_WAIT"]' &&
		holds '[s for s in r[0]["kernel"]["server_states"]
				if s != "CLOSE_WAIT"] ==
			["SYN_RECEIVED", "ESTABLISHED", "LAST_ACK", "CLOSED"]'
}

time_wait() {
	local local_port

	local_port=$(of_json 'r[0]["connection"]["local"].split(":")[-1]')
	holds 'r[0]["kernel"]["closed_by"] == "client" and
		r[0]["kernel"]["time_wait"] == "client" and
		50000 < r[0]["kernel"]["time_wait_ms"] <= 60000' &&
		client ss -Htan state time-wait "sport = :$local_port" |
		grep -q .
}

server_closes() {
	capture_start || return
	probe 0 --no-keepalive "https://$WEB_NAME:$port/" || return
	capture_stop "$(of_json 'r[0]["kernel"]["segments"]')"
	holds 'r[0]["kernel"]["closed_by"] == "server" and
		r[0]["kernel"]["time_wait"] == "server"' && no_reset
}

rtt() {
	net_em router r1 delay 40ms
	probe 0 "https://$WEB_NAME:$port/"
	net_em_off router r1
	holds '40000 <= r[0]["kernel"]["handshake_rtt_us"] < 2000000 and
		r[0]["phases_us"]["tcp"] >= 40000'
}

dropped_some() {
	[ "$(router tc -j -s qdisc show dev r1 | jq '.[0].drops')" -gt 0 ]
}

# The network comes back when the SYN is lost, however late it was sent.
lost_syn() {
	net_em router r1 loss 100%
	(busywait 20 dropped_some; net_em_off router r1) &
	probe 0 "https://$WEB_NAME:$port/"
	wait $!
	holds 'r[0]["kernel"]["retransmitted"] >= 1 and
		r[0]["phases_us"]["tcp"] > 500000'
}

compare() {
	probe 0 --compare-keepalive 10 "https://$WEB_NAME:$port/" &&
		holds 'd["kernel_missing"] is None' &&
		holds '[(c["connections"], c["tcp_handshakes"], c["closes"],
			c["time_waits_client"] + c["time_waits_server"])
			for c in (d["compare_keepalive"]["keepalive"],
				  d["compare_keepalive"]["no_keepalive"])] ==
			[(1, 1, 1, 1), (10, 10, 10, 10)]' &&
		holds 'd["compare_keepalive"]["no_keepalive"]["segments"] >
			2 * d["compare_keepalive"]["keepalive"]["segments"]'
}

# Also when the request is not sent, the close is a close and no reset.
refused_certificate() {
	local port=8443

	capture_start || return
	probe 4 "https://$WEB_NAME:$port/" || return
	capture_stop "$(of_json 'r[0]["kernel"]["segments"]')"
	holds '10 in codes() and r[0]["kernel"]["closed_by"] == "client"' &&
		no_reset
}

closed_port() {
	local port=9

	probe 4 "http://$WEB_NAME:$port/" &&
		holds 'r[0]["kernel"]["segments"] == 2 and
			r[0]["kernel"]["client_states"][0] == "SYN_SENT" and
			"ESTABLISHED" not in r[0]["kernel"]["client_states"]'
}

ladder() {
	text 0 --ladder --svg "$work/ladder.svg" \
		"https://$WEB_NAME:$port/" &&
		says "The kernel's view" "closed first the client" \
			"TCP handshake" "TLS handshake" "request: GET /" \
			"response: 200 OK" "TIME_WAIT of the client" || return
	[ "$(grep -c ' SYN ' "$work/text")" -ge 2 ] &&
		/usr/bin/python3 - "$work/ladder.svg" <<-'EOF'
	import sys, xml.etree.ElementTree as xml
	root = xml.parse(sys.argv[1]).getroot()
	svg = "{http://www.w3.org/2000/svg}"
	assert root.tag == svg + "svg", root.tag
	assert len(list(root.iter(svg + "title"))) > 10
	EOF
}

# The tree may lie where nobody else may look.
no_privilege() {
	install -D -t "$work/bin" build/tcpward
	install -D -t "$work/bin/full" build/full/tcpward
	cp "$WEB/ca.pem" "$work/ca.pem"
	chmod 644 "$work/ca.pem"
	probe_exits 0 "$work/json" client setpriv --reuid 65534 \
		--clear-groups --bounding-set -all "$work/bin/tcpward" -j probe \
		--cacert "$work/ca.pem" \
		--connect-to "$WEB_NAME:$port:$address" \
		"https://$WEB_NAME:$port/" &&
		holds 'r[0]["ok"] and r[0]["kernel"] is None and
			"CAP_NET_ADMIN" in r[0]["kernel_missing"]'
}

mode_off() {
	client tcpward set mode=off >"$work/set" &&
		probe 0 "https://$WEB_NAME:$port/" &&
		holds 'r[0]["kernel"] is None and
			"mode" in r[0]["kernel_missing"]' &&
		client tcpward set mode=enforce >"$work/set"
}

ktap_plan 15
work=$(mktemp -d)
chmod 755 "$work"
defer rm -rf "$work"
net_up
web_prepare
web_certificate expired "DNS:$WEB_NAME" -1
web_https 8443 expired
web_start
port=443
address=$SERVER6
ktap_test "IPv6: segments as many as tcpdump counts" whole_life
ktap_test "IPv6: states of both ends, in order" states
ktap_test "IPv6: the client closed and holds the TIME_WAIT" time_wait
address=$SERVER4
ktap_test "IPv4: segments as many as tcpdump counts" whole_life
ktap_test "IPv4: states of both ends, in order" states
ktap_test "IPv4: the client closed and holds the TIME_WAIT" time_wait
ktap_test "without keep-alive the server closes" server_closes
ktap_test "handshake RTT over a slow network" rtt
ktap_test "a lost SYN counts as retransmitted" lost_syn
ktap_test "keep-alive beside none, by the kernel's count" compare
ktap_test "a refused certificate ends in an orderly close" \
	refused_certificate
ktap_test "a closed port, seen by the kernel" closed_port
ktap_test "ladder from SYN to TIME_WAIT, text and SVG" ladder
ktap_test "without privilege it says what is missing" no_privilege
ktap_test "in mode off it says what is missing" mode_off
ktap_end
