# SPDX-License-Identifier: GPL-2.0
# `defer COMMAND...` beside a setup runs COMMAND when the script ends, the
# last deferred first; `busywait` waits for a condition instead of a time.

deferred=()

defer() {
	deferred+=("$(printf '%q ' "$@")")
}

run_deferred() {
	local code=$? i

	trap - EXIT
	for ((i = ${#deferred[@]} - 1; i >= 0; i--)); do
		eval "${deferred[i]}" || true
	done
	exit "$code"
}

trap run_deferred EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

busywait() { # seconds, command...
	local end=$((SECONDS + $1))

	shift
	until "$@"; do
		if [ "$SECONDS" -ge "$end" ]; then
			return 1
		fi
		sleep 0.1
	done
}
