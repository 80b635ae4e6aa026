#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 1200
#
# Lifetimes: an attachment and a live governed socket keep the module loaded, a removed cgroup's
# attachment goes away by itself, a personality in use cannot be deleted, and any number of
# rounds of loading and unloading leave nothing behind.

# shellcheck disable=SC2154,SC2317 # ktap.sh sets the variables and calls the functions
# shellcheck source=../lib/ktap.sh
. "$(dirname "$(realpath "$0")")/../lib/ktap.sh"

# While a cgroup is attached, unloading would silently end a policy: refused.
test_attachment_pins_the_module() {
	local cgroup
	need_module_file || return 0
	new_cgroup cgroup pin
	ok persock attach "$cgroup" host
	refused "in use" rmmod persock
	expect governed within "$cgroup" "$probe" governed
	ok persock detach "$cgroup"
	eventually unloaded
	expect ungoverned within "$cgroup" "$probe" governed
	ok insmod "$module"
}

# So does each governed socket, detached or not, until it is closed. It works until then.
test_live_socket_pins_the_module() {
	local cgroup personality providers kind
	need_module_file || return 0
	new_cgroup cgroup live
	for providers in native "hostinet native"; do
		for kind in tcp udp unix; do
			# shellcheck disable=SC2086 # it is a list
			new_personality personality host $providers
			ok persock attach "$cgroup" "$personality"
			hold "$cgroup" "$probe" hold "$kind"
			expect ready echo "$held_says"
			ok persock detach "$cgroup"
			ok persock personality del "$personality"
			refused "in use" rmmod persock
			release
			expect ok echo "$held_says"
			eventually unloaded
			ok insmod "$module"
		done
	done
	personalities=()
}

# A socket that nobody has accepted yet is closed with its listener, and pins nothing after it.
test_unaccepted_connection_pins_nothing() {
	local cgroup personality providers port
	need_module_file || return 0
	new_cgroup cgroup queue
	for providers in native "hostinet native"; do
		# shellcheck disable=SC2086 # it is a list
		new_personality personality host $providers
		ok persock attach "$cgroup" "$personality"
		hold "$cgroup" "$probe" listen
		port=$held_says
		expect ok "$probe" connect "$port"
		release_killed
		ok persock detach "$cgroup"
		ok persock personality del "$personality"
		eventually unloaded
		ok insmod "$module"
	done
	personalities=()
}

# End the held process at once.
release_killed() {
	kill -KILL "$held" 2>/dev/null
	exec {hold_in}>&- {hold_out}<&-
	wait "$held" 2>/dev/null
	return 0
}

# A governed process that is killed closes its sockets as any other.
test_killed_process_pins_nothing() {
	local cgroup personality providers
	need_module_file || return 0
	new_cgroup cgroup kill
	for providers in native "hostinet native"; do
		# shellcheck disable=SC2086 # it is a list
		new_personality personality host $providers
		ok persock attach "$cgroup" "$personality"
		hold "$cgroup" "$probe" hold tcp
		release_killed
		ok persock detach "$cgroup"
		ok persock personality del "$personality"
		eventually unloaded
		ok insmod "$module"
	done
	personalities=()
}

no_attachments() {
	persock status | grep -qx "attachments: none"
}

# There is no cgroup any more: its attachment goes away by itself, and governs nothing.
test_removed_cgroup_is_detached() {
	local cgroup
	new_cgroup cgroup gone
	ok persock attach "$cgroup" none
	expect "socketpair: EAFNOSUPPORT" within "$cgroup" "$probe" unix
	ok rmdir "$cgroup"
	eventually no_attachments
	eventually idle
	# The same name again is another cgroup.
	ok mkdir "$cgroup"
	expect ok within "$cgroup" "$probe" unix
}

# Also for one below an attached cgroup, which goes on.
test_removed_child_is_detached() {
	local cgroup
	new_cgroup cgroup parent
	ok persock attach "$cgroup" host
	ok mkdir "$cgroup/child"
	ok persock attach "$cgroup/child" none
	expect "socketpair: EAFNOSUPPORT" within "$cgroup/child" "$probe" unix
	ok rmdir "$cgroup/child"
	eventually has_one_attachment
	expect ok within "$cgroup" "$probe" unix
}

has_one_attachment() {
	[ "$(persock status | grep -c ' -> ')" -eq 1 ]
}

# An attached personality cannot be deleted; one with live sockets can, and they live on.
test_attached_personality_stays() {
	local cgroup personality providers
	new_cgroup cgroup delete
	for providers in native "hostinet native"; do
		# shellcheck disable=SC2086 # it is a list
		new_personality personality host $providers
		ok persock attach "$cgroup" "$personality"
		refused "attached|busy|in use" persock personality del "$personality"
		expect governed within "$cgroup" "$probe" governed
		hold "$cgroup" "$probe" hold tcp
		ok persock detach "$cgroup"
		ok persock personality del "$personality"
		refused "no|not" persock personality show "$personality"
		release
		expect ok echo "$held_says"
	done
	personalities=()
}

one_round() { # NATIVE HOSTINET, two cgroups
	ok insmod "$work/persock.ko" &&
		ok persock personality add rounds --base host --provider hostinet --provider native &&
		ok persock attach "$1" host &&
		ok persock attach "$2" rounds &&
		expect ok within "$1" "$probe" traffic 3 &&
		expect ok within "$2" "$probe" traffic 3 &&
		ok persock detach "$1" &&
		ok persock detach "$2" &&
		eventually unloaded
}

# Load, attach, traffic by both providers, detach, unload: five times (fifty with PERSOCK_SOAK=1), and
# the kernel is silent.
test_rounds() {
	local native hostinet round rounds=${PERSOCK_SOAK:+50}
	rounds=${rounds:-5}
	need_module_file || return 0
	new_cgroup native rounds-native
	new_cgroup hostinet rounds-hostinet
	mark_log
	# Without its debugging information it loads faster.
	ok objcopy --strip-debug "$module" "$work/persock.ko"
	eventually unloaded
	for ((round = 1; round <= rounds; round++)); do
		if ! one_round "$native" "$hostinet"; then
			fail "in round $round"
			break
		fi
	done
	[ -d /sys/module/persock ] || ok insmod "$module"
	no_splat
}

# Whatever has happened, the module is loaded afterwards as it was before.
final() {
	[ -d /sys/module/persock ] || [ ! -f "$module" ] || insmod "$module"
}

run_tests
