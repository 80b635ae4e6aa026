# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154,SC2317 # for tests that source it; ktap.sh sets the variables
#
# Docker and containerd of a Debian release, with persock-runtime: what the tests of each release have in
# common. Sourced after ktap.sh, by tests that run in a mount namespace of their own and have a root.
#
# All programs of the engines are those of the root.

# shellcheck source=engine_root.sh
. "$repo/selftests/lib/engine_root.sh"

more_tests+=("$repo/selftests/lib/engines.sh")
containerd_pid='' dockerd_pid=''

start_containerd() {
	cat >"$root/etc/containerd/config.toml" <<-'END'
		version = 2
		disabled_plugins = ["io.containerd.grpc.v1.cri", "io.containerd.internal.v1.opt",
			"io.containerd.snapshotter.v1.aufs", "io.containerd.snapshotter.v1.btrfs",
			"io.containerd.snapshotter.v1.devmapper", "io.containerd.snapshotter.v1.zfs"]
	END
	"${inside[@]}" containerd >>"$work/containerd.log" 2>&1 </dev/null &
	containerd_pid=$!
	eventually "${inside[@]}" ctr version || fail "$(tail -n 3 "$work/containerd.log")"
}

start_dockerd() {
	cat >"$root/etc/docker/daemon.json" <<-'END'
		{
			"runtimes": {
				"persock": { "path": "/usr/sbin/persock-runtime" },
				"persock-open": { "path": "/usr/sbin/persock-runtime", "runtimeArgs": [ "--persock-personality=host" ] }
			},
			"live-restore": true, "iptables": false, "bridge": "none", "ip-forward": false,
			"storage-driver": "vfs", "containerd": "/run/containerd/containerd.sock"
		}
	END
	"${inside[@]}" dockerd >>"$work/dockerd.log" 2>&1 </dev/null &
	dockerd_pid=$!
	eventually "${inside[@]}" docker version || fail "$(tail -n 3 "$work/dockerd.log")"
}

stop() { # PID
	kill "$1" && wait "$1"
}

docker() { # ARGUMENT...
	"${inside[@]}" docker "$@" </dev/null 2>&1
}

docker_run() { # OPTION...: makes a socket
	docker run --rm --network none "$@" tiny "${makes_a_socket[@]}"
}

ctr_run() { # OPTION...: makes a socket
	"${inside[@]}" ctr run --rm --snapshotter native --runc-binary /usr/sbin/persock-runtime "$@" \
		docker.io/library/tiny:latest "$base-$RANDOM" "${makes_a_socket[@]}" </dev/null 2>&1
}

final() {
	"${inside[@]}" docker kill lasting
	"${inside[@]}" ctr tasks kill -s KILL lasting-ctr
	stop "$dockerd_pid"
	stop "$containerd_pid"
	remove_root
} >/dev/null 2>&1

test_the_engines_start() {
	lay_out_root || { fail "there is no root"; return; }
	configure "personality = none" "docker-containers = /var/lib/docker/containers"
	ok make_image
	start_containerd && start_dockerd || return
	ok docker import /image.tar tiny
	ok "${inside[@]}" bash -c 'set -o pipefail; docker save tiny | ctr image import --snapshotter native -'
	ok docker_run
}

test_docker_default_option_label() {
	refused "$denied" docker_run --runtime persock
	ok docker_run --runtime persock-open
	ok docker_run --runtime persock --label io.persock.personality=host
	refused "$denied" docker_run --runtime persock-open --label io.persock.personality=none
}

# Since Docker 24.
test_docker_annotation() {
	docker run --help | grep -q -- --annotation || return 0
	ok docker_run --runtime persock --annotation io.persock.personality=host
	refused "$denied" docker_run --runtime persock --annotation io.persock.personality=none --label io.persock.personality=host
	refused 'unknown annotation "io.persock.personalty"' docker_run --runtime persock --annotation io.persock.personalty=host
}

test_docker_shows_why() {
	refused 'the container is not started: personality "nobody": not loaded' \
		docker_run --runtime persock --label io.persock.personality=nobody
	refused 'unknown label "io.persock.personalty"' docker_run --runtime persock --label io.persock.personalty=host
	configure "docker-containers = /var/lib/docker/containers"
	refused 'and there is no default' docker_run --runtime persock
	configure "personality = none" "docker-containers = /var/lib/docker/containers"
}

test_containerd() {
	ok "${inside[@]}" ctr run --rm --snapshotter native docker.io/library/tiny:latest "$base-alone" "${makes_a_socket[@]}"
	refused "$denied" ctr_run
	ok ctr_run --annotation io.persock.personality=host
	refused 'the container is not started: personality "nobody": not loaded' ctr_run --annotation io.persock.personality=nobody
	refused 'unknown annotation "io.persock.personalty"' ctr_run --annotation io.persock.personalty=host
}

# Its interface for Kubernetes starts with the lines of Documentation/fleet.rst. Debian has nothing that speaks it.
test_containerd_for_kubernetes() {
	local own=(--config /etc/containerd/kubernetes.toml --address /run/kubernetes/socket) pid word
	{
		printf '%s\n' 'version = 2' 'root = "/run/kubernetes/root"' 'state = "/run/kubernetes/state"'
		sed -n '/config.toml``::$/,/^[^ ]/s/^    //p' "$repo/Documentation/fleet.rst"
	} >"$root/etc/containerd/kubernetes.toml"
	"${inside[@]}" containerd "${own[@]}" >"$work/kubernetes.log" 2>&1 </dev/null &
	pid=$!
	eventually "${inside[@]}" ctr --address /run/kubernetes/socket version
	"${inside[@]}" ctr --address /run/kubernetes/socket plugins ls >"$work/plugins"
	grep -Eq ' cri +[^ ]+ +ok *$' "$work/plugins" || fail "$(grep 'failed to load .*cri' "$work/kubernetes.log")"
	"${inside[@]}" containerd "${own[@]}" config dump | sed -n '/runtimes.persock\]/,/untrusted_/p' >"$work/handler"
	for word in 'pod_annotations = ["io.persock.*"]' 'BinaryName = "/usr/sbin/persock-runtime"' 'SystemdCgroup = true'; do
		ok grep -F "$word" "$work/handler"
	done
	stop "$pid"
}

test_missing_module() {
	need_module_file || return 0
	ok docker create --name later --network none --runtime persock-open tiny "${makes_a_socket[@]}"
	eventually unloaded
	refused 'the container is not started: the persock module is not loaded' docker_run --runtime persock-open
	refused 'the container is not started: the persock module is not loaded' ctr_run --annotation io.persock.personality=host
	refused 'the container is not started: the persock module is not loaded' docker start later
	ok docker_run
	ok insmod "$module"
	ok docker_run --runtime persock-open
	ok docker start later
	ok docker rm -f later
}

exec_by_docker() { # a process that makes a socket in the container
	docker exec lasting "${makes_a_socket[@]}"
}

exec_by_ctr() { # likewise
	"${inside[@]}" ctr tasks exec --exec-id "x$RANDOM" lasting-ctr "${makes_a_socket[@]}"
}

docker_run_again() {
	timeout 60 "${inside[@]}" docker run --rm --network none --runtime persock-open tiny "${makes_a_socket[@]}" </dev/null
}

# So are new ones: their default is "none".
stays_governed() {
	refused "$denied" exec_by_docker
	refused "$denied" exec_by_ctr
	refused "$denied" docker_run --runtime persock
	refused "$denied" ctr_run
}

# Processes that come later, a policy that is replaced, engines that stop and start.
test_what_lasts() {
	local personality state
	new_personality personality none
	ok docker run -d --name lasting --network none --runtime persock --label "io.persock.personality=$personality" tiny sleep 10000
	ok "${inside[@]}" ctr run -d --snapshotter native --runc-binary /usr/sbin/persock-runtime \
		--annotation "io.persock.personality=$personality" docker.io/library/tiny:latest lasting-ctr sleep 10000
	stays_governed
	ok persock personality set "$personality" --base host
	ok exec_by_docker
	ok exec_by_ctr
	ok persock personality set "$personality" --base none
	refused "in use" rmmod persock
	ok docker restart --time 0 lasting
	stays_governed

	# containerd breaks off under both. Containers go on.
	kill -KILL "$containerd_pid"
	wait "$containerd_pid" 2>/dev/null
	refused "containerd" timeout 60 "${inside[@]}" ctr containers ls
	start_containerd || return
	# Docker tries its connection again after a while, and fails until then.
	eventually docker_run_again
	stays_governed

	stop "$dockerd_pid"
	refused "Cannot connect to the Docker daemon" docker ps
	# Without the engine, by the runtime alone.
	state=$(echo "$root"/run/docker/runtime-*/moby/*)
	refused "$denied" "${inside[@]}" persock-runtime --root "$(dirname "${state#"$root"}")" exec \
		"$(basename "$state")" "${makes_a_socket[@]}"
	stop "$containerd_pid"
	start_containerd && start_dockerd || return
	stays_governed
	ok docker rm -f lasting
	ok "${inside[@]}" ctr tasks kill -s KILL lasting-ctr
}
