#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 3600
#
# Lifetimes with traffic beside them: persock comes and goes under tasks that make sockets all the
# while, a provider's module cannot leave before the last socket that it serves, and a provider may
# stand over sockets that are governed themselves. With PERSOCK_SOAK=1 it takes many more rounds.

# shellcheck disable=SC2154,SC2317 # ktap.sh sets the variables and calls the functions
# shellcheck source=../lib/ktap.sh
. "$(dirname "$(realpath "$0")")/../lib/ktap.sh"

soak=${PERSOCK_SOAK:-}
rounds=${soak:+1000}
rounds=${rounds:-20}
samples=${PERSOCK_MODULES:-}/selftests/provider
workers=()

need_samples() {
	[ -f "$samples/persock_sample.ko" ] && [ -f "$samples/persock_relay.ko" ] && return
	skip "no sample providers: set PERSOCK_MODULES to the folder that has them"
	return 1
}

# Sockets of every kind, all the while; what is said about them is kept.
keep_busy() { # CGROUP FILE
	(
		echo "$BASHPID" >"$1/cgroup.procs" || exit
		while [ ! -e "$work/over" ]; do
			"$probe" traffic 20
		done
	) >"$2" 2>&1 &
	workers+=($!)
}

# References to the module: one for each attachment and each governed socket.
pins() {
	cat /sys/module/persock/refcnt 2>/dev/null
}

has_sockets() { # ATTACHMENTS
	[ "$(pins)" -gt "$1" ]
}

# One load: both cgroups are attached until their traffic is seen to be governed.
one_load() { # NATIVE HOSTINET
	ok insmod "$work/persock.ko" &&
		ok persock personality add "$base-rounds" --base host --provider hostinet --provider native &&
		ok persock attach "$1" host &&
		eventually has_sockets 1 &&
		ok persock attach "$2" "$base-rounds" &&
		eventually has_sockets 2 &&
		ok persock detach "$1" &&
		ok persock detach "$2" &&
		eventually unloaded
}

# What is being made while a cgroup is attached or detached is either governed or not, and nothing
# else: a task sees no difference, but for a socket that another provider should have served.
test_loads_under_traffic() {
	local native hostinet round said
	need_module_file || return 0
	new_cgroup native load-native
	new_cgroup hostinet load-hostinet
	mark_log
	# Without its debugging information it loads faster.
	ok objcopy --strip-debug "$module" "$work/persock.ko"
	eventually unloaded
	rm -f "$work/over"
	workers=()
	keep_busy "$native" "$work/native"
	keep_busy "$hostinet" "$work/hostinet"
	for ((round = 1; round <= rounds; round++)); do
		if ! one_load "$native" "$hostinet"; then
			fail "in round $round"
			break
		fi
		[ $((round % 10)) -ne 0 ] || echo "# $round rounds in $SECONDS s"
	done
	touch "$work/over"
	wait "${workers[@]}"
	expect ok sort -u "$work/native"
	said=$(sort -u "$work/hostinet" | grep -vxE 'ok|(socket|connect): EAFNOSUPPORT')
	[ -z "$said" ] || fail "under hostinet: $said"
	grep -qx ok "$work/hostinet" || fail "nothing worked under hostinet"
	[ -d /sys/module/persock ] || ok insmod "$module"
	no_splat
}

# A socket that echo alone can serve: used, kept until standard input ends, and used again.
echo_socket='
import socket, sys
s = socket.socket(socket.AF_INET, socket.SOCK_SEQPACKET)
def use():
	s.send(b"x")
	assert s.recv(9) == b"x"
use()
print("ready", flush=True)
sys.stdin.read()
use()
print("ok")
'

left() { # MODULE
	[ ! -d "/sys/module/$1" ] || rmmod "$1"
}

# A personality that is gone has a live socket: its provider stays for it.
test_provider_of_a_live_socket() {
	local cgroup personality
	need_samples || return 0
	new_cgroup cgroup live
	ok insmod "$samples/persock_sample.ko"
	new_personality personality host echo native
	ok persock attach "$cgroup" "$personality"
	hold "$cgroup" /usr/bin/python3 -c "$echo_socket"
	expect ready echo "$held_says"
	refused "in use" rmmod persock_sample
	ok persock detach "$cgroup"
	refused "in use" rmmod persock_sample
	ok persock personality del "$personality"
	refused "in use" rmmod persock_sample
	release
	expect ok echo "$held_says"
	eventually left persock_sample
	personalities=()
}

# One that has come to name other providers: the old sockets work on, new ones are another's.
test_provider_that_was_replaced() {
	local cgroup personality
	need_samples || return 0
	new_cgroup cgroup replaced
	ok insmod "$samples/persock_sample.ko"
	new_personality personality host echo native
	ok persock attach "$cgroup" "$personality"
	hold "$cgroup" /usr/bin/python3 -c "$echo_socket"
	expect ready echo "$held_says"
	printf 'personality: %s\nbase: host\nproviders: [native]\n' "$personality" >"$work/policy"
	ok persock personality set "$work/policy"
	refused "ESOCKTNOSUPPORT|not supported" within "$cgroup" /usr/bin/python3 -c "$echo_socket"
	refused "in use" rmmod persock_sample
	release
	expect ok echo "$held_says"
	# It may have served a socket of any age: the personality holds it to the end.
	refused "in use" rmmod persock_sample
	ok persock detach "$cgroup"
	ok persock personality del "$personality"
	eventually left persock_sample
	personalities=()
}

come_and_go() {
	while [ ! -e "$work/over" ]; do
		insmod "$samples/persock_sample.ko"
		rmmod persock_sample
	done >/dev/null 2>&1
}

# Named at the very moment when its module leaves: the name is not known, or it serves.
test_provider_that_comes_and_goes() {
	local cgroup goer named=0 wanted=${soak:+100} end=$((SECONDS + 120)) name=$base-goes
	need_samples || return 0
	new_cgroup cgroup goes
	mark_log
	rm -f "$work/over"
	come_and_go &
	goer=$!
	while [ "$named" -lt "${wanted:-10}" ] && [ "$SECONDS" -lt "$end" ]; do
		persock personality add "$name" --base host --provider echo --provider native \
			>"$work/said" 2>&1 || {
			grep -q "no provider" "$work/said" || fail "add: $(cat "$work/said")"
			continue
		}
		named=$((named + 1))
		ok persock attach "$cgroup" "$name"
		expect "$(printf 'ready\nok')" within "$cgroup" /usr/bin/python3 -c "$echo_socket" \
			</dev/null
		ok persock detach "$cgroup"
		ok persock personality del "$name"
	done
	touch "$work/over"
	wait "$goer"
	[ "$named" -gt 0 ] || fail "it was never named"
	eventually left persock_sample
	no_splat
}

# A connection over what relay offers, with a message each way.
relay_socket='
import select, socket
K = socket.SOCK_SEQPACKET
l = socket.socket(socket.AF_INET, K)
l.bind(("127.0.0.1", 0))
l.listen(1)
c = socket.socket(socket.AF_INET, K)
c.connect(l.getsockname())
s = l.accept()[0]
assert s.type == K and s.getpeername() == c.getsockname()
c.send(b"there")
assert select.select([s], [], [], 60)[0]
assert s.recv(9) == b"there"
s.send(b"back")
assert c.recv(9) == b"back"
for x in (l, c, s):
	with open("/proc/self/fdinfo/%d" % x.fileno()) as f:
		assert "persock_provider:\trelay\n" in f.read()
print(open("/sys/module/persock/refcnt").read().strip())
c.shutdown(socket.SHUT_WR)
assert s.recv(9) == b""
'
datagram='
import socket
socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
'

# As a result of pins; they are freed a little later.
has_pins() { # NUMBER
	[ "$(pins)" -eq "$1" ]
}

# The sockets under relay's are governed once, by the provider that comes next: each counts.
test_provider_over_governed_sockets() {
	local cgroup personality before
	need_samples || return 0
	new_cgroup cgroup over
	mark_log
	refused "not supported" /usr/bin/python3 -c "$relay_socket"
	eventually idle
	ok insmod "$samples/persock_relay.ko"
	before=$(pins)
	new_personality personality host relay native
	ok persock attach "$cgroup" "$personality"
	# The attachment, three of native's, and three of relay's twice: the sock holds it, too.
	expect $((before + 10)) within "$cgroup" /usr/bin/python3 -c "$relay_socket"
	eventually has_pins $((before + 1))
	# Relay serves what it asks for then: once is enough, and it is refused.
	refused "EAFNOSUPPORT|not supported" within "$cgroup" /usr/bin/python3 -c "$datagram"
	eventually has_pins $((before + 1))
	expect ok within "$cgroup" "$probe" tcp
	expect ok "$probe" udp
	refused "in use" rmmod persock_relay
	ok persock detach "$cgroup"
	ok persock personality del "$personality"
	eventually left persock_relay
	eventually has_pins $((before - 1))
	no_splat
	personalities=()
}

# Hostinet gives a module none of its sockets, nor is there any where nobody serves TCP.
test_provider_over_none() {
	local cgroup personality providers before
	need_samples || return 0
	new_cgroup cgroup none
	eventually idle
	ok insmod "$samples/persock_relay.ko"
	before=$(pins)
	for providers in "relay hostinet native" relay; do
		# shellcheck disable=SC2086 # it is a list
		new_personality personality host $providers
		ok persock attach "$cgroup" "$personality"
		refused "EAFNOSUPPORT|not supported" \
			within "$cgroup" /usr/bin/python3 -c "$relay_socket"
		eventually has_pins $((before + 1))
	done
	clean_up
	eventually left persock_relay
	eventually has_pins $((before - 1))
}

# What is under it is judged as the task's own: the peer, say.
test_provider_over_judged_sockets() {
	local cgroup personality
	need_samples || return 0
	new_cgroup cgroup judged
	ok insmod "$samples/persock_relay.ko"
	new_personality personality host relay native
	cat >"$work/policy" <<-END
		personality: $personality
		base: host
		providers: [relay, native]
		sockets:
		  default: allow
		  rules:
		    - deny: {family: inet, type: stream, errno: EPERM}
	END
	ok persock personality set "$work/policy"
	ok persock attach "$cgroup" "$personality"
	refused "not permitted" within "$cgroup" /usr/bin/python3 -c "$relay_socket"
	clean_up
	eventually left persock_relay
}

final() {
	touch "$work/over"
	rmmod persock_sample persock_relay
	[ -d /sys/module/persock ] || [ ! -f "$module" ] || insmod "$module"
} 2>/dev/null

run_tests
