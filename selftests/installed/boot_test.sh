#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# persock as the packages install it, on a Debian that systemd has booted: see libinstalled.sh. The last
# tests upgrade and remove the packages.

# shellcheck disable=SC2154,SC2317 # libktap.sh sets the variables and calls the functions
# shellcheck source=libinstalled.sh
. "$(dirname "$(realpath "$0")")/libinstalled.sh"

release=$(uname -r)
repo=$(realpath "$here/..")
debs=/var/tmp/debs

# The module is DKMS's, the tool the package's; the service has done what /etc/persock says.
test_applied_at_boot() {
	expect "/lib/modules/$release/updates/dkms/persock.ko.xz" modinfo -F filename persock
	expect /usr/sbin/persock command -v persock
	[ -d /sys/module/persock ] || fail "the module is not loaded"
	active persock.service
	persock status | grep -q 'web\.slice.*web' || fail "web.slice is not attached: $(persock status)"
	expect "" persock apply --dry-run /etc/persock
}

# Services began after it, and one in the slice is governed from its first process; another one is not.
test_governed_from_the_first_process() {
	eventually test -s /run/governed
	eventually test -s /run/ungoverned
	expect "socket: EAFNOSUPPORT" cat /run/governed
	expect ok cat /run/ungoverned
	web_is_governed
}

# README's tour as a reader pastes it. What it shows as output is in comments. One command fails, as it shows.
tour() {
	awk '/^## / { tour = /^## A tour/ }
		/^```/ { code = tour && /^```sh$/; next }
		code' "$repo/README.md"
}

test_readme_tour() {
	local dir said line
	dir=$(mktemp -d)
	ip link set lo up
	{
		echo "set -E; trap 'echo \"FAILED \$BASH_COMMAND\"' ERR; cd '$dir'"
		# The monitor is given time to report the last call before it is killed.
		tour | sed "/^kill /i for i in \$(seq 300); do grep -q 'curl connect .*EACCES' '$work/said' && break; sleep 0.2; done"
	} >"$work/tour"
	[ "$(grep -c '^persock' "$work/tour")" -ge 9 ] || fail "there is no tour in README.md"
	# A server that does not start would be waited for without end.
	timeout 300 bash "$work/tour" >"$work/said" 2>&1
	said=$(<"$work/said")
	for line in '^FAILED persock run.*127\.0\.0\.2' 'fetch.yaml: valid' '^0$' '^7$' \
		'curl connect.*127\.0\.0\.2:8080: EACCES \(connect default\)'; do
		grep -Eq "$line" <<<"$said" || fail "no $line in the tour: $said"
	done
	expect 1 grep -c '^FAILED' - <<<"$said"
}

# A folder that has become wrong: the unit's reload fails and says where; what was attached stays so.
test_broken_on_reload() {
	break_policy
	refused "failed" systemctl reload persock.service
	told persock.service '/etc/persock/web\.yaml:[0-9]+'
	web_is_governed
	mend_policy
	ok systemctl reload persock.service
	active persock.service
}

# Stopping it lets go of nothing.
test_stop_changes_nothing() {
	ok systemctl stop persock.service
	web_is_governed
	ok systemctl start persock.service
	web_is_governed
}

gone() {
	ok systemctl stop persock.service strict.service
	ok persock detach --all
	eventually rmmod persock
}

# The service is started without the module: it fails and says so, a unit that requires it does not start,
# others do and are ungoverned. With the module it attaches the slice that is there by then, and the
# processes that are in it.
test_started_before_the_module() {
	gone
	mount -t tmpfs tmpfs "/lib/modules/$release"
	refused "failed|error" systemctl start persock.service
	failed persock.service
	told persock.service 'Module persock not found'
	rm -f /run/strict
	refused "dependency" systemctl start strict.service
	[ ! -e /run/strict ] || fail "strict.service has run"
	refused "the persock module is not loaded.*modprobe persock" persock apply /etc/persock
	rm -f /run/governed
	ok systemctl restart governed.service
	eventually test -s /run/governed
	expect ok cat /run/governed

	umount "/lib/modules/$release"
	ok systemctl start persock.service
	ok systemctl start strict.service
	eventually test -s /run/strict
	expect "socket: EAFNOSUPPORT" cat /run/strict
	web_is_governed
}

# PACKAGE as the next version. It is not built anew: what matters is what its scripts do.
newer() { # PACKAGE
	local tree=$work/newer-$1
	dpkg-deb -R "$debs/$1"_*.deb "$tree" >/dev/null
	sed -i 's/^Version: .*/Version: 99/' "$tree/DEBIAN/control"
	dpkg-deb -b "$tree" "$work/$1.deb" >/dev/null
	echo "$work/$1.deb"
}

# New packages, and all goes on as it is. (DKMS finds no headers: to build takes long in an emulated machine.)
test_upgrade_keeps_policies() {
	local before
	mv "/lib/modules/$release/build" "$work/build"
	before=$(persock personality show web; persock -j status | grep -o '"attachments":.*')
	ok dpkg -i "$(newer persock)" "$(newer persock-dkms)"
	[ -d /sys/module/persock ] || fail "the module has gone"
	[ "$(persock personality show web; persock -j status | grep -o '"attachments":.*')" = "$before" ] ||
		fail "not as before: $(persock status)"
	active persock.service
	web_is_governed
	ok test -e /etc/persock/web.yaml
}

# Removing the module's package with a cgroup attached explains itself, and lets nobody go.
test_removal_explains_itself() {
	local said
	said=$(dpkg -r persock-dkms 2>&1) || fail "dpkg -r persock-dkms: $said"
	grep -q 'persock stays loaded: a cgroup is attached' <<<"$said" || fail "not explained: $said"
	[ -d /sys/module/persock ] || fail "the module has gone"
	web_is_governed
	ok dpkg -r persock
	hash -r
	! command -v persock >/dev/null || fail "the tool is there yet"
	web_is_governed
	ok test -e /etc/persock/web.yaml
	# The policies that are ours to keep stay, even when all that is the package's is purged.
	ok dpkg -P persock persock-dkms
	ok test -e /etc/persock/web.yaml
	web_is_governed
	[ -n "$why" ] || no_splat
}

mark_log
run_tests
