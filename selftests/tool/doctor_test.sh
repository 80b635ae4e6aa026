#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 300
# needs: python3
#
# "persock doctor" on a kernel that has all that is needed, and where each single thing is missing: a
# line that begins with WRONG names it, and the exit status is 1. What cannot be taken away from a
# running kernel is hidden in a mount namespace.

# shellcheck disable=SC2317 # run_tests calls the tests by their names
# shellcheck source=../lib/ktap.sh
. "$(dirname "$(realpath "$0")")/../lib/ktap.sh"

# Its line about a look.
line_about() { # LOOK [COMMAND...]
	local look=$1
	shift
	"$@" persock doctor | sed -n "s/^\([A-Za-z]*\) *$look: .*/\1/p"
}

# With a file in place of another one, for the doctor alone.
instead() { # FILE TEXT COMMAND [ARGUMENT...]
	local file=$1
	printf '%s\n' "$2" >"$work/instead"
	shift 2
	# shellcheck disable=SC2016 # the inner shell's
	unshare --mount sh -c 'mount --bind "$1" "$2" && shift 2 && exec "$@"' - "$work/instead" "$file" "$@"
}

test_nothing_is_missing() {
	local look
	# Once: it reads the list of all functions, which takes a second to make.
	persock doctor >"$work/doctor" || fail "it ends with $?"
	for look in architecture kernel "function tracer" functions "functions of AF_UNIX" livepatch "cgroup v2" \
		signature module; do
		grep -Eq "^ok +$look: " "$work/doctor" || fail "$look is not ok: $(grep " $look: " "$work/doctor")"
	done
	grep -q "functions of AF_UNIX: all 4 .*security_file_receive()" "$work/doctor" || fail "$(cat "$work/doctor")"
	expect "$(wc -l <"$work/doctor")" eval "persock -j doctor | grep -o '\"look\"' | wc -l"
	refused "takes no arguments" persock doctor now
}

# What the kernel was built with, where that can be read.
test_configuration() {
	local file
	file=/boot/config-$(uname -r)
	if [ -e /proc/config.gz ]; then
		skip "/proc/config.gz is what is read" && return
	fi
	mkdir -p /boot
	local made='' before
	before=$(line_about configuration)
	[ -e "$file" ] || { made=yes && : >"$file"; }
	local all="CONFIG_DYNAMIC_FTRACE_WITH_ARGS=y
CONFIG_KPROBES=y
CONFIG_SECURITY_NETWORK=y
CONFIG_SOCK_CGROUP_DATA=y"
	expect ok line_about configuration instead "$file" "$all"
	expect WRONG line_about configuration instead "$file" "${all/CONFIG_KPROBES=y/# CONFIG_KPROBES is not set}"
	refused "" instead "$file" "${all/CONFIG_SECURITY_NETWORK=y/}" persock doctor
	expect "CONFIG_SOCK_CGROUP_DATA is not set" eval "instead '$file' '${all/%CONFIG_SOCK_CGROUP_DATA=y/}' \
		persock doctor | grep -o 'CONFIG_SOCK_CGROUP_DATA is not set'"
	[ -z "$made" ] || rm -f "$file"
	expect "$before" line_about configuration
}

# Truly off, which 7.x cannot be, is hold_test's.
test_tracer_is_off() {
	expect WRONG line_about "function tracer" instead /proc/sys/kernel/ftrace_enabled 0
	expect ok line_about "function tracer" instead /proc/sys/kernel/ftrace_enabled 1
}

test_function_cannot_be_traced() {
	local list=/sys/kernel/tracing/available_filter_functions
	[ -r "$list" ] || { skip "tracefs is not mounted" && return; }
	local all
	all=$(cat "$list")
	expect ok line_about functions instead "$list" "$all"
	expect WRONG line_about functions instead "$list" "$(grep -vw sk_setsockopt <<<"$all")"
	expect WRONG line_about functions instead "$list" "$(grep -vw security_socket_listen <<<"$all")"
	# One that only rules on AF_UNIX need.
	instead "$list" "$(grep -vw security_path_mknod <<<"$all")" persock doctor >"$work/doctor"
	grep -q "^WRONG *functions of AF_UNIX: security_path_mknod()" "$work/doctor" || fail "$(cat "$work/doctor")"
	grep -q "^ok *functions: " "$work/doctor" || fail "$(cat "$work/doctor")"
}

test_livepatch() {
	local patch=${PERSOCK_MODULES:-}/selftests/livepatch/persock_livepatch.ko
	[ -f "$patch" ] || { skip "the kernel cannot be patched while it runs" && return; }
	eventually idle
	ok insmod "$patch"
	eventually grep -qx 0 /sys/kernel/livepatch/persock_livepatch/transition
	expect WRONG line_about livepatch
	expect "persock_livepatch redirects compat_sock_ioctl()" eval \
		"persock doctor | grep -o 'persock_livepatch redirects [a-z_]*()'"
	ok eval "echo 0 >/sys/kernel/livepatch/persock_livepatch/enabled"
	eventually [ ! -d /sys/kernel/livepatch/persock_livepatch ]
	ok rmmod persock_livepatch
	expect ok line_about livepatch
}

# A livepatch of a function that rules on AF_UNIX need: what they would judge is refused, and the report
# says why. The rest is governed.
test_livepatch_of_unix() {
	local patch=${PERSOCK_MODULES:-}/selftests/livepatch/persock_livepatch.ko cgroup server
	[ -f "$patch" ] || { skip "the kernel cannot be patched while it runs" && return; }
	eventually idle
	ok insmod "$patch" local=1
	eventually grep -qx 0 /sys/kernel/livepatch/persock_livepatch/transition
	! persock doctor >"$work/doctor" || fail "it succeeds"
	grep -q "^WRONG *livepatch: .*redirects security_unix_stream_connect().* to judge AF_UNIX" "$work/doctor" ||
		fail "$(cat "$work/doctor")"
	python3 "$data/local_sockets.py" "serve:@$base" wait >"$work/serving" &
	server=$!
	eventually grep -q waiting "$work/serving"
	personalities+=("$base-unix")
	printf 'base: host\nreveal: denials\nunix: {connect: {rules: [{deny: /x}]}}\n' >"$work/unix.yaml"
	ok persock personality add "$work/unix.yaml" "$base-unix"
	new_cgroup cgroup unix
	ok persock attach "$cgroup" "$base-unix"
	persock monitor --cgroup "$cgroup" --count 1 >"$work/monitor" 2>"$work/begun" &
	eventually grep -q monitoring "$work/begun"
	expect EACCES within "$cgroup" python3 "$data/local_sockets.py" "connect:@$base"
	wait $!
	grep -q ": EACCES (sockets default): a livepatch redirects a kernel function" "$work/monitor" ||
		fail "$(cat "$work/monitor")"
	within "$cgroup" persock why >"$work/why"
	grep -q ": a livepatch redirects a kernel function" "$work/why" || fail "$(cat "$work/why")"
	expect "done" within "$cgroup" python3 "$data/local_sockets.py" pair
	expect "done" python3 "$data/local_sockets.py" "connect:@$base"
	ok eval "echo 0 >/sys/kernel/livepatch/persock_livepatch/enabled"
	eventually [ ! -d /sys/kernel/livepatch/persock_livepatch ]
	ok rmmod persock_livepatch
	expect ok line_about livepatch
	expect "done" within "$cgroup" python3 "$data/local_sockets.py" "connect:@$base"
	kill "$server"
}

test_no_hierarchy() {
	# shellcheck disable=SC2016 # the inner shell's
	expect WRONG line_about "cgroup v2" unshare --mount sh -c 'umount -a -t cgroup2; exec "$@"' -
}

# A note says that the kernel is locked: whether the module is signed is not known.
test_signature() {
	expect note line_about signature instead /sys/module/module/parameters/sig_enforce Y
	if [ -e /sys/kernel/security/lockdown ]; then
		expect note line_about signature instead /sys/kernel/security/lockdown "none [integrity] confidentiality"
		ok instead /sys/kernel/security/lockdown "none [integrity] confidentiality" persock doctor
	fi
}

test_no_module() {
	need_module_file || return 0
	eventually unloaded
	expect note line_about module
	expect ok line_about "address family"
	ok persock doctor
	ok insmod "$module"
	expect ok line_about module
	expect "" line_about "address family"
}

run_tests
