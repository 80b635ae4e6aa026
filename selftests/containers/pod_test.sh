#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 900
# needs: crun podman busybox-static
#
# Pods of Debian's podman with persock-runtime: containers of one pod under personalities of their own, below a
# layer of the pod and one of the node, in the cgroups that the kubelet's drivers make; and "podman kube play" of a
# manifest with an annotation.

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
	podman pod rm --all --force --time 0
	rmdir "$(cgroup_root)"/kubepods{/burstable,.slice/kubepods-burstable.slice,,.slice}
} >/dev/null 2>&1

# An image that is also that of the pods' own containers, which sleep.
test_podman_has_an_image() {
	local name
	mkdir -p "$work/image/bin"
	cp "$(command -v busybox)" "$work/image/bin/"
	for name in ip sleep; do ln -s busybox "$work/image/bin/$name"; done
	tar -C "$work/image" -cf "$work/image.tar" .
	cat >"$CONTAINERS_CONF" <<-'END'
		[containers]
		seccomp_profile = "unconfined"
		[engine]
		infra_image = "localhost/tiny:latest"
		infra_command = "/bin/sleep 100000"
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
	local pod node pod_layer own
	new_personality node host
	new_personality pod_layer host
	new_personality own none
	ok mkdir -p "$(cgroup_root)$1"
	ok persock attach "$(cgroup_root)$2" "$node"
	ok podman pod create --name "$base" --network none --cgroup-parent "$1"
	pod=$(podman pod inspect --format '{{.CgroupPath}}' "$base")
	[ "${pod#"$1"/}" != "$pod" ] || fail "the pod is in $pod, not below $1"
	ok podman run -d --pod "$base" --name "$base-a" --annotation "io.persock.personality=$own" localhost/tiny
	ok podman run -d --pod "$base" --name "$base-b" localhost/tiny
	ok persock attach "$(cgroup_root)/${pod#/}" "$pod_layer"
	refused "$denied" exec_in "$base-a"
	ok exec_in "$base-b"
	policy "$pod_layer" EACCES
	ok persock personality set "$work/$pod_layer.yaml"
	refused "Permission denied" exec_in "$base-a"
	refused "Permission denied" exec_in "$base-b"
	policy "$node" EPERM
	ok persock personality set "$work/$node.yaml"
	refused "Operation not permitted" exec_in "$base-a"
	refused "Operation not permitted" exec_in "$base-b"
	ok persock personality set "$node" --base host
	ok persock personality set "$pod_layer" --base host
	refused "$denied" exec_in "$base-a"
	ok exec_in "$base-b"
	ok podman pod rm --force --time 0 "$base"
	ok persock detach "$(cgroup_root)$2"
}

test_layers_in_the_cgroups_of_cgroupfs() {
	layers_below /kubepods/burstable /kubepods
}

test_layers_in_the_cgroups_of_systemd() {
	layers_below /kubepods.slice/kubepods-burstable.slice /kubepods.slice
}

manifest() { # PERSONALITY
	cat >"$work/pod.yaml" <<-END
		apiVersion: v1
		kind: Pod
		metadata:
		  name: $base-kube
		  annotations:
		    io.persock.personality: $1
		spec:
		  containers:
		    - {name: a, image: localhost/tiny:latest, imagePullPolicy: Never}
		    - {name: b, image: localhost/tiny:latest, imagePullPolicy: Never}
	END
}

test_kube_play() {
	local personality
	new_personality personality none
	manifest "$personality"
	ok podman kube play --network none "$work/pod.yaml"
	refused "$denied" exec_in "$base-kube-a"
	refused "$denied" exec_in "$base-kube-b"
	ok persock personality set "$personality" --base host
	ok exec_in "$base-kube-a"
	ok exec_in "$base-kube-b"
	ok podman kube down "$work/pod.yaml"
	manifest nobody
	refused 'the container is not started: personality "nobody": not loaded' podman kube play --network none "$work/pod.yaml"
	podman pod rm --all --force --time 0 >"$work/said"
}

run_tests
