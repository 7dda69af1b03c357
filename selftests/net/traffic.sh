#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Real programs over the router, IPv4 and IPv6: the states of both ends through
# a connection's life, who closed it, and counts that agree with tcpdump's.
set -euo pipefail

cd "$(dirname "$0")/../.."
. selftests/lib/defer.sh
. selftests/lib/net.sh
. selftests/lib/python.sh
. selftests/lib/web.sh

net_up
web_prepare
head -c 300000 /dev/urandom >"$WEB/www/300k"
web_start
net_python selftests/net/traffic.py
