#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# What listeners over netlink can rely on: a dump while connections come and go
# holds each that lives through it exactly once, or says that it may not; and
# a listener that is too slow sees what it missed, at nobody else's cost.
set -euo pipefail

cd "$(dirname "$0")/../.."
. selftests/lib/defer.sh
. selftests/lib/net.sh
. selftests/lib/python.sh

net_up
net_python selftests/net/dump.py
