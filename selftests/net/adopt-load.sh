#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# 200 connections, running and idle, forwarded and of the host, held open while
# the module is loaded, switched to enforce and changed: none is cut.
set -euo pipefail

cd "$(dirname "$0")/../.."
. selftests/lib/ktap.sh
. selftests/lib/defer.sh
. selftests/lib/net.sh
. selftests/lib/python.sh

load() {
	[ -d /sys/module/tcpward ] || insmod /run/vm/tcpward.ko
}

[ -e /run/vm/tcpward.ko ] || ktap_skip_all "not in a test VM"
defer load	# other tests in this VM need it
net_up
net_python selftests/net/adopt-load.py
