#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Segments of a connection that nftables has put into a flowtable go past
# tcpward: what it sees again afterwards is not refused for that, at either
# place, and what is forged in itself is. Without flowtables nothing goes past.
set -euo pipefail

cd "$(dirname "$0")/../.."
. selftests/lib/defer.sh
. selftests/lib/net.sh
. selftests/lib/python.sh

net_up
net_python selftests/net/flowtable.py
