#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 900
# needs: strace python3
#
# What the tool says when a system call fails: one sentence that names the object and the reason, status 1, and
# nothing is left behind. strace makes the calls fail. Without that the same command succeeds.

# shellcheck disable=SC2154,SC2317 # ktap.sh sets the variables and calls the functions
# shellcheck source=../lib/ktap.sh
. "$(dirname "$(realpath "$0")")/../lib/ktap.sh"

own=	# where persock run makes its cgroups

prepare() {
	local path
	path=$(sed -n 's/^0:://p' /proc/self/cgroup)
	own=$(cgroup_root)${path%/}
	cd "$work" || return
	# Some calls fail when it is loaded already.
	personalities+=("$base-file")
	printf '%s\n' "personality: $base-file" 'base: host' >a.yaml
	cp a.yaml b.yaml
	echo 'counters: full' >>b.yaml
	printf '%s\n' 'base:    host' >ugly.yaml
}

# Say what persock ARGUMENT... says when calls fail as by strace --inject. Sets: said, status.
inject() { # CALLS:error=ERRNO[:when=N][,CALLS...] PATH ARGUMENT...
	local options=() each
	for each in ${1//;/ }; do
		options+=(-e "inject=$each")
	done
	said=$(timeout "${seconds:-60}" strace -f -qq -o trace ${2:+-P "$2"} "${options[@]}" persock "${@:3}" 2>&1 </dev/null)
	status=$?
}

# What was said last has a line that begins so.
says() { # SENTENCE
	[[ $'\n'$said$'\n' == *$'\n'"persock: $1"* ]] || fail "said \"$said\", not \"$1\""
}

# Each line: the calls | the path that they are about, if it matters | the arguments | what is said. Where
# nothing fails the same command succeeds, if it ends by itself.
fails() {
	local calls path arguments sentence
	while IFS='|' read -r calls path arguments sentence; do
		# shellcheck disable=SC2086 # the words of the line
		[[ $arguments == monitor* || $arguments == *--watch* || $arguments == why ]] || ok persock $arguments
		# shellcheck disable=SC2086
		inject "$calls" "$path" $arguments
		[ "$status" -eq 1 ] || fail "$calls, $arguments: exit status $status"
		says "$sentence"
	done
}

no_traces() {
	local left=("$own"/persock-run-*)
	[ ! -e "${left[0]}" ] || fail "a cgroup is left: ${left[0]}"
	expect "[]" persock -j counters
}

# As root of the machine would after such a failure.
remove_traces() {
	local left
	for left in "$own"/persock-run-*; do
		[ -e "$left" ] || continue
		[ ! -s "$left/cgroup.procs" ] || echo 1 >"$left/cgroup.kill"
		persock detach "$left" >/dev/null 2>&1
		eventually rmdir "$left"
	done
	no_traces
}

test_files() {
	prepare
	fails <<-END
		openat:error=EMFILE|$work/a.yaml|check $work/a.yaml|$work/a.yaml: cannot be opened (Too many open files)
		read:error=EIO|$work/a.yaml|check $work/a.yaml|$work/a.yaml: cannot be read (Input/output error)
		openat:error=EACCES|$work/a.yaml|show $work/a.yaml|$work/a.yaml: cannot be opened (Permission denied)
		rename:error=EIO||metrics --output $work/metrics|cannot write "$work/metrics" (Input/output error)
	END
	# Of a file that cannot be replaced the old one stays.
	cp ugly.yaml before
	rm -f metrics
	inject rename:error=EIO "" fmt ugly.yaml
	expect "1 persock: ugly.yaml: cannot be written (Input/output error)" echo "$status $said"
	inject fchmod:error=EPERM "" fmt ugly.yaml
	expect "1 persock: ugly.yaml: cannot be written (Operation not permitted)" echo "$status $said"
	ok cmp before ugly.yaml
	expect "a.yaml b.yaml before trace ugly.yaml" bash -c "echo *"
	ok persock fmt ugly.yaml
	! cmp -s before ugly.yaml || fail "it was formatted already"
	head -c 17M /dev/zero | tr '\0' '#' >long.yaml
	refused "^persock: long.yaml: is longer than 16 MiB$" persock check long.yaml
	rm long.yaml
}

# The policy of a long recording is not lost for a name that cannot be written.
test_record_output() {
	prepare
	refused "^persock: cannot write /nowhere/a.yaml \(No such file or directory\)$" \
		persock record -o /nowhere/a.yaml -- touch ran
	refused "^persock: cannot write $work \(Is a directory\)$" persock record -o "$work" -- touch ran
	inject mkdir:error=ENOSPC "" record -o new.yaml -- touch ran
	[ ! -e ran ] || fail "the command has run"
	[ ! -e new.yaml ] || fail "an empty file is left"
	inject openat:error=EROFS "$work/new.yaml" record -o "$work/new.yaml" -- touch ran
	[ "$status" -eq 1 ] || fail "exit status $status"
	says "cannot write $work/new.yaml (Read-only file system)"
	ok persock record -o "$work/new.yaml" -- touch ran
	[ -e ran ] || fail "the command has not run"
	refused "^persock: cannot write /dev/full \(No space left on device\)$" persock record -o /dev/full -- true
	no_traces
}

test_netlink() {
	prepare
	fails <<-END
		socket:error=EMFILE||status|cannot open a netlink socket (Too many open files)
		bind:error=EADDRINUSE||status|cannot bind a netlink socket (Address already in use)
		sendto:error=ENOBUFS||status|No buffer space available
		recvmsg:error=EIO||status|Input/output error
		uname:error=EFAULT||doctor|cannot identify the kernel (Bad address)
	END
	# One thing differs, so diff is asked for; it needs a file that is in memory only, and diff.
	ok persock personality add a.yaml
	inject memfd_create:error=EMFILE "" diff b.yaml
	says "cannot make a temporary file (Too many open files)"
	refused "^persock: cannot compare policies by diff \(is it installed\?\)$" \
		env PATH=/nowhere "$(command -v persock)" diff b.yaml
	refused "^\+counters: full" persock diff b.yaml
}

test_monitor() {
	prepare
	fails <<-END
		socket:error=EMFILE:when=2||monitor|cannot open a netlink socket (Too many open files)
		setsockopt:error=EPERM||monitor|cannot join the group "denials": CAP_NET_ADMIN is needed, in the initial network namespace (Operation not permitted)
		ppoll:error=EINVAL||monitor|cannot wait for denials (Invalid argument)
		ppoll:retval=1;recvfrom:error=EIO||monitor|cannot read denials (Input/output error)
		openat:error=EMFILE|/proc/persock/denials|why|cannot read /proc/persock/denials (Too many open files)
		openat:error=ENOENT|/proc/persock/denials|why|there is no /proc/persock/denials: the persock module is not loaded or older than this tool, or /proc has processes only
	END
	# It goes on after denials that it was too slow for.
	local seconds=10
	inject "ppoll:retval=1:when=1;recvfrom:error=ENOBUFS:when=1" "" monitor
	says "the reader was too slow: denials were dropped"
}

test_watch() {
	prepare
	mkdir folder
	fails <<-END
		inotify_init1:error=EMFILE||apply --watch folder|folder: cannot be watched (Too many open files)
		inotify_add_watch:error=ENOSPC||apply --watch folder|folder: cannot be watched (No space left on device)
		ppoll:error=EINVAL||apply --watch folder|cannot wait for changes (Invalid argument)
	END
}

test_cgroups() {
	local cgroup
	prepare
	new_cgroup cgroup failing
	ok persock attach "$cgroup" host
	fails <<-END
		openat:error=EACCES|$cgroup|counters $cgroup|cannot open the cgroup "$cgroup" (Permission denied)
		fstatfs:error=EIO||counters $cgroup|cannot find the file system of "$cgroup" (Input/output error)
		openat:error=ENOENT|/proc/self/mountinfo|sockets|no cgroup v2 hierarchy is mounted
	END
	# shellcheck disable=SC2016 # for the inner shell
	refused "^persock: cannot find the network namespace \(No such file or directory\)$" \
		unshare --mount sh -c 'mount -t tmpfs tmpfs /proc && exec persock names del "$1"' - "$cgroup"
	ok persock names del "$cgroup"
	ok persock detach "$cgroup"
}

# The specification of a container: what is wrong with it, and an old one that stays.
test_runtime() {
	local start='{"ociVersion": "1.0.2", "process": {"args": ["true"], "cwd": "/"}, "root": {"path": "/"}'
	prepare
	mkdir -p bundle
	echo 'runtime = true' >runtime.conf
	echo "$start}" >bundle/config.json
	cp bundle/config.json before
	said=$(strace -f -qq -o trace -e inject=rename:error=EIO \
		persock-runtime --persock-config runtime.conf --persock-personality none create --bundle bundle x 2>&1)
	says "the container is not started: bundle/config.json: cannot be replaced (Input/output error)"
	ok cmp before bundle/config.json
	ok persock-runtime --persock-config runtime.conf --persock-personality none create --bundle bundle x
	! cmp -s before bundle/config.json || fail "it is as before"
	echo "$start, \"annotations\": {\"io.persock.personality\": \"a\u0000b\"}}" >bundle/config.json
	refused "has a zero byte" persock-runtime --persock-config runtime.conf create --bundle bundle x
	head -c 65M /dev/zero | tr '\0' ' ' >bundle/config.json
	refused "bundle/config.json: too long" persock-runtime --persock-config runtime.conf create --bundle bundle x
	rm -r bundle
}

test_run() {
	local threaded
	prepare
	fails <<-END
		openat:error=ENOENT|/proc/self/mountinfo|run -p host -- true|the cgroup v2 hierarchy is not mounted; mount it with "mount -t cgroup2 cgroup2 /sys/fs/cgroup"
		openat:error=ENOENT|/proc/self/cgroup|run -p host -- true|/proc/self/cgroup has no cgroup v2 path
		mkdir:error=ENOSPC||run -p host -- true|cannot make the cgroup $own/persock-run-
		mkdir:error=EEXIST||run -p host -- true|every name for a cgroup below $own is taken, up to $own/persock-run-
		pipe2:error=EMFILE||run -p host -- true|cannot make a pipe (Too many open files)
		clone,clone3,fork:error=EAGAIN||run -p host -- true|cannot fork (Resource temporarily unavailable)
	END
	no_traces
	# A process cannot be in a cgroup beside a threaded one.
	new_cgroup threaded threaded
	ok mkdir "$threaded/threads"
	cgroups+=("$threaded/threads")
	ok within "$threaded" persock run -p host -- true
	echo threaded >"$threaded/threads/cgroup.type" || fail "no threaded cgroup"
	refused "^persock: cannot move a process into the cgroup $threaded/persock-run-[0-9]* \(Operation not supported\)$" \
		within "$threaded" persock run -p host -- true
	no_traces
	rmdir "$threaded/threads" "$threaded"
}

# What cannot be taken away stays, and is named.
test_remains() {
	local call
	prepare
	# The loader makes such calls first.
	for ((call = 1; call < 20; call++)); do
		inject "pread64:error=EIO:when=$call+" "" run -p host -- true
		[[ $said != persock:*cgroup.events* ]] || break
	done
	says "cannot read cgroup.events of $own/persock-run-"
	says "the cgroup $own/persock-run-"
	[[ $said == *" stays, and stays attached"* ]] || fail "it does not say that it stays attached"
	[ "$status" -eq 1 ] || fail "exit status $status"
	remove_traces
	inject rmdir:error=EPERM "" run -p host -- true
	says "cannot remove the cgroup $own/persock-run-"
	remove_traces
}

run_tests
