#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# What the kernel's own instruments tell: module information and parameters,
# tracepoints, drop reasons; and a log that stays silent.
set -euo pipefail

cd "$(dirname "$0")/../.."
. selftests/lib/ktap.sh
. selftests/lib/defer.sh
. selftests/lib/net.sh
. selftests/lib/python.sh

[ -e /sys/kernel/tracing/trace ] ||
	mount -t tracefs tracefs /sys/kernel/tracing ||
	ktap_skip_all "the kernel has no tracepoints"
modprobe drop_monitor || ktap_skip_all "the kernel has no drop_monitor"
net_up
net_python selftests/net/instruments.py
