#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The kernel's own netlink command line, with the spec and no code of ours,
# lists connections, changes a key and reads the counters.
set -euo pipefail

cd "$(dirname "$0")/../.."
. selftests/lib/ktap.sh
. selftests/lib/defer.sh
. selftests/lib/net.sh

tree=build/ynl
cli=$tree/tools/net/ynl/cli.py
spec=Documentation/netlink/specs/tcpward.yaml
# Read by the kernel's schema until it has passed: that takes long.
check=(--schema "$tree/Documentation/netlink/genetlink-legacy.yaml")
[ -e "$cli" ] || ktap_skip_all "tools/codegen/ynl was not run: no $cli"

work=$(mktemp -d)
defer rm -rf "$work"

ynl() { # jq condition, cli.py's arguments
	local condition=$1

	shift
	router /usr/bin/python3 -B "$cli" --spec "$spec" "${check[@]}" \
		--output-json "$@" >"$work/said" 2>&1 || {
		cat "$work/said"
		return 1
	}
	[ -z "$condition" ] || jq -e "$condition" "$work/said" >"$work/jq" ||
		{ cat "$work/said"; return 1; }
}

connect() { # a connection that lasts
	server /usr/bin/python3 - <<-'END' &
	import socket
	s = socket.create_server(("10.1.2.1", 5300))
	s.accept()[0].recv(1)
	END
	busywait 20 listening
	client /usr/bin/python3 - "$work/go" <<-'END' &
	import socket, sys
	s = socket.create_connection(("10.1.2.1", 5300))
	open(sys.argv[1]).read()
	END
	busywait 20 listed >"$work/listed"
}

listening() {
	server ss -Hltn sport = :5300 | grep -q LISTEN
}

# Addresses are octets to it: the same connection, by its ports.
listed() {
	ynl '[.[] | select(.server.port == 5300 and .client.state ==
		"established" and .server.state == "established")] |
		length == 1' --dump conn-get
}

one() {
	ynl ".id == $id and .server.port == 5300" --do conn-get \
		--json "{\"id\": $id}"
}

changes_a_key() {
	ynl '' --do config-set --json '{"mode": "observe", "msl-ms": 20000}' ||
		return
	ynl '.mode == "observe" and .["msl-ms"] == 20000' --do config-get
	[ "$(tcpward -N "$NS_ROUTER" -j get msl | jq -r .config.msl.value)" = \
		20s ]
}

# The kernel's words come with the name of the attribute.
refused() {
	! ynl '' --do config-set --json '{"msl-ms": 1}' || return
	grep -q "msl must be from 50 ms to 600000 ms" "$work/said" &&
		grep -q "bad-attr.*msl-ms" "$work/said" ||
		{ cat "$work/said"; return 1; }
}

counters() {
	ynl '.segments > 0 and .connections >= 1' --do stats-get &&
		ynl '[.[] | select(.name == "stale-syn" and .rule == "R76")] |
			length == 1' --dump reason-get
}

forgets() {
	ynl '.forgotten == 1' --do conn-del --json "{\"id\": $id}" || return
	! listed >"$work/gone"
}

ktap_plan 6
net_up
mkfifo "$work/go"
connect
ktap_test "lists connections" listed
check=(--no-schema)
id=$(jq '.[] | select(.server.port == 5300) | .id' "$work/said")
ktap_test "shows one" one
ktap_test "changes a key" changes_a_key
ktap_test "hears why a change is refused" refused
ktap_test "reads counters and reasons" counters
ktap_test "forgets a connection" forgets
echo >"$work/go"
wait
ktap_end
