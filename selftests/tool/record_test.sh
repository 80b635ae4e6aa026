#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 300
# needs: python3 util-linux
#
# persock record: the policy that it writes is valid, allows what was recorded, and nothing else.

# shellcheck disable=SC2154,SC2317 # ktap.sh sets the variables and calls the functions
# shellcheck source=../lib/ktap.sh
. "$(dirname "$(realpath "$0")")/../lib/ktap.sh"

server=   # answers DNS queries on 127.0.0.53

final() {
	[ -z "$server" ] || kill "$server"
}

does() { # KIND...: the calls of these kinds
	echo python3 "$data/recorded.py" "$@"
}

# Record the calls of KINDs to $work/FILE.yaml, which is valid.
record() { # FILE [OPTION]... -- KIND...
	local file=$work/$1.yaml options=()
	shift
	while [ "$1" != -- ]; do
		options+=("$1")
		shift
	done
	shift
	# shellcheck disable=SC2046 # words
	ok persock record -o "$file" "${options[@]}" -- $(does "$@")
	ok persock check "$file"
}

# Run the calls of KINDs under $work/FILE.yaml; $denied is what was denied.
enforce() { # FILE KIND...
	local name="$base-${#personalities[@]}"
	personalities+=("$name")
	new_cgroup cgroup "${#personalities[@]}"
	ok persock personality add "$work/$1.yaml" "$name"
	ok persock attach "$cgroup" "$name"
	# shellcheck disable=SC2046 # words
	within "$cgroup" $(does "${@:2}") >"$work/said" 2>&1
	denied=$(persock -j counters "$cgroup" | grep -o '"[a-z]*":{[^}]*"denied":[1-9][0-9]*' |
		sed 's/^"\([a-z]*\)".*"denied":\([0-9]*\)$/\1 \2/' | tr '\n' ' ')
}

# The same run is denied nothing.
same() { # FILE KIND...
	enforce "$@"
	[ -z "$denied" ] || fail "denied: $denied($(tail -n 1 "$work/said"))"
	[ ! -s "$work/said" ] || fail "$(tail -n 1 "$work/said")"
}

# A file has a line.
has() { # FILE PATTERN
	grep -Eq -- "$2" "$work/$1.yaml" || fail "no line of $1.yaml matches $2"
}

serve() {
	[ -z "$server" ] || return 0
	python3 "$data/resolver.py" >"$work/served" &
	server=$!
	eventually grep -q ready "$work/served"
}

# Run a function where that is the resolver of the machine.
with_resolver() { # FUNCTION [ARGUMENT...]
	serve
	echo "nameserver 127.0.0.53" >"$work/resolv.conf"
	[ -e /etc/resolv.conf ] || : >/etc/resolv.conf
	ok mount --bind "$work/resolv.conf" /etc/resolv.conf
	"$@"
	umount /etc/resolv.conf
}

test_tcp() {
	record tcp -- tcp
	has tcp 'allow: .*127.0.0.1/32.*ports: 7070, protocol: tcp.*# 1 time, python3; first after [0-9.]* s'
	has tcp 'IPPROTO_TCP/TCP_NODELAY  # '
	has tcp 'MSG_PEEK  # 1 time'
	has tcp '^listen: |^  listen: allow  # 1 time'
	has tcp '^limits: .*sockets: 16'
	same tcp tcp
}

without_additions() { # FILE
	persock show "$work/$1.yaml" | sed -e '/^unix:/,/^limits:/d' -e '/limits:/d'
}

# What base none has as well is left out, and rules are in the order of what they are about.
test_brief() {
	record brief -- other tcp
	has brief '^# What is not listed is denied'
	[ "$(wc -l <"$work/brief.yaml")" -le 45 ] || fail "$(wc -l <"$work/brief.yaml") lines"
	expect 0 grep -c 'default: ' "$work/brief.yaml"
	expect $'9\n7070' sed -n '/^connect:/,/^[a-z]*:$/s/.*ports: \([0-9]*\),.*/\1/p' "$work/brief.yaml"
	# With and without what is left out it is one policy, but for limits and AF_UNIX, which record adds.
	record none -p none -- other tcp
	expect "$(without_additions none)" without_additions brief
}

test_one_more() {
	record more -- tcp
	enforce more tcp other
	[ "$denied" = "connect 1 " ] || fail "another port: $denied"
	enforce more tcp keepalive
	[ "$denied" = "setsockopt 1 " ] || fail "another option: $denied"
}

test_udp() {
	record udp -- udp
	has udp 'IP_PKTINFO'
	has udp '127.0.0.2/32.*ports: 7070, protocol: udp'
	same udp udp
}

test_chosen() {
	record chosen -- chosen
	has chosen '::/128.*ports: 0, protocol: tcp'
	has chosen '0.0.0.0/32.*ports: 0, protocol: tcp'
	# The client's peer has another port each time.
	has chosen '::1/128.*ports: [0-9]*-[0-9]*, protocol: tcp'
	same chosen chosen
}

test_unsent() {
	record unsent -- unsent
	has unsent '127.0.0.3/32.*ports: 0, protocol: udp.*nothing sent'
	same unsent unsent
	enforce unsent data
	[ "$denied" = "sendmsg 1 " ] || fail "data is sent: $denied"
}

test_refused() {
	record refused -- refused tcp
	has refused 'family: inet, type: seqpacket, protocol: udp'
	same refused refused tcp
}

test_unix() {
	record unix -- unix
	same unix unix
}

check_names() {
	record names -- name asked
	has names 'db.example.com.*ports: 9, protocol: tcp'
	has names 'only.example.com.*ports: 0, protocol: udp.*only asked for'
	has names 'resolvers:'
	! grep -q '127.0.0.[59]' "$work/names.yaml" || fail "an address is in the policy"
	same names name asked
	record wildcards --generalise wildcards -- name mirrors
	has wildcards "'\*.mirror.example.com', ports: 9, protocol: tcp.*# 2 times"
	has wildcards 'allow: db.example.com'
	same wildcards name mirrors
}

test_names() {
	with_resolver check_names
}

# A program that has reached no AF_UNIX socket reaches none: what looks for a daemon that is not there makes
# such sockets.
test_unreached() {
	local cgroup name=$base-unreached reach
	# shellcheck disable=SC2016 # for the inner shells
	reach='import socket, sys
s = socket.socket(socket.AF_UNIX)
try:
    s.connect(sys.argv[1])
except FileNotFoundError:
    pass'
	ok persock record -o "$work/unreached.yaml" -- python3 -c "$reach" "$work/no-socket"
	expect "connect unix $work/socket: EACCES ($work/unreached.yaml:$(grep -n -A1 '  connect:' "$work/unreached.yaml" |
		sed -n 's/^\([0-9]*\)-.*/\1/p'), default of unix.connect)" \
		persock explain "$work/unreached.yaml" -- connect unix "$work/socket"
	python3 -c "import socket, time
s = socket.socket(socket.AF_UNIX)
s.bind('$work/socket')
s.listen()
time.sleep(1000)" &
	eventually test -S "$work/socket"
	ok python3 -c "$reach" "$work/socket"
	personalities+=("$name")
	new_cgroup cgroup unreached
	ok persock personality add "$work/unreached.yaml" "$name"
	ok persock attach "$cgroup" "$name"
	ok within "$cgroup" python3 -c "$reach" "$work/no-socket"
	refused "PermissionError" within "$cgroup" python3 -c "$reach" "$work/socket"
	kill $!
	wait $! || :
}

test_base() {
	record base -p none -- tcp
	has base '^base: none'
	same base tcp
	record host -p host -- tcp udp unix
	! grep -q allow "$work/host.yaml" || fail "host allows it already"
	same host tcp udp unix
}

test_merge() {
	record one -- tcp
	# shellcheck disable=SC2046 # words
	persock record --merge "$work/one.yaml" -o "$work/two.yaml" -- $(does tcp udp) 2>"$work/difference" ||
		fail "not merged: $(cat "$work/difference")"
	ok persock check "$work/two.yaml"
	grep -q '^+ .*127.0.0.2/32' "$work/difference" || fail "no difference is shown"
	! grep -q 'TCP_NODELAY' "$work/difference" || fail "what the file allows is shown"
	same two tcp udp
}

test_generalise() {
	record wide --generalise ports -- tcp other
	has wide '127.0.0.1/32, ports: 9-7070'
	record narrow --generalise prefixes -- peers tcp
	has narrow '127.5.0.0/24, ports: 9, protocol: udp.*# 2 times'
	has narrow '127.0.0.1/32.*ports: 7070,'
	same narrow peers tcp
	refused "not \"all\"" persock record --generalise all -- true
}

test_full() {
	# shellcheck disable=SC2046 # words
	persock record -o "$work/full.yaml" -- $(does many) 2>"$work/said" || fail "$(cat "$work/said")"
	grep -q '^persock: the record is not complete: of [0-9]* calls no fact was kept, as there were too many$' \
		"$work/said" || fail "it says $(cat "$work/said")"
	ok persock check "$work/full.yaml"
	has full '^# NOT COMPLETE: of [0-9]* calls'
	[ "$(grep -c '127\.1\.' "$work/full.yaml")" -eq 3072 ] || fail "not 3072 peers are kept"
	# The rest has room.
	has full 'dgram'
}

test_ungoverned() {
	expect "persock: nothing was recorded: only sockets that are created during the recording count" \
		persock record -o /dev/null -- true
	# shellcheck disable=SC2046 # words
	ok persock record -o /dev/null -- $(does tcp udp chosen unsent unix)
	expect 7 bash -c 'persock record -o /dev/null -- sh -c "exit 7"; echo $?'
	! persock -j personality show | grep -q '"record-' || fail "a personality stays"
}

test_layers() {
	# An outer layer that denies still denies, and its denials are not recorded.
	local outer
	new_cgroup outer outer
	ok persock attach "$outer" none
	# shellcheck disable=SC2046 # words
	refused "" within "$outer" persock record -o "$work/layers.yaml" -- $(does tcp)
	! grep -qs stream "$work/layers.yaml" || fail "a socket that was denied is recorded"
}

test_cgroup() {
	local cgroup
	new_cgroup cgroup watched
	ok persock record --for 1s -o /dev/null "$cgroup"
	persock record -o "$work/watched.yaml" "$cgroup" 2>/dev/null &
	eventually sh -c "persock -j status | grep -q record-"
	# shellcheck disable=SC2046 # words
	ok within "$cgroup" $(does tcp)
	kill $!
	wait $!
	has watched 'IPPROTO_TCP/TCP_NODELAY'
}

# A cgroup has one personality. The message says what to do instead, and that helps.
test_attached() {
	local above below=$work/attached
	new_cgroup above above
	mkdir "$above/below"
	ok persock attach "$above/below" none
	refused "^persock: the cgroup \"$above/below\" is attached to \"none\", and a cgroup has one personality: detach it, record it, and attach it again; or record the one above it, \"$above\": then this one stays governed" \
		persock record --for 1s -o "$below.yaml" "$above/below"
	persock record -o "$below.yaml" "$above" 2>/dev/null &
	eventually sh -c "persock -j status | grep -q record-"
	# shellcheck disable=SC2046 # words
	refused "not supported" within "$above/below" $(does tcp)
	kill $!
	wait $!
	has attached 'allow: {family: inet, type: stream'
	# Below the root there is one way.
	ok persock attach "$above" host
	expect "persock: the cgroup \"$above\" is attached to \"host\", and a cgroup has one personality: detach it, record it, and attach it again" \
		persock record --for 1s -o "$below.yaml" "$above"
	ok persock detach "$above"
	ok persock record --for 1s -o "$below.yaml" "$above"
	ok persock attach "$above" host
	ok persock detach "$above/below"
	rmdir "$above/below"
}

run_tests
