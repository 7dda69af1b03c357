#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Every allocation that the module asks for, directly or not, fails once: what
# needed it is refused or goes on without, and nothing is left behind. Needs a
# kernel with fault injection.
set -euo pipefail

cd "$(dirname "$0")/../.."
. selftests/lib/ktap.sh
. selftests/lib/defer.sh
. selftests/lib/net.sh
. selftests/lib/python.sh

[ -d /sys/kernel/debug/failslab ] || ktap_skip_all "no fault injection here"
net_up
net_python selftests/debug/failslab.py
