#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 240
# needs: python3 systemd
#
# persock monitor --journal: what systemd's own daemon stores, as journalctl reads it.

# shellcheck disable=SC2154,SC2317 # ktap.sh sets the variables and calls the functions
# shellcheck source=../lib/ktap.sh
. "$(dirname "$(realpath "$0")")/../lib/ktap.sh"

journald=
watching=

final() {
	[ -z "$watching" ] || kill "$watching"
	[ -z "$journald" ] || { kill "$journald" && wait "$journald"; rm -rf /run/systemd/journal; }
} 2>/dev/null

# The daemon runs if systemd has started the machine, which it has not in most test machines.
need_journal() {
	[ ! -S /run/systemd/journal/socket ] || return 0
	mkdir -p /run/systemd/journal /run/log/journal
	/lib/systemd/systemd-journald >"$work/journald" 2>&1 &
	journald=$!
	eventually test -S /run/systemd/journal/socket
}

# The entries of our personalities.
entries() { # MATCH...
	journalctl --no-pager -q -o json SYSLOG_IDENTIFIER=persock "$@" | grep "$base" >"$work/entries"
}

have() { # NUMBER MATCH...
	entries "${@:2}"
	[ "$(wc -l <"$work/entries")" -eq "$1" ]
}

test_without_a_journal() {
	[ ! -S /run/systemd/journal/socket ] || return 0
	refused 'cannot write to the journal: /run/systemd/journal/socket: No such file' persock monitor --journal
	refused '--journal and --json exclude each other' persock -j monitor --journal
}

test_entries() {
	local cgroup
	need_journal || return
	personalities+=("$base-a" "$base-b")
	printf '%s\n' "personality: $base-a" 'base: host' 'options: {set: {ignore: [SOL_SOCKET/SO_KEEPALIVE]}}' \
		'flags: {send: {deny: [MSG_MORE]}}' \
		'connect: {rules: [{deny: 127.0.0.9, errno: ECONNREFUSED}]}' >"$work/a.yaml"
	(cat "$work/a.yaml"; echo 'mode: audit') >"$work/b.yaml"
	ok persock personality add "$work/a.yaml"
	ok persock personality add "$work/b.yaml" "$base-b"
	new_cgroup cgroup one
	ok persock attach "$cgroup" "$base-a"
	persock monitor --journal --ignored >"$work/out" 2>"$work/said" &
	watching=$!
	eventually grep -q "persock: monitoring" "$work/said"
	cat >"$work/calls.py" <<-'END'
		from socket import *
		udp = socket(AF_INET, SOCK_DGRAM)
		udp.setsockopt(SOL_SOCKET, SO_KEEPALIVE, 1)
		for call, arguments in ((udp.connect, [("127.0.0.9", 9)]), (udp.sendto, [b"", MSG_MORE, ("127.0.0.1", 9)])):
		    try:
		        call(*arguments)
		    except OSError as error:
		        print(error.errno)
	END
	expect $'111\n13' within "$cgroup" python3 "$work/calls.py"
	eventually have 3
	eventually have 1 PERSOCK_VERDICT=ECONNREFUSED PERSOCK_OPERATION=connect PERSOCK_CGROUP="/${cgroup##*/}"
	expect ok python3 -c '
import datetime, json, sys
d, = map(json.loads, open(sys.argv[1]))
assert d["MESSAGE"].startswith("/" + sys.argv[2] + " " + sys.argv[3] + "-a "), d
assert d["MESSAGE"].endswith("/python3 connect inet/dgram/udp 127.0.0.9:9: ECONNREFUSED (connect rule 1, line 5)"), d
assert d["PRIORITY"] == "4" and d["PERSOCK_PERSONALITY"] == sys.argv[3] + "-a" and d["PERSOCK_LINE"] == "5", d
assert d["PERSOCK_ADDRESS"] == "127.0.0.9" and d["PERSOCK_PORT"] == "9" and d["PERSOCK_SECTION"] == "connect", d
time = datetime.datetime.fromisoformat(d["PERSOCK_TIME"].replace("Z", "+00:00")).timestamp()
# It was logged after it was, and not much later.
assert 0 <= int(d["__REALTIME_TIMESTAMP"]) / 1e6 - time < 60, d
print("ok")' "$work/entries" "${cgroup##*/}" "$base"
	eventually have 1 PERSOCK_VERDICT=ignored PRIORITY=5 PERSOCK_OPTION=SOL_SOCKET/SO_KEEPALIVE
	eventually have 1 PERSOCK_FLAG_NAMES=MSG_MORE PERSOCK_VERDICT=EACCES
	ok persock attach "$cgroup" "$base-b"
	expect "" within "$cgroup" python3 "$work/calls.py"
	eventually have 3 PERSOCK_MODE=audit PRIORITY=5
	expect "" cat "$work/out"
	kill "$watching"
	wait "$watching" || fail "the monitor has failed: $(cat "$work/said")"
	watching=
}

run_tests
