#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 900
# needs: iproute2 patchelf python3
# root: trixie base-files base-passwd bash dash coreutils libc-bin mawk sed grep busybox-static podman catatonit
#	crun util-linux mount kmod procps tar gzip kubernetes-client
#
# The pod of the DaemonSet in tools/kubernetes: Debian 13's kubectl puts an overlay on the base, and its podman
# plays what comes out. The pod loads the module, applies the ConfigMap, and writes metrics. Then what an operator
# does to upgrade the module.

# shellcheck disable=SC2154,SC2317 # ktap.sh sets the variables and calls the functions
# shellcheck source=../lib/inside.sh
. "$(dirname "$(realpath "$0")")/../lib/inside.sh" --mount
# shellcheck source=../lib/ktap.sh
. "$(dirname "$(realpath "$0")")/../lib/ktap.sh"
# shellcheck source=../lib/engine_root.sh
. "$repo/selftests/lib/engine_root.sh"

metrics=$root/var/lib/prometheus/node-exporter
volume=$root/var/lib/containers/storage/volumes/persock-policies/_data
node=$base-node
baseline=$(cgroup_root)/$node

final() {
	podman pod rm --all --force --time 0
	persock detach "$baseline"
	rmdir "$baseline"/{pod,}
	eventually persock personality del "$node"
	remove_root
	rmdir "$(cgroup_root)"/libpod_parent/{*/*/,*/,}
} >/dev/null 2>&1

podman() { # ARGUMENT...
	"${inside[@]}" podman --storage-driver vfs --events-backend none --cgroup-manager cgroupfs --runtime crun "$@" \
		</dev/null 2>&1
}

policy() { # ERRNO: of sockets of AF_NETLINK
	printf 'personality: %s\nbase: host\nsockets: {rules: [{deny: {family: netlink, errno: %s}}]}\n' "$node" "$1"
}

# A shell, what loads modules, persock, and the module of this kernel.
fill_image() {
	local name modules
	modules=$work/image/modules/$(uname -r)
	mkdir -p "$work/image"/{usr/sbin,usr/lib} "$modules" && make_image &&
		for name in sh uname modprobe insmod; do ln -s busybox "$work/image/bin/$name" || return; done &&
		cp -r "$root/usr/lib/persock" "$work/image/usr/lib/" && cp "$root/usr/sbin/persock" "$work/image/usr/sbin/" &&
		cp "$module" "$modules/persock.ko"
}

new_image() { # TAG
	tar -C "$work/image" -cf "$root/image.tar" . &&
		podman import --change 'ENV PATH=/usr/sbin:/bin' /image.tar "localhost/persock:$1"
}

# What "kubectl kustomize" says of an overlay as the base describes it.
new_manifests() { # TAG
	mkdir -p "$root/kubernetes/node" && cp -r "$repo/tools/kubernetes/base" "$root/kubernetes/" || return
	policy EPERM >"$root/kubernetes/node/node.yaml"
	printf 'attachments:\n- {cgroup: %s, personality: %s}\n' "$node" "$node" >"$root/kubernetes/node/attachments.yaml"
	cat >"$root/kubernetes/node/kustomization.yaml" <<-END
		apiVersion: kustomize.config.k8s.io/v1beta1
		kind: Kustomization
		resources: [../base]
		images: [{name: persock, newName: localhost/persock, newTag: "$1"}]
		configMapGenerator:
		  - {name: persock-policies, namespace: persock-system, behavior: replace, files: [attachments.yaml, node.yaml]}
	END
	"${inside[@]}" kubectl kustomize /kubernetes/node >"$root/manifests.yaml"
}

play() {
	podman kube play /manifests.yaml
}

in_a_pod() { # COMMAND [ARGUMENT...]: below the baseline
	within "$baseline/pod" "$@"
}

socket_in_a_pod() {
	in_a_pod "$root/bin/busybox" "${makes_a_socket[@]}"
}

applied() { # 0 or 1: the last attempt has succeeded
	grep -q "^persock_apply_success{.*} $1$" "$metrics/persock-apply.prom"
}

test_kubectl_makes_the_manifests() {
	need_module_file || return 0
	lay_out_root || { fail "there is no root"; return; }
	mkdir -p "$root/usr/lib/modules"
	printf '[containers]\nseccomp_profile = "unconfined"\n' >"$root/etc/containers/containers.conf"
	ok fill_image
	ok new_image 1
	ok new_manifests 1
	ok grep -q '^kind: RuntimeClass' "$root/manifests.yaml"
}

# Nothing but the pod has the module loaded, the image's, and the baseline's cgroup made.
test_the_pod_loads_the_module_and_applies() {
	need_module_file || return 0
	eventually unloaded
	ok play
	eventually applied 1
	[ -d /sys/module/persock ] || fail "no module"
	# The policies of the base are what the module takes, too.
	ok persock apply --dry-run "$repo/tools/kubernetes/base/policies"
	expect 1 eval "persock status | grep -c '/$node -> $node'"
	mkdir "$baseline/pod"
	ok "$root/bin/busybox" "${makes_a_socket[@]}"
	refused "Operation not permitted" socket_in_a_pod
}

# That of governance is there as well, and has denied what is denied above.
test_the_pod_writes_metrics() {
	eventually grep -q "^persock_.*$node" "$metrics/persock.prom"
}

# A file with an error changes nothing, and the log has a line on it.
test_a_changed_config_map() {
	local log
	{ policy EACCES; echo "conect: {}"; } >"$volume/node.yaml"
	eventually applied 0
	refused "Operation not permitted" socket_in_a_pod
	log=$(podman logs persock-pod-apply)
	ok python3 -c 'import json, sys
last = json.loads(sys.argv[1].splitlines()[-1])
assert not last["applied"] and "conect" in last["errors"][0], last' "$log"
	policy EACCES >"$volume/node.yaml"
	eventually applied 1
	refused "Permission denied" socket_in_a_pod
}

# Governance is the kernel's. A new pod finds the module loaded.
test_the_pod_ends_and_comes_back() {
	local before
	before=$(stat -c %Z /sys/module/persock)
	ok podman pod rm --force --time 0 persock-pod
	refused "Permission denied" socket_in_a_pod
	rm "$metrics"/persock*.prom
	ok play
	eventually applied 1
	expect "$before" stat -c %Z /sys/module/persock
	refused "Operation not permitted" socket_in_a_pod
}

# The order of Documentation/fleet.rst. What is still governed keeps the module. The next one is where DKMS puts
# it on the node, and the next image has none.
test_the_module_is_upgraded() {
	local modules
	need_module_file || return 0
	modules=$root/usr/lib/modules/$(uname -r)
	ok podman pod rm --force --time 0 persock-pod
	hold "$baseline/pod" "$probe" hold unix
	refused "in use" rmmod persock
	ok persock detach --all
	refused "in use" rmmod persock
	release
	eventually unloaded
	ok socket_in_a_pod
	mkdir -p "$modules/updates/dkms"
	cp "$module" "$modules/updates/dkms/"
	ok "${inside[@]}" depmod
	rm -r "$work/image/modules"
	ok new_image 2
	ok new_manifests 2
	ok play
	eventually applied 1
	refused "Operation not permitted" socket_in_a_pod
}

run_tests
