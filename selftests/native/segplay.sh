#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# segplay itself: it fails where it must, and says where and why.
set -euo pipefail

cd "$(dirname "$0")/../.."
. selftests/lib/ktap.sh

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The scenario on standard input gives this exit code, and all these texts.
gives() { # exit code, texts...
	local wanted=$1 code=0 text

	shift
	cat >"$work/x.seg"
	build/segplay "$work/x.seg" >"$work/output" 2>&1 || code=$?
	[ "$code" = "$wanted" ] || { cat "$work/output"; return 1; }
	for text in "$@"; do
		grep -qF -- "$text" "$work/output" ||
			{ echo "lacks: $text"; cat "$work/output"; return 1; }
	done
}

fails() { # name, texts; the body of a case on standard input
	ktap_test "fails: $1" gives 1 "not ok 1 - x" "${@:2}" \
		< <(echo "case x"; cat)
}

refused() { # name, line, word; the scenario on standard input
	ktap_test "refused: $1" gives 2 "x.seg:$2: " "'$3'"
}

called_wrongly() { # texts, -- arguments
	local texts=() code=0 text

	while [ "$1" != -- ]; do texts+=("$1"); shift; done
	shift
	build/segplay "$@" >"$work/output" 2>&1 || code=$?
	[ "$code" = 2 ] || return
	for text in "${texts[@]}"; do
		grep -qF -- "$text" "$work/output" || return
	done
}

ktap_plan 44

ktap_test "a case that holds" gives 0 "TAP version 14" "1..1" "ok 1 - x" <<'SEG'
case x
HS; A>B P 101:111 ack 301; B>A . ack 111; state A=ESTABLISHED
SEG
fails "a verdict" ":3: A>B P 101:111 ack 301 {D}" "wanted DROP, got PASS" <<'SEG'
HS
A>B P 101:111 ack 301 {D}
SEG
fails "a reason" "wanted DROP paws, got DROP, reason right-of-window" <<'SEG'
HS; A>B P 900000:900001 ack 301 {D paws}
SEG
fails "a flag that is missing" "with a flag" <<'SEG'
HS; A>B P 101:111 ack 301 {P+flag}
SEG
fails "a flag too many" "without flag" <<'SEG'
HS; A>B P 101:111 ack 301 urg 0; A>B PU 111:121 ack 301 urg 0 {P-flag}
SEG
fails "a state" "wanted B=CLOSE_WAIT, got ESTABLISHED" <<'SEG'
HS; state A=ESTABLISHED B=CLOSE_WAIT
SEG
fails "a record that is there" "the record is present" <<'SEG'
A>B S 100; record gone
SEG
fails "a record that is not" "the record is gone" <<'SEG'
A>B R 100 {D}; record present
SEG
fails "a client" "the client is A" <<'SEG'
HS; client B
SEG
fails "the rest of TIME-WAIT" "wanted 30s of A's TIME_WAIT, 1m are left" <<'SEG'
HS; A>B FA 101 ack 301; B>A FA 301 ack 102; A>B . 102 ack 302
timewait A 30s
SEG
fails "no TIME-WAIT at all" "wanted B in TIME_WAIT, got CLOSED" <<'SEG'
HS; A>B FA 101 ack 301; B>A FA 301 ack 102; A>B . 102 ack 302
timewait B 60s
SEG
refused "flags" 2 XY <<'SEG'
case x
A>B XY 100
SEG
refused "a word" 3 frobnicate <<'SEG'
case x
HS
A>B S 100 frobnicate 3
SEG
refused "a number" 2 4294967296 <<'SEG'
case x
A>B S 4294967296
SEG
refused "a reason" 2 nonsense <<'SEG'
case x
A>B S 100 {D nonsense}
SEG
refused "a mark without end" 2 "{P" <<'SEG'
case x
A>B S 100 {P
SEG
refused "a key" 1 "msk=3" <<'SEG'
set msk=3
SEG
refused "a value" 2 "msl=3h" <<'SEG'
case x
set msl=3h
SEG
refused "a state" 2 "A=OPEN" <<'SEG'
case x
state A=OPEN
SEG
refused "an address" 2 "A=300.1.1.1:5" <<'SEG'
case x
addr A=300.1.1.1:5
SEG
refused "a time" 2 "+3x" <<'SEG'
case x
+3x A>B S 100
SEG
refused "a segment before the first case" 1 "A>B S 100" <<'SEG'
A>B S 100
SEG
refused "HS before the first case" 2 HS <<'SEG'
set msl=1s
HS
SEG
refused "a value of a word" 3 300 <<'SEG'
case x

A>B S 100 mss 1460 ws 300
SEG
refused "a word that lacks its value" 2 mss <<'SEG'
case x
A>B S 100 w5 mss {P}
SEG
refused "half a timestamp" 2 1/x <<'SEG'
case x
A>B S 100 ts 1/x
SEG
refused "a window beyond its field" 2 w65536 <<'SEG'
case x
A>B S 100 w65536
SEG
refused "a range that runs backwards" 3 101:100 <<'SEG'
case x
HS
A>B P 101:100
SEG
refused "more options than fit" 2 md5 <<'SEG'
case x
A>B S 100 md5 ao md5
SEG
refused "a count of repetitions" 2 many <<'SEG'
case x
repeat many: HS
SEG
refused "a word too many" 2 now <<'SEG'
case x
record gone now
SEG
refused "a case without a name" 2 case <<'SEG'
# comment
case
SEG
refused "a NUL octet" 2 HS < <(printf 'case x\nHS\0 garbage\n')
ktap_test "refused: a key out of range, with the range" gives 2 \
	"x.seg:2: msl=1h is out of range: it takes 50ms to 10m: 'msl=1h'" <<'SEG'
case x
set mode=off msl=1h
SEG
ktap_test "refused: a file without a case" gives 2 "x.seg: no case in it" \
	<<<"# nothing"
ktap_test "a leading zero means nothing" gives 0 "ok 1 - x" <<'SEG'
case x
A>B S 0100 w0x10; B>A SA 300 ack 101; A>B . 0101 ack 301
SEG
ktap_test "--set: a key out of range" called_wrongly \
	"segplay: --set: msl=1h is out of range: it takes 50ms to 10m" -- \
	--set msl=1h selftests/scenarios/02-header.seg
ktap_test "--set: a long value hides no range" called_wrongly \
	"is out of range: it takes 16 to 16777216" -- \
	--set "max_half_open=$(printf %0300d 7)9999999999" \
	selftests/scenarios/02-header.seg
ktap_test "--set: a key that does not exist" called_wrongly \
	"segplay: --set: there is no key 'msk'" -- \
	--set msk=1s selftests/scenarios/02-header.seg
with_msl() {
	printf '%s\n' "case x" "HS; A>B FA 101 ack 301" \
		"B>A FA 301 ack 102; A>B . 102 ack 302" "timewait A 2s" \
		"case y" "set msl=3s" "HS; A>B FA 101 ack 301" \
		"B>A FA 301 ack 102; A>B . 102 ack 302" "timewait A 6s" \
		>"$work/x.seg"
	build/segplay --set msl=1s "$work/x.seg"
}
ktap_test "--set: cases that set the key themselves keep it" with_msl
ktap_test "a backend that does not exist" called_wrongly \
	"there is no backend 'nonsense'" -- \
	--backend nonsense selftests/scenarios/02-header.seg
ktap_test "a view that does not exist" called_wrongly \
	"there is no view 'nonsense'" -- \
	--view nonsense selftests/scenarios/02-header.seg
ktap_test "no file" called_wrongly "usage: segplay" --
ktap_test "a file that is missing" called_wrongly "No such file" -- \
	"$work/missing.seg"
ktap_end
