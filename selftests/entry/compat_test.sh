#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 240
#
# A 32-bit program: every socket call, by socketcall(2) and by its own number, with options,
# control messages and ioctls whose layout is another one there. compat.c has the checks; they
# run ungoverned, as the baseline, and then under each policy and provider.

# shellcheck disable=SC2317 # run_tests calls the tests by their names
# shellcheck source=../lib/ktap.sh
. "$(dirname "$(realpath "$0")")/../lib/ktap.sh"

compat=$built/compat

[ -x "$compat" ] || [ "$(uname -m)" = x86_64 ] || {
	echo "TAP version 13"
	echo "1..0 # SKIP its 32-bit program is for x86"
	exit 4
}

# compat's own results become this test's.
run_compat() { # CGROUP POLICY
	within "$1" "$compat" "$2" | sed -u 's/^/    /'
	return "${PIPESTATUS[0]}"
}

# Under the policy that BASE is, by the providers.
governed() { # BASE PROVIDER...
	local cgroup policy
	new_personality policy "$@" &&
		new_cgroup cgroup governed &&
		ok persock attach "$cgroup" "$policy" &&
		{ run_compat "$cgroup" "$1" || fail "not as it should be"; }
}

test_ungoverned() {
	local cgroup
	new_cgroup cgroup ungoverned
	run_compat "$cgroup" none || fail "not as it should be"
}

test_host_hostinet() {
	governed host hostinet native
}

test_gvisor_2020_native() {
	governed gvisor-2020 native
}

test_gvisor_2020_hostinet() {
	governed gvisor-2020 hostinet native
}

test_gvisor_native() {
	governed gvisor native
}

test_gvisor_hostinet() {
	governed gvisor hostinet native
}

test_peers_ungoverned() {
	local cgroup
	new_cgroup cgroup ungoverned
	run_compat "$cgroup" no-peers || fail "not as it should be"
}

# Rules on addresses, and an ioctl that the kernel's 32-bit entry answers by another way.
peers() { # PROVIDER...
	local cgroup policy
	new_personality policy host "$@"
	{
		echo "personality: $policy"
		echo "base: host"
		echo "providers: [$(IFS=,; echo "$*")]"
		echo "connect: {default: allow, rules: [{deny: 127.0.0.2, errno: EACCES}]}"
		echo "ioctls: {default: allow, deny: {FIONREAD: EPERM}}"
	} >"$work/peers.yaml"
	ok persock personality set "$work/peers.yaml"
	new_cgroup cgroup peers
	ok persock attach "$cgroup" "$policy"
	run_compat "$cgroup" peers || fail "not as it should be"
}

test_peers_native() {
	peers native
}

test_peers_hostinet() {
	peers hostinet native
}

# The verdict on an ioctl is counted once, although the kernel's 32-bit entry may hand it to the
# other one.
test_ioctls_are_counted_once() {
	local cgroup seen
	new_cgroup cgroup counted
	ok persock attach "$cgroup" gvisor
	within "$cgroup" "$compat" one-ioctl || fail "SIOCGIFCONF: exit status $?"
	seen=$(persock -j counters "$cgroup" | sed 's/.*"ioctl":\({[^}]*}\).*/\1/')
	[ "$seen" = '{"allowed":1,"ignored":0,"denied":0,"audited":0}' ] || fail "ioctl: $seen"
}

run_tests
