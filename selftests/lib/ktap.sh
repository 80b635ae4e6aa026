# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154,SC2317 # what it sets and defines is for those who source it
#
# What shell tests share: KTAP, and cgroups to attach. A test is a function whose name begins
# with test_: it calls fail, returns non-zero, or passes. One that begins with soak_test_ is run
# with PERSOCK_SOAK=1. Sourced, not run:
#
#	. "$(dirname "$(realpath "$0")")/../lib/ktap.sh"
#	...
#	run_tests

set -uo pipefail

here=$(dirname "$(realpath "$0")")		# of the test
repo=$(realpath "$(dirname "${BASH_SOURCE[0]}")/../..")
built=$repo/build/selftests	# the helper programs
data=$repo/selftests/data
work=$(mktemp -d)
probe=${PERSOCK_PROBE:-$built/probe}
base=persock-$(basename "$0" .sh)-$$
cgroups=()
personalities=()
why=
skipped=
more_tests=()	# libraries that have tests, too

# The file and line of a check that has failed, and the lines that have called the function that it is in: of
# what this file has not defined.
where() {
	local i lines=()
	for ((i = 1; i < ${#FUNCNAME[@]} - 1; i++)); do
		[ "${BASH_SOURCE[i]}" != "${BASH_SOURCE[0]}" ] || continue
		lines+=("${lines[0]:+ called from }${BASH_SOURCE[i]##*/}:${BASH_LINENO[i - 1]}")
	done
	printf %s "${lines[@]}"
}

fail() { # TEXT...: this test has failed; go on
	why="${why:+$why; }$(where): $*"
	return 1
}

skip() { # TEXT...: this test cannot run here
	skipped="$*"
}

# What COMMAND prints is TEXT, else this test has failed.
expect() { # TEXT COMMAND [ARGUMENT...]
	local wanted=$1 seen
	shift
	seen=$("$@" 2>&1)
	[ "$seen" = "$wanted" ] || fail "$(basename "$1") ${*:2}: '$seen', not '$wanted'"
}

# COMMAND succeeds, or this test has failed with what it said.
ok() { # COMMAND [ARGUMENT...]
	local said status
	said=$("$@" 2>&1)
	status=$?
	[ "$status" -eq 0 ] || fail "$(basename "$1") ${*:2}: ${said:-exit status $status}"
}

# COMMAND fails, and says something that matches the pattern.
refused() { # PATTERN COMMAND [ARGUMENT...]
	local pattern=$1 said
	shift
	if said=$("$@" 2>&1); then
		fail "$(basename "$1") ${*:2} has succeeded"
	elif ! grep -Eqi -- "$pattern" <<<"$said"; then
		fail "$(basename "$1") ${*:2}: '$said' does not match '$pattern'"
	fi
}

# Wait, for 60 s and a try more, until COMMAND succeeds: by the clock, as a try may take long itself.
eventually() { # COMMAND [ARGUMENT...]
	local end=$((EPOCHSECONDS + 60))
	while :; do
		"$@" >/dev/null 2>&1 && return 0
		((EPOCHSECONDS < end)) || break
		sleep 0.1
	done
	fail "never true: $*"
}

cgroup_root() {
	awk '$3 == "cgroup2" { print $2; exit }' /proc/self/mounts
}

new_cgroup() { # VARIABLE NAME: make a cgroup, put its path in VARIABLE
	local path
	path=$(cgroup_root)/$base-$2
	printf -v "$1" %s "$path"
	cgroups+=("$path")
	ok mkdir "$path"
}

new_personality() { # VARIABLE BASE [PROVIDER...]: put its name in VARIABLE
	local name="$base-${#personalities[@]}" arguments=(--base "$2") provider
	for provider in "${@:3}"; do
		arguments+=(--provider "$provider")
	done
	printf -v "$1" %s "$name"
	personalities+=("$name")
	ok persock personality add "$name" "${arguments[@]}"
}

# Run COMMAND in a cgroup.
within() { # CGROUP COMMAND [ARGUMENT...]
	local cgroup=$1
	shift
	(
		echo "$BASHPID" >"$cgroup/cgroup.procs" || exit 126
		exec "$@"
	)
}

# Start COMMAND in a cgroup; its input is the descriptor $hold_in, its output $hold_out, and $held
# its process. The first line of output has been read into $held_says.
hold() { # CGROUP COMMAND [ARGUMENT...]
	local cgroup=$1
	shift
	rm -f "$work/in" "$work/out"
	mkfifo "$work/in" "$work/out"
	(
		[ -z "$cgroup" ] || echo "$BASHPID" >"$cgroup/cgroup.procs" || exit 126
		exec "$@" <"$work/in" >"$work/out" 2>&1
	) &
	held=$!
	exec {hold_in}>"$work/in" {hold_out}<"$work/out"
	read -r -t 60 -u "$hold_out" held_says || fail "no word from $*"
}

# End its input; $held_says is its last line.
release() {
	exec {hold_in}>&-
	read -r -t 60 -u "$hold_out" held_says || fail "no last word"
	exec {hold_out}<&-
	wait "$held"
}

# A field of "persock -j status": a number, true or false.
status_of() { # FIELD
	persock -j status 2>/dev/null | sed -n "s/^{.*\"$1\":\([a-z0-9]*\)[,}].*/\1/p"
}

# The kernel's log since the last call of mark_log.
mark_log() {
	log_mark="persock selftest $RANDOM$RANDOM"
	echo "<6>$log_mark" >/dev/kmsg
}

log() {
	dmesg | sed -n "/$log_mark/,\$p"
}

# The kernel has not complained since.
no_splat() {
	local said
	said=$(log | grep -E -m 1 -f "$repo/selftests/runner/vm/splat-patterns") || return 0
	fail "the kernel complained: $said"
}

put() { # TEXT FILE
	echo "$1" >"$2"
}

append() { # TEXT FILE
	echo "$1" >>"$2"
}

tracing=/sys/kernel/tracing

need_tracing() {
	[ -e "$tracing/enabled_functions" ] && return
	skip "tracefs is not mounted, or the kernel has no dynamic ftrace"
	return 1
}

# How many of the interception points the kernel's list of patched functions shows.
intercepted() {
	grep -cE '^(__sock_create|security_socket_post_create|sk_[gs]etsockopt) ' \
		"$tracing/enabled_functions"
}

# A cgroup that is attached to none.
governs() { # CGROUP
	expect "socket: EAFNOSUPPORT" within "$1" "$probe" tcp
	expect "socketpair: EAFNOSUPPORT" within "$1" "$probe" unix
}

# The module that is under test, and loading it anew.
module=${PERSOCK_KO:-${PERSOCK_MODULES:+$PERSOCK_MODULES/persock.ko}}

need_module_file() {
	[ -n "$module" ] && [ -f "$module" ] && return
	skip "no persock.ko: set PERSOCK_MODULES to the folder that has it"
	return 1
}

# A test that needs it must wait for it: what was attached is freed a while after it is detached and
# its last socket is closed, and holds on to the interception points and to providers until then.
idle() {
	[ "$(status_of armed)" = false ]
}

# So must one that unloads the module: a closed socket lets go of it a little later.
unloaded() {
	[ ! -d /sys/module/persock ] || rmmod persock
}

clean_up() {
	local i tries
	for ((i = ${#cgroups[@]} - 1; i >= 0; i--)); do
		[ -d "${cgroups[i]}" ] || continue
		echo 1 >"${cgroups[i]}/cgroup.kill"
		persock detach "${cgroups[i]}"
		for ((tries = 0; tries < 100; tries++)); do
			rmdir "${cgroups[i]}" && break
			sleep 0.1
		done
	done
	for i in "${personalities[@]}"; do
		persock personality del "$i"
	done
	cgroups=()
	personalities=()
} >/dev/null 2>&1

# A test's own ending, for what the shared one does not know.
final() { :; }

finish() {
	clean_up
	final
	rm -rf --one-file-system "$work"
}

need_persock() {
	local reason=
	[ "$(id -u)" -eq 0 ] || reason="needs root"
	[ -n "$(cgroup_root)" ] || reason="no cgroup v2 hierarchy is mounted"
	command -v persock >/dev/null || reason="there is no persock tool in PATH"
	[ -d /sys/module/persock ] || reason="the persock module is not loaded"
	[ -x "$probe" ] || reason="the program probe is not built"
	[ -z "$reason" ] || {
		echo "TAP version 13"
		echo "1..0 # SKIP $reason"
		exit 4
	}
}

# A server that the test kills with its others: it is in the array servers.
listen_on_host() { # VARIABLE: a port of all addresses where bytes are echoed
	local number said
	exec {said}< <(/usr/bin/python3 -I -S -c 'import socket
s = socket.create_server(("::", 0), family=socket.AF_INET6, dualstack_ipv6=True)
print(s.getsockname()[1], flush=True)
while True:
    c = s.accept()[0]
    c.sendall(c.recv(100))
    c.close()')
	servers+=($!)
	read -r -u "$said" number
	printf -v "$1" %s "$number"
}

run_tests() {
	local names name number=0 failed=0
	need_persock
	trap finish EXIT
	trap 'exit 1' INT TERM HUP
	mapfile -t names < <(grep -ohE "^${PERSOCK_SOAK:+(soak_)?}test_[a-z0-9_]*" "$0" "${more_tests[@]}")
	echo "TAP version 13"
	echo "1..${#names[@]}"
	for name in "${names[@]}"; do
		number=$((number + 1))
		why=
		skipped=
		"$name" || why=${why:-$name returned $?}
		clean_up
		name=${name#soak_}
		if [ -n "$why" ]; then
			failed=1
			echo "# $why" | tr '\n' ' '
			echo
			echo "not ok $number ${name#test_}"
		elif [ -n "$skipped" ]; then
			echo "ok $number ${name#test_} # SKIP $skipped"
		else
			echo "ok $number ${name#test_}"
		fi
	done
	exit "$failed"
}

# A test with a function of such a name would not be cleaned up after.
readonly -f clean_up finish run_tests
