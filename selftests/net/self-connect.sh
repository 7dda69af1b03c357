#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A socket on loopback that connects to itself is followed as a simultaneous
# open, and what it says to itself arrives.
set -euo pipefail

cd "$(dirname "$0")/../.."
. selftests/lib/ktap.sh

ktap_plan 2
said=$(/usr/bin/python3 - <<'PYTHON'
import json
import socket
import subprocess

one = socket.socket()
one.settimeout(10)
one.bind(("127.0.0.1", 0))
one.connect(one.getsockname())
one.sendall(b"to myself")
print(one.recv(100).decode())
port = one.getsockname()[1]
found = subprocess.run(["tcpward", "-j", "list", "sport", "=", f":{port}"],
                       check=True, capture_output=True)
conn, = json.loads(found.stdout)["connections"]
print(conn["client"]["state"], conn["server"]["state"])
PYTHON
) || said="failed: $said"
ktap_equal "what it says arrives" "to myself" "$(sed -n 1p <<<"$said")"
ktap_equal "both ends are ESTABLISHED" "ESTABLISHED ESTABLISHED" \
	"$(sed -n 2p <<<"$said")"
ktap_end
