#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The control tool where there is no module: its command line, its errors and
# their exit codes, explain, and JSON that keeps to the schemas.
set -euo pipefail

cd "$(dirname "$0")/../.."
. selftests/lib/ktap.sh

tcpward=build/tcpward
tmp=$(mktemp -d)
trap 'rm -r "$tmp"' EXIT
mkdir "$tmp/json" # all that -j printed: NAME.NUMBER by the schema NAME

run() { # words...; sets code, out and err
	code=0
	"$tcpward" "$@" >"$tmp/out" 2>"$tmp/err" || code=$?
	out=$(<"$tmp/out") err=$(<"$tmp/err")
}

keep() { # schema: of what was printed last
	mktemp "$tmp/json/$1.XXXXXX" | xargs cp "$tmp/out"
}

# Exit code and the whole of stderr; nothing on stdout. The same error with -j
# is one document by the schema, on stdout.
fails() { # code, first line, hint or "", words...
	local wanted=$1 text="tcpward: $2" hint=$3

	shift 3
	run "$@"
	[ -z "$hint" ] || text+=$'\n'"  hint: $hint"
	[ "$code" = "$wanted" ] && [ "$err" = "$text" ] && [ -z "$out" ] || {
		printf 'exit code %s\n%s\n%s\n' "$code" "$out" "$err"
		return 1
	}
	run -j "$@"
	[ "$code" = "$wanted" ] && [ -z "$err" ] && keep error
}

usage_errors() {
	fails 2 "unknown command 'lisst'" "did you mean 'list'?" lisst &&
		fails 2 "unknown command 'xyzzy'" "see 'tcpward --help'" xyzzy &&
		fails 2 "unknown command 'staus'" "did you mean 'status'?" \
			help staus &&
		fails 2 "unknown option '--jsn'" "did you mean '--json'?" \
			--jsn &&
		fails 2 "unknown option '-q'" "see 'tcpward --help'" -q &&
		fails 2 "unknown option '--cuont' of watch" \
			"did you mean '--count'?" watch --cuont 3 &&
		fails 2 "-N needs a value: NETNS" "" -N &&
		fails 2 "-c of watch needs a value: -c, --count N" "" watch -c &&
		fails 2 "--yes=1 of forget takes no value" "" forget --yes=1 &&
		fails 2 "'x' is no count" "1 or more" watch -c x &&
		fails 2 "--color: 'red' is not one of its values" \
			"auto, always or never" --color=red &&
		fails 2 "show needs a filter" \
			"for example: tcpward show dport = :443" show &&
		fails 2 "status takes no argument: 'x'" \
			"see 'tcpward --help'" status x
}

filter_errors() {
	fails 2 "filter: unknown word 'statte'" "did you mean 'state'?" \
		list statte established &&
		fails 2 "filter: unknown state 'time-wate'" \
			"did you mean 'time-wait'?" list state time-wate &&
		fails 2 "filter: unknown reason 'stale-sin'" \
			"did you mean 'stale-syn'?" watch reason stale-sin &&
		fails 2 "filter: '10.0.0.0/33' is no address" \
			"ADDR[/LEN][:PORT] in numbers, IPv6 with a port in \
brackets: [2001:db8::1]:443" list src 10.0.0.0/33 &&
		fails 2 "filter: a comparison is missing after 'age'" \
			"age > 5s" list age 5s &&
		fails 2 "filter: ')' is missing" "" list '(' :80 &&
		fails 2 "filter: a condition is missing at the end" "" \
			list not &&
		fails 2 "filter: watch cannot tell 'idle'" \
			"list and show know it" watch idle '>' 5s
}

key_errors() {
	fails 2 "unknown key 'mdoe'" "did you mean 'mode'?" get mdoe &&
		fails 2 "unknown key 'msk'" "did you mean 'msl'?" set msk=1 &&
		fails 2 "mode=maybe: not a value of this key" \
			"off|observe|enforce" set mode=maybe &&
		fails 2 "msl=soon: not a value of this key" "50ms to 10m" \
			set msl=soon &&
		fails 2 "msl lacks a value: msl=VALUE" "50ms to 10m" set msl &&
		fails 2 "msl is given twice" "" set msl=1s msl=2s &&
		fails 2 "max_connections=99999999999: out of range" \
			"16 to 16777216" set max_connections=99999999999 &&
		fails 2 "set needs KEY=VALUE" \
			"for example: tcpward set mode=observe" set
}

no_module() { # words...
	run "$@"
	[ "$code" = 3 ] && [ -z "$out" ] &&
		[[ $err == *"the tcpward module is not loaded"* ]] &&
		[[ $err == *"hint: load it: modprobe tcpward"* ]] || {
			echo "$code: $err"
			return 1
		}
	run -j "$@"
	[ "$code" = 3 ] && [ -z "$err" ] && keep error
}

nothing_loaded() {
	no_module && no_module list && no_module list state time-wait &&
		no_module show id 1 && no_module watch && no_module stats &&
		no_module get && no_module get mode &&
		no_module set mode=off && no_module forget id 1
}

explains() {
	local reason

	for reason in $("$tcpward" explain | awk '{ print $1 }'); do
		run explain "$reason"
		[ "$code" = 0 ] && [[ $out == "$reason"$'\n'* ]] &&
			[[ $out == *"  seen "* && $out == *"  source  "* &&
				$out == *"  innocent "* && $out == *"  do "* ]] ||
			{ echo "explain $reason: $code $out"; return 1; }
	done
	run -j explain
	keep explain &&
		[ "$("$tcpward" -J explain | wc -l)" = \
			"$("$tcpward" explain | wc -l)" ] &&
		[ "$("$tcpward" explain | wc -l)" = "$(grep -cE \
			'^      -$' Documentation/netlink/specs/tcpward.yaml |
			awk '{ print $1 - 1 }')" ]
}

explains_rules() {
	run explain r76
	[ "$code" = 0 ] && [[ $out == stale-syn* ]] || return 1
	run explain R74
	[ "$(grep -c '^[a-z]' "$tmp/out")" = 3 ] || return 1
	fails 2 "no reason stands for rule 'R7'" "'tcpward explain' lists all" \
		explain R7 &&
		fails 2 "unknown reason 'stal-syn'" "did you mean 'stale-syn'?" \
			explain stal-syn &&
		fails 2 "explain takes one reason or rule" "" explain paws R76
}

# Anywhere after the command, together, and given up after "--".
options_anywhere() {
	local words

	for words in "explain paws -j" "explain -nj paws" \
		"-n4 --color=never --json explain paws"; do
		# shellcheck disable=SC2086
		run $words
		[ "$code" = 0 ] && keep explain || return
	done
	fails 2 "filter: unknown word '-j'" "state, src, dst, sport, \
dport, reason, age, idle, rtt, id, and, or, not" list -- -j
}

colours() {
	run --color=always explain paws
	[[ $out == *$'\033'* ]] || return 1
	run explain paws
	[[ $out != *$'\033'* ]] || return 1
	run --color=always -j explain paws
	[[ $out != *$'\033'* ]]
}

netns_errors() {
	fails 2 "cannot open network namespace 'nowhere': No such file or \
directory" "'ip netns' lists the names" -N nowhere list &&
		fails 2 "cannot enter network namespace '/dev/null': Invalid \
argument" "" -N /dev/null list
}

full_disk() {
	code=0
	"$tcpward" explain >/dev/full 2>"$tmp/err" || code=$?
	[ "$code" = 1 ] && grep -q "No space left" "$tmp/err"
}

helps() {
	run --help
	[ "$code" = 0 ] && [[ $out == "usage: tcpward"* ]] || return 1
	run --version
	[ "$code" = 0 ] && [ "$out" = "tcpward 0.1.0" ] || return 1
	run help watch
	[ "$code" = 0 ] && [[ $out == *"--count N"* ]] || return 1
	cp "$tmp/out" "$tmp/help"
	run watch --help
	cmp "$tmp/out" "$tmp/help"
}

ktap_plan 13
ktap_test "wrong commands and options name the nearest" usage_errors
ktap_test "wrong filters say which word" filter_errors
ktap_test "wrong keys and values say what is possible" key_errors
if [ -e /sys/module/tcpward ]; then
	ktap_skip "without the module" "it is loaded here"
else
	ktap_test "without the module: exit 3, and how to load it" \
		nothing_loaded
fi
ktap_test "explain tells every reason of the spec" explains
ktap_test "explain takes rules" explains_rules
ktap_test "options stand before and after the command" options_anywhere
ktap_test "colour only where it is wanted" colours
if [ "$(id -u)" = 0 ]; then
	ktap_test "network namespaces that are none" netns_errors
else
	ktap_skip "network namespaces that are none" "needs root"
fi
ktap_test "a full disk is noticed" full_disk
ktap_test "help and version" helps
ktap_equal "the tool's version is that of the module" \
	"$(grep -ohE 'TCPW_VERSION "[^"]*"' kmod/*.h kmod/*.c | cut -d'"' -f2)" \
	"$("$tcpward" --version | cut -d' ' -f2)"
ktap_test "all JSON keeps to its schemas" \
	selftests/lib/json-schema "$tmp/json"
ktap_end
