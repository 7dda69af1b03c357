#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Where kernels come from: tools/packaging/{kernels,sid,sid-chroot} in a tree of
# their own, with an archive that is made up here, so without the network.
set -euo pipefail

cd "$(dirname "$0")/../.."
. selftests/lib/ktap.sh

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work"/{bin,debs,tree/tools}
cp -r tools/packaging "$work/tree/tools"
new=7.99.2+deb99-amd64 old=7.99.1+deb99-amd64

stub() { # name; its text on stdin
	{ echo '#!/bin/bash'; cat; } >"$work/bin/$1"
	chmod +x "$work/bin/$1"
}

# The archive: `lists` is the release that apt has heard of, `newest` the one
# that is there, `down` is there when the network is not.
archive() {
	stub apt-get <<-EOF
	cd $work
	case " \$* " in
	*" indextargets "*) echo http://archive.test/debian; exit ;;
	esac
	[ ! -e down ] || exit 100
	case " \$* " in
	*" update "*) echo update >>updates; cp newest lists ;;
	*" download "*) cp debs/\${!#}.deb "\$OLDPWD" ;;
	esac
	EOF
	stub apt-cache <<-EOF
	cd $work
	rel=\$(<lists)
	case "\$*" in
	"show "*) exit 100 ;;
	*" linux-headers-amd64") echo "  Depends: linux-base-amd64"
		echo "  Depends: linux-headers-\$rel" ;;
	*" linux-headers-\$rel") echo "  Depends: gcc" ;;
	*" linux-image-\$rel") echo "  Depends: <linux-initramfs-tool>"
		printf '  Depends: linux-%s-%s\n' binary \$rel modules \$rel ;;
	*) exit 100 ;;
	esac
	EOF
}

# What only root may do, and what a chroot is made with.
machine() {
	stub id <<<'echo ${STUB_UID-0}'
	stub unshare <<<'shift; exec "$@"'
	stub dpkg-query <<<'echo installed debootstrap'
	stub debootstrap <<-EOF
	echo "\$*" >>$work/bootstraps
	[ ! -e $work/down ] || { echo "E: no such deb"; exit 1; }
	mkdir -p "\${@: -2:1}/var/cache/apt/archives"
	EOF
}

packages() { # release
	local part root=$work/root

	for part in binary modules; do
		rm -rf "$root"
		mkdir -p "$root/DEBIAN" "$root/usr/lib/modules/$1"
		echo "$part" >"$root/usr/lib/modules/$1/$part"
		[ "$part" = modules ] ||
			echo kernel >"$root/usr/lib/modules/$1/vmlinuz"
		touch "$root/usr/lib/modules/$1/modules."{order,builtin}
		printf '%s\n' "Package: linux-$part" "Version: 1" \
			"Architecture: all" "Maintainer: nobody <n@n>" \
			"Description: none" >"$root/DEBIAN/control"
		dpkg-deb -b "$root" "$work/debs/linux-$part-$1.deb" >/dev/null
	done
}

run() { # script, arguments
	PATH=$work/bin:$PATH "$work/tree/tools/packaging/$1" "${@:2}"
}

fails() { # exit code, words of its message, script, arguments
	local code=0 said

	said=$(run "${@:3}" 2>&1) || code=$?
	[ "$code" = "$1" ] && [[ $said == *"$2"* ]] ||
		{ echo "exit $code: $said"; return 1; }
}

nothing_left() { # folder
	[ -z "$(ls -A "$work/tree/build/$1")" ]
}

misuse() {
	fails 2 usage: kernels && fails 2 usage: kernels list &&
	fails 2 usage: kernels root && fails 2 usage: sid depends &&
	fails 2 usage: sid-chroot && fails 2 usage: sid-chroot ../x &&
	fails 1 "not a kernel release: 'newest'" kernels list newest
}

lists() {
	run sid depends linux-headers-amd64 >/dev/null
	echo "$old" >"$work/lists"
	[ "$(run kernels list 7.1 "$new")" = "7.1"$'\n'"$new" ] &&
	[ "$(run kernels list sid)" = "$new" ]
}

# Known already: the lists need not be new.
kept() {
	local here=("$work/tree/build/"{kernel/,sid/root-}"$new")

	mkdir -p "${here[@]}"
	rm -f "$work/updates"
	[ "$(run kernels sid)" = "$new" ] && [ ! -e "$work/updates" ] &&
	rm -r "${here[@]}"
}

offline() {
	touch "$work/down"
	FRESH=1 fails 1 "cannot read the lists of sid: is the network up?" \
		kernels sid &&
	fails 1 "cannot download linux-image-$new: is the network" \
		kernels root "$new" && nothing_left kernel
}

unknown() {
	fails 1 "cannot download linux-image-$old" kernels root "$old" &&
	nothing_left kernel &&
	fails 1 "no headers of kernel '$old' on this machine, and none" \
		sid-chroot "$old"
}

image() {
	local root

	root=$(run kernels root "$new")
	[ "$root" = "$work/tree/build/kernel/$new" ] &&
	[ "$(cat "$root/boot/vmlinuz-$new")" = kernel ] &&
	[ -e "$root/lib/modules/$new/modules" ] &&
	[ -e "$root/lib/modules/$new/modules.dep" ]
}

chroot_fails() {
	touch "$work/down"
	fails 1 "E: no such deb" sid-chroot "$new" &&
	fails 1 "debootstrap failed, see build/sid/chroot.log" \
		sid-chroot "$new" &&
	! find "$work/tree/build/sid" -type d -name '*root*' | grep .
}

chroot_once() {
	mkdir -p "$work/tree/build/sid/root-$old"
	rm -f "$work/bootstraps"
	run sid-chroot "$new" && run sid-chroot "$new" &&
	[ -d "$work/tree/build/sid/root-$new" ] &&
	[ ! -e "$work/tree/build/sid/root-$old" ] &&
	[ "$(wc -l <"$work/bootstraps")" = 1 ] &&
	grep -q -e "--include=gcc,make,linux-headers-$new" "$work/bootstraps"
}

archive
machine
packages "$new"
echo "$old" >"$work/lists"
echo "$new" >"$work/newest"
ktap_plan 9
ktap_test "what is misused says so" misuse
ktap_test "old lists are not believed" lists
ktap_test "what is here needs no new lists" kept
ktap_test "no network" offline
rm "$work/down"
ktap_test "a kernel that sid has not" unknown
ktap_test "an image of several packages" image
ktap_test "no chroot" chroot_fails
rm -f "$work/down"
ktap_test "one chroot, of the newest" chroot_once
ktap_test "a chroot is for root" env STUB_UID=1000 bash -c \
	"$(declare -f run fails); work=$work; fails 1 'only root' sid-chroot $new"
ktap_end
