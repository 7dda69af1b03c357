#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A short exploration of each scenario of the model, and mistakes planted in
# the core, which it must find. `make model` explores for longer.
set -euo pipefail

cd "$(dirname "$0")/../.."
. selftests/lib/ktap.sh

states=400000

explore() { # scenario
	local code=0 out

	out=$(build/model --states "$states" "$1") || code=$?
	grep '^#' <<<"$out" || true
	if [ "$code" = 0 ]; then
		ktap_ok "explored: $1"
	else
		ktap_comment "$out"
		ktap_not_ok "explored: $1"
	fi
}

plant() { # mutant
	local code=0 out

	out=$(selftests/model/mutants "$1" 2>&1) || code=$?
	ktap_comment "$out"
	if [ "$code" = 0 ]; then
		ktap_ok "found the planted mistake: $1"
	else
		ktap_not_ok "found the planted mistake: $1"
	fi
}

make -s build/model
mapfile -t scenarios < <(build/model --list | cut -d ' ' -f 1)
mapfile -t mutants < <(selftests/model/mutants --list)
ktap_plan $((${#scenarios[@]} + ${#mutants[@]}))
for name in "${scenarios[@]}"; do
	explore "$name"
done
for name in "${mutants[@]}"; do
	plant "$name"
done
ktap_end
