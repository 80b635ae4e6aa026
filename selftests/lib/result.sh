# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# KTAP results for scripts whose checks are commands that succeed or fail. Sourced, not run:
#
#	. selftests/lib/result.sh
#	plan 2
#	result "the sky is blue" is_blue sky
#	...
#	exit "$failed"

number=0 failed=0

plan() { # NUMBER OF RESULTS
	echo "KTAP version 1"
	echo "1..$1"
}

# Succeeds if the command does; otherwise what the command has printed is shown. With status 77 the command
# cannot do its work, and has printed why in a line.
result() { # NAME COMMAND [ARGUMENT...]
	local name=$1 said status=0
	shift
	number=$((number + 1))
	said=$("$@" 2>&1) || status=$?
	case $status in
	0) echo "ok $number $name" && return ;;
	77) echo "ok $number $name # SKIP $said" && return ;;
	esac
	printf '# %s\n' "${said//$'\n'/$'\n'# }"
	echo "not ok $number $name"
	failed=1
	return 1
}
