#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Every allocation that loading asks for in the module fails once, directly or
# not: the module is refused, and nothing of it is left behind.
set -euo pipefail

cd "$(dirname "$0")/../.."
. selftests/lib/ktap.sh
. selftests/lib/defer.sh
. selftests/lib/net.sh
. selftests/lib/python.sh

[ -d /sys/kernel/debug/failslab ] || ktap_skip_all "no fault injection here"
. selftests/lib/module.sh
net_python selftests/debug/failload.py
