#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Segments that cannot belong to a real connection through the router: each is
# counted under its reason, none reaches its target, and the connection goes
# on as if nothing had been.
set -euo pipefail

cd "$(dirname "$0")/../.."
. selftests/lib/defer.sh
. selftests/lib/net.sh
. selftests/lib/python.sh

net_up
net_python selftests/net/enforce.py
