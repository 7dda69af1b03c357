#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Starting in the middle of traffic: the module is loaded, or switched on, below
# connections of every kind, a remote shell included, and cuts none of them.
set -euo pipefail

cd "$(dirname "$0")/../.."
. selftests/lib/ktap.sh
. selftests/lib/defer.sh
. selftests/lib/module.sh
. selftests/lib/net.sh
. selftests/lib/python.sh

net_up
net_python selftests/net/adoption.py
