#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The module is unloaded and loaded TIMES times in the middle of full load:
# both ways through an enforcing router, new connections all the time, dumps
# and listeners open. Each time it goes at once, and the load goes on.
set -euo pipefail

cd "$(dirname "$0")/../.."
. selftests/lib/ktap.sh
. selftests/lib/defer.sh
. selftests/lib/net.sh

module=/run/vm/tcpward.ko
times=${TIMES:-100}
work=$(mktemp -d)
defer rm -rf "$work"

background() { # command...
	"$@" >/dev/null 2>&1 &
	pids+=($!)
}

bulk() { # port, options of iperf3
	local port=$1

	shift
	background server iperf3 -s -p "$port"
	busywait 30 listening "$port"
	client iperf3 -c "$SERVER4" -p "$port" -t 3600 "$@" >/dev/null 2>&1 &
	transfers+=($!)
}

listening() { # port
	server ss -Hltn sport = ":$1" | grep -q LISTEN
}

visitors() {
	while :; do
		client curl -s --max-time 5 "http://$SERVER4:8000/" ||
			sleep 0.1
	done
}

# Each loses its socket's other end again and again, and asks anew.
watchers() {
	while :; do
		tcpward -N "$NS_ROUTER" -j list || sleep 0.1
		timeout 1 tcpward -N "$NS_ROUTER" -J trace || sleep 0.1
	done
}

# A dump that is under way holds the module for its length.
gone() {
	rmmod tcpward 2>"$work/err" || grep -q 'in use' "$work/err"
	[ ! -d /sys/module/tcpward ]
}

cycles() {
	local i

	for ((i = 0; i < times; i++)); do
		busywait 30 gone || { cat "$work/err"; return 1; }
		insmod "$module" || return
		[ $((i % 10)) != 0 ] ||
			tcpward -N "$NS_ROUTER" set pickup=loose || return
	done
}

running() {
	local pid

	for pid in "${transfers[@]}"; do
		kill -0 "$pid" || return
	done
}

[ -d /sys/module/tcpward ] && [ -e "$module" ] ||
	ktap_skip_all "not in a test VM"
pids=() transfers=()
ktap_plan 2
net_up
bulk 5201
bulk 5202 -R
background server python3 -m http.server --bind :: 8000
background visitors
background watchers
ktap_test "$times times under load" cycles
ktap_test "the transfers go on" running
kill "${pids[@]}" "${transfers[@]}" 2>/dev/null || true
ktap_end
