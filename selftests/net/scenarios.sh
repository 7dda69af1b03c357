#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The loaded module does what every rule says: all scenarios between two TUN
# devices, as written, and again over IPv6 with all numbers about to wrap.
set -euo pipefail

cd "$(dirname "$0")/../.."

cases=$(cat selftests/scenarios/*.seg | grep -c '^case ')
failed=0

play() { # name of the pass, results before it, options
	local name=$1 before=$2 code=0

	shift 2
	build/segplay --backend module --jobs 8 "$@" selftests/scenarios/*.seg |
		awk -v name="$name" -v n="$before" '
			/^TAP |^1\.\./ { next }
			/^(not )?ok / {
				sub(/ok [0-9]+ - /, "ok " ++n " - " name ": ")
			}
			{ print; fflush() }' || code=$?
	[ "$code" -le 1 ] || { echo "# segplay returned $code"; exit 1; }
	[ "$code" = 0 ] || failed=1
}

modprobe tun
echo "TAP version 14"
echo "1..$((2 * cases))"
play plain 0
play ipv6-wrap "$cases" --ipv6 --wrap
exit "$failed"
