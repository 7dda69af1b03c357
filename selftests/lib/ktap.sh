# SPDX-License-Identifier: GPL-2.0
# KTAP output for tests in bash: plan first, one result a line, and an exit
# code that agrees with them. Sourced; owns the names ktap_*.

ktap_count=0
ktap_failed=0

ktap_plan() { # number of results
	echo "TAP version 14"
	echo "1..$1"
}

# For a test whose tools or kernel are missing; ends it.
ktap_skip_all() { # reason
	echo "TAP version 14"
	echo "1..0 # SKIP $*"
	exit 4
}

ktap_ok() { # name
	ktap_count=$((ktap_count + 1))
	echo "ok $ktap_count - $*"
}

ktap_not_ok() { # name
	ktap_count=$((ktap_count + 1))
	ktap_failed=$((ktap_failed + 1))
	echo "not ok $ktap_count - $*"
}

ktap_skip() { # name, reason
	ktap_count=$((ktap_count + 1))
	echo "ok $ktap_count - $1 # SKIP $2"
}

ktap_comment() {
	sed 's/^/# /' <<<"$*"
}

# Passes when the command succeeds; shows its output when it does not.
ktap_test() { # name, command...
	local name=$1 out code=0

	shift
	out=$("$@" 2>&1) || code=$?
	if [ "$code" = 0 ]; then
		ktap_ok "$name"
	else
		ktap_not_ok "$name"
		ktap_comment "$* returned $code:"
		ktap_comment "$out"
	fi
}

ktap_equal() { # name, wanted, got
	if [ "$2" = "$3" ]; then
		ktap_ok "$1"
	else
		ktap_not_ok "$1"
		ktap_comment "wanted: $2"
		ktap_comment "got:    $3"
	fi
}

ktap_end() {
	[ "$ktap_failed" = 0 ]
	exit
}
