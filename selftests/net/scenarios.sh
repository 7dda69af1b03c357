#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The loaded module does what every rule says: all scenarios between two TUN
# devices, as written, and again over IPv6 with all numbers about to wrap.
set -euo pipefail

cd "$(dirname "$0")/../.."

results=$(mktemp -d)
trap 'rm -rf "$results"' EXIT

play() { # name of the pass, options
	local name=$1 code=0

	shift
	build/segplay --backend module --jobs 8 "$@" selftests/scenarios/*.seg \
		>"$results/$name" || code=$?
	[ "$code" -le 1 ] || { echo "# segplay returned $code"; exit 1; }
}

modprobe tun
play plain
play ipv6-wrap --ipv6 --wrap
selftests/lib/tap-join "$results/plain" "$results/ipv6-wrap"
