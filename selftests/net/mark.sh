#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The rules of nftables in Documentation/placement.rst do what it says there:
# action=mark leaves the decision to them, skip_mark the choice.
set -euo pipefail

cd "$(dirname "$0")/../.."
. selftests/lib/defer.sh
. selftests/lib/net.sh
. selftests/lib/python.sh

net_up
net_python selftests/net/mark.py
