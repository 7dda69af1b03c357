#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Connections that nftables translates are followed as one, at both places,
# and no segment of them is refused.
set -euo pipefail

cd "$(dirname "$0")/../.."
. selftests/lib/defer.sh
. selftests/lib/net.sh
. selftests/lib/web.sh
. selftests/lib/python.sh

net_up
web_prepare
head -c 3000000 /dev/urandom >"$WEB/www/big"
web_start
net_python selftests/net/nat.py
