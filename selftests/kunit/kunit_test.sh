#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 300
#
# The KUnit suites, on a kernel that has KUnit: the debug one. (make kunit runs them in user-mode
# Linux, which is there in seconds.) Loading the module runs them; their results are in the log.

suites=${PERSOCK_MODULES:-}/selftests/kunit/kunit/persock_kunit.ko
if [ ! -f "$suites" ] || ! grep -qw kunit_run_tests /proc/kallsyms; then
	echo "TAP version 13"
	echo "1..0 # SKIP no KUnit in this kernel"
	exit 4
fi
# A socket that an earlier test has closed lets go of the module a little later.
leaves() {
	for _ in {1..100}; do
		rmmod persock 2>/dev/null && return
		sleep 0.1
	done
	rmmod persock
}
# The suites are made of units that the module has, too.
mark="persock kunit $$"
echo "<6>$mark" >/dev/kmsg
if ! leaves || ! insmod "$suites" || ! rmmod persock_kunit ||
	! insmod "$PERSOCK_MODULES/persock.ko"; then
	echo "1..1"
	echo "not ok 1 load"
	exit 1
fi
results=$(dmesg | sed -e "1,/$mark/d" -e 's/^\[[^]]*\] //' |
	grep -a -E '^ *(KTAP version|1\.\.[0-9]|(not )?ok |# )')
echo "$results"
! grep -q '^ *not ok' <<<"$results"
