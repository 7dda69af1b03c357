#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The filter grammar: selftests/filter/cases.c, under the sanitizers. What the
# parser says about a wrong filter is tool.sh's business.
set -euo pipefail

cd "$(dirname "$0")/../.."
out=build/check/filter
mkdir -p "$out"
# shellcheck disable=SC2046
gcc -std=gnu11 -g -O1 -fsanitize=address,undefined \
	-fno-sanitize-recover=all -Wall -Wextra -Werror \
	-Itools/include -Itools/tcpward -Iinclude -Iinclude/uapi -Ikmod \
	$(pkg-config --cflags jansson) -o "$out/cases" \
	selftests/filter/cases.c tools/tcpward/filter*.c \
	tools/tcpward/tool.c kmod/core/reasons_gen.c \
	$(pkg-config --libs jansson)
"$out/cases" 2>"$out/messages"
