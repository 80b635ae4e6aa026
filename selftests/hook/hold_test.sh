#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 300
#
# Governance holds: nothing that an administrator does with ftrace or kprobes ends it behind
# anybody's back; an idle module intercepts nothing; and the module's parameter is checked.

# shellcheck disable=SC2154,SC2317 # ktap.sh sets the variables and calls the functions
# shellcheck source=../lib/ktap.sh
. "$(dirname "$(realpath "$0")")/../lib/ktap.sh"

# Without an attachment nothing is armed; with the last one gone, neither.
test_armed_only_while_attached() {
	local first second
	need_tracing || return 0
	new_cgroup first first
	new_cgroup second second
	eventually idle
	expect false status_of armed
	expect 0 intercepted
	ok persock attach "$first" none
	expect true status_of armed
	expect 4 intercepted
	ok persock attach "$second" host
	ok persock detach "$first"
	expect true status_of armed
	expect 4 intercepted
	ok persock detach "$second"
	eventually idle
	expect 0 intercepted
	expect true status_of holds
	# The probe that this made is over, too.
	expect 0 intercepted
}

# kernel.ftrace_enabled=0 is refused while there is an attachment, and can be set before.
test_ftrace_cannot_be_disabled() {
	local cgroup knob=/proc/sys/kernel/ftrace_enabled
	[ -e "$knob" ] || {
		skip "the kernel has no kernel.ftrace_enabled"
		return 0
	}
	new_cgroup cgroup ftrace
	eventually idle
	# 7.x does not let anybody.
	if ! grep -q "not supported" < <(put 0 "$knob" 2>&1); then
		expect 0 cat "$knob"
		refused . persock attach "$cgroup" none
		expect false status_of holds
		expect ok within "$cgroup" "$probe" unix
		ok put 1 "$knob"
	fi
	ok persock attach "$cgroup" none
	refused "busy|not supported" put 0 "$knob"
	expect 1 cat "$knob"
	governs "$cgroup"
	expect true status_of holds
}

# A task that is given no time would hold what it has locked for as long: none of a cgroup's intercepts
# anything itself, not for the first socket of a provider either.
test_no_task_arms() {
	local cgroup personality traced
	need_tracing || return 0
	grep -qw function "$tracing/available_tracers" || {
		skip "the kernel has no function tracer"
		return 0
	}
	new_cgroup cgroup arms
	new_personality personality host hostinet
	ok persock attach "$cgroup" "$personality"
	ok put arm_demanded "$tracing/set_ftrace_filter"
	ok put function "$tracing/current_tracer"
	expect ok within "$cgroup" "$probe" tcp
	traced=$(<"$tracing/trace")
	ok put nop "$tracing/current_tracer"
	ok put "" "$tracing/set_ftrace_filter"
	traced=$(grep arm_demanded <<<"$traced")
	[[ $traced == *kworker* && $traced != *probe* ]] || fail "it was armed by: ${traced:0:200}"
	ok persock detach "$cgroup"
}

# Other users of ftrace come and go: the function tracer, with and without a filter.
test_function_tracer_does_not_disturb() {
	local cgroup
	need_tracing || return 0
	grep -qw function "$tracing/available_tracers" || {
		skip "the kernel has no function tracer"
		return 0
	}
	new_cgroup cgroup tracer
	ok persock attach "$cgroup" none
	ok put __sock_create "$tracing/set_ftrace_filter"
	governs "$cgroup"
	ok put function "$tracing/current_tracer"
	governs "$cgroup"
	ok put __sock_create "$tracing/set_ftrace_notrace"
	governs "$cgroup"
	ok put nop "$tracing/current_tracer"
	governs "$cgroup"
	ok put "" "$tracing/set_ftrace_filter"
	ok put "" "$tracing/set_ftrace_notrace"
	ok put 0 "$tracing/tracing_on"
	governs "$cgroup"
	ok put 1 "$tracing/tracing_on"
	expect true status_of holds
	expect 4 intercepted
}

# So do kprobes on the very functions, and switching all kprobes off.
test_kprobes_do_not_disturb() {
	local cgroup knob=/sys/kernel/debug/kprobes/enabled
	need_tracing || return 0
	[ -e "$tracing/kprobe_events" ] || knob=/nonexistent
	[ -e "$knob" ] || {
		skip "the kernel has no kprobe events, or debugfs is not mounted"
		return 0
	}
	new_cgroup cgroup kprobe
	ok persock attach "$cgroup" none
	ok append "p:persock_create __sock_create" "$tracing/kprobe_events"
	ok put 1 "$tracing/events/kprobes/persock_create/enable"
	governs "$cgroup"
	ok put 0 "$knob"
	governs "$cgroup"
	ok put 1 "$knob"
	ok put 0 "$tracing/events/kprobes/persock_create/enable"
	ok append "-:persock_create" "$tracing/kprobe_events"
	governs "$cgroup"
	expect true status_of holds
}

# family= must be a free address family; the log says what is wrong with one that is not.
test_family_parameter_is_checked() {
	need_module_file || return 0
	eventually unloaded
	mark_log
	# 7.x's loader keeps EEXIST to itself.
	refused "file exists|busy" insmod "$module" family=2
	log | grep -q "persock.*family=2 .*free" || fail "the log does not explain EEXIST"
	mark_log
	refused "invalid" insmod "$module" family=99
	log | grep -q "persock.*family=99" || fail "the log does not explain EINVAL"
	refused "invalid" insmod "$module" family=-1
	refused "invalid" insmod "$module" family=0
	expect ok "$probe" tcp
	ok insmod "$module"
}

# Another free one works, and status shows it.
test_family_parameter_is_used() {
	local cgroup personality
	need_module_file || return 0
	expect 19 status_of address_family
	eventually unloaded
	ok insmod "$module" family=22
	expect 22 status_of address_family
	expect true status_of holds
	new_cgroup cgroup family
	new_personality personality host hostinet
	ok persock attach "$cgroup" "$personality"
	expect ok within "$cgroup" "$probe" tcp
	expect "socketpair: EAFNOSUPPORT" within "$cgroup" "$probe" unix
	clean_up
	eventually unloaded
	ok insmod "$module"
}

final() {
	echo 1 >/proc/sys/kernel/ftrace_enabled
	[ -d /sys/module/persock ] || [ ! -f "$module" ] || insmod "$module"
} 2>/dev/null

run_tests
