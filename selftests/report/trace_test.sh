#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The tracepoints show what was judged, for whom, and with what verdict.

set -u

events=/sys/kernel/tracing/events/persock
group=/sys/fs/cgroup/persock-trace-test

# shellcheck disable=SC2317 # the trap calls it
cleanup() {
	echo 0 >"$events"/enable
	persock detach "$group" 2>/dev/null
	rmdir "$group" 2>/dev/null
}

echo "TAP version 13"
if [ ! -d $events ]; then
	echo "1..0 # SKIP there is no $events: persock is not loaded"
	exit 4
fi
trap cleanup EXIT
mkdir -p "$group"
id=$(stat -c %i "$group")
: >/sys/kernel/tracing/trace
echo 1 >"$events"/enable
persock attach "$group" gvisor-2020
(
	echo "$BASHPID" >"$group"/cgroup.procs
	exec /usr/bin/python3 - <<-'PYTHON'
		import socket
		try:
		    socket.socket(socket.AF_INET, socket.SOCK_RAW, 1)
		except OSError:
		    pass
		s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
		s.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
		try:
		    s.getsockopt(socket.SOL_SOCKET, socket.SO_MARK)
		except OSError:
		    pass
		try:
		    s.recv(1, socket.MSG_OOB)
		except OSError:
		    pass
	PYTHON
)
persock detach "$group"
echo 0 >"$events"/enable

n=0 failed=0
seen() { # NAME PATTERN
	n=$((n + 1))
	if grep -qE "$2" /sys/kernel/tracing/trace; then
		echo "ok $n $1"
	else
		echo "not ok $n $1"
		echo "# no line of the trace has: $2"
		failed=1
	fi
}
who="cgroup=$id personality=gvisor-2020"
echo "1..7"
seen attached "persock_attach: $who attached=1"
seen create_denied "persock_create: $who family=2 type=3 protocol=1 verdict=-97"
seen create_allowed "persock_create: $who family=2 type=2 protocol=0 verdict=0"
seen option_ignored "persock_verdict: $who operation=setsockopt subject=0x1 detail=9 verdict=1"
seen option_denied "persock_verdict: $who operation=getsockopt subject=0x1 detail=36 verdict=-92"
seen flag_denied "persock_verdict: $who operation=recvmsg subject=0x1 detail=0 verdict=-22"
seen detached "persock_attach: $who attached=0"
exit $failed
