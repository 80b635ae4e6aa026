#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 600
#
# Ways around a policy by switching persock off: resetting ftrace, patching the kernel live, loading
# and unloading at the wrong moment, and unloading by force. Each fails or does no harm.

# shellcheck disable=SC2154,SC2317 # ktap.sh sets the variables and calls the functions
# shellcheck source=../lib/ktap.sh
. "$(dirname "$(realpath "$0")")/../lib/ktap.sh"

compat=$built/compat
patch=${PERSOCK_MODULES:-}/selftests/livepatch/persock_livepatch.ko
patched=/sys/kernel/livepatch/persock_livepatch

# Another tracer at the same functions: its filters go, and persock's stay.
test_ftrace_resets() {
	local cgroup knob
	need_tracing || return 0
	new_cgroup cgroup graph
	ok persock attach "$cgroup" none
	ok put 0 "$tracing/tracing_on"
	ok put __sock_create "$tracing/set_ftrace_filter"
	ok append security_socket_post_create "$tracing/set_ftrace_filter"
	ok put function_graph "$tracing/current_tracer"
	governs "$cgroup"
	ok put "!security_socket_post_create" "$tracing/set_ftrace_filter"
	governs "$cgroup"
	# No filter is every function there is. With a tracer on, an emulated machine does not come
	# through all of them in time, let alone with KASAN: those of sockets have to do.
	ok put nop "$tracing/current_tracer"
	ok put "" "$tracing/set_ftrace_filter"
	governs "$cgroup"
	ok put "*sock*" "$tracing/set_ftrace_filter"
	ok put function_graph "$tracing/current_tracer"
	governs "$cgroup"
	expect 4 intercepted
	ok put "persock*" "$tracing/set_ftrace_notrace"
	ok put "*sock_create*" "$tracing/set_ftrace_notrace"
	governs "$cgroup"
	ok put nop "$tracing/current_tracer"
	for knob in set_ftrace_notrace set_ftrace_filter set_ftrace_pid set_graph_function; do
		ok put "" "$tracing/$knob"
	done
	ok put 1 "$tracing/tracing_on"
	governs "$cgroup"
	expect true status_of holds
	expect 4 intercepted
	refused "busy|not supported" put 0 /proc/sys/kernel/ftrace_enabled
}

# Probes of the newer kind at entry and return, where the kernel has them: the older one has not.
test_fprobes() {
	local cgroup events=$tracing/dynamic_events event
	need_tracing || return 0
	new_cgroup cgroup fprobe
	ok persock attach "$cgroup" none
	if ! grep -q 'f\[:' "$tracing/README"; then
		refused . append "f:persock_in __sock_create" "$events"
		governs "$cgroup"
		return 0
	fi
	ok append "f:persock_in __sock_create" "$events"
	ok append "f:persock_out security_socket_post_create%return" "$events"
	for event in in out; do
		ok put 1 "$tracing/events/fprobes/persock_$event/enable"
		governs "$cgroup"
	done
	for event in in out; do
		ok put 0 "$tracing/events/fprobes/persock_$event/enable"
		ok append "-:persock_$event" "$events"
		governs "$cgroup"
	done
}

settled() {
	[ "$(cat "$patched/transition")" = 0 ]
}

need_livepatch() {
	[ -f "$patch" ] || skip "the kernel cannot be patched while it runs"
	[ -z "$skipped" ]
}

# The livepatch of compat_sock_ioctl() is in force, and a 32-bit program feels it.
patch_kernel() {
	ok insmod "$patch"
	eventually settled
	refused "" "$compat" one-ioctl
}

unpatch_kernel() {
	ok put 0 "$patched/enabled"
	eventually [ ! -d "$patched" ]
	ok rmmod persock_livepatch
	ok "$compat" one-ioctl
}

# Who comes second cannot redirect the function: a policy that would not hold is not attached.
test_livepatch_before_attaching() {
	local cgroup
	need_livepatch || return 0
	new_cgroup cgroup before
	eventually idle
	patch_kernel
	refused "livepatch redirects" persock attach "$cgroup" none
	expect false status_of holds
	expect false status_of armed
	expect ok within "$cgroup" "$probe" unix
	unpatch_kernel
	ok persock attach "$cgroup" none
	governs "$cgroup"
	expect true status_of holds
}

# Nor is the module loaded then, and it says why.
test_livepatch_before_loading() {
	need_module_file && need_livepatch || return 0
	eventually unloaded
	patch_kernel
	mark_log
	refused "busy" insmod "$module"
	log | grep -q "persock: cannot intercept" || fail "the log does not explain EBUSY"
	unpatch_kernel
	ok insmod "$module"
}

# And a policy that holds is not undone.
test_livepatch_after_attaching() {
	local cgroup
	need_livepatch || return 0
	new_cgroup cgroup after
	ok persock attach "$cgroup" none
	refused "busy" insmod "$patch"
	governs "$cgroup"
	ok "$compat" one-ioctl
	expect true status_of holds
	ok persock detach "$cgroup"
	eventually idle
	patch_kernel
	unpatch_kernel
}

# Loads and unloads, until the file "over" is there.
come_and_go() {
	while [ ! -e "$work/over" ]; do
		insmod "$work/persock.ko" && sleep 0.1
		rmmod persock
	done 2>/dev/null
}

# Makes sockets in a cgroup all the while: governed, or as free as they are without a policy.
make_sockets() { # CGROUP
	while [ ! -e "$work/over" ]; do
		within "$1" "$probe" unix
	done >>"$work/seen"
}

# What is attached holds from that moment on, whatever is about to be unloaded.
test_loading_races() {
	local cgroup makers other attached=0 end wanted=${PERSOCK_SOAK:+20}
	need_module_file || return 0
	new_cgroup cgroup race
	new_cgroup other makers
	ok objcopy --strip-debug "$module" "$work/persock.ko"
	mark_log
	rm -f "$work/over" "$work/seen"
	come_and_go &
	makers=$!
	make_sockets "$other" &
	makers+=" $!"
	end=$((SECONDS + 120))
	while [ "$attached" -lt "${wanted:-5}" ] && [ "$SECONDS" -lt "$end" ]; do
		persock attach "$cgroup" none 2>/dev/null || continue
		attached=$((attached + 1))
		persock attach "$other" none
		governs "$cgroup"
		ok persock detach "$cgroup"
		persock detach "$other"
	done >/dev/null
	touch "$work/over"
	# shellcheck disable=SC2086 # a list
	wait $makers
	[ "$attached" -gt 0 ] || fail "it was never attached"
	expect "$(printf 'ok\nsocketpair: EAFNOSUPPORT')" sort -u "$work/seen"
	[ -d /sys/module/persock ] || ok insmod "$module"
	no_splat
}

going() {
	[ "$(cat /sys/module/persock/initstate)" = going ]
}

gone() {
	[ ! -d /sys/module/persock ]
}

# By force, with a cgroup attached and a listener open: rmmod waits. Nothing is made meanwhile that
# would be free, what there is works on, and when all is gone so is the module.
forced() { # HOW-IT-ENDS PROVIDER...
	local cgroup other personality port unloading
	need_module_file || return 0
	new_cgroup cgroup forced
	new_cgroup other other
	new_personality personality host "${@:2}"
	ok persock attach "$cgroup" "$personality"
	hold "$cgroup" "$probe" listen
	port=$held_says
	mark_log
	rmmod -f persock >"$work/rmmod" 2>&1 &
	unloading=$!
	eventually going
	refused "ENODEV|EAFNOSUPPORT" within "$cgroup" "$probe" tcp
	refused "ENODEV" within "$cgroup" "$probe" unix
	expect ok "$probe" tcp
	refused . persock attach "$other" host
	expect ok within "$other" "$probe" unix
	kill -0 "$unloading" || fail "rmmod has not waited: $(cat "$work/rmmod")"
	expect ok "$probe" connect "$port"
	release
	expect ok echo "$held_says"
	going || fail "it is gone, and the cgroup is still attached"
	refused "ENODEV" within "$cgroup" "$probe" unix
	"$1" "$cgroup"
	eventually gone
	wait "$unloading" || fail "rmmod: $(cat "$work/rmmod")"
	ok insmod "$module"
	expect true status_of holds
	no_splat
	personalities=()
}

test_forced_unload_until_detached() {
	forced detach native
}

detach() { # CGROUP
	ok persock detach "$1"
}

test_forced_unload_until_removed() {
	forced remove hostinet native
}

remove() { # CGROUP
	ok rmdir "$1"
}

# Whatever has happened, the module is loaded afterwards as it was before.
final() {
	touch "$work/over"
	[ ! -e "$patched/enabled" ] || echo 0 >"$patched/enabled"
	[ -d /sys/module/persock ] || [ ! -f "$module" ] || insmod "$module"
} 2>/dev/null

run_tests
