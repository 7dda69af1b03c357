#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A short run of each fuzz target: promises of the core and of the readers
# under ASan and UBSan. `make fuzz TIME=seconds` runs them for longer.
set -euo pipefail

cd "$(dirname "$0")/../.."
. selftests/lib/ktap.sh

command -v clang >/dev/null || ktap_skip_all "no clang"

targets=(parser conversation capture seg filter config)

# A target that runs nothing would pass too.
ran_well() { # target
	cat "$tmp/$1"
	grep -qE "^$1: [0-9]{4,} executions .* 0 findings$" "$tmp/$1"
}

tmp=$(mktemp -d)
trap 'rm -r "$tmp"' EXIT
ktap_plan ${#targets[@]}
export TIME=20 LINES=no tmp
printf '%s\n' "${targets[@]}" | xargs -P "$(nproc)" -I TARGET \
	sh -c 'selftests/fuzz/run TARGET >"$tmp/TARGET" 2>&1' || :
for target in "${targets[@]}"; do
	ktap_test "$target" ran_well "$target"
done
ktap_end
