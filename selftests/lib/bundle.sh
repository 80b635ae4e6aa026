# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154,SC2317 # for those who source it; ktap.sh sets the variables
#
# A bundle for OCI runtimes: a container on the file system of its host, in a cgroup of its own and an empty
# network namespace. For shell tests, after ktap.sh.

# Runtimes move the container's root, which must be a mount below the first one.
rootfs=$work/rootfs
# Members of "hooks" in config.json.
hooks=

bundle() { # ANNOTATIONS COMMAND [ARGUMENT...]
	local annotations=$1 words='' word
	shift
	for word; do
		words+="${words:+, }\"$word\""
	done
	mkdir -p "$work/bundle" "$rootfs"
	mountpoint -q "$rootfs" || mount --rbind / "$rootfs"
	mount --make-rslave "$rootfs"
	cat >"$work/bundle/config.json" <<-END
		{
			"ociVersion": "1.0.2",
			"process": { "user": { "uid": 0, "gid": 0 }, "cwd": "/", "args": [ $words ],
				"env": [ "PATH=/usr/sbin:/usr/bin:/sbin:/bin" ] },
			"root": { "path": "$rootfs", "readonly": true },
			"mounts": [ { "destination": "/proc", "type": "proc", "source": "proc" } ],
			"hooks": { $hooks },
			"annotations": { $annotations },
			"linux": {
				"cgroupsPath": "/$base-container",
				"namespaces": [ { "type": "pid" }, { "type": "mount" }, { "type": "network" } ]
			}
		}
	END
}

remove_rootfs() {
	umount -R -l "$rootfs"
}

none_attached() {
	! persock status | grep -q "$base-container"
}
