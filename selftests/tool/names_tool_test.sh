#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 300
# needs: python3
#
# The tool on policies with host names: what is loaded is shown again, addresses are listed, added
# and removed, /etc/hosts counts, explain, monitor and run know what was learnt and refused.

# shellcheck disable=SC2154,SC2317 # ktap.sh sets the variables and calls the functions
# shellcheck source=../lib/ktap.sh
. "$(dirname "$(realpath "$0")")/../lib/ktap.sh"

server=   # answers DNS queries on 127.0.0.53

final() {
	[ -z "$server" ] || kill "$server"
}

policy() { # NAME: write $work/NAME.yaml, a policy of the personality $base-NAME
	personalities+=("$base-$1")
	cat >"$work/$1.yaml" <<-END
		personality: $base-$1
		base: host
		connect:
		  default: EACCES
		  rules:
		    - {allow: [api.example.com, "*.debian.org"], ports: [9, 443], protocol: tcp}
		    - {deny: popcon.debian.org, errno: EPERM}
		    - {allow: 127.0.0.8, ports: 9}
		names: {resolvers: [127.0.0.53], hold: 90s, max: 16}
	END
}

# Load the policy NAME, and attach a new cgroup, $cgroup.
govern() { # NAME
	policy "$1"
	ok persock personality add "$work/$1.yaml"
	new_cgroup cgroup "$1"
	ok persock attach "$cgroup" "$base-$1"
}

connects() { # ADDRESS: what a connect to port 9, on which nobody listens, fails with
	within "$cgroup" bash -c "</dev/tcp/$1/9" 2>&1 | grep -o 'Connection refused\|Permission denied' | head -n 1
}

# Ask 127.0.0.53 for a name, from the cgroup: prints the number of answers, or what went wrong.
asks() { # HOST
	within "$cgroup" python3 - "$1" <<-'END'
		import socket, struct, sys
		name = b"".join(bytes([len(label)]) + label.encode() for label in sys.argv[1].split("."))
		query = struct.pack(">6H", 7, 0x100, 1, 0, 0, 0) + name + b"\0" + struct.pack(">2H", 1, 1)
		peer = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
		peer.settimeout(30)
		peer.sendto(query, ("127.0.0.53", 53))
		answer = peer.recv(512)
		flags, _, answers = struct.unpack_from(">3H", answer, 2)
		print("NXDOMAIN" if flags & 15 == 3 else answers)
	END
}

serve() {
	[ -z "$server" ] || return 0
	python3 "$data/resolver.py" >"$work/served" &
	server=$!
	eventually grep -q ready "$work/served"
}

test_shown() {
	policy a
	ok persock personality add "$work/a.yaml"
	persock personality show "$base-a" | sed 1d >"$work/shown.yaml"
	grep -qxF "  - {allow: '*.debian.org', ports: 9, protocol: tcp}" "$work/shown.yaml" ||
		fail "no host is shown"
	grep -qxF "  resolvers: [127.0.0.53]" "$work/shown.yaml" || fail "no resolver is shown"
	grep -qxF "  hold: 90s" "$work/shown.yaml" || fail "hold is not shown"
	ok persock personality set "$work/shown.yaml"
	expect "$(cat "$work/shown.yaml")" bash -c "persock personality show $base-a | sed 1d"
	# Lines are those of the file: the other one differs.
	mkdir "$work/folder"
	mv "$work/a.yaml" "$work/folder"
	[[ $(persock apply "$work/folder" 2>/dev/null) == *"$base-a"* ]] || fail "apply sees no difference of lines"
	[ -z "$(persock apply "$work/folder" 2>/dev/null)" ] || fail "apply changes what is applied already"
}

test_names() {
	govern b
	expect "Permission denied" connects 127.0.0.9
	ok persock names add "$cgroup" API.example.com 127.0.0.9 60
	expect "Connection refused" connects 127.0.0.9
	persock names "$cgroup" >"$work/names"
	[ "$(grep -c ' api\.example\.com  *127\.0\.0\.9 ' "$work/names")" = 1 ] || fail "$(cat "$work/names")"
	persock -j names "$cgroup" >"$work/names"
	grep -Eq '^\[\{"cgroup_id":[0-9]+,"path":"[^"]+","host":"api.example.com","address":"127.0.0.9",' "$work/names" ||
		fail "$(cat "$work/names")"
	grep -Eq '"network_inode":[0-9]+,"ttl":(60|5[0-9])\}\]$' "$work/names" || fail "$(cat "$work/names")"
	[[ $(persock explain --cgroup "$cgroup" -- connect tcp 127.0.0.9:9) == *"learnt for api.example.com"* ]] ||
		fail "explain does not know what was learnt"
	# A name that is denied goes before one that is allowed.
	ok persock names add "$cgroup" popcon.debian.org 127.0.0.9
	[[ $(persock explain --cgroup "$cgroup" -- connect tcp 127.0.0.9:9 | tail -n 1) == *": EPERM ("* ]] ||
		fail "explain allows an address of a denied name"
	ok persock names del "$cgroup" popcon.debian.org
	expect "Connection refused" connects 127.0.0.9
	refused "not learnt" persock names del "$cgroup" 127.0.0.7
	ok persock names del "$cgroup"
	expect "[]" persock -j names "$cgroup"
	expect "Permission denied" connects 127.0.0.9
	refused "no host name" persock names add "$cgroup" 10.0.0.1 10.0.0.1
	refused "not attached" persock names add id:1 api.example.com 10.0.0.1
}

test_hosts_file() {
	policy c
	echo "127.0.0.9 api.example.com	# and others" >"$work/hosts"
	unshare --mount sh -c "mount --bind $work/hosts /etc/hosts && persock personality add $work/c.yaml" \
		2>"$work/said" || fail "$(cat "$work/said")"
	grep -q "c.yaml:6: /etc/hosts has 127.0.0.9 for api.example.com" "$work/said" || fail "$(cat "$work/said")"
	new_cgroup cgroup c
	ok persock attach "$cgroup" "$base-c"
	expect "Connection refused" connects 127.0.0.9
}

test_learnt() {
	serve
	govern d
	persock monitor --names --count 1 >"$work/monitor" 2>"$work/begun" &
	eventually grep -q monitoring "$work/begun"
	expect 1 asks deb.debian.org
	wait $!
	grep -q " learnt deb.debian.org 127.0.0.9, TTL " "$work/monitor" || fail "$(cat "$work/monitor")"
	expect "Connection refused" connects 127.0.0.9
	persock monitor --count 1 >"$work/monitor" 2>"$work/begun" &
	eventually grep -q monitoring "$work/begun"
	expect NXDOMAIN asks evil.example
	wait $!
	grep -q " 127.0.0.53:53 query for evil.example: EACCES" "$work/monitor" || fail "$(cat "$work/monitor")"
}

test_report() {
	policy e
	ok persock personality add "$work/e.yaml"
	cat >"$work/ask" <<-END
		$(declare -f asks)
		within() { shift; "\$@"; }
		asks evil.example
		asks evil.example
	END
	persock run -p "$base-e" --report -- bash "$work/ask" >"$work/out" 2>"$work/said"
	[ "$(sort -u "$work/out")" = NXDOMAIN ] || fail "$(cat "$work/out" "$work/said")"
	grep -qx "persock: refused: DNS queries for evil.example: 2 times" "$work/said" || fail "$(cat "$work/said")"
	persock run -p "$base-e" --report -- true 2>"$work/said"
	expect "persock: no host name was refused, and no AF_UNIX socket" cat "$work/said"
}

run_tests
