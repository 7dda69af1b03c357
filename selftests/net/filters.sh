#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# What a filter in a request takes: of all connections of either family those,
# and only those, that a second reading of the ABI takes.
set -euo pipefail

cd "$(dirname "$0")/../.."
. selftests/lib/defer.sh
. selftests/lib/net.sh
. selftests/lib/python.sh

net_up
net_python selftests/net/filters.py
