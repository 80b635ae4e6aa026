#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 600
# needs: crun runc podman nginx curl python3
#
# Containers of Debian's crun and runc, and of podman, with persock's hook: the personality that an
# annotation names governs the container's sockets from its first process on, and what cannot be
# governed is not started.

# shellcheck disable=SC2154,SC2317 # ktap.sh sets the variables and calls the functions
# shellcheck source=../lib/ktap.sh
. "$(dirname "$(realpath "$0")")/../lib/ktap.sh"
# shellcheck source=../lib/bundle.sh
. "$repo/selftests/lib/bundle.sh"

runtimes=(crun runc)
tool=$(command -v persock)
servers=()

hooks="\"createRuntime\": [ { \"path\": \"$tool\", \"args\": [ \"persock\", \"oci-hook\" ],
	\"env\": [ \"PATH=/usr/sbin:/usr/bin:/sbin:/bin\" ] } ]"

final() {
	kill "${servers[@]}"
	remove_rootfs
} >/dev/null 2>&1

run() { # RUNTIME
	"$1" --root "$work/run-$1" run --bundle "$work/bundle" "$base-$RANDOM" </dev/null 2>&1
}

# The same container without the annotation has sockets, with it none.
test_the_annotation_decides() {
	local runtime
	for runtime in "${runtimes[@]}"; do
		bundle "" "$probe" unix
		expect ok run "$runtime"
		bundle '"io.persock.personality": "none", "org.other": "x"' "$probe" unix
		expect "socketpair: EAFNOSUPPORT" run "$runtime"
		bundle '"io.persock.personality": "host"' "$probe" unix
		expect ok run "$runtime"
	done
}

# It ends with its cgroup: nothing is left attached.
test_nothing_is_left() {
	local runtime
	for runtime in "${runtimes[@]}"; do
		bundle '"io.persock.personality": "none"' "$probe" unix
		expect "socketpair: EAFNOSUPPORT" run "$runtime"
	done
	eventually none_attached
	[ ! -d "$(cgroup_root)/$base-container" ] || fail "the cgroup is there"
}

# What cannot be governed does not start: the command would have left a file.
test_it_is_started_governed_or_not_at_all() {
	local runtime annotations said
	for runtime in "${runtimes[@]}"; do
		for annotations in '"io.persock.personality": "nobody"' '"io.persock.personalty": "host"' \
			'"io.persock.personality": "no name"'; do
			bundle "$annotations" "$probe" unix
			said=$(run "$runtime") && fail "$runtime with $annotations has started"
			! grep -qx ok <<<"$said" || fail "$runtime with $annotations has run its command"
		done
	done
}

# Without the module there is nothing that could govern it.
test_it_is_not_started_without_the_module() {
	local runtime said
	need_module_file || return 0
	eventually unloaded
	for runtime in "${runtimes[@]}"; do
		bundle '"io.persock.personality": "host"' "$probe" unix
		said=$(run "$runtime") && fail "$runtime has started it"
		! grep -qx ok <<<"$said" || fail "$runtime has run its command"
	done
	bundle "" "$probe" unix
	expect ok run "${runtimes[0]}"
	ok insmod "$module"
}

# The hook by itself: what it says, and that it keeps its hands off the runtime's own cgroup.
state() { # PID ANNOTATIONS
	printf '{"ociVersion":"1.0.2","id":"x","status":"creating","pid":%s,"bundle":"\\/b","annotations":{%s}}' "$1" "$2"
}

test_the_hook_by_itself() {
	local own
	new_cgroup own own
	refused "no cgroup of its own" hook "$$" '"io.persock.personality":"none"'
	ok hook "$$" '"org.other":"none"'
	refused 'unknown annotation "io.persock.other"' hook "$$" '"io.persock.other":"none"'
	refused "has no process" hook 0 '"io.persock.personality":"none"'
	refused "has no cgroup v2 path" hook 4194305 '"io.persock.personality":"none"'
	hold "$own" "$probe" hold unix
	refused 'personality "nobody": not loaded' hook "$held" '"io.persock.personality":"nobody"'
	ok hook "$held" '"io.persock.personality":"none"'
	governs "$own"
	release
	refused "." eval "echo nonsense | persock oci-hook"
}

# A runtime may keep what a hook says to itself: why a container did not start is in the system's log.
test_the_log_tells_why() {
	local log=$work/said
	[ ! -e /dev/log ] || { fail "something has /dev/log"; return; }
	python3 -c 'from socket import *
server = socket(AF_UNIX, SOCK_DGRAM)
server.bind("/dev/log")
while True: print(server.recv(1000).decode(), flush=True)' >"$log" &
	servers+=($!)
	eventually test -S /dev/log
	bundle '"io.persock.personality": "nobody"' "$probe" unix
	run crun >/dev/null && fail "it has started"
	eventually grep -q 'persock\[[0-9]*\]: the container is not started: personality "nobody": not loaded' "$log"
	rm /dev/log
}

hook() { # PID ANNOTATIONS
	state "$@" | persock oci-hook
}

# podman finds the hook in hooks.d, as the package installs it.
pod() { # ANNOTATION COMMAND [ARGUMENT...]
	podman --root "$work/pods" --runroot "$work/pods-run" --storage-driver vfs --events-backend none \
		--cgroup-manager cgroupfs --runtime crun --hooks-dir "$work/hooks.d" \
		run --rm --network none --security-opt seccomp=unconfined --annotation "$1" --rootfs "$rootfs" "${@:2}" </dev/null 2>&1
}

test_podman_finds_the_hook() {
	local said
	mkdir "$work/hooks.d"
	sed "s|/usr/sbin/persock|$tool|" "$repo/tools/oci/persock.json" >"$work/hooks.d/persock.json"
	bundle "" true
	expect ok pod org.other=x "$probe" unix
	expect "socketpair: EAFNOSUPPORT" pod io.persock.personality=none "$probe" unix
	expect ok pod io.persock.personality=host "$probe" unix
	said=$(pod io.persock.personality=nobody "$probe" unix) && fail "it has started"
	! grep -qx ok <<<"$said" || fail "it has run its command"
	eventually none_attached
}

# An empty network namespace, and the host's network through sockets that are delegated.
test_a_container_without_an_interface_fetches() {
	local runtime
	cat >"$work/nginx.conf" <<-END
		daemon off; master_process off; pid $work/nginx.pid; error_log stderr;
		events { worker_connections 32; }
		http { access_log off; server { listen 127.0.0.1:8088; location / { return 200 "fetched\n"; } } }
	END
	nginx -p "$work" -c "$work/nginx.conf" 2>"$work/nginx.log" &
	servers+=($!)
	eventually curl -sf http://127.0.0.1:8088/
	printf 'personality: %s\nbase: host\nnetwork: {namespace: /proc/1/ns/net}\nconnect: {default: EACCES, rules: [{allow: 127.0.0.1, ports: 8088}]}\n' \
		"$base-fetch" >"$work/fetch.yaml"
	personalities+=("$base-fetch")
	ok persock personality add "$work/fetch.yaml"
	for runtime in "${runtimes[@]}"; do
		bundle "" curl -sS http://127.0.0.1:8088/
		refused "Failed to connect|Couldn't connect" run "$runtime"
		bundle "\"io.persock.personality\": \"$base-fetch\"" curl -sS http://127.0.0.1:8088/
		expect fetched run "$runtime"
		bundle "\"io.persock.personality\": \"$base-fetch\"" curl -sS http://127.0.0.1:8087/
		refused "Failed to connect|Couldn't connect" run "$runtime"
	done
}

run_tests
