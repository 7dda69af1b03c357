#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Every command of the tool about the kernel's view, on a router between real
# endpoints: what it shows agrees with what happened, and JSON keeps to its
# schemas.
set -euo pipefail

cd "$(dirname "$0")/../.."
. selftests/lib/ktap.sh
. selftests/lib/defer.sh
. selftests/lib/net.sh

work=$(mktemp -d)
defer rm -rf "$work"
mkdir "$work/valid" # JSON, NAME.NUMBER by the schema NAME; checked at the end

tw() { tcpward -N "$NS_ROUTER" "$@"; }

holds() { # jq's condition, tcpward's words
	local condition=$1

	shift
	tw "$@" >"$work/json" || return
	jq -e "$condition" "$work/json" >"$work/jq" ||
		{ cat "$work/json"; return 1; }
}

keep() { # schema, tcpward's words
	local name=$1

	shift
	tw "$@" >"$(mktemp "$work/valid/$name.XXXXXX")"
}

says() { # words..., "--", patterns that the output has to hold
	local words=()

	while [ "$1" != -- ]; do
		words+=("$1")
		shift
	done
	shift
	tw "${words[@]}" >"$work/text" || return
	for pattern in "$@"; do
		grep -qE -- "$pattern" "$work/text" ||
			{ echo "no '$pattern' in:"; cat "$work/text"; return 1; }
	done
}

# A server that reads to the end, and answers and closes when told to; a
# client that sends, closes its side when told to, and reads to the end.
start_pair() { # address of the server, port, client's address and port
	local fifo

	for fifo in server client; do
		[ -p "$work/$fifo" ] || mkfifo "$work/$fifo"
	done
	server /usr/bin/python3 - "$1" "$2" "$work/server" <<-'END' &
	import socket, sys
	family = socket.AF_INET6 if ":" in sys.argv[1] else socket.AF_INET
	s = socket.create_server((sys.argv[1], int(sys.argv[2])), family=family)
	c, _ = s.accept()
	s.close()
	while c.recv(100):
	    pass
	open(sys.argv[3]).read()
	c.send(b"x" * 1000)
	c.close()
	END
	busywait 20 listening "$2"
	client /usr/bin/python3 - "$1" "$2" "$3" "$4" "$work/client" <<-'END' &
	import socket, sys
	family = socket.AF_INET6 if ":" in sys.argv[1] else socket.AF_INET
	s = socket.socket(family)
	s.bind((sys.argv[3], int(sys.argv[4])))
	s.connect((sys.argv[1], int(sys.argv[2])))
	s.send(b"hello")
	open(sys.argv[5]).read()
	s.shutdown(socket.SHUT_WR)
	while s.recv(1000):
	    pass
	END
}

listening() { # port
	[ -n "$(server ss -Htln "sport = :$1")" ]
}

tell() { # server or client: go on
	timeout 20 bash -c "echo >'$work/$1'"
}

in_states() { # client's, server's
	holds ".connections | length == 1 and .[0].client.state == \"$1\" and
		.[0].server.state == \"$2\"" -j list dport = :4444
}

# Several windows hear the same events: text, lines, one document.
start_watching() {
	LC_ALL=C.UTF-8 tcpward -N "$NS_ROUTER" watch >"$work/watch.text" \
		2>"$work/watch.err" &
	watchers=($!)
	tcpward -N "$NS_ROUTER" -J watch >"$work/watch.lines" &
	watchers+=($!)
	tcpward -N "$NS_ROUTER" -j watch dport = :4444 >"$work/watch.json" &
	watchers+=($!)
	local watcher

	for watcher in "${watchers[@]}"; do
		defer kill_quietly "$watcher"
		busywait 20 subscribed "$watcher"
	done
}

kill_quietly() {
	kill "$1" 2>/dev/null || true
}

subscribed() { # process: it hears a group of generic netlink (family 16)
	awk '$2 == 16 && $4 ~ /[1-9a-f]/ { found = 1 } END { exit !found }' \
		"/proc/$1/net/netlink"
}

# Prints the exit code of each; not in a subshell, which could not wait.
end_watching() {
	local watcher code

	kill -INT "${watchers[0]}"
	kill "${watchers[1]}" "${watchers[2]}"
	ended=
	for watcher in "${watchers[@]}"; do
		code=0
		wait "$watcher" || code=$?
		ended+=$code
	done
}

# --- an open connection ---------------------------------------------------

established() {
	busywait 20 in_states ESTABLISHED ESTABLISHED && holds '
		.connections[0] |
		.family == 4 and .client.addr == "10.1.1.1" and
		.client.port == 5555 and .server.addr == "10.1.2.1" and
		.client.bytes == 5 and .server.bytes == 0 and
		.closed_by == null and .kind == "open" and
		.half_open == false and .handshake_rtt_us > 0 and
		.expires_ms > 7000000 and .expires_ms <= 7440000 and
		.age_ms >= .idle_ms' -j list dport = :4444
}

shows_established() {
	keep show -j show dport = :4444 && holds '.connections[0] |
		.transitions | map(.side + " " + .state) == [
		"client SYN_SENT", "server SYN_RECEIVED",
		"client ESTABLISHED", "server ESTABLISHED"]' \
		-j show dport = :4444 && holds '.connections[0] |
		.client.nxt - .client.iss == 6 and .client.una == .client.nxt and
		.server.nxt - .server.iss == 1 and
		(.client.options | index("sack")) and .time_wait_of == null' \
		-j show dport = :4444 &&
		says show dport = :4444 -- '^connection [0-9]+' \
			'client  10\.1\.1\.1:5555  ESTABLISHED for' \
			'knows that it hears and is heard' 'flight recorder' \
			'next number \(SND\.NXT\) +6 \([0-9]+\) +1 \([0-9]+\)'
}

# --- refusals -------------------------------------------------------------

forge() { # flags, bytes
	client "$work/forge" 1 "$1" "$2" $CLIENT4 5555 $SERVER4 4444
}

refused() { # reason, count
	holds ".reasons[\"$1\"] >= $2" -j status
}

counts_refusals() {
	for ((i = 0; i < 4; i++)); do
		forge R 0 || return
	done
	forge S 0 && busywait 10 refused syn-on-live 1 &&
		busywait 10 refused reset-out-of-window 1 &&
		holds '.connections[0] | .dropped >= 1 and .quiet >= 1 and
			.last_reason == "syn-on-live"' -j list dport = :4444 &&
		holds '.connections | length == 1' -j list reason syn-on-live &&
		holds '.connections == []' -j list reason paws &&
		says show dport = :4444 -- 'refused [1-9][0-9]* dropped' \
			'last: syn-on-live \(R74, R75, R77, RFC 5961 4\.2\)'
}

# --- closing --------------------------------------------------------------

half_closed() {
	tell client && busywait 20 in_states FIN_WAIT_2 CLOSE_WAIT && holds '
		.connections[0] | .closed_by == "client" and
		.expires_ms > 7000000' -j list dport = :4444 &&
		says show dport = :4444 -- 'closed  by the client first' \
			'has closed its side, acknowledged' 'may still send'
}

waits() {
	tell server && busywait 20 in_states TIME_WAIT CLOSED &&
		holds '.connections[0].expires_ms |
			. <= 240000 and . > 60000' -j list dport = :4444 &&
		says list dport = :4444 -- \
			'10\.1\.1\.1:5555 .*TIME_WAIT +CLOSED +client closed' \
			'^1 connection, 0 half-open, 1 in TIME_WAIT' &&
		says show state time-wait -- \
			'TIME_WAIT of the client, [34]m[0-9]+s left' &&
		holds '.connections[0].time_wait_of == "client"' \
			-j show state time-wait
}

counts_down() {
	local before

	before=$(tw -j list dport = :4444 | jq '.connections[0].expires_ms')
	busywait 20 less_than $((before - 1000))
}

less_than() { # milliseconds
	holds ".connections[0].expires_ms < $1" -j list dport = :4444
}

# --- half-open, families, filters -----------------------------------------

half_open() {
	server ip route add blackhole 10.1.1.77/32
	ip -n "$NS_CLIENT" addr add 10.1.1.77/24 dev c0
	client timeout 30 curl -s -m 3 --interface 10.1.1.77 \
		"http://$SERVER4:81/" && return 1
	holds '.connections | length == 1 and (.[0] | .half_open and
		.client.state == "SYN_SENT" and .server.state == "CLOSED" and
		.client.addr == "10.1.1.77" and .handshake_rtt_us == null)' \
		-j list state half-open &&
		says list src 10.1.1.77 -- 'SYN_SENT +CLOSED +half-open' \
			'^1 connection, 1 half-open, 0 in TIME_WAIT' &&
		says show src 10.1.1.77 -- 'has sent nothing yet' half-open
}

number_of() { # count, filter
	local count=$1

	shift
	holds ".connections | length == $count" -j list "$@" ||
		{ echo "wanted $count for: $*"; return 1; }
}

filters() {
	number_of 3 && number_of 2 -4 && number_of 1 -6 &&
		number_of 1 sport = :6666 && number_of 1 src fd01:1::/64 &&
		number_of 2 src 10.1.1.0/24 &&
		number_of 1 'src 10.1.1.0/24 and not dport = :81' &&
		number_of 2 dport = :81 or sport = :6666 &&
		number_of 2 dport '>' :81 && number_of 2 dport '!=' :81 &&
		number_of 1 '[fd01:2::1]:4444' && number_of 2 :4444 &&
		number_of 2 state time-wait,established &&
		number_of 2 state synchronized && number_of 1 state closed \
			state time-wait && number_of 3 age '>' 10ms &&
		number_of 0 age '>' 1h && number_of 2 rtt '<' 1h
}

json_lines() {
	tw -J list >"$work/lines"
	[ "$(wc -l <"$work/lines")" = 3 ] && jq -es '
		all(.schema_version == 1 and .type == "connection")' \
		"$work/lines" >"$work/jq"
}

# --- status, stats, configuration -----------------------------------------

status_agrees() {
	keep status -j status && holds '
		.mode == "enforce" and .connections == 3 and .half_open == 1 and
		(.states | add) == 3 and (.server_states | add) == 3 and
		.states.TIME_WAIT == 1 and .states.SYN_SENT == 1 and
		.states.ESTABLISHED == 1 and .dropped >= 1 and
		.segments == .passed + .quiet + .dropped' -j &&
		says status -- 'mode +enforce: ' 'connections +3 of' \
			'TIME_WAIT +1 +0' 'syn-on-live' 'next +tcpward explain'
}

stats_agree() {
	keep stats -j stats && holds '
		.opened == 3 and .entered.ESTABLISHED == 4 and
		.entered.TIME_WAIT == 1 and .entered.SYN_SENT == 3 and
		([.handshake_rtt_us[].count] | add) == 2 and
		.reasons["syn-on-live"] >= 1' -j stats &&
		says stats -- 'segments judged' 'syn-on-live' 'handshake RTT'
}

configures() {
	keep get -j get && keep set -j set msl=10s pickup=strict && holds '
		.config.msl.value == "10s" and .config.msl.value_ms == 10000 and
		.config.pickup.value == "strict"' -j get msl pickup &&
		holds '.config | length == 2' -j get msl pickup &&
		says set msl=2m pickup=auto -- 'msl: 10s .* 2m' \
			'pickup: strict .* auto' &&
		says get msl -- '^msl=2m .*50ms to 10m, default 30s'
}

# Another namespace of its own: nothing of this is seen there.
namespaces() {
	[ "$(tcpward -N "$NS_SERVER" -j status | jq -r .mode)" = off ] &&
		[ "$(tcpward -N "$NS_SERVER" -j list | jq -c .connections)" = \
			"[]" ]
}

forgets() {
	local code=0

	tw forget id 4294967295 >"$work/text" 2>&1 || code=$?
	[ "$code" = 1 ] && code=0 || return
	tw forget src 10.1.1.0/24 </dev/null >"$work/text" 2>&1 || code=$?
	[ "$code" = 2 ] && grep -q "2 connections match" "$work/text" &&
		number_of 3 && says forget sport = :5555 -- \
		'^forgot 1 connection$' && number_of 2 || return
	forgets_in_the_kernel
}

# What the kernel matches whole, in one request.
forgets_in_the_kernel() {
	local code=0 id

	tw forget --yes id 4294967295 >"$work/text" 2>&1 || code=$?
	[ "$code" = 1 ] && grep -q "no connection matches" "$work/text" &&
		number_of 2 || return
	id=$(tw -J list | head -n 1 | jq .id)
	holds '.forgotten == 1' -j forget --yes state all and id "$id" &&
		number_of 1 && holds 'all(.connections[]; .id != '"$id"')' \
		-j list && keep forget -j forget --yes state all && number_of 0
}

# --- what was watched -----------------------------------------------------

in_order() { # file, patterns
	local file=$1 line=0 at pattern

	shift
	for pattern in "$@"; do
		at=$(tail -n "+$((line + 1))" "$file" | grep -nE -m1 -- \
			"$pattern" | cut -d: -f1) || true
		[ -n "$at" ] || { echo "no '$pattern' after line $line of:"
			cat "$file"; return 1; }
		line=$((line + at))
	done
}

watched_text() {
	in_order "$work/watch.text" \
		'10\.1\.1\.1:5555 +CLOSED → SYN_SENT .*  new$' \
		'CLOSED → SYN_RECEIVED' 'SYN_RECEIVED → ESTABLISHED' \
		'10\.1\.1\.1:5555 → 10\.1\.2\.1:4444  DROP  R seq ' \
		'^    reset-out-of-window \(R68, RFC 5961 3\.2\): ' \
		'^    seq -?[0-9]+ \([0-9]+\), expected -?[0-9]+ \([0-9]+\) to ' \
		'10\.1\.1\.1:5555 → 10\.1\.2\.1:4444  QUIET  S seq ' \
		'^    syn-on-live \(R74, R75, R77, RFC 5961 4\.2\): ' \
		'ESTABLISHED → FIN_WAIT_1 .*  client closes first$' \
		'ESTABLISHED → CLOSE_WAIT' 'CLOSE_WAIT → LAST_ACK' \
		'FIN_WAIT_2 → TIME_WAIT .*  [34]m[0-9]+s left$' \
		'10\.1\.1\.1:5555 .*forgotten on request' &&
		[ ! -s "$work/watch.err" ]
}

watched_json() {
	cp "$work/watch.lines" "$work/valid/watch-line.all"
	cp "$work/watch.json" "$work/valid/watch.all"
	jq -e '
		(.events | map(select(.type == "verdict" and
		.reason == "reset-out-of-window")) | .[0] | .rule == "R68" and
		.source == "RFC 5961 3.2" and .verdict == "drop" and
		.field == "seq" and .seen == .seq and .flags == "R") and
		.lost == 0 and (.overflow | not)' "$work/watch.json" \
		>"$work/jq"
}

# In the background, of the main shell: only that can wait for it.
listen() { # file, tcpward's words; sets listener
	local file=$1

	shift
	tcpward -N "$NS_ROUTER" "$@" >"$file" 2>"$file.err" &
	listener=$!
	defer kill_quietly $listener
	busywait 20 subscribed $listener
}

# A child that nobody waited for yet stays as a zombie.
ended() { # process
	! grep -qvE '^[0-9]+ \(.*\) Z' "/proc/$1/stat" 2>/dev/null
}

counts_lines() {
	client timeout 30 curl -s -m 1 "http://$SERVER4:82/"
	busywait 20 ended "$listener" && [ "$(wc -l <"$work/one")" = 1 ]
}

blast() { # count: RSTs that belong to no connection
	client /usr/bin/python3 - $CLIENT4 $SERVER4 "$1" <<-'END'
	import socket, struct, sys
	source, target = map(socket.inet_aton, sys.argv[1:3])
	s = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_TCP)
	head = struct.pack("!HHIIBBHHH", 1000, 2000, 7, 0, 5 << 4, 4, 0, 0, 0)
	words = source + target + struct.pack("!BBH", 0, 6, 20) + head
	total = sum(struct.unpack("!16H", words))
	total = (total & 0xffff) + (total >> 16)
	total = ~((total & 0xffff) + (total >> 16)) & 0xffff
	segment = head[:16] + struct.pack("!HH", total, 0)
	for i in range(int(sys.argv[3])):
	    s.sendto(segment, (sys.argv[2], 0))
	END
}

# A listener that does not read: what it loses is counted, and it goes on.
told_losses() { # another event shows the gap, unless that is lost, too
	blast 1
	sent=$((sent + 1))
	busywait 5 grep -q '"count":[1-9]' "$work/lossy"
}

all_accounted() {
	jq -es '(map(select(.type == "lost") | .count) | add) +
		(map(select(.type == "verdict")) | length) == '$sent \
		"$work/lossy" >"$work/jq"
}

survives_losses() {
	local sent=40001

	blast 1 && busywait 20 test -s "$work/lossy" || return
	kill -STOP "$listener"
	blast 40000
	kill -CONT "$listener"
	busywait 60 grep -q '"count":null' "$work/lossy" &&
		busywait 60 told_losses && busywait 60 all_accounted || return
	kill "$listener"
	busywait 20 ended "$listener" &&
		grep lost "$work/lossy" >"$work/valid/watch-line.lost"
}

ktap_plan 22
net_up
for ns in "$NS_CLIENT" "$NS_SERVER"; do
	tcpward -N "$ns" set mode=off >"$work/set"
done
# The slowest machine sees TIME_WAIT to the end of this.
tw set msl=2m >"$work/set"
gcc -O1 -o "$work/forge" selftests/lib/forge.c
ktap_test "list: nothing yet" says list -- '^0 connections'
start_watching
start_pair $SERVER4 4444 $CLIENT4 5555
ktap_test "list: an established connection" established
keep list -j list
ktap_test "show: what both ends have proven" shows_established
ktap_test "refusals are counted and named" counts_refusals
ktap_test "half-closed: FIN_WAIT_2 and CLOSE_WAIT" half_closed
ktap_test "TIME_WAIT: whose, and how long" waits
ktap_test "TIME_WAIT counts down" counts_down
ktap_test "half-open connections are listed as such" half_open
start_pair $SERVER6 4444 $CLIENT6 6666
busywait 20 number_of 1 -6 state established >"$work/text"
ktap_test "filters choose by family, address, port, state, time" filters
ktap_test "list -J: a line for each" json_lines
ktap_test "status agrees with the connections" status_agrees
ktap_test "stats agree with what happened" stats_agree
ktap_test "get and set" configures
ktap_test "each network namespace by itself" namespaces
tell client
tell server
ktap_test "forget: one, more with --yes" forgets
end_watching
ktap_equal "watch ends with 0 on signals" 000 "$ended"
ktap_test "watch: changes and refusals, with rule, RFC and numbers" \
	watched_text
keep list -j list
ktap_test "watch: JSON tells the same" watched_json
listen "$work/one" watch -c 1
ktap_test "watch --count" counts_lines
listen "$work/lossy" -J watch reason reset-without-record
ktap_test "watch survives losses and counts them" survives_losses
ktap_test "status tells of the losses" says status -- \
	'losses +[1-9][0-9]* events lost'
ktap_test "all JSON keeps to its schemas" \
	selftests/lib/json-schema "$work/valid"
ktap_end
