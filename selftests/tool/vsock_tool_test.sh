#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 300
# needs: python3
#
# The tool on policies with rules on AF_VSOCK: what is loaded is shown again, explain says what the
# kernel does, monitor and why report the address, and record writes what was reached.

# shellcheck disable=SC2154,SC2317 # ktap.sh sets the variables and calls the functions
# shellcheck source=../lib/ktap.sh
. "$(dirname "$(realpath "$0")")/../lib/ktap.sh"

servers=()

final() {
	[ ${#servers[@]} -eq 0 ] || kill "${servers[@]}"
}

policy() { # NAME: write $work/NAME.yaml, a policy of the personality $base-NAME
	personalities+=("$base-$1")
	cat >"$work/$1.yaml" <<-END
		personality: $base-$1
		base: host
		reveal: denials
		connect:
		  default: EACCES
		  rules:
		    - {allow: 192.0.2.0/24, ports: 443}
		    - {allow: vsock:1, ports: [5000, 70000-80000]}
		    - {deny: vsock:any, ports: 5000-5001, errno: EPERM}
		bind:
		  rules:
		    - {deny: vsock:any, ports: 0-100000}
		accept:
		  rules:
		    - {deny: vsock:1, ports: 90000, errno: EPROTO}
	END
}

deeds() { # DEED...: what becomes of them, in one line
	python3 "$data/vsock_sockets.py" "$@" 2>&1 | tr '\n' ' ' | sed 's/ $//'
}

governed() { # DEED...: the same in $cgroup
	within "$cgroup" python3 "$data/vsock_sockets.py" "$@" 2>&1 | tr '\n' ' ' | sed 's/ $//'
}

# Servers that nothing governs.
serve() {
	[ ${#servers[@]} -eq 0 ] || return 0
	modprobe -q vsock_loopback || true
	python3 "$data/vsock_sockets.py" serve:any:5000 serve:any:5001 serve:any:5002 serve:any:70000 \
		wait >"$work/serving" &
	servers+=($!)
	eventually grep -q waiting "$work/serving"
	! grep -vq 'done\|waiting' "$work/serving" || fail "no server: $(cat "$work/serving")"
}

begin() { # NAME: a cgroup under the policy
	policy "$1"
	ok persock personality add "$work/$1.yaml"
	new_cgroup cgroup "$1"
	ok persock attach "$cgroup" "$base-$1"
}

test_shown() {
	policy a
	ok persock personality add "$work/a.yaml"
	persock show "$work/a.yaml" >"$work/file.yaml"
	persock personality show "$base-a" | sed 1d >"$work/shown.yaml"
	diff <(sed -n '/^connect:/,/^unix/p' "$work/file.yaml") <(sed -n '/^connect:/,/^unix/p' "$work/shown.yaml") \
		>"$work/difference" || fail "$(cat "$work/difference")"
	grep -qF "{allow: 'vsock:1', ports: 70000-80000}" "$work/shown.yaml" || fail "$(cat "$work/shown.yaml")"
	ok persock personality set "$work/shown.yaml"
	expect "$(cat "$work/shown.yaml")" bash -c "persock personality show $base-a | sed 1d"
	# A loaded personality is a base whose rules stay.
	printf 'base: %s\nconnect: {rules: [{deny: vsock:9}]}\n' "$base-a" >"$work/above.yaml"
	[ "$(persock show "$work/above.yaml" | grep -cE "70000|vsock:9")" = 2 ] ||
		fail "$(persock show "$work/above.yaml" 2>&1)"
}

test_explained() {
	local deed said
	serve
	begin b
	deeds=(connect:1:5000 connect:1:5001 connect:1:5002 connect:1:70000 bind:1:6000 bind:any:6001 bind:any:200000
		bind:any:any)
	expect "done done done done done done done done" deeds "${deeds[@]}"
	expect "done EPERM EACCES done EACCES EACCES done done" governed "${deeds[@]}"
	for deed in "${deeds[@]}"; do
		said=$(governed "$deed")
		ok persock explain --cgroup "$cgroup" --expect "${said/done/allow}" -- \
			"${deed%%:*}" vsock "${deed#*:}"
	done
	expect "done done" deeds serve:any:300000 bind:1:90000
	# The peer is accepted, or not.
	within "$cgroup" python3 "$data/vsock_sockets.py" serve:any:300000 accept accept >"$work/accepts" &
	eventually grep -q "done" "$work/accepts"
	python3 - <<-'END'
		import socket
		for port in 90000, 90001:
		    client = socket.socket(socket.AF_VSOCK, socket.SOCK_STREAM)
		    client.bind((1, port))
		    client.connect((1, 300000))
	END
	wait $!
	expect "done EPROTO done" sh -c "tr '\n' ' ' <$work/accepts | sed 's/ \$//'"
	ok persock explain --cgroup "$cgroup" --expect EPROTO -- accept vsock 1:90000
	ok persock explain --cgroup "$cgroup" --expect allow -- accept vsock 1:90001
}

test_monitor() {
	serve
	begin c
	persock monitor --cgroup "$cgroup" --count 3 >"$work/monitor" 2>"$work/begun" &
	eventually grep -q monitoring "$work/begun"
	expect "EPERM EACCES EACCES" governed connect:1:5001 connect:1:5002 bind:any:6000
	wait $!
	grep -q " connect vsock/stream vsock:1:5001: EPERM (connect rule 4, line 9)" "$work/monitor" ||
		fail "$(cat "$work/monitor")"
	grep -q " connect vsock/stream vsock:1:5002: EACCES (connect default)" "$work/monitor" ||
		fail "$(cat "$work/monitor")"
	grep -q " bind vsock/stream vsock:any:6000: EACCES (bind rule 1, line 12)" "$work/monitor" ||
		fail "$(cat "$work/monitor")"
	persock -j monitor --cgroup "$cgroup" --count 1 >"$work/monitor" 2>"$work/begun" &
	eventually grep -q monitoring "$work/begun"
	expect EPERM governed connect:1:5001
	wait $!
	grep -q '"family_name":"vsock",.*"cid":1,"vsock_port":5001' "$work/monitor" || fail "$(cat "$work/monitor")"
	# A program of the cgroup sees it as well.
	within "$cgroup" persock why >"$work/why"
	grep -q " connect vsock/stream vsock:1:5001: EPERM (connect rule 4, line 9)" "$work/why" ||
		fail "$(cat "$work/why")"
}

test_record() {
	local file=$work/recorded.yaml
	serve
	ok persock record -o "$file" -- python3 "$data/vsock_sockets.py" serve:any:any connect:1:5000 \
		connect:1:70000 bind:1:6000
	ok persock check "$file"
	grep -q "{allow: 'vsock:1', ports: 70000}  *# 1 time, python3" "$file" || fail "$(sed -n '/^connect/,$p' "$file")"
	grep -q "{allow: 'vsock:any', ports: any}" "$file" || fail "$(sed -n '/^connect/,$p' "$file")"
	! grep -q 5001 "$file" || fail "what was not done is allowed"
	personalities+=("$base-recorded")
	ok persock personality add "$file" "$base-recorded"
	new_cgroup cgroup recorded
	ok persock attach "$cgroup" "$base-recorded"
	expect "done done done EACCES EACCES done" governed serve:any:any connect:1:5000 connect:1:70000 \
		connect:1:5001 bind:1:6001 bind:1:6000
	ok persock -j record -o "$work/json" -- python3 "$data/vsock_sockets.py" connect:1:5000
	grep -q '"cid":1,"vsock_port":5000' "$work/json" || fail "$(cat "$work/json")"
}

run_tests
