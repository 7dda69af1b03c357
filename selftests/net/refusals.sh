#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Whatever the module refuses over netlink, it says why: every text that its
# sources hold is provoked, with the attribute at fault; nothing changes.
set -euo pipefail

cd "$(dirname "$0")/../.."
. selftests/lib/defer.sh
. selftests/lib/net.sh
. selftests/lib/python.sh

net_up
net_python selftests/net/refusals.py
