#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The state table is complete and says what the rules say.
set -euo pipefail

cd "$(dirname "$0")/../.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"${CC:-cc}" -std=gnu11 -O1 -Wall -Wextra -Werror \
	-Wno-unused-parameter -Itools/include -Iinclude \
	-Iinclude/uapi -Ikmod -o "$work/table" selftests/table/table.c \
	kmod/core/*.c
"$work/table"
