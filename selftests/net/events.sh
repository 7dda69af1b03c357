#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# What listeners to transitions and verdicts can rely on when much happens at
# once: whatever shares a datagram, messages are numbered without a gap, in the
# order of time over both groups, and what is lost is counted.
set -euo pipefail

cd "$(dirname "$0")/../.."
. selftests/lib/defer.sh
. selftests/lib/net.sh
. selftests/lib/python.sh

net_up
# Segments leave when their slot comes, all in one softirq.
net_em client c0 limit 10000 slot 200ms 200ms
net_python selftests/net/events.py
