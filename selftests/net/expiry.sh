#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Records leave soon after their deadlines, with every timeout shortened, and
# not before; what is forgotten leaves at once.
set -euo pipefail

cd "$(dirname "$0")/../.."
. selftests/lib/defer.sh
. selftests/lib/net.sh
. selftests/lib/python.sh

net_up
net_python selftests/net/expiry.py
