# SPDX-License-Identifier: GPL-2.0
# For tests that load and unload the module of their VM (stage.insmod,
# stage.rmmod). Sourced after ktap.sh and defer.sh.

# The other tests in this VM need it as it was: without parameters.
module_restore() {
	[ ! -d /sys/module/tcpward ] || rmmod tcpward
	insmod /run/vm/tcpward.ko
}

[ -e /run/vm/tcpward.ko ] || ktap_skip_all "not in a test VM"
defer module_restore
