#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Each network namespace has its own mode, limits, records and counters; one that
# ends under traffic takes them with it.
set -euo pipefail

cd "$(dirname "$0")/../.."
. selftests/lib/ktap.sh
. selftests/lib/defer.sh
. selftests/lib/module.sh
. selftests/lib/net.sh
. selftests/lib/python.sh

net_up
net_python selftests/net/namespaces.py
