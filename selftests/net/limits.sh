#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Small limits under a flood of SYNs: the table stays bounded, established
# connections stay in it, and in the end all is accounted for.
set -euo pipefail

cd "$(dirname "$0")/../.."
. selftests/lib/defer.sh
. selftests/lib/net.sh
. selftests/lib/python.sh

net_up
net_python selftests/net/limits.py
