#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Replay of real captures: not one good segment is refused, every segment is
# judged, and neither link layer nor file format changes a verdict.
set -euo pipefail

cd "$(dirname "$0")/../.."
. selftests/lib/ktap.sh

tcpward=build/tcpward
folder=selftests/captures
public=../shared/pcaps
tmp=$(mktemp -d)
trap 'rm -r "$tmp"' EXIT

replay() { # words...
	"$tcpward" replay -J "$@"
}

field() { # name, of the summary on stdin
	tail -n 1 | sed "s/.*\"$1\":\([0-9]*\).*/\1/"
}

# tcpdump counts frames; of a datagram in pieces only the first names TCP.
segments() { # capture
	tcpdump -qnr "$1" 2>/dev/null | grep -c ': tcp '
}

# The states after the last segment of each connection.
ends() {
	sed -n 's/.*"conn":\([0-9]*\).*"client":"\(.*\)","server":"\(.*\)".*/\1 \2\/\3/p' |
		awk '{ last[$1] = $2 } END { for (c in last) print last[c] }' |
		sort -u | paste -sd ' '
}

as_expected() { # name, connections, states at the end
	local file=$folder/$1.pcap n

	n=$(segments "$file")
	replay "$file" >"$tmp/out"
	ktap_equal "$1: all good" "$n segments of $2 connections: $3
{\"type\":\"summary\",\"segments\":$n,\"pass\":$n,\"quiet\":0,\"drop\":0,\"flagged\":0,\"connections\":$2,\"unreadable\":0,\"reasons\":{}}" \
		"$(field segments <"$tmp/out") segments of $(field connections \
		<"$tmp/out") connections: $(ends <"$tmp/out")
$(tail -n 1 "$tmp/out")"
}

# Twice the same, from a file and from a pipe.
deterministic() {
	local f

	for f in "$folder"/*.pcap; do
		replay "$f" >"$tmp/once" || return 1
		replay - <"$f" >"$tmp/again" || return 1
		cmp "$tmp/once" "$tmp/again" || return 1
	done
}

same_in() { # capture, link, format
	"$folder/relink" --link "$2" --format "$3" "$1" "$tmp/other" || return 1
	replay "$1" >"$tmp/wanted" || return 1
	replay "$tmp/other" >"$tmp/got" || return 1
	cmp "$tmp/wanted" "$tmp/got" || { echo "$1 as $2, $3"; return 1; }
}

links() {
	local link

	for link in ethernet vlan qinq snap padded fddi null null-big loop \
		raw ipv4 sll sll2; do
		same_in "$folder/https.pcap" "$link" pcap || return 1
	done
	for link in vlan null raw ipv6 sll2; do
		same_in "$folder/http-ipv6.pcap" "$link" pcap || return 1
	done
}

formats() {
	local format

	for format in big-endian nanoseconds pcapng; do
		same_in "$folder/https.pcap" ethernet "$format" || return 1
	done
}

# R115: followed by itself on other ports, everything counts double.
doubles() { # key, capture, settings
	local key=$1 capture=$folder/$2.pcap once twice

	shift 2
	"$folder/relink" --twice "$capture" "$tmp/twice" || return 1
	once=$(replay "$@" "$capture" | field "$key")
	twice=$(replay "$@" "$tmp/twice" | field "$key")
	[ "$once" -gt 0 ] && [ "$twice" = $((2 * once)) ] ||
		{ echo "$key: $once, twice $twice"; return 1; }
}

# Snap length: judged by the IP length, as long as the header is there.
unreadable() { # capture, octets kept
	"$folder/relink" --snap "$2" "$folder/$1.pcap" "$tmp/snapped"
	replay "$tmp/snapped" | field unreadable
}

pieces() { # capture
	tcpdump -nr "$1" 'ip[6:2] & 0x3fff != 0' 2>/dev/null | wc -l
}

# Octets that are not all there cannot be summed, so short segments count.
checksums() { # words for relink
	"$folder/relink" "$@" "$folder/lossy-upload.pcap" "$tmp/sums"
	replay --set csum=on "$tmp/sums" | tail -n 1 |
		sed 's/.*"drop":\([0-9]*\).*"reasons":\(.*\)}/\1 \2/'
}

public_group() { # folder
	local f n drops bad=

	[ -d "$public/$1" ] || { ktap_skip "$1 captures" "no $public"; return; }
	for f in "$public/$1"/*; do
		replay "$f" >"$tmp/out"
		n=$(field segments <"$tmp/out")
		drops=$(field drop <"$tmp/out")
		[ "$drops" = 0 ] || bad+="$f: $drops of $n dropped "
	done
	ktap_equal "$1 captures: zero drops" "" "$bad"
}

# Frames refused, as the index of these captures has them.
anomalies() {
	local f

	[ -d "$public" ] || { ktap_skip "anomalies" "no $public"; return; }
	for f in "$public"/anomalies/*; do
		replay "$f" | sed -n 's/.*"n":\([0-9]*\),.*"verdict":"drop".*/\1/p' |
			sed "s/^/$(basename "$f"): /"
	done >"$tmp/drops"
	ktap_equal "anomalies: refused where they should be" \
		"001.pcap: 3
003.pcap: 3" "$(cat "$tmp/drops")"
}

mapfile -t expected < <(grep -v '^#' "$folder/expected")
ktap_plan $((${#expected[@]} + 15))
for line in "${expected[@]}"; do
	read -r name connections states <<<"$line"
	as_expected "$name" "$connections" "$states"
done
ktap_equal "every capture is expected" "$(ls "$folder"/*.pcap | wc -l)" \
	"${#expected[@]}"
ktap_test "twice the same, file or pipe" deterministic
ktap_test "the same on every link layer" links
ktap_test "the same in every file format" formats
ktap_test "a copy on other ports counts the same" \
	doubles connections https
ktap_test "a copy on other ports has its own time" doubles drop keep-alive \
	--set pickup=strict --set timeout_established=500ms
ktap_equal "54 octets kept: all judged" 0 "$(unreadable https 54)"
ktap_equal "53 octets kept: none can be judged" \
	"$(segments "$folder/https.pcap")" "$(unreadable https 53)"
ktap_equal "pieces of a datagram cut too short are unreadable" \
	"$(pieces "$folder/fragments.pcap")" "$(unreadable fragments 60)"
ktap_equal "checksums of the wire are right" "0 {}" "$(checksums)"
ktap_equal "a wrong checksum is refused" '1 {"bad-checksum":1}' \
	"$(checksums --spoil 3)"
public_group clean
public_group lossy
public_group reset
anomalies
ktap_end
