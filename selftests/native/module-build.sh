#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The module builds for each kernel of KERNELS, at W=1 and under sparse, without
# a word from either.
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

# Sid's headers lack the script with which kbuild looks for sparse.
builds_silently() { # release
	local out=build/check/module/$1 sparse=C=2

	[ -e "/lib/modules/$1/build/Makefile" ] || sparse=
	rm -rf "$out"
	mkdir -p "$out"
	env -u MAKEFLAGS -u MAKELEVEL -u KDIR make "KREL=$1" "KOUT=$out" \
		"KBUILD_ARGS=$sparse" module >"$out.log" 2>&1 ||
		{ tail -n 50 "$out.log"; return 1; }
	test -s "$out/tcpward.ko"
	[ -z "$sparse" ] || grep -q CHECK "$out.log" ||
		{ echo "sparse saw nothing"; return 1; }
	! messages "$out.log"
}

mapfile -t releases < <(tools/packaging/kernels list ${KERNELS:-offered})
wait $! # for its exit code
ktap_plan ${#releases[@]}
for rel in "${releases[@]}"; do
	ktap_test "module for $rel" builds_silently "$rel"
done
ktap_end
