#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Whatever IPv6 puts between its header and TCP, a segment belongs to the ends
# that the headers name, and is judged once; with IPsec and Mobile IPv6, too.
set -euo pipefail

cd "$(dirname "$0")/../.."
. selftests/lib/defer.sh
. selftests/lib/net.sh
. selftests/lib/python.sh

modprobe -a ah4 ah6
net_up
net_python selftests/net/headers.py
