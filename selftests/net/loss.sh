#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Bulk transfers both ways over lines that lose, repeat and reorder, before the
# enforcing router and behind it: the octets arrive, and nothing is refused.
set -euo pipefail

cd "$(dirname "$0")/../.."
. selftests/lib/defer.sh
. selftests/lib/net.sh
. selftests/lib/python.sh

trouble=(loss 2% duplicate 1% delay 2ms reorder 25%)
net_up
net_em client c0 "${trouble[@]}"
net_em router r0 "${trouble[@]}"
net_em router r1 "${trouble[@]}"
net_em server s0 "${trouble[@]}"
net_python selftests/net/loss.py
