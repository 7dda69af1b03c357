#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Replay of real captures: each is as it should be, the table that says so
# notices mistakes, and no company, link layer or file format changes a verdict.
set -euo pipefail

cd "$(dirname "$0")/../.."
. selftests/lib/ktap.sh

tcpward=build/tcpward
folder=selftests/captures
tmp=$(mktemp -d)
trap 'rm -r "$tmp"' EXIT

replay() { # words...
	"$tcpward" replay -J "$@"
}

field() { # name, of the summary on stdin
	tail -n 1 | sed "s/.*\"$1\":\([0-9]*\).*/\1/"
}

# Counted by another reader; of a datagram in pieces only the first names TCP.
segments() { # capture
	tcpdump -qnr "$1" 2>/dev/null | grep -c ': tcp '
}

tcpdump_agrees() {
	local name n rest

	while read -r name n rest; do
		[ "$n" = "$(segments "$folder/$name.pcap")" ] ||
			{ echo "$name: $n"; return 1; }
	done < <(grep -v '^#' "$folder/expected")
}

# One result for each line of the table; the last line counts them.
table_results() { # table
	local name result

	while read -r name _ _ _ _ _ result; do
		case $result in
		right) ktap_ok "$name" ;;
		skipped:*) ktap_skip "$name" "${result#*: }" ;;
		*) ktap_not_ok "$name"; ktap_comment "$result" ;;
		esac
	done < <(sed '1d;$d' "$1")
}

# A copy of the tree's part that the table is made of, with one mistake in it:
# the table must show it, and the exit code too.
notices() { # what the table must say, command that spoils the copy
	local tree=$tmp/copy wanted=$1 code=0

	shift
	rm -rf "$tree"
	mkdir -p "$tree/selftests" "$tree/pcaps/clean" "$tree/pcaps/anomalies"
	cp -r "$folder" "$tree/selftests"
	ln -s "$PWD/build" "$tree/build"
	cp "$folder/lossy-download.pcap" "$tree/pcaps/clean"
	cp "$folder/http-ipv6.pcap" "$tree/pcaps/anomalies"
	echo "http-ipv6.pcap 1- pass" >"$tree/$folder/anomalies"
	PCAPS=$tree/pcaps "$tree/$folder/check" >"$tmp/copy.table" &&
		(cd "$tree/$folder" && "$@") || return 1
	PCAPS=$tree/pcaps "$tree/$folder/check" >"$tmp/copy.table" || code=$?
	[ "$code" = 1 ] && grep -q "$wanted" "$tmp/copy.table" ||
		{ cat "$tmp/copy.table"; return 1; }
}

# The third step of the first handshake gets another sequence number.
spoil_sequence() { # capture
	printf '\x77' |
		dd of="$1" bs=1 seek=258 conv=notrunc status=none
}

mistakes() {
	local clean=../../pcaps/clean

	ktap_test "notices a dropped segment" notices \
		"^clean/l.* WRONG: frame 3 dropped (wrong-third-step-seq, R23)" \
		spoil_sequence "$clean/lossy-download.pcap"
	ktap_test "notices other states at the end" notices \
		"^half-close.* WRONG: end in .'TIME_WAIT/CLOSED'" \
		sed -i '/^half-close/s/TIME_WAIT/CLOSED/' expected
	ktap_test "notices another count" notices \
		"^https.* WRONG: segments [0-9]*, expected" \
		sed -i '/^https/s/[0-9]/1&/' expected
	ktap_test "notices another verdict in an anomaly" notices \
		"^anomalies/.*: frame 3: verdict pass, expected drop" \
		sed -i '$a http-ipv6.pcap 3 drop' anomalies
	ktap_test "notices a frame without a line" notices \
		"^anomalies/.*: frame 5 is not in the index" \
		sed -i 's/1-/1-4/' anomalies
	ktap_test "notices a lost capture" notices \
		"^https.* WRONG: no such file" rm https.pcap
	ktap_test "notices a capture that nobody expects" notices \
		"^https.* WRONG: nothing is expected" sed -i /^https/d expected
	ktap_test "notices a damaged file" notices \
		"^resets.* WRONG: .*cut short" truncate -s -1 resets.pcap
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

# All captures in one; the capture that the following tests dress up.
merged() { # after, together
	"$folder/merged" "$1" "$tmp/merged"
}

# The same lines, but for the frame numbers where frames come in pieces.
same() { # capture, words for relink
	local file=$1 number='s/"n":[0-9]*,//'

	shift
	[ "${1-}" = --pieces ] || number=
	"$folder/relink" "$@" "$file" "$tmp/other" || return 1
	replay "$file" | sed "$number" >"$tmp/wanted" || return 1
	replay "$tmp/other" | sed "$number" >"$tmp/got" || return 1
	cmp "$tmp/wanted" "$tmp/got" || { echo "$file with $*"; return 1; }
}

links() {
	local link

	for link in ethernet vlan qinq snap padded fddi null null-big loop \
		raw sll sll2; do
		same "$tmp/merged" --link "$link" || return 1
	done
	same "$folder/https.pcap" --link ipv4 || return 1
	same "$folder/http-ipv6.pcap" --link ipv6
}

formats() {
	local format

	for format in big-endian nanoseconds pcapng; do
		same "$tmp/merged" --format "$format" || return 1
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

frames() { # capture
	tcpdump -nr "$1" 'ip proto 6' 2>/dev/null | wc -l
}

# Octets that are not all there cannot be summed, so short segments count.
checksums() { # words for relink
	"$folder/relink" "$@" "$folder/lossy-upload.pcap" "$tmp/sums"
	replay --set csum=on "$tmp/sums" | tail -n 1 |
		sed 's/.*"drop":\([0-9]*\).*"reasons":\(.*\)}/\1 \2/'
}

"$folder/check" >"$tmp/table" || true
ktap_plan $(($(wc -l <"$tmp/table") - 2 + 8 + 18))
table_results "$tmp/table"
mistakes
ktap_test "tcpdump counts the same segments" tcpdump_agrees
ktap_test "twice the same, file or pipe" deterministic
ktap_test "the same among all others" merged together
ktap_test "the same after all others" merged after
ktap_test "the same on every link layer" links
ktap_test "the same behind IPv6 extension headers" \
	same "$tmp/merged" --extended
ktap_test "the same in IPv6 fragments" same "$tmp/merged" --pieces 64
ktap_test "the same where sequence numbers and timestamps wrap" \
	same "$tmp/merged" --renumber
ktap_test "the same in every file format" formats
ktap_test "a copy on other ports counts the same" \
	doubles connections https
ktap_test "a copy on other ports has its own time" doubles drop keep-alive \
	--set pickup=strict --set timeout_established=500ms
ktap_equal "54 octets kept: all judged" 0 "$(unreadable https 54)"
ktap_equal "54 octets kept: nobody is accused" '"reasons":{}}' \
	"$(replay "$tmp/snapped" | tail -n 1 | grep -o '"reasons".*')"
ktap_equal "53 octets kept: none can be judged" \
	"$(segments "$folder/https.pcap")" "$(unreadable https 53)"
ktap_equal "pieces are read like whole datagrams: 54 octets" 0 \
	"$(unreadable fragments 54)"
ktap_equal "pieces are read like whole datagrams: 53 octets" \
	"$(frames "$folder/fragments.pcap")" "$(unreadable fragments 53)"
ktap_equal "checksums of the wire are right" "0 {}" "$(checksums)"
ktap_equal "a wrong checksum is refused" '1 {"bad-checksum":1}' \
	"$(checksums --spoil 3)"
ktap_end
