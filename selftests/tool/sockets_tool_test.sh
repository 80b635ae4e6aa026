#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 120
# needs: python3
#
# persock sockets: what it says of each socket of a cgroup, of those that are older than the attachment, and
# of those in another network namespace; and what persock attach says of older sockets.

# shellcheck disable=SC2154,SC2317 # ktap.sh sets the variables and calls the functions
# shellcheck source=../lib/ktap.sh
. "$(dirname "$(realpath "$0")")/../lib/ktap.sh"

# Makes sockets of several kinds, says so, and keeps them until its input ends.
program='
import os, socket, sys
port = int(sys.argv[1])
listener = socket.socket()
listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
listener.bind(("127.0.0.1", port))
listener.listen()
client = socket.create_connection(("127.0.0.1", port))
server = listener.accept()[0]
six = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
six.bind(("::1", port))
unbound = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
path = socket.socket(socket.AF_UNIX)
path.bind("\0persock-%d" % port)
path.listen()
pair = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
route = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)
again = os.dup(unbound.fileno())
print("made", flush=True)
sys.stdin.read()
print("ended", flush=True)
'

json() { # EXPRESSION ARGUMENT...: is true of what "persock -j sockets" writes, which is called d
	local expression=$1
	shift
	persock -j sockets "$@" >"$work/json" 2>"$work/err" || fail "sockets $*: $(<"$work/err")"
	[ ! -s "$work/err" ] || fail "sockets $* says $(<"$work/err")"
	python3 -I -S -c 'import json, sys
d = json.load(open(sys.argv[1], encoding="utf-8"))
def one(**fields):
    found = [s for s in d if all(s.get(key) == value for key, value in fields.items())]
    return found[0] if len(found) == 1 else {}
sys.exit(not eval("(" + sys.argv[2] + ")"))' "$work/json" "$expression" ||
		fail "not $expression: $(<"$work/json")"
}

shows() { # TEXT ARGUMENT...: is a part of what "persock sockets" writes
	local text=$1 said
	shift
	said=$(persock sockets "$@" 2>&1)
	[[ $said == *"$text"* ]] || fail "sockets $*: '$said' does not have '$text'"
}

test_governed() {
	local personality outer inner
	new_personality personality host
	new_cgroup outer outer
	new_cgroup inner outer/inner
	ok persock attach "$outer" "$personality"
	ok persock attach "$inner" host
	hold "$inner" python3 -c "$program" 4711
	json 'len(d) == 9 and all(s["governed"] and s["provider"] == "native" for s in d)' "$outer"
	json "all(s['personality'] == 'host' and s['layers'] == ['$personality', 'host'] for s in d)" "$outer"
	json 'one(local="127.0.0.1:4711", state="listening")["protocol"] == "tcp"' "$outer"
	json 'one(peer="127.0.0.1:4711")["state"] == "established"' "$outer"
	json 'one(local="127.0.0.1:4711", state="established")["family"] == "inet"' "$outer"
	json 'one(local="[::1]:4711") | {"state": "unconnected", "family": "inet6", "type": "dgram", "protocol": "udp"} ==
		one(local="[::1]:4711")' "$outer"
	json 'one(local="@persock-4711")["state"] == "listening"' "$outer"
	json 'one(family="netlink")["type"] == "raw"' "$outer"
	json 'len([s for s in d if s["family"] == "unix" and s.get("peer", "").startswith("socket:[")]) == 2' "$outer"
	json "[s['pid'] for s in one(family='inet', type='dgram')['holders']] == [$held] * 2" "$outer"
	shows "inet stream tcp 127.0.0.1:4711 (listening)
  python3[$held]: personality host, layers" "$outer"
	shows "9 sockets, 0 not governed" "$outer"
	json 'len(d) == 9' "$inner"
	json 'len(d) == 9'
	json 'len(d) == 9' --all
	release
	shows "0 sockets, 0 not governed" "$outer"
	ok persock detach "$inner"
	ok persock detach "$outer"
}

test_older() {
	local personality cgroup said
	new_personality personality host
	new_cgroup cgroup older
	hold "$cgroup" python3 -c "$program" 4712
	said=$(persock attach "$cgroup" "$personality" 2>&1) || fail "attach: $said"
	[[ $said == "persock: note: 9 sockets of processes in $cgroup are not governed by $personality,"* ]] ||
		fail "attach says '$said'"
	json 'len(d) == 9 and not any(s["governed"] for s in d)' "$cgroup"
	json 'one(local="127.0.0.1:4712", state="listening")["type"] == "stream"' "$cgroup"
	json 'one(kind="UDP") and one(kind="NETLINK")' "$cgroup"
	shows "inet stream tcp 127.0.0.1:4712 (listening)
  python3[$held]: NOT GOVERNED" "$cgroup"
	shows "9 sockets, 9 not governed" --all
	release
	# An attachment is no news to sockets that it governs.
	hold "$cgroup" python3 -c "$program" 4713
	expect "" persock attach "$cgroup" "$personality"
	release
	ok persock detach "$cgroup"
}

test_another_network() {
	local personality cgroup
	new_personality personality host
	new_cgroup cgroup network
	ok persock attach "$cgroup" "$personality"
	# shellcheck disable=SC2016 # for bash
	hold "$cgroup" unshare --net bash -c 'ip link set lo up; exec python3 -c "$1" 4714' bash "$program"
	json 'one(local="127.0.0.1:4714", state="listening")' "$cgroup"
	json 'one(local="[::1]:4714")' "$cgroup"
	release
	ok persock detach "$cgroup"
}

test_mistakes() {
	refused 'sockets takes --all or a cgroup, not both' persock sockets --all x
	refused 'sockets takes one cgroup, not also "b"' persock sockets a b
	refused 'there is no cgroup "/nowhere"' persock sockets /nowhere
}

run_tests
