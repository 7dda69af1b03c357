#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Whatever way packets take through the kernel, real connections are counted
# right and lose nothing, and a forged segment on the same way is refused.
set -euo pipefail

cd "$(dirname "$0")/../.."
. selftests/lib/defer.sh
. selftests/lib/net.sh
. selftests/lib/python.sh

MIDDLE=middle-$$
export MIDDLE
modprobe -a br_netfilter vrf tun
net_up
net_namespace "$MIDDLE"
net_python selftests/net/paths.py
