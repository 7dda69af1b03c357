#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# tcpward doctor where there is no module: it works, says so, and tells what is
# missing on machines of many kinds. Each is this one with some files of /proc,
# /sys and /lib/modules covered by others, in namespaces of its own.
set -euo pipefail

cd "$(dirname "$0")/../.."
. selftests/lib/ktap.sh

export tool=$PWD/build/tcpward tmp
tmp=$(mktemp -d)
trap 'rm -r "$tmp"' EXIT
mkdir "$tmp/json"
krel=$(uname -r)

# $plant makes the machine what it is to be; then the tool is asked. What of
# /proc tells about the process and its network stays.
cat >"$tmp/in-machine" <<'END'
set -euo pipefail
modules=/lib/modules/$(uname -r)
mkdir -p "$tmp/proc"
mount --rbind /proc "$tmp/proc"
for folder in /proc /sys /lib/modules; do
	mount -t tmpfs none "$folder"
done
mkdir -p /proc/sys/kernel "$modules" /sys/module/module/parameters \
	/sys/kernel/security /sys/devices/system/clocksource/clocksource0
ln -s "$tmp/proc/self" "$tmp/proc/net" /proc
ln -s "$tmp/proc/sys/net" /proc/sys
touch /proc/modules "$modules/modules.builtin"
echo tsc >/sys/devices/system/clocksource/clocksource0/current_clocksource
start=()
eval "$plant"
exec "${start[@]}" "$tool" -j "$@"
END

# A kernel with netfilter, its headers, and the module.
fit='
mkdir -p "$modules/build" "$modules/updates"
touch "$modules/build/Makefile" "$modules/updates/tcpward.ko"
echo "updates/tcpward.ko: kernel/nf_defrag_ipv4.ko" >"$modules/modules.dep"
echo "kernel/nf_defrag_ipv4.ko:" >>"$modules/modules.dep"
'

machine() { # what to plant; sets code
	code=0
	plant=$1 unshare -rmn bash "$tmp/in-machine" doctor >"$tmp/out" ||
		code=$?
	cp "$tmp/out" "$(mktemp "$tmp/json/doctor.XXXXXX")"
}

# The last machine: this check has this level and a finding, meaning and remedy
# that match.
says() { # check, level, pattern found, pattern of the remedy
	jq -e --arg check "$1" --arg level "$2" --arg found "$3" \
		--arg remedy "${4-}" 'any(.findings[]; .check == $check and
		.level == $level and (.found | test($found)) and
		(.level == "ok") == (.means == null) and
		(.remedy // "" | test($remedy)))' "$tmp/out" >"$tmp/jq" ||
		{ cat "$tmp/out"; return 1; }
}

# Without the module, whatever else is wrong.
absent() {
	[ "$code" = 3 ] && jq -e '.fit == false and .problems > 0 and
		(.not_checked | index("mode") and index("nat"))' \
		"$tmp/out" >"$tmp/jq"
}

installed_not_loaded() {
	machine "$fit"
	absent && says headers ok "headers of $krel are there" &&
		says module problem "not loaded; it is in .*updates/tcpward.ko" \
			"^modprobe tcpward$" &&
		says version ok "tool 0.1.0" && says clock ok tsc
}

compressed() {
	machine "$fit"'sed -i s/tcpward.ko/tcpward.ko.xz/ "$modules/modules.dep"'
	absent && says module problem "tcpward.ko.xz" "^modprobe tcpward$"
}

not_built() {
	machine "$fit"'sed -i /tcpward/d "$modules/modules.dep"
		rm "$modules/build/Makefile"'
	absent && says headers problem "missing" \
		"^apt-get install linux-headers-$krel$" &&
		says module problem "no tcpward module for kernel $krel" \
			"^make install KREL=$krel && modprobe tcpward$"
}

headers_gone() {
	machine "$fit"'rm "$modules/build/Makefile"'
	absent && says headers note missing linux-headers &&
		says module problem "not loaded"
}

no_netfilter() {
	machine "$fit"'sed -i /^kernel/d "$modules/modules.dep"'
	absent && says module problem "has no nf_defrag_ipv4"
}

enforced='echo Y >/sys/module/module/parameters/sig_enforce'

unsigned() {
	machine "$fit$enforced"
	absent && says signature problem "module.sig_enforce" "mokutil --import"
}

# As sign-file of the kernel does: a signature, its kind and length, a mark.
sign() { # file
	local size

	openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=test \
		-keyout "$tmp/key" -out "$tmp/cert" 2>/dev/null
	openssl cms -sign -binary -noattr -nocerts -outform DER -in "$1" \
		-signer "$tmp/cert" -inkey "$tmp/key" -out "$tmp/signature"
	size=$(printf %08x "$(stat -c %s "$tmp/signature")")
	cat "$tmp/signature"
	# shellcheck disable=SC2059
	printf '\0\0\2\0\0\0\0\0'"$(sed 's/../\\x&/g' <<<"$size")"
	echo "~Module signature appended~"
}

signed() {
	echo 'char info[] __attribute__((section(".modinfo"))) = "license=GPL";' |
		gcc -c -x c -o "$tmp/module" - &&
		sign "$tmp/module" >"$tmp/tail" &&
		cat "$tmp/tail" >>"$tmp/module" || return
	machine "$fit$enforced"'
		cp "$tmp/module" "$modules/updates/tcpward.ko"'
	absent && says signature note module.sig_enforce \
		"mokutil --list-enrolled"
}

locked_down() {
	machine "$fit"'
		echo "none [integrity] confidentiality" \
			>/sys/kernel/security/lockdown'
	says signature problem "\(lockdown\)" || return
	machine "$fit"'
		echo "[none] integrity confidentiality" \
			>/sys/kernel/security/lockdown'
	says signature ok "no signature"
}

boots_securely() {
	local name=SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c value

	for value in 1 0; do
		machine "$fit"'mkdir -p /sys/firmware/efi/efivars
			printf "\6\0\0\0\'$value'" \
				>/sys/firmware/efi/efivars/'$name
		if [ "$value" = 1 ]; then
			says signature problem "Secure Boot" || return
		else
			says signature ok "no signature" || return
		fi
	done
}

slow_clock() {
	machine "$fit"'echo acpi_pm >/sys/devices/system/clocksource/\
clocksource0/current_clocksource'
	says clock warning acpi_pm available_clocksource
}

takes_none() {
	machine "$fit"'rm /proc/modules'
	absent && says kernel problem "kernel $krel takes no modules" &&
		says headers ok "of no use" &&
		says module problem "not loaded" linux-image
}

modules_disabled() {
	machine "$fit"'echo 1 >/proc/sys/kernel/modules_disabled'
	absent && says kernel problem modules_disabled
}

too_old() {
	machine "$fit"'start=(setarch "$(uname -m)" --uname-2.6)'
	absent && says kernel problem "kernel 2.6.* is too old" linux-image
}

# Who may not ask still hears the rest.
unprivileged() {
	code=0
	setpriv --reuid 65534 --regid 65534 --clear-groups build/tcpward -j \
		doctor >"$tmp/out" || code=$?
	cp "$tmp/out" "$(mktemp "$tmp/json/doctor.XXXXXX")"
	absent && says permission problem CAP_NET_ADMIN "^sudo tcpward doctor$" &&
		says devices ok device
}

# nft is looked for along PATH.
without_nft() {
	machine 'rm "$modules/modules.builtin"
		mount -t tmpfs none /usr/sbin
		PATH=/nowhere'
	says rules note "nft is missing" "apt-get install nftables" &&
		jq -e '.not_checked | index("flowtable")' "$tmp/out" >"$tmp/jq"
}

as_text() {
	code=0
	COLUMNS=60 build/tcpward doctor >"$tmp/text" || code=$?
	[ "$code" = 3 ] &&
		grep -qE '^problem  module +.*' "$tmp/text" &&
		grep -qE '^ {21}remedy: [a-z]' "$tmp/text" &&
		grep -qE '^not checked: mode ' "$tmp/text" &&
		grep -qE '^[0-9]+ problems?, [0-9]+ warnings?, ' "$tmp/text" ||
		{ cat "$tmp/text"; return 1; }
	# Only commands, to be copied, and lists may be wider.
	! grep -vE 'remedy:|not checked:' "$tmp/text" | grep -E '.{61}'
}

if [ -e /sys/module/tcpward ]; then
	ktap_skip_all "the module is loaded here"
fi
unshare -rmn true 2>/dev/null ||
	ktap_skip_all "planting machines needs user namespaces"
ktap_plan 18
ktap_test "installed, not loaded: modprobe" installed_not_loaded
ktap_test "a compressed module is found, too" compressed
ktap_test "not built, no headers: both problems" not_built
ktap_test "headers alone missing: a note" headers_gone
ktap_test "a kernel without netfilter" no_netfilter
ktap_test "a kernel without modules" takes_none
ktap_test "modules can be disabled" modules_disabled
ktap_test "a kernel that is too old" too_old
ktap_test "signatures needed, module without one" unsigned
ktap_test "signatures needed, module with one" signed
ktap_test "lockdown" locked_down
ktap_test "Secure Boot" boots_securely
ktap_test "a slow clock" slow_clock
if [ "$(id -u)" = 0 ]; then
	ktap_test "without privilege the rest is told" unprivileged
else
	ktap_skip "without privilege the rest is told" "needs root"
fi
ktap_test "without nft it says what is not checked" without_nft
ktap_test "the text: levels, remedies, width" as_text
ktap_equal "an argument is refused" 2 \
	"$(build/tcpward doctor x 2>/dev/null || echo $?)"
ktap_test "all JSON keeps to its schema" selftests/lib/json-schema "$tmp/json"
ktap_end
