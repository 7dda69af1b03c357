#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# What goes wrong between tool and module: each says what failed, why in the
# kernel's words, what to do, with the right exit code; and nothing changed.
set -euo pipefail

cd "$(dirname "$0")/../.."
. selftests/lib/ktap.sh
. selftests/lib/defer.sh

work=$(mktemp -d)
defer rm -rf "$work"
chmod 755 "$work"
mkdir "$work/json" # all that -j printed: NAME.NUMBER by the schema NAME

ns=errors-$$
ip netns add "$ns"
defer ip netns del "$ns"
tool=(tcpward -N "$ns")

run() { # words...; sets code, out, err
	code=0
	"${tool[@]}" "$@" >"$work/out" 2>"$work/err" </dev/null || code=$?
	out=$(<"$work/out") err=$(<"$work/err")
}

config() {
	tcpward -N "$ns" -j get
}

keep() { # schema: of what was printed last
	mktemp "$work/json/$1.XXXXXX" | xargs cp "$work/out"
}

# Exit code and the whole of stderr; the same as JSON; nothing has changed.
fails() { # code, line, hint or "", words...
	local wanted=$1 text="tcpward: $2" hint=$3

	shift 3
	[ -z "$hint" ] || text+=$'\n'"  hint: $hint"
	run "$@"
	[ "$code" = "$wanted" ] && [ "$err" = "$text" ] && [ -z "$out" ] || {
		printf 'exit code %s\n%s\n%s\n' "$code" "$out" "$err"
		return 1
	}
	run -j "$@"
	[ "$code" = "$wanted" ] && [ -z "$err" ] && keep error || return
	config >"$work/config.now"
	cmp "$work/config" "$work/config.now"
}

out_of_range() {
	fails 1 "the kernel refused msl: msl must be from 50 ms to 600000 ms" \
		"msl takes 50ms to 10m; nothing was changed" set msl=10ms &&
		fails 1 "the kernel refused max_connections: max_connections \
must be from 16 to 16777216" \
			"max_connections takes 16 to 16777216; nothing was \
changed" set max_connections=15 &&
		fails 1 "the kernel refused paws_slack: paws_slack must be \
from 0 ms to 60000 ms" "paws_slack takes 0s to 1m; nothing was changed" \
			set paws_slack=61s
}

all_or_none() {
	fails 1 "the kernel refused msl: msl must be from 50 ms to 600000 ms" \
		"msl takes 50ms to 10m; nothing was changed" \
		set mode=observe msl=11m pickup=strict &&
		fails 1 "the kernel refused max_half_open: max_half_open must \
not exceed max_connections" \
			"max_half_open takes 16 to 16777216; nothing was \
changed" set mode=off max_connections=100 max_half_open=101 &&
		fails 2 "unknown key 'pikcup'" "did you mean 'pickup'?" \
			set mode=observe pikcup=strict
}

nothing_there() {
	fails 1 "no connection matches" \
		"'tcpward list' shows what there is" show id 4294967295 &&
		fails 1 "no connection matches" \
			"'tcpward list' shows what there is" \
			forget --yes src 192.0.2.1
}

# setpriv keeps the namespace, so the tool must not enter it by itself.
unprivileged() {
	local line="cannot show the status: permission denied: CAP_NET_ADMIN \
is needed in the user namespace that owns this network namespace" words

	tool=(setpriv --reuid 65534 --regid 65534 --clear-groups tcpward)
	fails 3 "$line" "run it as root" || return
	for words in list "show id 1" watch stats get "set mode=off" \
		"forget --yes state all"; do
		# shellcheck disable=SC2086
		run $words
		[ "$code" = 3 ] && [[ $err == *CAP_NET_ADMIN* ]] ||
			{ echo "$words: $code $err"; return 1; }
	done
	run -N "$ns" list
	[ "$code" = 3 ] && [[ $err == *"CAP_SYS_ADMIN is needed"* ]] || return
	run explain paws
	[ "$code" = 0 ]
}

# Root of a user namespace owns what it made there, and nothing else.
user_namespaces() {
	tool=(unshare -Ur tcpward)
	run
	[ "$code" = 3 ] && [[ $err == *CAP_NET_ADMIN* ]] || return
	tool=(unshare -Urn tcpward)
	run -j
	[ "$code" = 0 ] && keep status || return
	run set mode=observe
	[ "$code" = 0 ]
}

# The tool as it would be with another version of the interface.
other_abi() {
	mkdir -p "$work/abi/linux"
	sed 's/TCPWARD_ABI_VERSION\t1/TCPWARD_ABI_VERSION\t4242/' \
		include/uapi/linux/tcpward.h >"$work/abi/linux/tcpward.h"
	grep -q 4242 "$work/abi/linux/tcpward.h" || return
	# shellcheck disable=SC2046
	gcc -std=gnu11 -I"$work/abi" -Itools/include -Itools/lib -Iinclude \
		-Ikmod -Itools/tcpward $(pkg-config --cflags libnl-genl-3.0 \
		jansson) -c -o "$work/nl_client.o" tools/tcpward/nl_client.c &&
		gcc -o "$work/tcpward" "$work/nl_client.o" \
			$(find build/obj/tools build/obj/kmod/core -name '*.o' \
			! -name nl_client.o ! -name 'probe*.o' \
			! -name 'replay*.o' ! -name 'capture*.o') \
			$(pkg-config --libs libnl-genl-3.0 jansson) || return
	tool=("$work/tcpward" -N "$ns")
	fails 3 "cannot list the connections: the module (0.1.0) speaks \
version 1 of the interface, this tool (0.1.0) version 4242" "build and install \
both from the same source, then reload the module" list || return
	run set mode=off
	[ "$code" = 3 ] || return
	run explain paws
	[ "$code" = 0 ]
}

# Where nothing can be written, that is an error, too.
full_disk() {
	code=0
	"${tool[@]}" -j list >/dev/full 2>"$work/err" || code=$?
	[ "$code" = 1 ]
}

ktap_plan 8
config >"$work/config"
ktap_test "out of range: the kernel's words, and the range" out_of_range
ktap_test "set changes all keys or none" all_or_none
ktap_test "nothing matches: exit 1" nothing_there
ktap_test "a full disk is noticed" full_disk
ktap_test "without privilege: exit 3, CAP_NET_ADMIN named" unprivileged
ktap_test "user namespaces rule their own network alone" user_namespaces
ktap_test "another interface version: exit 3, both named" other_abi
ktap_test "errors are JSON by the schema, too" \
	selftests/lib/json-schema "$work/json"
ktap_end
