# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154,SC2317 # for those who source it; ktap.sh sets the variables
#
# A Debian root in which the programs of engines run, with persock-runtime. persock is the machine's, with its
# own libraries. Sourced after ktap.sh, by tests that run in a mount namespace of their own and have a root.

# shellcheck source=own_root.sh
. "$repo/selftests/lib/own_root.sh"

inside=(chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C HOME=/root)
denied="Address family not supported by protocol"
# Of busybox: it makes a socket.
makes_a_socket=(ip link show lo)

lay_out_root() {
	local tool library
	mount_root && mount --rbind /sys "$root/sys" && mount -t tmpfs tmpfs "$root/run" &&
		mkdir -p "$root"/var/lib/{docker,containerd} "$root"/etc/{docker,containerd,persock} &&
		mount -t tmpfs tmpfs "$root/var/lib/docker" && mount -t tmpfs tmpfs "$root/var/lib/containerd" || return
	# What the scripts of packages do.
	[ -e "$root/bin/sh" ] || ln -s dash "$root/bin/sh"
	[ -L "$root/var/run" ] || { rmdir "$root/var/run" && ln -s /run "$root/var/run"; } || return
	tool=$(realpath "$(command -v persock)")
	mkdir "$root/usr/lib/persock" &&
		ldd "$tool" | sed -n 's/^[^/]*\(\/[^ ]*\).*/\1/p' | while read -r library; do
			cp -L "$library" "$root/usr/lib/persock/" || exit
		done && cp "$tool" "$root/usr/sbin/persock" && ln -s persock "$root/usr/sbin/persock-runtime" &&
		patchelf --force-rpath --set-interpreter "/usr/lib/persock/ld-linux-x86-64.so.2" --set-rpath /usr/lib/persock \
			"$root/usr/sbin/persock"
}

# A busybox, as a tar file of a root.
make_image() {
	mkdir -p "$work/image/bin" && cp "$root/bin/busybox" "$work/image/bin/" &&
		ln -s busybox "$work/image/bin/ip" && ln -s busybox "$work/image/bin/sleep" &&
		tar -C "$work/image" -cf "$root/image.tar" .
}

configure() { # LINE...
	printf '%s\n' "$@" >"$root/etc/persock/runtime.conf"
}

remove_root() {
	umount -R -l "$root" "$work/memory"
}
