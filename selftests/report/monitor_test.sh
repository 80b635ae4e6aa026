#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 600
# needs: iproute2 python3 util-linux
#
# persock monitor: a denial names what was denied, and the rule and the line of the policy file that has
# denied it, in each section that has rules. The same calls succeed ungoverned. What is ignored is
# reported to those who ask for it, and counted.

# shellcheck disable=SC2154,SC2317 # ktap.sh sets the variables and calls the functions
# shellcheck source=../lib/ktap.sh
. "$(dirname "$(realpath "$0")")/../lib/ktap.sh"

watching=

final() {
	[ -z "$watching" ] || kill "$watching"
} 2>/dev/null

# What is expected has the line of each rule.
policy() {
	cat <<-END
		personality: $base-watched
		base: host
		sockets:
		  rules:
		  - allow: {family: inet, type: stream}
		  - deny: {family: inet6, type: dgram,
		      errno: EAFNOSUPPORT}
		options:
		  get:
		    deny: [SOL_SOCKET/SO_RCVBUF,
		      SOL_TCP/TCP_NODELAY, SOL_SOCKET/SO_PROTOCOL]
		  set:
		    deny: [SOL_SOCKET/SO_SNDBUF,
		      SOL_TCP/TCP_CORK]
		flags:
		  send: {deny: MSG_MORE}
		  recv: {deny: MSG_PEEK}
		control:
		  deny: [SOL_IP/IP_TTL]
		ioctls:
		  deny: [FIONREAD]
		connect:
		  rules:
		  - deny: 127.0.0.2
		bind:
		  rules:
		  - allow: 127.0.0.1
		  - deny: 127.0.0.3
		  - deny: '::/128'
		accept:
		  rules:
		  - deny: [127.0.0.4,
		      '::1']
	END
}

# Prints what did not succeed.
deeds() {
	python3 "$data/denied_calls.py"
}

# Without ids, processes and ports, which are others each time.
reported() {
	sed -n 's/.* [0-9]*\/python3 //p' "$work/reported" | sed -E 's/:[0-9]{4,5}:/:PORT:/'
}

all_reported() {
	[ "$(reported | wc -l)" -ge 15 ]
}

watch() { # MODE
	local cgroup
	ip link set lo up
	expect "" deeds
	policy >"$work/policy.yaml"
	printf '%s\n' "mode: $1" "reveal: denials" >>"$work/policy.yaml"
	personalities+=("$base-watched")
	ok persock personality add "$work/policy.yaml"
	new_cgroup cgroup watched
	ok persock attach "$cgroup" "$base-watched"
	persock monitor >"$work/reported" 2>"$work/watching" &
	watching=$!
	eventually grep -q monitoring "$work/watching"
}

# A program without privileges sees the same, at the same time, but not the cgroup.
why_says_the_same() {
	sed "s| /$base-watched | |" "$work/reported" >"$work/wanted"
	in_it persock why >"$work/why" 2>&1
	diff "$work/wanted" "$work/why" >"$work/diff" || fail "why differs: $(cat "$work/diff")"
}

all="create inet6/dgram: EAFNOSUPPORT (sockets rule 2, line 6)
getsockopt inet/stream/tcp SOL_SOCKET/SO_RCVBUF: EACCES (options.get rule 1, line 10)
getsockopt inet/stream/tcp SOL_SOCKET/SO_PROTOCOL: EACCES (options.get rule 2, line 11)
getsockopt inet/stream/tcp IPPROTO_TCP/TCP_NODELAY: EACCES (options.get rule 3, line 11)
setsockopt inet/stream/tcp SOL_SOCKET/SO_SNDBUF: EACCES (options.set rule 1, line 13)
setsockopt inet/stream/tcp IPPROTO_TCP/TCP_CORK: EACCES (options.set rule 2, line 14)
sendmsg inet/dgram/udp MSG_MORE: EACCES (flags.send)
recvmsg inet/dgram/udp MSG_PEEK: EACCES (flags.recv)
sendmsg inet/dgram/udp IPPROTO_IP/IP_TTL: EACCES (control rule 1, line 19)
ioctl inet/stream/tcp FIONREAD: EACCES (ioctls rule 1, line 21)
connect inet/dgram/udp 127.0.0.2:9: EACCES (connect rule 1, line 24)
bind inet/stream/tcp 127.0.0.3:0: EACCES (bind rule 2, line 28)
accept inet/stream/tcp 127.0.0.4:PORT: EACCES (accept rule 1, line 32)
listen inet6/stream/tcp [::]:0: EACCES (bind rule 3, line 29)
accept inet6/stream/tcp [::1]:PORT: EACCES (accept rule 2, line 32)"

test_the_rule_and_its_line_are_reported() {
	watch enforce
	expect "socket 97
get 13
get protocol 13
get tcp 13
set 13
set tcp 13
send 13
receive 13
control 13
ioctl 13
connect 13
bind 13
accept 13
listen 13
accept inet6 13" in_it deeds
	eventually all_reported
	expect "$all" reported
	why_says_the_same
	kill "$watching"
	wait "$watching"
}

# The same is reported, and nothing denied.
test_an_audit_reports_the_same() {
	watch audit
	expect "" in_it deeds
	eventually all_reported
	expect "${all//$')\n'/$') audit\n'} audit" reported
	why_says_the_same
	kill "$watching"
	wait "$watching"
}

# A denial of one of several layers names the layer, and the cgroup of the innermost.
test_the_layer_is_reported() {
	local outer inner name=$base-layer
	printf '%s\n' "personality: $name-1" "base: host" "connect: {rules: [{deny: 127.0.0.2}]}" \
		>"$work/outer.yaml"
	printf '%s\n' "personality: $name-2" "base: host" "mode: audit" \
		"connect: {rules: [{deny: [127.0.0.2, 127.0.0.3], errno: EPERM}]}" >"$work/inner.yaml"
	personalities+=("$name-1" "$name-2")
	ok persock personality add "$work/outer.yaml"
	ok persock personality add "$work/inner.yaml"
	new_cgroup outer layered
	inner=$outer/inner
	cgroups+=("$inner")
	ok mkdir "$inner"
	ok persock attach "$outer" "$name-1"
	ok persock attach "$inner" "$name-2"
	persock monitor >"$work/reported" 2>"$work/watching" &
	watching=$!
	eventually grep -q monitoring "$work/watching"
	persock -j monitor --count 2 >"$work/json" 2>"$work/also" &
	eventually grep -q monitoring "$work/also"
	expect "13 0" within "$inner" python3 -c 'from socket import *
print(*(socket(AF_INET, SOCK_DGRAM).connect_ex((host, 9)) for host in ("127.0.0.2", "127.0.0.3")))'
	# shellcheck disable=SC2016 # expanded each time
	eventually eval '[ "$(reported | wc -l)" -ge 2 ]'
	expect "connect inet/dgram/udp 127.0.0.2:9: EACCES (connect rule 1, line 3), layer 1 of 2 of /${outer##*/}/inner
connect inet/dgram/udp 127.0.0.3:9: EPERM (connect rule 2, line 4) audit, layer 2 of 2 of /${outer##*/}/inner" reported
	grep -q " /${outer##*/} $name-1 " "$work/reported" || fail "the outer layer is not named: $(cat "$work/reported")"
	wait $!
	expect ok python3 -c 'import json, sys
first, second = map(json.loads, open(sys.argv[1]))
assert (first["layer"], first["layers"], second["layer"]) == (1, 2, 2)
assert first["inner_path"] == first["path"] + "/inner" == second["path"] == second["inner_path"]
assert first["inner_cgroup_id"] == second["cgroup_id"] != first["cgroup_id"]
print("ok")' "$work/json"
	kill "$watching"
	wait "$watching"
}

# Connect to a port that is denied, NUMBER times, in a cgroup: in turns with others who do so, and
# with nobody else, as the worker that reports denials is.
denied() { # CGROUP NUMBER PORT
	within "$1" chrt --rr 1 python3 - "${@:2}" <<-'END'
		import socket, sys
		number, port = int(sys.argv[1]), int(sys.argv[2])
		tcp = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
		for _ in range(number):
		    assert tcp.connect_ex(("127.0.0.1", port)) == 13
	END
}

# What the module says that the attachment of a cgroup has lost.
lost() { # CGROUP
	persock -j counters "$1" | python3 -c 'import json, sys; print(json.load(sys.stdin)["lost"])'
}

# Lines of the monitor's about a port.
reports_of() { # PORT
	grep -c "127.0.0.1:$1: EACCES" "$work/reported"
}

# What was denied is either reported or counted as lost.
all_of_it() { # CGROUP PORT NUMBER
	[ "$(($(reports_of "$2") + $(lost "$1")))" -eq "$3" ]
}

# A cgroup that is denied without end hides nothing of what another one is denied.
test_a_flood_hides_no_neighbour() {
	local flood quiet name="$base-flood" dropped
	printf '%s\n' "personality: $name" "base: host" "connect: {default: EACCES}" >"$work/policy.yaml"
	personalities+=("$name")
	ok persock personality add "$work/policy.yaml"
	new_cgroup flood flooding
	new_cgroup quiet quiet
	ok persock attach "$flood" "$name"
	ok persock attach "$quiet" "$name"
	persock monitor >"$work/reported" 2>"$work/watching" &
	watching=$!
	eventually grep -q monitoring "$work/watching"
	# Fewer than the monitor's buffer holds; of the quiet one no more than wait for their turn.
	denied "$flood" 3000 3333 &
	ok denied "$quiet" 100 2222
	wait $!
	# Without this number nothing says when the last one has been reported.
	if [ -n "$(lost "$flood" 2>/dev/null)" ]; then
		eventually all_of_it "$flood" 3333 3000
	else
		fail "no counter says what was lost"
		sleep 2
	fi
	expect 100 reports_of 2222
	expect 0 lost "$quiet"
	dropped=$(sed -n "s|.* /${flood##*/} \([0-9]*\) denials\{0,1\} w[a-z]* dropped|\1|p" "$work/reported" |
		awk '{ sum += $1 } END { print sum + 0 }')
	expect "$(lost "$flood")" echo "$dropped"
	[ "$(lost "$flood")" -gt 0 ] || fail "the flood was too small"
	! grep -q "${quiet##*/} .*dropped" "$work/reported" || fail "the neighbour is said to have lost some"
	persock status | grep -q "/${flood##*/} .*, denials dropped: $(lost "$flood")" ||
		fail "status does not say what was lost"
	kill "$watching"
}

# What is ignored: options and ioctls as calls, flags and control messages of calls that go on.
ignoring() {
	cat <<-END
		personality: $base-ignoring
		base: host
		options:
		  set: {ignore: [SOL_TCP/TCP_NODELAY, SOL_SOCKET/SO_KEEPALIVE]}
		flags:
		  send: {ignore: MSG_MORE}
		  recv: {ignore: MSG_PEEK}
		control:
		  ignore: [SOL_IP/IP_TOS]
		  received: {ignore: [SOL_IP/IP_TTL]}
		ioctls:
		  ignore: [SIOCATMARK]
	END
}

# Twice the same; says what it sees of the effects.
ignored_deeds() {
	python3 "$data/ignored_calls.py"
}

governed="set 0 0
received 0
datagram b'y' b'z'"
ungoverned="set 1 1
received 1
datagram b'yz' b'yz'"

ignored="setsockopt inet/stream/tcp IPPROTO_TCP/TCP_NODELAY: ignored (options.set rule 2, line 4)
setsockopt inet/stream/tcp SOL_SOCKET/SO_KEEPALIVE: ignored (options.set rule 1, line 4)
sendmsg inet/dgram/udp IPPROTO_IP/IP_TOS: ignored (control rule 1, line 9)
recvmsg inet/dgram/udp IPPROTO_IP/IP_TTL: ignored (control.received rule 1, line 10)
sendmsg inet/dgram/udp MSG_MORE: ignored (flags.send)
recvmsg inet/dgram/udp MSG_PEEK: ignored (flags.recv)
ioctl inet/stream/tcp SIOCATMARK: ignored (ioctls rule 1, line 12)"

counted() { # CGROUP
	persock counters "$1" | sed -n 's/^  \(control\|flags\|ioctls\|options\)/\1/p' | tr -s ' ' | LC_ALL=C sort
}

test_what_is_ignored_is_reported_and_counted() {
	local cgroup one
	ip link set lo up
	ignored_deeds >"$work/seen"
	expect "$ungoverned"$'\n'"$ungoverned" cat "$work/seen"
	ignoring >"$work/ignoring.yaml"
	personalities+=("$base-ignoring")
	ok persock personality add "$work/ignoring.yaml"
	new_cgroup cgroup ignoring
	ok persock attach "$cgroup" "$base-ignoring"
	expect "" counted "$cgroup"
	# Who does not ask for it does not get it.
	persock monitor >"$work/quiet" 2>"$work/watching" &
	one=$!
	eventually grep -q monitoring "$work/watching"
	persock monitor --ignored >"$work/reported" 2>"$work/watching" &
	watching=$!
	eventually grep -q monitoring "$work/watching"
	(
		echo "$BASHPID" >"$cgroup/cgroup.procs"
		ignored_deeds >"$work/seen"
	)
	expect "$governed"$'\n'"$governed" cat "$work/seen"
	# shellcheck disable=SC2016 # expanded each time
	eventually eval '[ "$(reported | wc -l)" -ge 14 ]'
	kill "$watching" "$one"
	expect "$ignored"$'\n'"$ignored" reported
	expect "" cat "$work/quiet"
	expect "control 2 IPPROTO_IP/IP_TOS
control.received 2 IPPROTO_IP/IP_TTL
flags.recv 2 MSG_PEEK
flags.send 2 MSG_MORE
ioctls 2 SIOCATMARK
options.set 2 IPPROTO_TCP/TCP_NODELAY
options.set 2 SOL_SOCKET/SO_KEEPALIVE" counted "$cgroup"
	persock -j counters "$cgroup" >"$work/json"
	expect "ok" python3 -c 'import json, sys
d = json.load(open(sys.argv[1]))
assert {"section": "flags.send", "flag": 0x8000, "flag_name": "MSG_MORE", "times": 2} in d["ignored"]
assert {"section": "options.set", "level": 6, "name": 1, "option": "IPPROTO_TCP/TCP_NODELAY",
	"times": 2} in d["ignored"]
assert len(d["ignored"]) == 7
print("ok")' "$work/json"
}

# A table is of one size: what finds no room in it is counted together.
test_what_has_no_room_is_counted_together() {
	local cgroup
	cat >"$work/any.yaml" <<-END
		personality: $base-any
		base: host
		options:
		  set: {default: ignore}
	END
	personalities+=("$base-any")
	ok persock personality add "$work/any.yaml"
	new_cgroup cgroup any
	ok persock attach "$cgroup" "$base-any"
	(
		echo "$BASHPID" >"$cgroup/cgroup.procs"
		python3 -c 'from socket import *
tcp = socket()
for name in range(1000, 1100):
	tcp.setsockopt(IPPROTO_TCP, name, 1)
tcp.setsockopt(IPPROTO_TCP, 0x7fffffff, 1)'
	)
	persock counters "$cgroup" >"$work/counted"
	expect 64 grep -c options.set "$work/counted"
	# shellcheck disable=SC2016 # as above
	expect "others 37" eval 'grep others "$work/counted" | tr -s " " | sed "s/^ //; s/ $//"'
}

in_it() { # FUNCTION
	(
		echo "$BASHPID" >"$(cgroup_root)/$base-watched/cgroup.procs"
		"$@"
	)
}

run_tests
