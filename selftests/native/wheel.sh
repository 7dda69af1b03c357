#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The timing wheels under a clock that is made up: days pass in a moment, the
# machine sleeps, and the count of ticks starts over.
set -euo pipefail

cd "$(dirname "$0")/../.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# What the wheels need of the kernel is in kernel.h.
mkdir "$work/linux"
for header in atomic bottom_half interrupt ktime list mutex netfilter \
	prefetch rhashtable sched slab spinlock workqueue; do
	: >"$work/linux/$header.h"
done
"${CC:-cc}" -std=gnu11 -O2 -Wall -Wextra -Werror -Wno-unused-parameter \
	-DTCPW_COMPAT_H -include selftests/wheel/kernel.h -I"$work" \
	-Itools/include -Iinclude -Iinclude/uapi -Ikmod -o "$work/wheel" \
	selftests/wheel/wheel.c
timeout 60 "$work/wheel"
