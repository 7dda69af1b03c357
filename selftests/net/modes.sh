#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The modes: enforce refuses, observe only says what it would have refused, off
# costs nothing; switching between them cuts no connection.
set -euo pipefail

cd "$(dirname "$0")/../.."
. selftests/lib/defer.sh
. selftests/lib/net.sh
. selftests/lib/python.sh

net_up
net_python selftests/net/modes.py
