#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The module builds for each Debian kernel, at W=1 and under sparse, without a
# word from either.
set -euo pipefail

cd "$(dirname "$0")/../.."
. selftests/lib/ktap.sh

# Whatever is not a step of kbuild is a message. The first four are of kbuild
# itself: Debian's headers come without vmlinux, and name the compiler.
messages() { # log
	grep -vE -e '^Skipping BTF generation for ' \
		-e '^warning: the compiler differs from the one' \
		-e '^  (The kernel was built by|You are using): ' \
		-e '^  (CC|CHECK|LD|MODPOST|BTF)( \[M\])? ' "$1"
}

builds_silently() { # release
	local out=build/check/module/$1

	rm -rf "$out"
	mkdir -p "$out"
	env -u MAKEFLAGS -u MAKELEVEL -u KDIR make "KREL=$1" "KOUT=$out" \
		KBUILD_ARGS=C=2 module >"$out.log" 2>&1 ||
		{ tail -n 50 "$out.log"; return 1; }
	test -s "$out/tcpward.ko"
	grep -q CHECK "$out.log" || { echo "sparse saw nothing"; return 1; }
	! messages "$out.log"
}

mapfile -t releases < <(tools/packaging/kernels offered)
ktap_plan 2
for ((i = 0; i < 2; i++)); do
	ktap_test "module for ${releases[i]:-a missing kernel}" \
		builds_silently "${releases[i]-}"
done
ktap_end
