#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 1800
#
# Loading fails at each allocation, one after the other: the module is loaded, or nothing of it is
# there, and it can be loaded the next time. Without PERSOCK_SOAK only some of them are tried.
#
# What the kernel allocates before it has read the module's parameters is left out: none of
# persock's code has run by then, and the kernel itself complains when it cannot note the module's
# static keys and calls.

# shellcheck disable=SC2154,SC2317 # ktap.sh sets the variables and calls the functions
# shellcheck source=../lib/ktap.sh
. "$(dirname "$(realpath "$0")")/../lib/ktap.sh"

load=$built/faults_load
debugfs=/sys/kernel/debug
never=1000000
# A slab that is full adds some to what is counted.
margin=30
# What persock's init allocates until it registers its family is less.
before_family=400
# Tries without PERSOCK_SOAK, before that and from there on.
kernels=1
ours=8

# Load with PARAMETERS, and put in VARIABLE how many points that has used up.
count() { # VARIABLE RESULT PARAMETERS
	local result left
	read -r result left < <("$load" "$module" "$never" "$3")
	[ "$result" = "$2" ] || fail "loading with '$3': $result, not $2"
	printf -v "$1" %s "$((never - left))"
}

# What the kernel lists that a module can leave behind.
traces() {
	awk '{ print $1 }' /proc/net/protocols | sort
	grep -c persock "$tracing/enabled_functions"
	grep -cE '^(__sock_create|security_socket_post_create|sk_[gs]etsockopt) ' \
		"$tracing/enabled_functions"
	wc -l <"$debugfs/kprobes/list"
	grep -ciE 'persock' /proc/slabinfo
	[ ! -e /sys/module/persock ] || echo "/sys/module/persock"
	grep -c '\[persock\]' /proc/vmallocinfo
}

# Nothing of the module is there.
absent() { # WHEN
	local left
	left=$(traces)
	[ "$left" = "$clean" ] ||
		fail "$1: left behind: $(diff <(echo "$clean") <(echo "$left") | tr '\n' ' ')"
	! persock status >/dev/null 2>&1 || fail "$1: the control plane answers"
	# A module that is left would get the removal of a cgroup.
	ok mkdir "$(cgroup_root)/$base-gone"
	ok rmdir "$(cgroup_root)/$base-gone"
}

# All of it is there, and works.
present() { # WHEN
	[ "$(status_of holds)" = true ] || fail "$1: loaded, and it does not hold"
	ok rmmod persock
}

# Fail the NTH, and see that all of the module is there, or nothing. 1: there is no such.
try() { # NTH
	local result left
	read -r result left < <("$load" "$module" "$1")
	case $result in
	ok)
		present "point $1"
		;;
	# Without memory for the socket that it tries the kernel says ENFILE.
	ENOMEM | ENOBUFS | ENFILE)
		absent "point $1"
		ok insmod "$module"
		present "after point $1"
		;;
	*)
		fail "point $1: $result"
		;;
	esac
	absent "unloaded, point $1"
	echo "# point $1: $result${why:+: $why}"
	[ "$left" = 0 ]
}

# Points FIRST to LAST, of which TRIES are tried. An odd step, as kmemleak needs memory each time,
# too, and the kernel does not mind when there is none for that.
try_some() { # FIRST LAST TRIES
	local nth step=$((($2 - $1) / $3 | 1))
	[ -z "${PERSOCK_SOAK:-}" ] || step=1
	echo "# points $1 to $2, one in $step"
	for ((nth = $1; nth <= $2; nth += step)); do
		try "$nth" || break
		tried=$((tried + 1))
		[ -z "$why" ] || break
	done
}

test_load() {
	local first inside last tried=0
	need_module_file || return 0
	need_tracing || return 0
	eventually unloaded
	clean=$(traces)
	# The points of all that comes before: the parameters are read, its own init has begun.
	count first EINVAL family=x
	absent "refused by the kernel"
	count inside EINVAL family=99
	absent "refused by itself"
	count last ok ""
	present "nothing failed"
	absent "unloaded"

	first=$((first + margin))
	inside=$((inside - before_family))
	inside=$((inside > first ? inside : first))
	try_some "$first" "$inside" "$kernels"
	[ -n "$why" ] || try_some "$inside" "$last" "$ours"
	[ "$tried" -gt "$ours" ] || fail "only $tried points"
}

test_nothing_is_leaked() {
	local found
	[ -e "$debugfs/kmemleak" ] || {
		skip "the kernel has no kmemleak"
		return 0
	}
	found=$("$repo/selftests/runner/leaks") || fail "leaked: $(head -n 30 <<<"$found")"
}

final() {
	[ -d /sys/module/persock ] || [ ! -f "$module" ] || insmod "$module"
} 2>/dev/null

"$load" || exit
run_tests
