#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# What so many records cost when nothing happens, and how late they leave, a few
# at a time and all at once, while others talk on. 1,000,000 of them where there
# is memory for it:
#   make vm KREL=plain VM_MEM=4G RUN=selftests/net/million.sh
set -euo pipefail

cd "$(dirname "$0")/../.."
. selftests/lib/defer.sh
. selftests/lib/net.sh
. selftests/lib/python.sh

net_up
net_python selftests/net/million.py
