#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Two networks with the same addresses, each in a zone of conntrack: their
# connections are told apart, at both places, and none is refused.
set -euo pipefail

cd "$(dirname "$0")/../.."
. selftests/lib/defer.sh
. selftests/lib/net.sh
. selftests/lib/python.sh

TWIN=twin-$$
export TWIN
net_up
net_namespace "$TWIN"
net_python selftests/net/zones.py
