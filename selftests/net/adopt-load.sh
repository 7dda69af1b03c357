#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# 200 connections, running and idle, forwarded and of the host, held open while
# the module is loaded, switched to enforce and changed: none is cut.
set -euo pipefail

cd "$(dirname "$0")/../.."
. selftests/lib/ktap.sh
. selftests/lib/defer.sh
. selftests/lib/module.sh
. selftests/lib/net.sh
. selftests/lib/python.sh

net_up
net_python selftests/net/adopt-load.py
