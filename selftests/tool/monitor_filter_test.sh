#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 240
# needs: python3
#
# The options of persock monitor: of which denials it writes a line, and that it needs the initial network
# namespace. tool_test.sh has what a line says.

# shellcheck disable=SC2154,SC2317 # ktap.sh sets the variables and calls the functions
# shellcheck source=../lib/ktap.sh
. "$(dirname "$(realpath "$0")")/../lib/ktap.sh"

# Two calls that are denied: create, and connect.
program='
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for call in (lambda: socket.socket(socket.AF_UNIX), lambda: s.connect(("127.0.0.9", 9))):
    try:
        call()
    except OSError:
        pass
'

policy() { # NAME: a personality $base-NAME
	personalities+=("$base-$1")
	printf '%s\n' "personality: $base-$1" 'base: host' 'sockets: {rules: [{deny: {family: unix}}]}' \
		'connect: {rules: [{deny: 127.0.0.9}]}' >"$work/$1.yaml"
	ok persock personality add "$work/$1.yaml"
}

# The first N denials by a monitor with these options. What it must leave out goes before what it reports.
reported() { # N OPTION...
	local monitor cgroup
	persock monitor --count "$@" >"$work/lines" 2>"$work/said" &
	monitor=$!
	eventually grep -q "persock: monitoring" "$work/said"
	for cgroup in "$below" "$other" "$below"; do
		within "$cgroup" python3 -c "$program"
	done
	wait "$monitor" || cat "$work/said"
	awk '{ print $3, $4, $6 }' "$work/lines" | sed "s/$base-//g" | paste -sd,
}

test_what_is_reported() {
	local cgroup below other one two
	policy a
	policy b
	new_cgroup cgroup one
	new_cgroup other other
	below=$cgroup/below
	cgroups+=("$below")
	ok mkdir "$below"
	ok persock attach "$cgroup" "$base-a"
	ok persock attach "$below" host
	ok persock attach "$other" "$base-b"
	one="/one a create,/one a connect"
	two="/other b create,/other b connect"
	expect "$one,$two,$one" reported 6
	expect "$one,$one" reported 4 --cgroup "$cgroup"
	expect "$one,$one" reported 4 --cgroup "$below"
	expect "$two" reported 2 --cgroup "$other"
	expect "$two" reported 2 --cgroup "id:$(stat -c %i "$other")"
	expect "$two" reported 2 --personality "$base-b"
	expect "$one,$one" reported 4 --personality "$base-a"
	expect "/one a connect,/other b connect,/one a connect" reported 3 --operation connect
	expect "/other b connect" reported 1 --operation connect --cgroup "$other" --personality "$base-b"
	ok persock detach "$below"
	ok persock detach "$cgroup"
	ok persock detach "$other"
}

test_network_namespace() {
	refused 'this is not the initial network namespace' unshare --net persock monitor --count 1
	# There process 1 is in the same one.
	refused 'this is not the initial network namespace' unshare --net --pid --fork --mount-proc persock monitor --count 1
}

test_mistakes() {
	refused 'there is no operation "conect": did you mean connect\?' persock monitor --operation conect
	refused 'has something else' persock monitor --personality "a b"
	refused 'there is no cgroup "/nowhere"' persock monitor --cgroup /nowhere
}

run_tests
