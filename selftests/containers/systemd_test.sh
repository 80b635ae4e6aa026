#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 1800
# needs: iproute2 patchelf
# root: trixie base-files base-passwd bash dash coreutils libc-bin mawk sed grep busybox-static systemd podman catatonit
#	containerd runc crun util-linux mount kmod procps tar gzip
#
# The cgroups that containerd and podman make, by themselves and by systemd: layers of a node and of a pod hold for
# the containers below. Debian 13's containerd 1.7 and podman 5.4 with persock-runtime, below a systemd that is
# process 1 of its own namespace and has a part of the cgroup hierarchy.

# shellcheck disable=SC2154,SC2317 # ktap.sh sets the variables and calls the functions
# shellcheck source=../lib/inside.sh
. "$(dirname "$(realpath "$0")")/../lib/inside.sh" --mount
# shellcheck source=../lib/ktap.sh
. "$(dirname "$(realpath "$0")")/../lib/ktap.sh"
# shellcheck source=../lib/engine_root.sh
. "$repo/selftests/lib/engine_root.sh"

top=$(cgroup_root)/$base
init=''

# Beside systemd's units, in its namespaces.
beside() { # COMMAND [ARGUMENT...]
	within "$top/tests" nsenter --target "$init" --mount --pid --uts --cgroup --root --wd \
		env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C HOME=/root "$@" </dev/null 2>&1
}

start_systemd() {
	local controller
	for controller in cpu memory pids; do
		echo "+$controller" >"$(cgroup_root)/cgroup.subtree_control" || return
	done
	mkdir "$top" && mkdir -p "$root/run/systemd/system" || return
	# Nothing but what others ask for, and no first boot.
	tr -d - </proc/sys/kernel/random/uuid >"$root/etc/machine-id"
	printf '[Unit]\nDefaultDependencies=no\n' >"$root/run/systemd/system/nothing.target"
	# The cgroup becomes the root of a namespace. It may have no process when systemd gives controllers to those
	# below it, so unshare, which waits, leaves it again.
	(
		echo "$BASHPID" >"$top/cgroup.procs"
		# shellcheck disable=SC2016 # the inner shell's
		exec unshare --cgroup sh -c 'echo $$ >"$1/../cgroup.procs"
			exec unshare --mount --pid --uts --fork sh -c "$2" "$0" "$1"' \
			"$root" "$top" 'echo 0 >"$1/cgroup.procs"
			umount -R -l "$0/sys/fs/cgroup" "$0/proc"
			mount -t proc proc "$0/proc" && mount -t cgroup2 cgroup2 "$0/sys/fs/cgroup" &&
				exec chroot "$0" env -i container=persock PATH=/usr/sbin:/usr/bin:/sbin:/bin \
					/usr/lib/systemd/systemd --unit=nothing.target --log-level=err --log-target=kmsg'
	) </dev/null >"$work/systemd.log" 2>&1 &
	eventually test -S "$root/run/systemd/private" || fail "$(tail -n 3 "$work/systemd.log")"
	init=$(pgrep -P $!) && mkdir "$top/tests"
}

final() {
	podman rm --all --force --time 0
	# All in its namespace end with it.
	kill -KILL "$init"
	wait
	remove_root
	rmdir "$top"/{*/*/*/,*/*/,*/,}
} >/dev/null 2>&1

podman() { # ARGUMENT...
	beside podman --storage-driver vfs --events-backend none --cgroup-manager "$driver" \
		--runtime /usr/sbin/persock-runtime "$@"
}

podman_run() { # CGROUP NAME [PERSONALITY]
	podman run -d --network none --cgroup-parent "$1" --name "$2" \
		${3:+--annotation "io.persock.personality=$3"} localhost/tiny
}

podman_exec() { # NAME: make a socket there
	podman exec "$1" "${makes_a_socket[@]}"
}

podman_remove() { # NAME
	podman rm --force --time 0 "$1"
}

# As the kubelet asks for it, by the interface of Kubernetes.
containerd_run() { # CGROUP NAME [PERSONALITY]
	local cgroup=(--cgroup "$1/$2")
	[ "$driver" = cgroupfs ] || cgroup=(--runc-systemd-cgroup --cgroup "$1:cri-containerd:$2")
	beside ctr run -d --snapshotter native --runc-binary /usr/sbin/persock-runtime "${cgroup[@]}" \
		${3:+--annotation "io.persock.personality=$3"} localhost/tiny:latest "$2" sleep 100000
}

containerd_exec() { # NAME: make a socket there
	beside ctr tasks exec --exec-id "x$RANDOM" "$1" "${makes_a_socket[@]}"
}

containerd_remove() { # NAME
	beside ctr tasks kill -s KILL "$1" && eventually beside ctr containers rm "$1"
}

# A policy under which sockets of AF_NETLINK fail with an errno of its own.
policy() { # NAME ERRNO
	printf 'personality: %s\nbase: host\nsockets: {rules: [{deny: {family: netlink, errno: %s}}]}\n' "$1" "$2" >"$work/$1.yaml"
}

test_engines_beside_systemd() {
	local driver=systemd
	lay_out_root || { fail "there is no root"; return; }
	# crun would need D-Bus to ask systemd.
	configure "runtime = runc" "personality = host"
	ok make_image
	start_systemd || return
	printf '[containers]\nseccomp_profile = "unconfined"\n' >"$root/etc/containers/containers.conf"
	ok podman import --change 'CMD ["/bin/sleep", "100000"]' /image.tar localhost/tiny:latest
	start_containerd
	ok podman save -o /tiny.tar localhost/tiny:latest
	ok beside ctr image import --snapshotter native /tiny.tar
}

start_containerd() {
	cat >"$root/etc/containerd/config.toml" <<-'END'
		version = 2
		disabled_plugins = ["io.containerd.grpc.v1.cri"]
	END
	beside containerd >"$work/containerd.log" 2>&1 &
	eventually beside ctr version || fail "$(tail -n 3 "$work/containerd.log")"
}

# Layers are judged from the outermost in: node, pod, container.
layers_below() { # ENGINE POD PATH-OF-THE-POD PATTERN-OF-A-CONTAINER
	local engine=$1 parent=$2 pod=$top$3 node node_cgroup pod_layer own
	node_cgroup=$top/$(cut -d/ -f2 <<<"$3")
	new_personality node host
	new_personality pod_layer host
	new_personality own none
	# What the kubelet does.
	if [ "$driver" = systemd ]; then
		ok beside systemctl start "$parent"
	else
		ok mkdir -p "$pod"
	fi
	ok persock attach "$node_cgroup" "$node"
	ok persock attach "$pod" "$pod_layer"
	ok "${engine}_run" "$parent" one "$own"
	ok "${engine}_run" "$parent" two
	expect 2 eval "persock status | grep -c '/$base$3/$4 -> '"
	refused "$denied" "${engine}_exec" one
	ok "${engine}_exec" two
	policy "$pod_layer" EACCES
	ok persock personality set "$work/$pod_layer.yaml"
	refused "Permission denied" "${engine}_exec" two
	policy "$node" EPERM
	ok persock personality set "$work/$node.yaml"
	refused "Operation not permitted" "${engine}_exec" one
	ok "${engine}_remove" one
	ok "${engine}_remove" two
	# Until then its personality is in use, and the next test has one of this name.
	ok persock detach "$pod"
	ok persock detach "$node_cgroup"
}

test_podman_by_cgroupfs() {
	local driver=cgroupfs
	layers_below podman /kubepods/burstable/podm /kubepods/burstable/podm 'libpod-[0-9a-f]*'
}

test_podman_by_systemd() {
	local driver=systemd
	layers_below podman kubepods-burstable-podm.slice \
		/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-podm.slice 'libpod-[0-9a-f]*\.scope'
}

test_containerd_by_cgroupfs() {
	local driver=cgroupfs
	layers_below containerd /kubepods/burstable/podc /kubepods/burstable/podc '\(one\|two\)'
}

test_containerd_by_systemd() {
	local driver=systemd
	layers_below containerd kubepods-burstable-podc.slice \
		/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-podc.slice 'cri-containerd-\(one\|two\)\.scope'
}

# Two containers with two personalities, and a layer of the pod.
kube_play() {
	local own pod_layer pod
	new_personality own none
	new_personality pod_layer host
	cat >"$root/pod.yaml" <<-END
		apiVersion: v1
		kind: Pod
		metadata:
		  name: shop
		  annotations: {io.persock.personality: host, io.persock.personality.shop-db: $own}
		spec:
		  containers:
		  - {name: web, image: localhost/tiny:latest, imagePullPolicy: Never}
		  - {name: db, image: localhost/tiny:latest, imagePullPolicy: Never}
	END
	ok podman kube play --network none --start=false /pod.yaml
	pod=$top/$(podman pod inspect --format '{{.CgroupPath}}' shop)
	ok persock attach "$pod" "$pod_layer"
	ok podman pod start shop
	refused "$denied" podman_exec shop-db
	ok podman_exec shop-web
	policy "$pod_layer" EACCES
	ok persock personality set "$work/$pod_layer.yaml"
	refused "Permission denied" podman_exec shop-web
	ok podman pod rm --force --time 0 shop
}

test_kube_play_by_cgroupfs() {
	local driver=cgroupfs
	kube_play
}

test_kube_play_by_systemd() {
	local driver=systemd
	kube_play
}

run_tests
