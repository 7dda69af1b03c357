#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The module comes and goes, and so do namespaces, while traffic flows: no
# transfer notices, and in the end every segment and record is accounted for.
set -euo pipefail

cd "$(dirname "$0")/../.."
. selftests/lib/ktap.sh
. selftests/lib/defer.sh
. selftests/lib/net.sh

work=$(mktemp -d)
defer rm -rf "$work"
module=/run/vm/tcpward.ko

loaded() {
	[ -d /sys/module/tcpward ]
}

# Other tests in this VM need it.
load() {
	loaded || insmod "$module"
}

# An echo in 64 KiB steps, each within 10 s, for as long as $work/flowing is
# there. Two connections from before the first unloading.
echo_server() {
	server /usr/bin/python3 - <<-'END'
	import socket, threading
	def echo(conn):
	    while data := conn.recv(65536):
	        conn.sendall(data)
	server = socket.create_server(("::", 5200), family=socket.AF_INET6,
	                              dualstack_ipv6=True)
	while True:
	    threading.Thread(target=echo, args=(server.accept()[0],),
	                     daemon=True).start()
	END
}

transfer() { # address
	client /usr/bin/python3 - "$1" "$work/flowing" <<-'END'
	import os, socket, sys
	block = os.urandom(65536)
	steps = 0
	with socket.create_connection((sys.argv[1], 5200), 10) as conn:
	    while os.path.exists(sys.argv[2]):
	        conn.sendall(block)
	        back = b""
	        while len(back) < len(block):
	            back += conn.recv(len(block)) or sys.exit("closed early")
	        if back != block:
	            sys.exit("other data came back")
	        steps += 1
	if steps < 10:
	    sys.exit(f"only {steps} steps")
	END
}

listening() {
	server ss -Hltn sport = :5200 | grep -q LISTEN
}

transfers_begin() {
	local address

	touch "$work/flowing"
	echo_server &
	busywait 60 listening
	for address in "$SERVER4" "$SERVER6"; do
		transfer "$address" >>"$work/transfers" 2>&1 &
		transfers+=($!)
	done
	busywait 60 adopted >/dev/null
}

transfers_end() { # waits; sets uncut to 0 when all went well
	local pid

	rm "$work/flowing"
	uncut=0
	for pid in "${transfers[@]}"; do
		wait "$pid" || uncut=$?
	done
}

# New connections, one after the other, until the end of the test.
visitors() {
	while [ -e "$work/flowing" ]; do
		client curl -s --max-time 5 "http://$SERVER4:8000/" || true
		client curl -s --max-time 5 "http://[$SERVER6]:8000/" || true
	done >/dev/null 2>&1
}

# Each goes in the middle of transfers that were there before.
come_and_go() { # times
	local i

	for ((i = 0; i < $1; i++)); do
		rmmod tcpward && insmod "$module" || return
		busywait 60 adopted || return
	done
}

stats() { # namespace, jq expression
	tcpward -N "$1" -j stats | jq -r "$2"
}

# What existed is followed at once, both by the hosts and by the router.
adopted() {
	local ns n

	for ns in "$NS_CLIENT" "$NS_ROUTER" "$NS_SERVER"; do
		n=$(tcpward -N "$ns" -j list state established and \
			'( dport = :5200 or sport = :5200 )' |
			jq '.connections | length') || return
		[ "$n" -ge 2 ] || {
			tcpward -N "$ns" list
			return 1
		}
	done
}

nothing_refused() {
	local ns reasons

	for ns in "$NS_CLIENT" "$NS_ROUTER" "$NS_SERVER"; do
		reasons=$(stats "$ns" 'select(.dropped > 0) | .reasons |
			with_entries(select(.value > 0))') || return
		[ -z "$reasons" ] || {
			echo "$ns: $reasons"
			return 1
		}
	done
}

# What a late segment brings back is forgotten again.
emptied() { # namespace
	tcpward -N "$1" forget --yes state all >/dev/null 2>&1 || true
	[ "$(stats "$1" '.opened - .ended')" = 0 ] &&
		[ "$(tcpward -N "$1" -j status | jq '.connections')" = 0 ]
}

# Nothing is counted twice, and nothing is left.
accounted() {
	local ns sums

	for ns in "$NS_CLIENT" "$NS_ROUTER" "$NS_SERVER"; do
		busywait 60 emptied "$ns" || return
		sums=$(tcpward -N "$ns" -j status | jq -c '[.half_open,
			(.states | add // 0)]') || return
		[ "$sums" = "[0,0]" ] || {
			echo "$ns: $sums"
			return 1
		}
		stats "$ns" '.segments == .passed + .quiet + .dropped and
			.segments > 0' | grep -qx true || return
	done
}

namespaces_come_and_go() { # times
	local i

	for ((i = 0; i < $1; i++)); do
		ip netns add "brief-$$" || return
		ip -n "brief-$$" link set lo up
		ip netns exec "brief-$$" iperf3 -s -1 -D >/dev/null
		ip netns exec "brief-$$" busybox timeout 1 \
			iperf3 -c 127.0.0.1 -t 5 >/dev/null 2>&1 || true
		ip netns pids "brief-$$" | xargs -r kill -9
		ip netns del "brief-$$" || return
	done
}

pages() {
	server python3 -m http.server --bind :: 8000 >/dev/null 2>&1
}

# A parameter sets what namespaces begin with, old and new ones.
early_from_the_start() {
	local ns place

	! insmod "$module" placement=nowhere && insmod "$module" \
		placement=early && ip netns add "brief-$$" || return
	for ns in "brief-$$" "$NS_ROUTER"; do
		place=$(tcpward -N "$ns" -j get placement |
			jq -r .config.placement.value)
		[ "$place" = early ] || return
	done
	[ "$(lsmod | awk '$1 == "nf_conntrack" { print $3 }')" -gt 0 ] &&
		ip netns del "brief-$$" && rmmod tcpward
}

loaded && [ -e "$module" ] || ktap_skip_all "not in a test VM"
ktap_plan 7
defer load
net_up
transfers=()
transfers_begin
pages &
visitors &
visitor=$!
ktap_test "comes and goes three times under traffic" come_and_go 3
ktap_test "nothing was refused" nothing_refused
ktap_test "namespaces come and go" namespaces_come_and_go 3
transfers_end
ktap_equal "no transfer was cut" "0 " "$uncut $(cat "$work/transfers")"
wait "$visitor"
ktap_test "all is accounted for" accounted
ktap_test "goes for good" rmmod tcpward
ktap_test "a parameter places it early" early_from_the_start
ktap_end
