#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 600
# needs: python3
#
# What persock writes on a terminal: no line is wider than that, with the longest names that one meets, and
# nothing is lost by folding. What goes to a pipe is not folded.

# shellcheck disable=SC2154,SC2317 # ktap.sh sets the variables and calls the functions
# shellcheck source=../lib/ktap.sh
. "$(dirname "$(realpath "$0")")/../lib/ktap.sh"

# As those of a container of Kubernetes.
pod=kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod8ac05e4b_66f1_4e39_9d3f_2f8a4b7d9e01.slice
pod+=/cri-containerd-5f3c0b7e9d4a41c8b6a27d0e1f9c83b25f3c0b7e9d4a41c8b6a27d0e1f9c83b2.scope
six=2001:db8:1234:5678:9abc:def0:1234:5678
host=a-rather-long-name-of-a-host.eu-central-1.compute.example.com

# Run a command on a terminal of 80 columns; its text is in $work/seen.
seen() { # COMMAND [ARGUMENT...]
	: >"$work/wide"
	python3 "$repo/selftests/lib/on_terminal.py" --wide "$work/wide" 80 "$@" >"$work/seen"
	status=$?
	[ ! -s "$work/wide" ] || fail "wider than the terminal: $(head -n 2 "$work/wide")"
	[ -s "$work/seen" ] || fail "$*: nothing is written"
}

# It is the same text as in a pipe, but for blanks, line breaks and the marks of comments.
same() { # COMMAND [ARGUMENT...]
	seen "$@"
	"$@" >"$work/piped" 2>&1
	[ "$(tr -d ' \n#' <"$work/seen")" = "$(tr -d ' \n#' <"$work/piped")" ] ||
		fail "$*: on a terminal '$(<"$work/seen")', in a pipe '$(<"$work/piped")'"
}

# And it has been folded.
folded() { # COMMAND [ARGUMENT...]
	same "$@"
	[ "$(wc -L <"$work/piped")" -gt 80 ] || fail "$*: no line of it is long: '$(<"$work/piped")'"
	[ "$(wc -l <"$work/seen")" -gt "$(wc -l <"$work/piped")" ] || fail "$*: nothing is folded"
}

# As in a pipe, for machines.
verbatim() { # COMMAND [ARGUMENT...]
	python3 "$repo/selftests/lib/on_terminal.py" 20 "$@" >"$work/seen"
	"$@" >"$work/piped" 2>&1
	cmp -s "$work/seen" "$work/piped" || fail "$*: not as in a pipe: '$(<"$work/seen")'"
	[ "$(wc -L <"$work/piped")" -gt 20 ] || fail "$*: no line of it is long"
}

test_help() {
	local command
	same persock help
	for command in $(persock help | sed -n 's/^  \([a-z][a-z-]*\)\( .*\)\?$/\1/p' | sort -u); do
		same persock help "$command"
	done
	seen persock keys
	seen persock doctor
}

file() { # NAME: the path of a policy, long itself
	local folder=$work/policies-of-the-shop/production/eu-central-1/of-the-teams-that-sell-things
	mkdir -p "$folder"
	personalities+=("$base-$1")
	cat >"$folder/$1.yaml" <<-END
		personality: $base-$1
		base: host
		reveal: denials
		connect:
		  default: EACCES
		  rules:
		  - {allow: "$six", ports: [80, 9000-9100], protocol: tcp}
		  - {allow: "$host", ports: [443, 8443], protocol: tcp}
		names: {resolvers: [127.0.0.53], queries: listed}
		unix:
		  connect:
		    rules:
		    - {deny: {path: /run/user/1000/a/long/path/of/a/socket.sock, type: stream}, errno: ECONNREFUSED}
	END
	echo "$folder/$1.yaml"
}

test_policies() {
	local path
	path=$(file checked)
	folded persock check "$path"
	folded persock explain "$path" -- connect tcp "[$six]:8443"
	folded persock explain --expect allow "$path" -- connect tcp "[$six]:9001"
	# A folded policy is still that policy.
	seen persock show "$path"
	! grep -q '.\{81\}' "$work/seen" || fail "$(<"$work/seen")"
	cp "$work/seen" "$work/again.yaml"
	expect "$(persock show "$path")" persock show "$work/again.yaml"
	python3 "$repo/selftests/lib/on_terminal.py" 40 persock show "$path" >"$work/narrow.yaml"
	[ "$(wc -l <"$work/narrow.yaml")" -gt "$(wc -l <"$work/again.yaml")" ] || fail "40 columns are as 80"
	expect "$(persock show "$path")" persock show "$work/narrow.yaml"
	folded persock show --effective "$path" "$path"
	sed 's/EACCES/EACESS/; s/allow/alow/' "$path" >"$path.wrong"
	folded persock check "$path.wrong"
	folded persock apply --watch "$path"
	verbatim persock -j check "$path"
	verbatim persock keys --schema
	verbatim persock --pretty keys
	python3 "$repo/selftests/lib/on_terminal.py" 30 persock fmt - <"$path" >"$work/seen"
	expect "$(persock fmt - <"$path")" cat "$work/seen"
}

# The mark of a difference is repeated.
test_difference() {
	local path
	path=$(file differs)
	ok persock personality add "$path"
	expect "" persock diff "$path"
	sed -i "s/ports: \[443.*/ports: [443, 8444], protocol: tcp}/; s/\[80, /[81, /" "$path"
	seen persock diff "$path"
	expect 1 echo "$status"
	grep -q '^+ *- {allow: .*ports: 81' "$work/seen" || fail "$(<"$work/seen")"
	! grep -v '^[-+ @]' "$work/seen" || fail "a line without a mark: $(<"$work/seen")"
	python3 "$repo/selftests/lib/on_terminal.py" 40 persock diff "$path" >"$work/seen"
	grep -q '^+      *protocol: tcp}' "$work/seen" || fail "the mark is not repeated: $(<"$work/seen")"
	[ "$(persock diff "$path" | grep -c '^[-+] *- {allow')" = 4 ] || fail "diff is folded in a pipe"
	seen persock apply --dry-run "$path"
	seen persock apply "$path"
	seen persock personality show
}

# Sends to an address and to a path that are denied, and holds sockets of several kinds.
program='
import socket, sys
six, path = sys.argv[1:]
held = [socket.socket(socket.AF_INET6, socket.SOCK_DGRAM), socket.socket(socket.AF_UNIX), socket.socket(socket.AF_UNIX)]
held[1].bind(path)
held[1].listen()
for peer in ("127.0.0.9", 9), (six, 65535):
    sender = socket.socket(socket.AF_INET6 if ":" in peer[0] else socket.AF_INET, socket.SOCK_STREAM)
    try:
        sender.connect(peer)
    except OSError:
        held.append(sender)
print("made", len(held), flush=True)
sys.stdin.read()
print("ended", flush=True)'

# The cgroup $cgroup, under two layers.
govern() {
	local part path
	path=$(cgroup_root)/$base-long
	for part in "" ${pod//\// }; do
		path+=${part:+/$part}
		mkdir -p "$path"
		cgroups+=("$path")
	done
	cgroup=$path
	outer=$(cgroup_root)/$base-long
	ok persock attach "$outer" host
	ok persock attach "$cgroup" "$base-governed"
}

test_attached() {
	local path cgroup outer monitor socket
	path=$(file governed)
	ok persock personality add "$path"
	govern
	# 107 bytes are the most.
	socket=$work/$(printf 'socket%.0s' {1..14})
	socket=${socket:0:100}
	timeout 120 python3 "$repo/selftests/lib/on_terminal.py" --wide "$work/wide-monitor" 80 persock monitor --cgroup "$outer" \
		--count 2 >"$work/monitor" 2>&1 &
	monitor=$!
	eventually grep -q monitoring "$work/monitor"
	hold "$cgroup" python3 -c "$program" "$six" "$socket"
	expect "made 5" echo "$held_says"
	wait "$monitor" || fail "monitor: $(<"$work/monitor")"
	[ ! -s "$work/wide-monitor" ] || fail "$(<"$work/wide-monitor")"
	[[ $(tr -d ' \n' <"$work/monitor") == *"$pod$base-governed"*"[$six]:65535:EACCES(connectdefault"*"layer2of2of/"* ]] ||
		fail "$(<"$work/monitor")"
	folded bash -c "echo \$\$ >$cgroup/cgroup.procs; exec persock why"
	folded persock sockets "$cgroup"
	[[ $(tr -d ' \n' <"$work/seen") == *"[$six]"* ]] || [ "$(grep -c governed "$work/seen")" -gt 4 ] ||
		fail "$(<"$work/seen")"
	[[ $(tr -d ' \n' <"$work/seen") == *"$socket(listening)"* ]] || fail "$(<"$work/seen")"
	ok persock names add "$cgroup" "$host" "$six" 300
	ok persock names add "$cgroup" "$host" 192.0.2.1
	seen persock names
	[ "$(grep -c "^  $host\$" "$work/seen")" = 1 ] || fail "$(<"$work/seen")"
	grep -q "^    $six " "$work/seen" || fail "$(<"$work/seen")"
	[ "$(persock names | grep -c "$pod  $host  ")" = 2 ] || fail "names is folded in a pipe"
	seen persock status
	[[ $(tr -d ' \n' <"$work/seen") == *"$pod->$base-governed"*"layers:host,$base-governed"* ]] || fail "$(<"$work/seen")"
	folded persock counters "$cgroup"
	folded persock explain --cgroup "$cgroup" -- connect tcp "[$six]:8443"
	folded persock show --effective "$cgroup"
	seen persock top --batch -n 1 -d 0.1
	folded persock detach "$cgroup/not-there"
	folded persock attach "$cgroup" "$base-that-is-not-loaded"
	verbatim persock -j counters
	python3 "$repo/selftests/lib/on_terminal.py" 40 persock metrics >"$work/seen"
	grep -q "^persock_.*{.*$pod.*} [0-9]" "$work/seen" || fail "metrics are folded"
	release
	ok persock detach --all
}

test_record() {
	local name
	seen persock record -- python3 -c "$program" "$six" "$work/recorded" </dev/null
	expect 0 echo "$status"
	sed -n '/^# Recorded/,/^persock: /{/^persock: /d;p}' "$work/seen" >"$work/recorded.yaml"
	grep -q '^ *# .*first after' "$work/recorded.yaml" || fail "no comment was folded: $(<"$work/recorded.yaml")"
	ok persock check "$work/recorded.yaml"
	seen persock record -o "$work/out.yaml" -- python3 -c "$program" "$six" "$work/again" </dev/null
	expect 0 echo "$status"
	name=$(sed -n 's/^personality: //p' "$work/out.yaml")
	personalities+=("$name")
	ok persock apply "$work/out.yaml"
	seen persock run -p "$name" --report --counters -- \
		python3 -c 'import socket; print(socket.socket(socket.AF_UNIX).connect_ex("/run/a/path/of/a/socket/that/the/policy/does/not/have/socket.sock"))'
	seen persock record --merge "$work/out.yaml" -o "$work/more.yaml" -- python3 -c \
		"$program" 2001:db8:aaaa:bbbb:cccc:dddd:eeee:ffff "$work/third" </dev/null
	grep -q '^+  *- {allow: .*ffff' "$work/seen" || fail "$(<"$work/seen")"
}

run_tests
