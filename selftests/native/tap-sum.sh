#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# tap-sum counts what tests gave, finds those that break a rule, and tells with
# each failure what the test said about it.
set -euo pipefail

cd "$(dirname "$0")/../.."
. selftests/lib/ktap.sh

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The output on standard input, with this exit code, sums up to these numbers
# and is told with these texts.
sums() { # exit code, "PASSED FAILED SKIPPED", texts...
	local code=$1 wanted=$2 text got

	shift 2
	mkdir -p "$work/kind"
	cat >"$work/kind/t.tap"
	echo "$code" >"$work/kind/t.rc"
	got=$(selftests/tap-sum "$work/kind" t.sh 2>"$work/told")
	[ "$got" = "$wanted" ] || { echo "$got"; cat "$work/told"; return 1; }
	for text in "$@"; do
		grep -qxF -- "$text" "$work/told" ||
			{ echo "lacks: $text"; cat "$work/told"; return 1; }
	done
	[ $# -gt 0 ] || [ ! -s "$work/told" ] || { cat "$work/told"; return 1; }
}

tap() { # name, exit code, "PASSED FAILED SKIPPED", texts...; output on stdin
	ktap_test "$1" sums "${@:2}"
}

many() { # a failure with so many lines about it
	echo "1..1"
	echo "not ok 1 - a"
	seq -f "# line %g" "$1"
}

left_out() {
	many 30 | sums 1 "0 1 0" "    # line 8" "    [11 lines left out]" \
		"    # line 20" "    # line 30" &&
		! grep -q "line 9$\|line 19$" "$work/told" &&
		[ "$(wc -l <"$work/told")" = 21 ]
}

no_result() {
	[ "$(selftests/tap-sum "$work/kind" none.sh 2>"$work/told")" = "0 1 0" ] &&
		grep -qx "not ok - kind/none: gave no result" "$work/told"
}

ktap_plan 16
tap "all pass" 0 "2 0 0" <<<$'TAP version 14\n1..2\nok 1 - a\nok 2 - b'
tap "a result is skipped" 0 "1 0 1" <<<$'1..2\nok 1 - a # SKIP x\nok 2 - b'
tap "a test is skipped" 4 "0 0 1" <<<"1..0 # SKIP no tool"
tap "skipped with another exit code" 0 "0 1 1" \
	"not ok - kind/t: exit code 0 contradicts its results" \
	<<<"1..0 # SKIP no tool"
tap "lines behind a failure" 1 "1 1 0" "kind/t: not ok 1 - a" \
	"    # wanted: 1" "    stray" <<<$'1..2
not ok 1 - a\n# wanted: 1\nstray\nok 2 - b\n# nothing'
ktap_test "no others" diff "$work/told" - <<-'END'
kind/t: not ok 1 - a
    # wanted: 1
    stray
END
tap "lines before a failure" 1 "1 1 0" "    # because" \
	"kind/t: not ok 2 - b" <<<$'1..2\nok 1 - a\n# because\nnot ok 2 - b'
ktap_test "many lines" left_out
tap "a subtest does not count" 0 "1 0 0" \
	<<<$'1..1\n    not ok 1 - inner\nok 1 - a'
tap "no plan" 137 "0 1 0" "    Killed" \
	"not ok - kind/t: died without a plan, exit code 137" <<<"Killed"
tap "too few results" 1 "1 1 0" \
	"not ok - kind/t: planned 2, gave 1, exit code 1" <<<$'1..2\nok 1 - a'
tap "out of order" 0 "2 1 0" "not ok - kind/t: result 3 where 2 was due" \
	<<<$'1..2\nok 1 - a\nok 3 - b'
tap "two plans" 0 "1 1 0" "not ok - kind/t: two plans" \
	<<<$'1..1\n1..1\nok 1 - a'
tap "success with a failure" 0 "0 2 0" \
	"not ok - kind/t: exit code 0 contradicts its results" \
	<<<$'1..1\nnot ok 1 - a'
tap "failure without one" 1 "1 1 0" \
	"not ok - kind/t: exit code 1 contradicts its results" \
	<<<$'1..1\nok 1 - a'
ktap_test "a test that did not end" no_result
ktap_end
