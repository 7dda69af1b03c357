#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The tool is two programs, so that it starts without libcurl and libpcap; as
# built and as installed, one finds the other.
set -euo pipefail

cd "$(dirname "$0")/../.."
. selftests/lib/ktap.sh

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
install -D -t "$work/bin" build/tcpward

few_libraries() {
	! ldd build/tcpward | grep 'libcurl\|libssl\|libpcap'
}

# `probe` and `replay`, called wrongly: both programs take part, and the words
# arrive as they were.
reaches() { # program
	local code=0

	"$1" -nj probe nowhere >"$work/probe" || code=$?
	[ "$code" = 2 ] && grep "'nowhere' is a URL without scheme" \
		"$work/probe" || return
	code=0
	"$1" replay /nowhere 2>"$work/replay" || code=$?
	[ "$code" = 2 ] && grep "cannot open '/nowhere'" "$work/replay"
}

alone() {
	local code=0

	"$work/bin/tcpward" probe http://x 2>"$work/alone" || code=$?
	[ "$code" = 1 ] && grep "cannot run .*libexec/tcpward/tcpward" \
		"$work/alone" && grep "make install" "$work/alone"
}

ktap_plan 4
ktap_test "it starts with few libraries" few_libraries
ktap_test "as built" reaches build/tcpward
ktap_test "one without the other says so" alone
install -D -t "$work/libexec/tcpward" build/full/tcpward
ktap_test "as installed" reaches "$work/bin/tcpward"
ktap_end
