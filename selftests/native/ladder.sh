#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Ladders show what their fixtures hold, in every width and as SVG; the program
# that draws them runs under AddressSanitizer and UBSan.
set -euo pipefail

cd "$(dirname "$0")/../.."
out=build/check/ladder
mkdir -p "$out"
cc -std=gnu11 -O1 -g -Wall -Wextra -Werror -Wno-unused-parameter \
	-fsanitize=address,undefined -fno-sanitize-recover=all \
	-Itools/include -Iinclude -Iinclude/uapi -Ikmod -Itools/tcpward \
	-o "$out/draw" selftests/ladder/draw.c tools/tcpward/ladder*.c \
	tools/tcpward/model.c kmod/core/*.c
exec selftests/ladder/properties "$out/draw" selftests/ladder/*.lad
