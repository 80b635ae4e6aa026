# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# shellcheck disable=SC2154 # ktap.sh sets the variables
#
# The root file system of a test with a line "# root: RELEASE PACKAGE...", see runner/roots: what is written
# there is in memory. Sourced after ktap.sh. Sets: root. A test that has called mount_root unmounts that and
# $work/memory at its end.

root=$work/root

mount_root() {
	local below
	below=$(cat "$built/$(basename "$0").root") &&
		mkdir "$work/memory" "$root" && mount -t tmpfs tmpfs "$work/memory" &&
		mkdir "$work"/memory/{upper,work} &&
		mount -t overlay -o "lowerdir=$below,upperdir=$work/memory/upper,workdir=$work/memory/work" \
			overlay "$root" && mount -t proc proc "$root/proc" && mount --rbind /dev "$root/dev"
}
