#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Files of saved connections: what is good is read, and whatever is damaged,
# cut short, foreign or makes no sense is refused with line and cause.
set -euo pipefail

cd "$(dirname "$0")/../.."
export PATH=$PWD/build:$PATH
PYTHONPATH=selftests/lib /usr/bin/python3 -B selftests/native/save.py
