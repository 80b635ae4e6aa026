#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 120
# needs: python3
#
# persock metrics writes OpenMetrics text with the numbers that persock counters shows.

# shellcheck disable=SC2154,SC2317 # ktap.sh sets the variables and calls the functions
# shellcheck source=../lib/ktap.sh
. "$(dirname "$(realpath "$0")")/../lib/ktap.sh"

holds() { # EXPRESSION...: is true of the metrics
	persock metrics >"$work/metrics" 2>"$work/err" || fail "persock metrics: $(<"$work/err")"
	ok python3 "$here/openmetrics.py" "$work/metrics" "$@"
}

test_numbers() {
	local personality cgroup path
	new_personality personality host
	new_cgroup cgroup $'odd"name\\'
	path="/${cgroup##*/}" path=${path//\\/\\\\\\\\} path=${path//\"/\\\\\"}
	ok persock attach "$cgroup" "$personality"
	hold "$cgroup" python3 -c '
import socket
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
    print("made", flush=True)
    input()
    print("ended", flush=True)'
	holds 'm("persock_governance_holds") == 1' 'm("persock_armed") == 1' 'm("persock_attachments") == 1' \
		'm("persock_sockets") == 1' 'm("persock_lost_denials_total") is not None' \
		"m('persock_attachment_sockets', cgroup='$path', personality='$personality') == 1" \
		"m('persock_attachment_layers', cgroup='$path', personality='$personality') == 1" \
		"m('persock_attachment_learnt_addresses', cgroup='$path', personality='$personality') == 0" \
		"m('persock_attachment_verdicts_total', cgroup='$path', personality='$personality',
			operation='create', verdict='allowed') == 1" \
		"m('persock_personality_attachments', personality='$personality') == 1" \
		"m('persock_personality_verdicts_total', personality='$personality', operation='create',
			verdict='denied') == 0"
	release
	ok persock names add "$cgroup" api.example.com 192.0.2.1
	holds "m('persock_attachment_learnt_addresses', cgroup='$path', personality='$personality') == 1"
	ok persock detach "$cgroup"
	holds 'm("persock_attachments") == 0' "m('persock_attachment_sockets', cgroup='$path',
		personality='$personality') is None" "m('persock_personality_verdicts_total',
		personality='$personality', operation='create', verdict='allowed') == 1"
}

# The file is replaced at once, and its readers may be other users.
test_file() {
	mkdir "$work/collector"
	echo old >"$work/collector/persock.prom"
	chmod 600 "$work/collector/persock.prom"
	expect "" persock metrics --output "$work/collector/persock.prom"
	expect 644 stat -c %a "$work/collector/persock.prom"
	expect persock.prom ls -A "$work/collector"
	ok python3 "$here/openmetrics.py" "$work/collector/persock.prom"
	refused 'cannot write "/nowhere/persock.prom" \(No such file' persock metrics --output /nowhere/persock.prom
	refused 'metrics takes no arguments, not "now"' persock metrics now
	refused 'OpenMetrics text, not JSON' persock -j metrics
	# No old numbers are left if the module cannot be asked.
	refused 'CAP_NET_ADMIN' setpriv --reuid 0 --bounding-set -all --inh-caps -all \
		persock metrics --output "$work/collector/persock.prom"
	expect "" ls -A "$work/collector"
}

run_tests
