#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Valid, damaged and random netlink messages, MESSAGES of them, while segments
# pass in the same network namespace: each is answered, and the kernel has
# nothing to report.
set -euo pipefail

cd "$(dirname "$0")/../.."
. selftests/lib/ktap.sh
. selftests/lib/defer.sh
. selftests/lib/net.sh

ns=fuzz-$$
seed=${SEED:-$RANDOM}

inside() {
	ip netns exec "$ns" "$@"
}

# Connections of short life, bounded by that of the fuzzer.
visits() {
	while :; do
		inside busybox timeout 5 \
			iperf3 -c 127.0.0.1 -t 2 -b 2M || sleep 0.2
	done >/dev/null 2>&1
}

ktap_plan 2
net_namespace "$ns"
defer net_kill "$ns"
inside iperf3 -s >/dev/null 2>&1 &
visits &
visitor=$!
defer kill "$visitor"
ktap_comment "seed $seed"
code=0
inside build/nlfuzz "${MESSAGES:-1000000}" "$seed" || code=$?
ktap_equal "every question was answered" 0 "$code"
ktap_test "the module can be asked and set" inside tcpward set mode=enforce
ktap_end
