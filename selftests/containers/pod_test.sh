#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 900
# needs: crun podman busybox-static
#
# Containers of one pod under personalities of their own, below a layer of the pod and one of the node: Debian's
# podman with persock-runtime, in cgroups with the names that the kubelet's drivers give them.

# shellcheck disable=SC2154,SC2317 # ktap.sh sets the variables and calls the functions
# shellcheck source=../lib/ktap.sh
. "$(dirname "$(realpath "$0")")/../lib/ktap.sh"

configuration=$work/runtime.conf
denied="Address family not supported by protocol"
# Of busybox: it makes a socket.
makes_a_socket=(ip link show lo)

export CONTAINERS_CONF=$work/containers.conf

podman() { # ARGUMENT...
	command podman --root "$work/pods" --runroot "$work/pods-run" --storage-driver vfs --events-backend none \
		--cgroup-manager cgroupfs --runtime "$(command -v persock-runtime)" \
		--runtime-flag "persock-config=$configuration" "$@" </dev/null 2>&1
}

final() {
	podman rm --all --force --time 0
	rmdir "$(cgroup_root)"/kubepods{/burstable,.slice/kubepods-burstable.slice}{/pod-*,} "$(cgroup_root)"/kubepods{,.slice}
} >/dev/null 2>&1

test_podman_has_an_image() {
	local name
	mkdir -p "$work/image/bin"
	cp "$(command -v busybox)" "$work/image/bin/"
	for name in ip sleep; do ln -s busybox "$work/image/bin/$name"; done
	tar -C "$work/image" -cf "$work/image.tar" .
	cat >"$CONTAINERS_CONF" <<-'END'
		[containers]
		seccomp_profile = "unconfined"
	END
	printf '%s\n' "runtime = crun" "personality = host" >"$configuration"
	ok podman import --change 'CMD ["/bin/sleep", "100000"]' "$work/image.tar" localhost/tiny:latest
}

exec_in() { # CONTAINER: make a socket there
	podman exec "$1" "${makes_a_socket[@]}"
}

# A policy under which sockets of AF_NETLINK fail with an errno of its own.
policy() { # NAME ERRNO
	printf 'personality: %s\nbase: host\nsockets: {rules: [{deny: {family: netlink, errno: %s}}]}\n' "$1" "$2" >"$work/$1.yaml"
}

# Layers are judged from the outermost in: node, pod, container.
layers_below() { # PARENT NODE
	local pod node pod_layer own name
	pod=$(cgroup_root)$1/pod-$base
	new_personality node host
	new_personality pod_layer host
	new_personality own none
	# What the kubelet does.
	ok mkdir -p "$pod"
	ok persock attach "$(cgroup_root)$2" "$node"
	ok persock attach "$pod" "$pod_layer"
	ok podman run -d --network none --cgroup-parent "$1/pod-$base" --name "$base-a" \
		--annotation "io.persock.personality=$own" localhost/tiny
	ok podman run -d --network none --cgroup-parent "$1/pod-$base" --name "$base-b" localhost/tiny
	for name in "$base-a" "$base-b"; do
		ok grep -q "^0::$1/pod-$base/" "/proc/$(podman inspect --format '{{.State.Pid}}' "$name")/cgroup"
	done
	refused "$denied" exec_in "$base-a"
	ok exec_in "$base-b"
	policy "$pod_layer" EACCES
	ok persock personality set "$work/$pod_layer.yaml"
	refused "Permission denied" exec_in "$base-b"
	policy "$node" EPERM
	ok persock personality set "$work/$node.yaml"
	refused "Operation not permitted" exec_in "$base-a"
	ok podman rm --force --time 0 "$base-a" "$base-b"
	# Until then its personality is in use, and the next test has one of this name.
	ok persock detach "$pod"
	ok persock detach "$(cgroup_root)$2"
}

test_layers_in_the_cgroups_of_cgroupfs() {
	layers_below /kubepods/burstable /kubepods
}

test_layers_in_the_cgroups_of_systemd() {
	layers_below /kubepods.slice/kubepods-burstable.slice /kubepods.slice
}

run_tests
