#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Under a mixed load the states in `tcpward list` are those that `ss` shows on
# both ends, every 200 ms where the machine is fast enough, for DURATION seconds
# (20).
set -euo pipefail

cd "$(dirname "$0")/../.."
. selftests/lib/defer.sh
. selftests/lib/net.sh
. selftests/lib/python.sh
. selftests/lib/web.sh

net_up
web_prepare
head -c 100000 /dev/urandom >"$WEB/www/100k"
web_start
server iperf3 -s -D >/dev/null
net_python selftests/net/truth.py
