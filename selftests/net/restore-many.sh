#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A file of RECORDS connections (2000) is restored in time and in little
# memory; where there is no place for all, or the module goes in the middle,
# what is back is whole, and told to the last one.
set -euo pipefail

cd "$(dirname "$0")/../.."
. selftests/lib/ktap.sh
. selftests/lib/defer.sh
. selftests/lib/module.sh
. selftests/lib/net.sh
. selftests/lib/python.sh

FILES=$(mktemp -d)
export FILES
defer rm -rf "$FILES"
net_up
net_python selftests/net/restore-many.py
