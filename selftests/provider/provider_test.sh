#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A provider in a module of its own: registers, serves sockets (through a
# personality that names it and through an explicit AF_PERSOCK), is pinned by
# both, and unregisters. Its socket is one that no kernel has natively:
# socket(AF_INET, SOCK_SEQPACKET, 0).
#
# timeout: 120

set -u

cgroup=/sys/fs/cgroup/persock-provider-test
ko=${PERSOCK_MODULES:-}/selftests/provider/persock_sample.ko
n=0
failed=0

result() { # STATUS NAME
	n=$((n + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $n $2"
	else
		echo "not ok $n $2"
		failed=1
	fi
}

# Runs python in the test's cgroup, or where we are.
inside() {
	(echo "$BASHPID" >"$cgroup"/cgroup.procs && exec /usr/bin/python3 -c "$1") 2>&1
}
outside() {
	/usr/bin/python3 -c "$1" 2>&1
}

# shellcheck disable=SC2317 # the trap calls it
cleanup() {
	persock detach "$cgroup" 2>/dev/null
	persock personality del echoing 2>/dev/null
	rmdir "$cgroup" 2>/dev/null
	rmmod persock_sample 2>/dev/null
}
trap cleanup EXIT

echo "TAP version 13"
if [ ! -f "$ko" ]; then
	echo "1..0 # SKIP $ko is not built: set PERSOCK_MODULES"
	exit 4
fi
echo "1..11"

# What every request below asks for.
talk='
import socket, select
s = socket.socket(socket.AF_INET, socket.SOCK_SEQPACKET, 0)
assert s.getsockopt(socket.SOL_SOCKET, socket.SO_DOMAIN) == socket.AF_INET
assert s.getsockopt(socket.SOL_SOCKET, socket.SO_TYPE) == socket.SOCK_SEQPACKET
with open("/proc/self/fdinfo/%d" % s.fileno()) as f:
	assert "persock_provider:\techo\n" in f.read()
assert not select.select([s], [], [], 0)[0]
assert s.send(b"hello") == 5
assert select.select([s], [], [], 5)[0]
assert s.recv(100) == b"hello"
s.setblocking(False)
try:
	s.recv(1)
except BlockingIOError:
	pass
else:
	raise SystemExit("nothing to receive, and yet")
'
explicit='
import socket
s = socket.socket(19, socket.SOCK_SEQPACKET, socket.AF_INET << 16)
s.send(b"x")
assert s.recv(9) == b"x"
'

mkdir -p "$cgroup"
! persock personality add echoing --base host --provider echo --provider native 2>/dev/null
result $? "a personality cannot name a provider that is not registered"

insmod "$ko"
result $? "the module registers its provider"

persock -j status | grep -q '"echo"'
result $? "status lists the provider"

! outside "$talk" >/dev/null
result $? "baseline: ungoverned, no kernel has such a socket"

outside "$explicit"
result $? "an explicit AF_PERSOCK socket reaches it"

persock personality add echoing --base host --provider echo --provider native &&
	persock attach "$cgroup" echoing
result $? "a personality names it"

inside "$talk"
result $? "it serves a governed socket"

inside '
import socket
a = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
assert a.getsockopt(socket.SOL_SOCKET, socket.SO_PROTOCOL) == 6
b, c = socket.socketpair()
'
result $? "what it does not serve goes to the next provider"

inside '
import errno, socket
s = socket.socket(socket.AF_INET, socket.SOCK_SEQPACKET, 0)
for call, want in ((lambda: s.bind(("127.0.0.1", 1)), errno.EOPNOTSUPP),
		   (lambda: s.connect(("127.0.0.1", 1)), errno.EOPNOTSUPP),
		   (lambda: s.listen(1), errno.EOPNOTSUPP),
		   (lambda: s.accept(), errno.EOPNOTSUPP),
		   (lambda: s.getsockname(), errno.EOPNOTSUPP),
		   (lambda: s.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE), errno.ENOPROTOOPT),
		   (lambda: s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1), errno.EOPNOTSUPP)):
	try:
		call()
	except OSError as e:
		assert e.errno == want, (e, want)
	else:
		raise SystemExit("answered by nobody, and yet it succeeds")
'
result $? "the methods that it lacks are answered with an errno"

! rmmod persock_sample 2>/dev/null
result $? "its module cannot leave while a personality names it"

# What is detached is freed a little later, and lets go of the module then.
leaves() {
	for _ in {1..100}; do
		rmmod persock_sample 2>/dev/null && return
		sleep 0.1
	done
	return 1
}
persock detach "$cgroup" && persock personality del echoing && leaves
result $? "its module leaves when nothing uses it"

exit $failed
