#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The core stands alone: its objects, linked together, want nothing but three
# functions of memory, hold nothing writable, and include no other header.
set -euo pipefail

cd "$(dirname "$0")/../.."
. selftests/lib/ktap.sh

objects=$(mktemp -d)
trap 'rm -rf "$objects"' EXIT
# Without PIE constant tables with pointers stay in .rodata.
flags=(-std=gnu11 -O2 -fno-pie -Itools/include -Iinclude -Iinclude/uapi -Ikmod)

core_object() {
	local src

	for src in kmod/core/*.c; do
		"${CC:-cc}" "${flags[@]}" -c -o "$objects/${src##*/}.o" "$src" ||
			return
	done
	ld -r -o "$objects/core.o" "$objects"/*.c.o
}

wants_only_memory() {
	local wanted

	wanted=$(nm -u "$objects/core.o") || return
	wanted=$(awk '{ print $2 }' <<<"$wanted" |
		grep -vxE '|memset|memcpy|memcmp') || return 0
	echo "undefined: $wanted"
	return 1
}

# Tables may be constant; data, bss and common would be state.
holds_nothing_writable() {
	local held

	held=$(nm "$objects/core.o") || return
	held=$(grep -E ' [BbCDdGgSs] ' <<<"$held") || return 0
	echo "$held"
	return 1
}

headers_compile_alone() {
	local header

	for header in kmod/core/*.h; do
		"${CC:-cc}" "${flags[@]}" -Wall -Werror -fsyntax-only \
			-x c -include "$header" /dev/null || return
	done
}

includes_only_these() {
	local others

	others=$(grep -hE '^#[[:space:]]*include' kmod/core/*.[ch] |
		grep -vE '"core/[a-z_]+\.h"' |
		grep -vE '<linux/(types|string|stddef|tcpward)\.h>') || return 0
	echo "$others"
	return 1
}

knows_one_world() {
	! grep -nE '^#[[:space:]]*(if|ifdef|ifndef|elif)\b' kmod/core/*.[ch] |
		grep -vE '#ifndef TCPW_[A-Z_]+_H$'
}

ktap_plan 6
ktap_test "the core compiles in user space" core_object
ktap_test "it wants only memset, memcpy, memcmp" wants_only_memory
ktap_test "it holds nothing writable" holds_nothing_writable
ktap_test "each of its headers compiles alone" headers_compile_alone
ktap_test "it includes nothing else" includes_only_these
ktap_test "it has no conditional compilation" knows_one_world
ktap_end
