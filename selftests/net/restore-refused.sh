#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The kernel believes nobody: requests to restore records that no tool would
# send are refused in its words, and leave no record.
set -euo pipefail

cd "$(dirname "$0")/../.."
. selftests/lib/ktap.sh
. selftests/lib/defer.sh
. selftests/lib/net.sh
. selftests/lib/python.sh

net_up
net_python selftests/net/restore-refused.py
