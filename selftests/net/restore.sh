#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# An upgrade: connections are saved, the module goes and comes back, and they
# go on: none cut, none refused, none adopted, all checks at once.
set -euo pipefail

cd "$(dirname "$0")/../.."
. selftests/lib/ktap.sh
. selftests/lib/defer.sh
. selftests/lib/net.sh
. selftests/lib/python.sh

# As the other tests in this VM need it: restore.py gives it parameters.
load() {
	[ ! -d /sys/module/tcpward ] || rmmod tcpward
	insmod /run/vm/tcpward.ko
}

[ -e /run/vm/tcpward.ko ] || ktap_skip_all "not in a test VM"
defer load
FILES=$(mktemp -d)
export FILES
defer rm -rf "$FILES"
net_up
net_python selftests/net/restore.py
