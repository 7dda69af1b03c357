#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Every operation of the netlink family, tried by an unprivileged user, by root
# of a user namespace in a network namespace that is not its own, and in its
# own: it sees and changes nothing but that.
set -euo pipefail

cd "$(dirname "$0")/../.."
. selftests/lib/defer.sh
. selftests/lib/net.sh
. selftests/lib/python.sh

net_up
# The tree may lie where nobody else may look.
place=$(mktemp -d)
defer rm -rf "$place"
chmod 755 "$place"
cp --parents selftests/lib/*.py selftests/net/privileges.py \
	include/uapi/linux/tcpward.h \
	Documentation/netlink/specs/tcpward.yaml "$place"
cd "$place"
net_python selftests/net/privileges.py
