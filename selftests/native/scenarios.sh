#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The core does what every rule says: all scenarios as written, again with all
# numbers and clocks about to wrap, and over IPv6.
set -euo pipefail

cd "$(dirname "$0")/../.."

results=$(mktemp -d)
trap 'rm -rf "$results"' EXIT

play() { # name of the pass, options
	local name=$1 code=0

	shift
	build/segplay "$@" selftests/scenarios/*.seg >"$results/$name" || code=$?
	[ "$code" -le 1 ] || { echo "# segplay returned $code"; exit 1; }
}

play plain
play wrap --wrap
play ipv6 --ipv6

# One plan for all passes, and numbers that go on.
echo "TAP version 14"
awk -F'\\.\\.' '/^1\.\./ { sum += $2 } END { print "1.." sum }' "$results"/*
for pass in plain wrap ipv6; do
	awk -v pass="$pass" '
		/^(not )?ok / { sub(/ - /, " - " pass ": ") }
		!/^TAP |^1\.\./' "$results/$pass"
done | awk '
	/^ok / { sub(/^ok [0-9]+/, "ok " ++n) }
	/^not ok / { sub(/^not ok [0-9]+/, "not ok " ++n); failed = 1 }
	{ print }
	END { exit failed }'
