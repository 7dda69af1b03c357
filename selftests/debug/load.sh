#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Everything at once for DURATION seconds: transfers in bulk and in small over
# lines that lose and reorder, scans, namespaces and settings that come and go,
# readers of all kinds. No transfer is cut, and it tells what passed.
set -euo pipefail

cd "$(dirname "$0")/../.."
. selftests/lib/ktap.sh
. selftests/lib/defer.sh
. selftests/lib/net.sh

duration=${DURATION:-60}
work=$(mktemp -d)
defer rm -rf "$work"

again() { # function: until the time is over
	local end=$((start + duration))

	while [ "$SECONDS" -lt "$end" ]; do
		"$1" || sleep 0.1
	done >/dev/null 2>&1
}

listening() { # port
	server ss -Hltn sport = ":$1" | grep -q LISTEN
}

# Over IPv4 and IPv6, in both directions.
bulk() { # name, port, address, options of iperf3
	local name=$1 port=$2 address=$3

	shift 3
	server iperf3 -s -p "$port" >/dev/null 2>&1 &
	busywait 30 listening "$port"
	client iperf3 -c "$address" -p "$port" -t "$duration" -J "$@" \
		>"$work/$name" 2>&1 &
	bulks+=($!)
}

visit() {
	client curl -s --max-time 10 "http://$SERVER4:8000/"
	client curl -s --max-time 10 "http://[$SERVER6]:8000/"
}

scan() {
	local port

	for port in 1 22 80 443 8080; do
		client busybox nc -w 1 "$SERVER4" "$port" </dev/null
	done
}

settings() {
	local key

	for key in mode=observe mode=enforce pickup=strict pickup=auto \
		max_connections=64 max_connections=10000 \
		placement=early placement=filter timeout_syn=5s \
		timeout_syn=60s; do
		router tcpward set "$key"
	done
}

readers() {
	router tcpward -j list
	router tcpward -j stats
	router tcpward -j status
	timeout 1 ip netns exec "$NS_ROUTER" tcpward -J watch
	timeout 1 ip netns exec "$NS_ROUTER" tcpward -J trace
}

forget() {
	router tcpward forget --yes state time-wait
	sleep 1
}

namespaces() {
	ip netns add "brief-$$"
	ip -n "brief-$$" link set lo up
	ip netns exec "brief-$$" busybox nc -w 1 127.0.0.1 1 </dev/null
	ip netns exec "brief-$$" tcpward set mode=off
	ip netns exec "brief-$$" tcpward set mode=enforce
	ip netns del "brief-$$"
}

bulks_end() { # waits; sets cut to what went wrong
	local pid

	cut=
	for pid in "${bulks[@]}"; do
		wait "$pid" || cut+="code $?: $(jq .error "$work"/bulk*)"
	done
}

figures() { # namespace
	tcpward -N "$1" -j stats | jq -r '"\(.segments) segments, " +
		"\(.opened) connections, \(.dropped) dropped"'
}

ktap_plan 1
net_up
for side in client:c0 router:r0 router:r1 server:s0; do
	net_em "${side%:*}" "${side#*:}" loss 0.5% delay 1ms reorder 5%
done
server python3 -m http.server --bind :: 8000 >/dev/null 2>&1 &
busywait 30 listening 8000
bulks=() helpers=()
start=$SECONDS
bulk bulk4 5201 "$SERVER4"
bulk bulk4-back 5202 "$SERVER4" -R
bulk bulk6 5203 "$SERVER6"
for what in visit scan settings readers forget namespaces; do
	again "$what" &
	helpers+=($!)
done
bulks_end
ktap_equal "no transfer is cut in $duration s" "" "$cut"
wait "${helpers[@]}"
for ns in "$NS_CLIENT" "$NS_ROUTER" "$NS_SERVER"; do
	ktap_comment "${ns%-*}: $(figures "$ns")"
done
ktap_end
