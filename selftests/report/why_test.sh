#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 300
# needs: iproute2 python3 util-linux
#
# persock why: a governed program without privileges sees what it was denied, if the policy reveals it, and
# nothing of other cgroups, or of layers that reveal nothing. monitor_test.sh compares it with the monitor.

# shellcheck disable=SC2154,SC2317 # ktap.sh sets the variables and calls the functions
# shellcheck source=../lib/ktap.sh
. "$(dirname "$(realpath "$0")")/../lib/ktap.sh"

# Connect UDP sockets to these hosts; prints the errnos.
connecting='
import sys
from socket import *
print(*(socket(AF_INET, SOCK_DGRAM).connect_ex((host, 9)) for host in sys.argv[1:]))'

connects() { # CGROUP HOST...
	within "$1" python3 -c "$connecting" "${@:2}"
}

# Run a command as a user without privileges. setpriv would look up the user, by sockets.
nobody=(python3 -c '
import os, sys
os.setgroups([])
os.setresgid(65534, 65534, 65534)
os.setresuid(65534, 65534, 65534)
os.execvp(sys.argv[1], sys.argv[1:])')

# What a program without privileges sees in a cgroup, without times and processes.
sees() { # CGROUP [COMMAND...]
	within "$1" "${@:2}" persock why | sed -E 's/^.* [0-9]+\/python3 //'
	return "${PIPESTATUS[0]}"
}

policy() { # NAME LINE...: load a personality $base-NAME
	personalities+=("$base-$1")
	printf '%s\n' "personality: $base-$1" "${@:2}" >"$work/$1.yaml"
	ok persock personality add "$work/$1.yaml"
}

change() { # NAME LINE...
	printf '%s\n' "personality: $base-$1" "${@:2}" >"$work/$1.yaml"
	ok persock personality set "$work/$1.yaml"
}

hidden='persock: nothing is revealed here: this cgroup is under no personality with "reveal: denials"$'

test_only_where_the_policy_reveals() {
	local cgroup quiet deny='connect: {rules: [{deny: 127.0.0.2}]}'
	refused "$hidden" persock why
	refused "No data available" cat /proc/persock/denials
	policy open 'base: host' "$deny" 'reveal: denials'
	policy closed 'base: host' "$deny"
	new_cgroup cgroup open
	new_cgroup quiet closed
	expect "0" connects "$cgroup" 127.0.0.2
	ok persock attach "$cgroup" "$base-open"
	ok persock attach "$quiet" "$base-closed"
	expect "persock: nothing was denied" sees "$cgroup" "${nobody[@]}"
	expect "[]" within "$cgroup" persock -j why
	expect "13" connects "$cgroup" 127.0.0.2
	expect "13" connects "$quiet" 127.0.0.2
	expect "connect inet/dgram/udp 127.0.0.2:9: EACCES (connect rule 1, line 3)" sees "$cgroup" "${nobody[@]}"
	refused "$hidden" sees "$quiet" "${nobody[@]}"
	refused "$hidden" persock why
	expect "reveal: denials" grep reveal <(persock show "$base-open")
	expect "" grep reveal <(persock show "$base-closed")
	# The key is inherited.
	policy derived "base: $base-open"
	ok persock attach "$quiet" "$base-derived"
	expect "13" connects "$quiet" 127.0.0.2
	# The line is none of its own file.
	expect "connect inet/dgram/udp 127.0.0.2:9: EACCES (connect rule 1)" sees "$quiet"
	policy again "base: $base-open" 'reveal: none'
	ok persock attach "$quiet" "$base-again"
	refused "$hidden" sees "$quiet"
	# A policy that is replaced reveals no more.
	change open 'base: host' "$deny"
	refused "$hidden" sees "$cgroup"
	printf '%s\n' 'personality: a' 'base: host' 'reveal: all' >"$work/wrong.yaml"
	refused 'wrong.yaml:3: a policy reveals none or denials, not "all"' persock check "$work/wrong.yaml"
}

# No socket is needed, and a network namespace or a user namespace makes no difference.
test_without_any_socket() {
	local cgroup
	policy none 'base: none' 'reveal: denials'
	new_cgroup cgroup none
	ok persock attach "$cgroup" "$base-none"
	expect "97 97" within "$cgroup" python3 -c '
from socket import *
for family in (AF_NETLINK, AF_INET):
    try:
        socket(family, SOCK_RAW)
        print(0)
    except OSError as error:
        print(error.errno, end=" \n"[family == AF_INET])'
	local seen="create netlink/raw/0: EAFNOSUPPORT (sockets default)
create inet/raw: EAFNOSUPPORT (sockets default)"
	expect "$seen" sees "$cgroup" "${nobody[@]}"
	expect "$seen" sees "$cgroup" "${nobody[@]}" unshare --user --map-root-user --net
	# The command itself was denied nothing.
	expect "$seen" sees "$cgroup"
}

# Each layer reveals its own denials only.
test_each_layer_reveals_its_own() {
	local outer inner beside
	rule() { echo "connect: {rules: [{deny: $1}]}"; }
	policy outer 'base: host' "$(rule 127.0.0.2)" 'reveal: denials'
	policy inner 'base: host' "$(rule 127.0.0.3)"
	policy beside 'base: host' "$(rule 127.0.0.4)" 'reveal: denials'
	new_cgroup outer outer
	inner=$outer/inner
	beside=$outer/beside
	cgroups+=("$inner" "$beside")
	ok mkdir "$inner" "$beside"
	ok persock attach "$outer" "$base-outer"
	ok persock attach "$inner" "$base-inner"
	ok persock attach "$beside" "$base-beside"
	expect "13 13 0" connects "$inner" 127.0.0.{2,3,4}
	expect "13 0 13" connects "$beside" 127.0.0.{2,3,4}
	local from_outer="connect inet/dgram/udp 127.0.0.2:9: EACCES (connect rule 1, line 3)"
	local from_beside="connect inet/dgram/udp 127.0.0.4:9: EACCES (connect rule 1, line 3)"
	expect "$from_outer" sees "$inner"
	expect "$from_outer"$'\n'"$from_beside" sees "$beside"
	# Neither is it theirs that made none.
	expect "persock: nothing was denied" sees "$outer"
	change outer 'base: host' "$(rule 127.0.0.2)"
	refused "$hidden" sees "$inner"
	expect "$from_beside" sees "$beside"
	! within "$beside" cat /proc/persock/denials | grep -E "cgroup|layer|$base-outer" ||
		fail "it tells of cgroups or of the outer layer"
}

# The last 16, the oldest first.
test_the_last_ones_are_kept() {
	local cgroup i wanted=
	policy many 'base: host' 'connect: {default: EACCES}' 'reveal: denials'
	new_cgroup cgroup many
	ok persock attach "$cgroup" "$base-many"
	for ((i = 5; i <= 20; i++)); do
		wanted+=${wanted:+$'\n'}"connect inet/dgram/udp 127.0.1.$i:9: EACCES (connect default)"
	done
	expect "13 13 13 13 13 13 13 13 13 13 13 13 13 13 13 13 13 13 13 13" connects "$cgroup" 127.0.1.{1..20}
	expect "$wanted" sees "$cgroup"
	# Who is attached anew begins anew.
	ok persock attach "$cgroup" "$base-many"
	expect "persock: nothing was denied" sees "$cgroup"
}

# Who opens the file decides what it has, whoever reads it.
test_a_descriptor_is_its_openers() {
	local cgroup
	policy own 'base: host' 'connect: {rules: [{deny: 127.0.0.2}]}' 'reveal: denials'
	new_cgroup cgroup own
	ok persock attach "$cgroup" "$base-own"
	expect "13" connects "$cgroup" 127.0.0.2
	expect "1 61" within "$cgroup" python3 -c '
import sys
mine = open("/proc/persock/denials")
open(sys.argv[1] + "/cgroup.procs", "w").write("0")
lines = len(mine.readlines())
try:
    open("/proc/persock/denials")
except OSError as error:
    print(lines, error.errno)' "$(cgroup_root)"
}

test_json_and_the_file() {
	local cgroup
	policy said 'base: host' 'mode: audit' 'reveal: denials' 'options: {get: {deny: [SOL_SOCKET/SO_RCVBUF]}}' \
		'flags: {send: {deny: MSG_MORE}}' 'ioctls: {deny: [FIONREAD]}' "connect: {rules: [{deny: '::1'}]}"
	new_cgroup cgroup said
	ok persock attach "$cgroup" "$base-said"
	ip link set lo up
	within "$cgroup" python3 -c '
import fcntl, sys, termios
from socket import *
open("/proc/self/comm", "w").write("a \\b")
s = socket(AF_INET6, SOCK_DGRAM)
s.getsockopt(SOL_SOCKET, SO_RCVBUF)
s.connect(("::1", 9))
s.send(b"", MSG_MORE)
fcntl.ioctl(s, termios.FIONREAD, bytes(4))'
	within "$cgroup" "${nobody[@]}" persock -j why >"$work/json"
	within "$cgroup" "${nobody[@]}" cat /proc/persock/denials >"$work/file"
	expect ok python3 -c '
import datetime, json, sys
denials = json.load(open(sys.argv[1]))
lines = [dict(word.split("=", 1) for word in line.split()) for line in open(sys.argv[2])]
assert len(denials) == len(lines) == 4, (denials, lines)
option, peer, flag, command = denials
assert [d["operation"] for d in denials] == ["getsockopt", "connect", "sendmsg", "ioctl"]
assert option["option"] == "SOL_SOCKET/SO_RCVBUF" and option["rule"] == 1 and option["line"] == 5
assert (peer["address"], peer["port"], peer["section"]) == ("::1", 9, "connect")
assert flag["flag_names"] == ["MSG_MORE"] and command["command_name"] == "FIONREAD"
for d, line in zip(denials, lines):
    assert d["mode"] == line["mode"] == "audit" and d["errno_name"] == "EACCES"
    assert d["comm"] == "a \\b" and line["comm"] == "a\\040\\134b", (d, line)
    assert d["personality"] == line["personality"] and d["pid"] == int(line["pid"])
    assert not {"cgroup_id", "path", "layer", "layers", "inner_cgroup_id"} & d.keys()
    time = datetime.datetime.fromisoformat(d["time"].replace("Z", "+00:00")).timestamp()
    assert abs(time - int(line["time"]) / 1e9) < 1e-5
assert denials[0]["time"] < denials[3]["time"]
print("ok")' "$work/json" "$work/file"
	within "$cgroup" persock why >"$work/lines"
	expect "ioctl inet6/dgram/udp FIONREAD: EACCES (ioctls rule 1, line 7) audit" \
		sed -n 's/.*b ioctl/ioctl/p' "$work/lines"
}

# An abstract name is told. The path of a file is not: it is that outside of the program's mounts.
test_names_of_local_peers() {
	local cgroup
	policy local 'base: host' 'reveal: denials' 'unix:' '  connect:' '    rules:' \
		'    - deny: "@hidden"' "    - deny: $work/socket"
	new_cgroup cgroup local
	cat >"$work/local.py" <<-'END'
		import sys
		from socket import *
		for name in ("\0hidden", sys.argv[1]):
		    s = socket(AF_UNIX, SOCK_STREAM)
		    print(s.connect_ex(name))
	END
	hold "" python3 -c '
import sys
from socket import *
servers = [socket(AF_UNIX, SOCK_STREAM) for _ in range(2)]
for server, name in zip(servers, ("\0hidden", sys.argv[1])):
    server.bind(name)
    server.listen()
print("listening", flush=True)
sys.stdin.read()
print("ended")' "$work/socket"
	expect listening echo "$held_says"
	expect $'0\n0' within "$cgroup" python3 "$work/local.py" "$work/socket"
	ok persock attach "$cgroup" "$base-local"
	expect $'13\n13' within "$cgroup" python3 "$work/local.py" "$work/socket"
	expect "connect unix/stream @hidden: EACCES (unix.connect rule 1, line 7)
connect unix/stream: EACCES (unix.connect rule 2, line 8)" sees "$cgroup"
	! within "$cgroup" cat /proc/persock/denials | grep -F "$work" || fail "it tells a path"
	release
}

# An open file keeps the module from nothing.
test_the_module_goes_with_an_open_file() {
	local cgroup
	need_module_file || return 0
	policy gone 'base: host' 'reveal: denials'
	new_cgroup cgroup gone
	ok persock attach "$cgroup" "$base-gone"
	hold "$cgroup" python3 -c '
import os
fd = os.open("/proc/persock/denials", os.O_RDONLY)
print("open", flush=True)
input()
try:
    print(os.read(fd, 1))
except OSError as error:
    print(error.errno)'
	echo "$held" >"$(cgroup_root)/cgroup.procs"
	ok persock detach "$cgroup"
	eventually unloaded
	[ ! -e /proc/persock ] || fail "/proc/persock has stayed"
	refused 'there is no /proc/persock/denials: the persock module is not loaded' persock why
	echo >&"$hold_in"
	release
	expect 5 echo "$held_says"
	ok insmod "$module"
	personalities=()
}

test_mistakes() {
	refused 'why takes no arguments, not "web"' persock why web
}

run_tests
