#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# What replay says of files and settings that are no good: exit code 2, what
# failed, why, and what to do.
set -euo pipefail

cd "$(dirname "$0")/../.."
. selftests/lib/ktap.sh

tcpward=build/tcpward
good=selftests/captures/half-close.pcap
tmp=$(mktemp -d)
trap 'rm -r "$tmp"' EXIT

# All that is printed, and the exit code.
answer() { # words for replay
	local code=0

	"$tcpward" replay "$@" 2>&1 || code=$?
	echo "exit $code"
}

refuses() { # name, text wanted, words for replay
	local name=$1 wanted=$2

	shift 2
	ktap_equal "$name" "$wanted
exit 2" "$(answer "$@")"
}

hint="  hint: 'tcpdump -w FILE' writes pcap, others pcapng: both can be read"

files() {
	echo "not a capture" >"$tmp/text"
	: >"$tmp/empty"
	selftests/captures/relink --link wlan selftests/captures/https.pcap \
		"$tmp/wlan"
	refuses "no such file" \
		"tcpward: cannot open '$tmp/none': No such file or directory" \
		"$tmp/none"
	refuses "text" \
		"tcpward: cannot read '$tmp/text' as a capture: unknown file format
$hint" "$tmp/text"
	refuses "empty" \
		"tcpward: cannot read '$tmp/empty' as a capture: truncated dump file; tried to read 4 file header bytes, only got 0
$hint" "$tmp/empty"
	refuses "unknown link type" \
		"tcpward: cannot read '$tmp/wlan' as a capture: unknown link type 105 (IEEE802_11): Ethernet, FDDI, null, loop, raw IP and Linux cooked are known
$hint" "$tmp/wlan"
	refuses "folder" \
		"tcpward: cannot read '$tmp' as a capture: error reading dump file: Is a directory
$hint" "$tmp"
}

# The last segment lacks its last octet; those before it have been judged.
cut_short() {
	local all summary

	truncate -s -1 "$tmp/cut"
	all=$("$tcpward" replay -J "$good" | grep -c '"segment"')
	answer -J "$tmp/cut" >"$tmp/out"
	ktap_equal "cut short: segments before it" $((all - 1)) \
		"$(grep -c '"segment"' "$tmp/out")"
	summary=$(grep '"summary"' "$tmp/out")
	ktap_equal "cut short: summary of them" "{\"type\":\"summary\",\"segments\":$((all - 1))," \
		"${summary%%\"pass\"*}"
	ktap_equal "cut short: error and exit code" \
		"what '$tmp/cut' is cut short after frame $((all - 1))
why truncated dump file
exit 2" "$(tail -n 2 "$tmp/out" | sed -E \
		's/.*"what":"([^"]*)","why":"([^;]*).*/what \1\nwhy \2/')"
	ktap_equal "cut short: text" "tcpward: '$tmp/cut' is cut short after frame $((all - 1))" \
		"$("$tcpward" replay "$tmp/cut" 2>&1 >/dev/null | sed -n 's/: trunc.*//p')"
	ktap_test "cut short: still one JSON document" one_document
}

one_document() {
	! "$tcpward" replay -j "$tmp/cut" >"$tmp/document" || return 1
	/usr/bin/python3 - "$tmp/document" <<-'EOP'
	import json, sys
	document = json.load(open(sys.argv[1]))
	n = document["summary"]["segments"]
	assert len(document["segments"]) == n > 10
	what = document["error"]["what"]
	assert what.endswith(f"is cut short after frame {n}"), what
	EOP
}

# A frame of an impossible length in the midst: what is before it counts.
broken_inside() {
	/usr/bin/python3 - "$good" "$tmp/broken" <<-'EOP'
	import struct, sys
	data, at = bytearray(open(sys.argv[1], "rb").read()), 24
	for _ in range(5):
	    at += 16 + struct.unpack_from("<I", data, at + 8)[0]
	struct.pack_into("<I", data, at + 8, 0x7fffffff)
	open(sys.argv[2], "wb").write(data)
	EOP
	answer -J "$tmp/broken" >"$tmp/out"
	ktap_equal "broken inside: the segments before it" \
		"$("$tcpward" replay -J "$good" | head -n 5)" \
		"$(head -n 5 "$tmp/out")"
	ktap_equal "broken inside: summary, error and exit code" \
		"5 segments, '$tmp/broken' cannot be read after frame 5
exit 2" "$(sed -nE 's/.*"summary","segments":([0-9]*),.*/\1 segments, /p
			s/.*"what":"([^"]*)".*/\1/p; /^exit/p' "$tmp/out" |
			sed -z 's/, \n/, /')"
}

settings() {
	refuses "unknown key" "tcpward: --set: there is no key 'tw_stale_sym'
  hint: did you mean 'tw_stale_syn'?" --set tw_stale_sym=drop "$good"
	refuses "key like no other" "tcpward: --set: there is no key 'zzzzzz'
  hint: 'tcpward get' lists the keys" --set zzzzzz=1 "$good"
	refuses "value out of range" \
		"tcpward: --set: msl=1h is out of range: it takes 50ms to 10m" \
		--set msl=1h "$good"
	refuses "value of another key" \
		"tcpward: --set: view=drop is not a value of this key: it takes inline|observer" \
		--set=view=drop "$good"
	refuses "key without value" \
		"tcpward: --set: 'msl' lacks its value: write msl=VALUE" \
		--set msl "$good"
	refuses "no file" "tcpward: replay needs a capture file
  hint: tcpward replay FILE, '-' for standard input"
	refuses "two files" "tcpward: more than one file: '$good' and 'x'
  hint: replay them one by one" "$good" x
	refuses "unknown option" "tcpward: unknown option '--sat' of replay
  hint: did you mean '--set'?" --sat x "$good"
}

ktap_plan 20
cp "$good" "$tmp/cut"
files
cut_short
broken_inside
settings
ktap_end
