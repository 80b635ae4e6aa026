#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 300
# needs: python3 tmux
#
# persock top: the numbers of an interval are those of the counters, as text, as JSON and on a terminal.

# shellcheck disable=SC2154,SC2317 # ktap.sh sets the variables and calls the functions
# shellcheck source=../lib/ktap.sh
. "$(dirname "$(realpath "$0")")/../lib/ktap.sh"

# Under it 127.0.0.1 is allowed, and nothing else.
new_policy() { # VARIABLE
	printf -v "$1" %s "local-$$"
	personalities+=("local-$$")
	printf 'personality: %s\nbase: host\nconnect: {default: EACCES, rules: [{allow: 127.0.0.1}]}\n' "local-$$" \
		>"$work/local.yaml"
	ok persock personality add "$work/local.yaml"
}

# A process that holds a socket, and for each line of its input sends to an address: it is denied, or not.
caller='
import socket, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
print("made", flush=True)
for line in sys.stdin:
    for _ in range(20):
        try:
            s.connect((line.strip(), 9))
        except PermissionError:
            pass
print("ended", flush=True)'

# What is called between two samples is in the second one.
test_json() {
	local personality busy idle
	new_policy personality
	new_cgroup busy busy
	new_cgroup idle idle
	ok persock attach "$busy" "$personality"
	ok persock attach "$idle" "$personality"
	hold "$busy" python3 -c "$caller"
	persock -j top -d 1 -n 4 >"$work/top" 2>"$work/err" &
	eventually [ -s "$work/top" ]
	echo 127.0.0.1 >&"$hold_in"
	eventually sh -c "[ \$(wc -l <'$work/top') -ge 2 ]"
	echo 127.0.0.2 >&"$hold_in"
	wait $! || fail "exit status $?"
	expect "" cat "$work/err"
	release
	python3 - "$work/top" "$(persock -j counters "$busy")" <<-'END' 2>"$work/err" || fail "$(tail -n 1 "$work/err")"
		import json, sys
		lines = [json.loads(line) for line in open(sys.argv[1])]
		assert len(lines) == 4, len(lines)
		assert all(900 <= line["milliseconds"] < 5000 for line in lines), lines
		for line in lines:
		    paths = [row["path"] for row in line["attachments"]]
		    busy, = [row for row in line["attachments"] if row["path"].endswith("busy")]
		    idle, = [row for row in line["attachments"] if row["path"].endswith("idle")]
		    assert (busy["sockets_live"], idle["sockets_live"]) == (1, 0), line
		    assert idle["verdicts"] == idle["denials"] == 0 and "last_denial" not in idle, line
		    assert busy["denials"] == 0 or line["attachments"][0] == busy, line
		sums = {key: sum(row[key] for line in lines for row in line["attachments"]) for key in ("verdicts", "denials")}
		assert sums == {"verdicts": 40, "denials": 20}, sums
		last = [row for row in lines[-1]["attachments"] if "last_denial" in row][0]["last_denial"]
		assert (last["operation"], last["address"], last["errno_name"]) == ("connect", "127.0.0.2", "EACCES"), last
		counted = json.loads(sys.argv[2])["counters"]["connect"]
		assert (counted["allowed"], counted["denied"]) == (20, 20), counted
	END
}

test_text() {
	local personality cgroup name
	new_policy personality
	name=$(printf 'long%.0s' {1..30})
	new_cgroup cgroup "$name-end"
	ok persock attach "$cgroup" "$personality"
	hold "$cgroup" python3 -c "$caller"
	persock top --batch -d 2 -n 1 >"$work/top" &
	sleep 0.5
	echo 127.0.0.2 >&"$hold_in"
	wait $! || fail "exit status $?"
	grep -Eq '^[0-9:]{8}  1 attached, 1 socket; each second: (10|9|8)\.[0-9] verdicts, (10|9|8)\.[0-9] denials$' "$work/top" ||
		fail "summary: $(head -n 1 "$work/top")"
	grep -Eq "^<(long)+-end +$personality +1 +(10|9|8)\.[0-9] +(10|9|8)\.[0-9]$" "$work/top" ||
		fail "row: $(sed -n 4p "$work/top")"
	grep -Eq "^   [0-9] s ago: [0-9]+/python3 connect inet/dgram/udp 127.0.0.2:9: EACCES \(conn" "$work/top" ||
		fail "denial: $(sed -n 5p "$work/top")"
	expect "" grep -E '.{81}' "$work/top"
	COLUMNS=50 persock top -b -d 0.1 -n 2 >"$work/top"
	expect "" grep -E '.{51}' "$work/top"
	expect 2 grep -c 'attached, 1 socket' "$work/top"
	COLUMNS=200 persock top -b -d 2 -n 1 >"$work/top" &
	sleep 0.5
	echo 127.0.0.2 >&"$hold_in"
	wait $!
	grep -q "EACCES (connect default)$" "$work/top" || fail "a wide line is cut: $(sed -n 5p "$work/top")"
	release
	ok persock detach "$cgroup"
	expect "0 attached" sh -c "persock top -b -d 0.1 -n 1 | grep -o '0 attached'"
}

screen() {
	tmux -S "$work/tmux" capture-pane -p
}

shows() { # PATTERN
	eventually sh -c "tmux -S '$work/tmux' capture-pane -p | grep -Eq -- '$1'" ||
		fail "the screen is: $(screen)"
}

test_terminal() {
	local personality first second
	new_policy personality
	new_cgroup first a
	new_cgroup second b
	ok persock attach "$first" "$personality"
	ok persock attach "$second" "$personality"
	hold "$second" python3 -c "$caller"
	TERM=xterm LC_ALL=C.UTF-8 tmux -S "$work/tmux" -f /dev/null new-session -d -x 80 -y 12 \
		"persock top -d 0.5; echo status \$?; sleep 1000" || fail "no tmux"
	shows "2 attached, 1 socket;"
	shows "^q quit"
	echo 127.0.0.2 >&"$hold_in"
	shows "s ago: [0-9]+/python3 connect inet/dgram/udp 127.0.0.2:9: EACCES"
	screen >"$work/screen"
	expect "" grep -E '.{81}' "$work/screen"
	tmux -S "$work/tmux" send-keys c
	eventually sh -c "tmux -S '$work/tmux' capture-pane -p | sed -n 4p | grep -q '$base-a '"
	tmux -S "$work/tmux" send-keys s
	eventually sh -c "tmux -S '$work/tmux' capture-pane -p | sed -n 4p | grep -q '$base-b '"
	tmux -S "$work/tmux" resize-window -x 70 -y 5
	# One row fits; the arrows lead to the others.
	shows "^CGROUP.{50,60}DENIALS/S$"
	expect 5 sh -c "tmux -S '$work/tmux' capture-pane -p | wc -l"
	tmux -S "$work/tmux" send-keys Down Down
	eventually sh -c "tmux -S '$work/tmux' capture-pane -p | sed -n 4p | grep -q '^<.*-a '"
	tmux -S "$work/tmux" send-keys q
	shows "^status 0$"
	tmux -S "$work/tmux" kill-server
	release
}

test_refuses() {
	refused "needs a terminal" persock top
	refused "delay takes a number of seconds from 0.1 to 3600, not \"0\"" persock top -d 0
	refused "delay takes.*\"nan\"" persock top -d nan
	refused "count takes.*\"-1\"" persock top -n -1
	refused "sort takes denials, verdicts, sockets or cgroup, not \"age\"" persock top --sort age
	refused "takes no arguments, not \"web\"" persock top web
	refused "terminal \"nothing\" is not known" script -qec "TERM=nothing persock top" /dev/null
}

run_tests
