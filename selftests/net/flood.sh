#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A flood of SYNs from random addresses at a table of 50,000: what is
# established goes on, a known client still gets in, memory stays within the
# limit, and all is accounted for.
#
# Environment: DURATION, seconds of each of the four floods (5); RATE, SYNs a
# second that have to be reached (without it 20000 are aimed at).
# In full, where an emulator is too slow for it:
#   make vm KREL=plain VM_MEM=4G RUN='DURATION=60 RATE=20000 selftests/net/flood.sh'
set -euo pipefail

cd "$(dirname "$0")/../.."
. selftests/lib/defer.sh
. selftests/lib/net.sh
. selftests/lib/python.sh

net_up
# The flood ends behind the router, on a device that takes all.
router ip link add sink type dummy
router ip link set sink addrgenmode none multicast off up
net_python selftests/net/flood.py
