#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# tcpward doctor with the module: a healthy namespace has neither problem nor
# warning, each finding can be provoked, and its remedy, run as printed, ends it.
set -euo pipefail

cd "$(dirname "$0")/../.."
. selftests/lib/ktap.sh
. selftests/lib/defer.sh

work=$(mktemp -d)
defer rm -rf "$work"
chmod 755 "$work"
mkdir "$work/json"

ns=doctor-$$
ip netns add "$ns"
defer ip netns del "$ns"
ip -n "$ns" link set lo up
ip -n "$ns" link add d0 type dummy
ip -n "$ns" addr add 192.0.2.1/24 dev d0
ip -n "$ns" link set d0 up

inside() { ip netns exec "$ns" "$@"; }
tw() { tcpward -N "$ns" "$@" >/dev/null; }

ask() { # sets code
	code=0
	tcpward -N "$ns" -j doctor >"$work/out" || code=$?
	cp "$work/out" "$(mktemp "$work/json/doctor.XXXXXX")"
}

says() { # check, level, pattern found
	ask
	jq -e --arg check "$1" --arg level "$2" --arg found "$3" \
		'any(.findings[]; .check == $check and .level == $level and
		(.found | test($found)))' "$work/out" >"$work/jq" ||
		{ cat "$work/out"; return 1; }
}

# The remedy of the last answer's finding ends it.
cures() { # check, level after it
	local remedy

	remedy=$(jq -r --arg check "$1" 'first(.findings[] |
		select(.check == $check and .level != "ok")).remedy' \
		"$work/out") && bash -c "$remedy" >/dev/null &&
		says "$1" "$2" .
}

rules() { # of table inet t, on stdin
	{ echo "table inet t"; echo "delete table inet t"
		echo "table inet t {"; cat; echo "}"; } |
		inside nft -f -
}

healthy() {
	ask
	[ "$code" = 0 ] && jq -e '.fit and .problems == 0 and
		.warnings == 0 and .not_checked == [] and
		([.findings[].check] | unique | length) == 23' \
		"$work/out" >"$work/jq" || { cat "$work/out"; return 1; }
	tcpward -N "$ns" doctor >"$work/text" &&
		grep -q '^0 problems, 0 warnings, ' "$work/text" &&
		! grep -q '^problem\|^warning' "$work/text"
}

modes() {
	tw set mode=off && says mode warning off && [ "$code" = 0 ] &&
		cures mode ok && tw set mode=observe &&
		says mode note observe && cures mode ok
}

pickups() {
	says pickup note "window is open for another 2h0" &&
		cures pickup ok && tw set pickup=loose &&
		says pickup note loose && cures pickup note
}

nat() {
	rules <<-'END'
	chain out {
		type nat hook postrouting priority srcnat
		oifname "d0" masquerade
	}
	END
	says nat ok "inet t out. is behind" && tw set placement=early &&
		says nat warning "placement=early meets .*inet t out" &&
		cures nat ok && tw set placement=early || return
	rules <<<'' && says nat ok "no address translation" &&
		tw set placement=filter
}

flowtable() {
	rules <<-'END'
	flowtable f {
		hook ingress priority 0; devices = { d0 };
	}
	chain forward {
		type filter hook forward priority 0
		meta l4proto tcp flow add @f
	}
	END
	says flowtable warning "^1 rule offloads flows .*inet t forward" &&
		cures flowtable ok
}

synproxy() {
	rules <<-'END'
	chain input {
		type filter hook input priority 0
		tcp dport 80 synproxy mss 1460 wscale 7 timestamp sack-perm
	}
	END
	says synproxy warning "1 rule with synproxy" &&
		tw set skip_mark=0x100 && says synproxy note . &&
		tw set skip_mark=0 && says synproxy warning . &&
		cures synproxy ok
}

helper() {
	rules <<-'END'
	ct helper ftp-21 {
		type "ftp" protocol tcp; l3proto ip
	}
	chain prerouting {
		type filter hook prerouting priority raw
		tcp dport 21 ct helper set "ftp-21"
	}
	END
	says helper ok "no helper" && modprobe nf_nat_ftp &&
		says helper warning nf_nat_ftp && cures helper ok
}

conntrack_states() {
	rules <<-'END'
	chain forward {
		type filter hook forward priority 0
		ct state vmap { invalid : drop, established : accept }
		ct state invalid drop
	}
	END
	says conntrack note "^2 rules ask conntrack" && cures conntrack ok &&
		rules <<<'' && says conntrack ok "no rule"
}

# Connections of the host with itself, held until the file is gone.
connections() { # number
	inside /usr/bin/python3 - "$1" "$work/held" <<-'END' &
	import os, socket, sys, time
	server = socket.create_server(("127.0.0.1", 0), backlog=100)
	held = [socket.create_connection(server.getsockname())
	        for _ in range(int(sys.argv[1]))]
	open(sys.argv[2], "w").close()
	while os.path.exists(sys.argv[2]):
	    time.sleep(0.1)
	END
	busywait 30 test -e "$work/held"
}

full() {
	tw set max_half_open=16 max_connections=20 && connections 19 &&
		says table warning "nearly full: 19 of 20" &&
		[ "$code" = 0 ] && cures table ok &&
		tw set max_connections=19 &&
		says table problem "is full: 19 of 19" && [ "$code" = 1 ] &&
		jq -e '.fit == false' "$work/out" >"$work/jq" && cures table ok
	local result=$?

	rm -f "$work/held"
	wait
	tw forget --yes state all || true
	return "$result"
}

untracked() {
	tw set max_half_open=16 max_connections=16 && connections 19 &&
		says losses note "segments went untracked"
	local result=$?

	rm -f "$work/held"
	wait
	tw forget --yes state all || true
	tw set max_connections=1000 max_half_open=16 || return
	return "$result"
}

# Nobody is behind d0.
half_open() {
	inside /usr/bin/python3 - <<-'END'
	import socket
	for i in range(16):
	    s = socket.socket()
	    s.setblocking(False)
	    s.connect_ex((f"192.0.2.{i + 10}", 80))
	    s.detach()
	END
	says half-open warning "1[56] of 16 half-open" || return
	tw forget --yes state half-open && says half-open ok "0 of 16"
}

memory() {
	local records=16777216 size

	size=$(tcpward -N "$ns" -j status |
		jq ".record_bytes * $records / 1e8 | round / 10") &&
		tw set "max_connections=$records" &&
		says memory warning "take $size(.0)?GB" && cures memory ok
}

checksums() {
	inside /usr/bin/python3 - <<-'END'
	import socket, struct
	raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_TCP)
	raw.sendto(struct.pack("!HHIIHHHH", 1000, 2000, 1, 0, 0x5002, 1024, 1,
	                       0), ("127.0.0.1", 0))
	END
	ask
	jq -e 'any(.findings[]; .check == "checksums" and .level != "ok" and
		(.found | test("^1 of [0-9]+ segments")))' "$work/out" \
		>"$work/jq" || { cat "$work/out"; return 1; }
	tw set csum=off && says checksums note csum=off && tw set csum=on
}

fragments() {
	inside sysctl -qw net.ipv4.ipfrag_low_thresh=0 \
		net.ipv4.ipfrag_high_thresh=0 &&
		says fragments warning "IPv4 is off" && cures fragments ok
}

bridge() {
	ip -n "$ns" link add br0 type bridge &&
		says devices note "a bridge .br0., and br_netfilter is off" &&
		cures devices ok && ip -n "$ns" link del br0 &&
		says devices ok "no bridge"
}

# A program that lets everything pass: r0 = XDP_PASS, exit.
xdp_program() { # path to pin it at
	/usr/bin/python3 - "$1" <<-'END'
	import ctypes, struct, sys
	libc = ctypes.CDLL(None, use_errno=True)
	def bpf(command, attr):
	    result = libc.syscall(321, command, attr, len(attr))
	    return result if result >= 0 else sys.exit(f"bpf: {result}")
	def at(data):
	    return ctypes.cast(data, ctypes.c_void_p).value
	code = struct.pack("<QQ", 0x2000000b7, 0x95)
	path, license = sys.argv[1].encode(), b"GPL"
	program = bpf(5, struct.pack("<IIQQ", 6, 2, at(code), at(license))
	              .ljust(72, b"\0"))
	bpf(6, struct.pack("<QII", at(path), program, 0))
	END
}

xdp() {
	mkdir "$work/bpf"
	mount -t bpf none "$work/bpf" || return
	xdp_program "$work/bpf/pass" &&
		nsenter --net="/run/netns/$ns" \
			ip link set d0 xdpgeneric pinned "$work/bpf/pass" &&
		says devices note "XDP program is attached to d0" &&
		ip -n "$ns" link set d0 xdpgeneric off && says devices ok XDP
	local result=$?

	umount "$work/bpf"
	return "$result"
}

# What of the kernel cannot be changed is covered by what it could have been.
covered() { # file, its content, check, level, pattern found
	echo "$2" >"$work/cover"
	mount --bind "$work/cover" "$1" || return
	says "$3" "$4" "$5"
	local result=$?

	umount "$1"
	return "$result"
}

unprivileged() {
	code=0
	inside setpriv --reuid 65534 --regid 65534 --clear-groups \
		tcpward -j doctor >"$work/out" || code=$?
	[ "$code" = 3 ] && jq -e '.fit == false and
		any(.findings[]; .check == "permission" and .level == "problem")
		and (.not_checked | index("mode"))' "$work/out" >"$work/jq"
}

ktap_plan 19
ktap_test "a healthy namespace: no problem, no warning" healthy
ktap_test "mode off and observe" modes
ktap_test "the window of pickup" pickups
ktap_test "placement=early meets NAT" nat
ktap_test "flows are offloaded" flowtable
ktap_test "SYNPROXY" synproxy
ktap_test "a helper rewrites streams" helper
ktap_test "rules ask conntrack" conntrack_states
ktap_test "a table nearly full: warning; full: problem, exit 1" full
ktap_test "segments went untracked" untracked
ktap_test "half-open connections near their limit" half_open
ktap_test "a table larger than the memory" memory
ktap_test "wrong checksums, and none verified" checksums
ktap_test "reassembly is off" fragments
ktap_test "a bridge" bridge
ktap_test "an XDP program" xdp
ktap_test "a module of another version" covered \
	/sys/module/tcpward/version 0.0.9 version warning "module 0.0.9, tool"
ktap_test "without privilege: exit 3" unprivileged
ktap_test "all JSON keeps to its schema" selftests/lib/json-schema "$work/json"
ktap_end
