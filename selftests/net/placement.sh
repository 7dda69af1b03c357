#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Segments are judged at the place that is set, each once, and the place can
# be changed under traffic without refusing a segment.
set -euo pipefail

cd "$(dirname "$0")/../.."
. selftests/lib/defer.sh
. selftests/lib/net.sh
. selftests/lib/python.sh

net_up
net_python selftests/net/placement.py
