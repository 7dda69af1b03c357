#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# An upgrade: connections are saved, the module goes and comes back, and they
# go on: none cut, none refused, none adopted, all checks at once.
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
net_python selftests/net/restore.py
