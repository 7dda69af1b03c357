# SPDX-License-Identifier: GPL-2.0
# Tests whose checks are in Python, with selftests/lib/*.py at hand. Sourced
# after net.sh.

# The program prints the KTAP; its exit code is the test's.
net_python() { # file, arguments
	export NS_CLIENT NS_ROUTER NS_SERVER
	export CLIENT4 CLIENT6 SERVER4 SERVER6 WEB WEB_NAME
	PYTHONPATH=selftests/lib /usr/bin/python3 -B "$@"
}
