#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A short run of each fuzz target: promises of the core and of the readers
# under ASan and UBSan. `make fuzz TIME=seconds` runs them for longer.
set -euo pipefail

cd "$(dirname "$0")/../.."
. selftests/lib/ktap.sh

command -v clang >/dev/null || ktap_skip_all "no clang"

short_run() { # target
	TIME=5 selftests/fuzz/run "$1" >"$tmp/log" 2>&1 ||
		{ grep -E 'does not hold|ERROR|runtime error|^ +#[0-9]' \
			"$tmp/log" || cat "$tmp/log"; return 1; }
	# A target that runs nothing would pass too.
	[ "$(sed -n 's/^stat::number_of_executed_units: *//p' "$tmp/log")" \
		-gt 1000 ]
}

tmp=$(mktemp -d)
trap 'rm -r "$tmp"' EXIT
ktap_plan 3
for target in parser conversation capture; do
	ktap_test "$target" short_run "$target"
done
ktap_end
