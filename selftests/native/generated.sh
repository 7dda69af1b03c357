#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# What is committed is what the netlink spec and the state table generate.
set -euo pipefail

cd "$(dirname "$0")/../.."
. selftests/lib/ktap.sh
. selftests/lib/defer.sh

tools/codegen/ynl >/dev/null 2>build/ynl.log ||
	ktap_skip_all "no linux-source package to be had: see build/ynl.log"

files="include/uapi/linux/tcpward.h kmod/netlink_gen.h kmod/netlink_gen.c
kmod/core/reasons_gen.c kmod/core/knobs_gen.h kmod/core/knobs_gen.c
Documentation/reasons.rst Documentation/states.rst"

set -- $files
ktap_plan $#
fresh=$(mktemp -d)
defer rm -rf "$fresh"
tools/codegen/regenerate "$fresh"
for file; do
	ktap_test "$file" diff -u "$fresh/$file" "$file"
done
ktap_end
