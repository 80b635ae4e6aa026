# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154,SC2317 # for tests that source it; ktap.sh sets the variables
#
# Docker and containerd of a Debian release, with persock-runtime: what the tests of each release have in
# common. Sourced after ktap.sh, by tests that run in a mount namespace of their own and have a root.
#
# All programs of the engines are those of the root. persock is the machine's, with its own libraries.

more_tests+=("$repo/selftests/lib/engines.sh")
root=$work/root
inside=(chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C HOME=/root)
denied="Address family not supported by protocol"
# Of busybox: it makes a socket.
makes_a_socket=(ip link show lo)
containerd_pid='' dockerd_pid=''

lay_out_root() {
	local below tool library
	below=$(cat "$built/$(basename "$0").root") &&
		mkdir "$work/memory" "$root" && mount -t tmpfs tmpfs "$work/memory" &&
		mkdir "$work"/memory/{upper,work} &&
		mount -t overlay -o "lowerdir=$below,upperdir=$work/memory/upper,workdir=$work/memory/work" \
			overlay "$root" && mount -t proc proc "$root/proc" && mount --rbind /dev "$root/dev" &&
		mount --rbind /sys "$root/sys" && mount -t tmpfs tmpfs "$root/run" &&
		mkdir -p "$root"/var/lib/{docker,containerd} "$root"/etc/{docker,containerd,persock} &&
		mount -t tmpfs tmpfs "$root/var/lib/docker" && mount -t tmpfs tmpfs "$root/var/lib/containerd" || return
	# What the scripts of packages do.
	[ -e "$root/bin/sh" ] || ln -s dash "$root/bin/sh"
	[ -L "$root/var/run" ] || { rmdir "$root/var/run" && ln -s /run "$root/var/run"; } || return
	tool=$(realpath "$(command -v persock)")
	mkdir "$root/usr/lib/persock" &&
		ldd "$tool" | sed -n 's/^[^/]*\(\/[^ ]*\).*/\1/p' | while read -r library; do
			cp -L "$library" "$root/usr/lib/persock/" || exit
		done && cp "$tool" "$root/usr/sbin/persock" && ln -s persock "$root/usr/sbin/persock-runtime" &&
		patchelf --force-rpath --set-interpreter "/usr/lib/persock/ld-linux-x86-64.so.2" --set-rpath /usr/lib/persock \
			"$root/usr/sbin/persock"
}

# A busybox, as a tar file of a root.
make_image() {
	mkdir -p "$work/image/bin" && cp "$root/bin/busybox" "$work/image/bin/" &&
		ln -s busybox "$work/image/bin/ip" && ln -s busybox "$work/image/bin/sleep" &&
		tar -C "$work/image" -cf "$root/image.tar" .
}

configure() { # LINE...
	printf '%s\n' "$@" >"$root/etc/persock/runtime.conf"
}

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
	umount -R -l "$root" "$work/memory"
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
}

test_missing_module() {
	need_module_file || return 0
	eventually unloaded
	refused 'the container is not started: the persock module is not loaded' docker_run --runtime persock-open
	refused 'the container is not started: the persock module is not loaded' ctr_run --annotation io.persock.personality=host
	ok docker_run
	ok insmod "$module"
	ok docker_run --runtime persock-open
}

stays_governed() {
	refused "$denied" docker exec lasting "${makes_a_socket[@]}"
	refused "$denied" "${inside[@]}" ctr tasks exec --exec-id "x$RANDOM" lasting-ctr "${makes_a_socket[@]}"
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
	ok docker exec lasting "${makes_a_socket[@]}"
	ok persock personality set "$personality" --base none
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
