#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 900
# needs: crun runc podman python3
#
# persock-runtime with Debian's crun and runc, and as podman's runtime: the bundle of a new container gets
# persock's hook, its personality is chosen, and all else reaches the runtime as it came. What cannot be
# governed is not started, and the engine can show why.

# shellcheck disable=SC2154,SC2317 # ktap.sh sets the variables and calls the functions
# shellcheck source=../lib/ktap.sh
. "$(dirname "$(realpath "$0")")/../lib/ktap.sh"
# shellcheck source=../lib/bundle.sh
. "$repo/selftests/lib/bundle.sh"

runtimes=(crun runc)
configuration=$work/runtime.conf
tool=$(realpath "$(command -v persock)")
none='"io.persock.personality": "none"'

servers=()

final() {
	kill "${servers[@]}"
	# podman run --rm leaves the cgroups with --runtime-flag. They are attached, and hold the module.
	rmdir "$(cgroup_root)"/libpod_parent/{libpod-*,}
	eventually persock personality del "$base-names"
	remove_rootfs
} >/dev/null 2>&1

configure() { # LINE...
	printf '%s\n' "$@" >"$configuration"
}

runtime() { # [ARGUMENT...]
	persock-runtime --persock-config "$configuration" "$@" </dev/null 2>&1
}

run() { # RUNTIME [OPTION...]: the bundle
	runtime --root "$work/run-$1" "${@:2}" run --bundle "$work/bundle" "$base-$RANDOM"
}

# The same bundle by the runtime alone has sockets: what governs is persock-runtime.
test_annotation_option_and_default() {
	local runtime
	for runtime in "${runtimes[@]}"; do
		configure "runtime = $runtime" "" "# the default" "personality = none"
		bundle "" "$probe" unix
		expect ok "$runtime" --root "$work/run-$runtime" run --bundle "$work/bundle" "$base-alone" </dev/null
		expect "socketpair: EAFNOSUPPORT" run "$runtime"
		bundle "" "$probe" unix
		expect ok run "$runtime" --persock-personality host
		bundle "$none" "$probe" unix
		expect "socketpair: EAFNOSUPPORT" run "$runtime" --persock-personality=host
		configure "runtime = $(command -v "$runtime")"
		bundle '"io.persock.personality": "host", "org.other": "x"' "$probe" unix
		expect ok run "$runtime"
		bundle "" "$probe" unix
		refused "the container is not started: no annotation .* and there is no default" run "$runtime"
	done
	eventually none_attached
}

# The containers of a pod have its annotations, and a name each.
test_annotation_of_one_container_of_a_pod() {
	local key
	configure "runtime = runc"
	for key in io.kubernetes.cri.container-name io.kubernetes.cri-o.ContainerName; do
		bundle "\"io.persock.personality\": \"host\", \"io.persock.personality.web\": \"none\", \"$key\": \"web\"" "$probe" unix
		expect "socketpair: EAFNOSUPPORT" run runc
		bundle "\"io.persock.personality\": \"host\", \"io.persock.personality.web\": \"none\", \"$key\": \"db\"" "$probe" unix
		expect ok run runc
	done
	# The sandbox of a pod is none of them. Of others nobody knows whether they are meant.
	bundle "\"io.persock.personality\": \"host\", \"io.persock.personality.web\": \"none\", \"io.kubernetes.cri.container-type\": \"sandbox\"" "$probe" unix
	expect ok run runc
	bundle '"io.persock.personality": "host"' "$probe" unix
	expect ok run runc
	bundle '"io.persock.personality": "host", "io.persock.personality.web": "none"' "$probe" unix
	refused 'annotation "io.persock.personality.web" might be for this container' run runc
	bundle '"io.persock.personality.": "none"' "$probe" unix
	refused 'unknown annotation "io.persock.personality."' run runc
}

# A second process comes into the cgroup that the hook has attached. A replaced policy holds at once.
test_exec_and_a_replaced_policy() {
	local runtime id personality
	new_personality personality none
	for runtime in "${runtimes[@]}"; do
		configure "runtime = $runtime" "personality = $personality"
		bundle "" sleep 1000
		id=$base-exec-$runtime
		ok persock personality set "$personality" --base none
		# What it starts keeps the descriptors, so they cannot be pipes of this shell.
		runtime --root "$work/run" create --bundle "$work/bundle" "$id" >"$work/said" || fail "create: $(<"$work/said")"
		ok runtime --root "$work/run" start "$id"
		expect "socketpair: EAFNOSUPPORT" runtime --root "$work/run" exec "$id" "$probe" unix
		ok persock personality set "$personality" --base host
		expect ok runtime --root "$work/run" exec "$id" "$probe" unix
		ok runtime --root "$work/run" delete --force "$id"
	done
	eventually none_attached
}

# The reason is on stderr, and in the runtime's log in the format that the engine reads.
test_what_cannot_be_governed_does_not_start() {
	local runtime annotations reason
	for runtime in "${runtimes[@]}"; do
		configure "runtime = $runtime"
		while IFS='|' read -r annotations reason; do
			bundle "$annotations" "$probe" unix
			rm -f "$work/log"
			refused "^persock: the container is not started: .*$reason" run "$runtime" --log "$work/log" --log-format json
			ok python3 -c 'import json, sys
entry = json.loads(open(sys.argv[1]).readlines()[-1])
assert entry["level"] == "error" and sys.argv[2] in entry["msg"], entry' "$work/log" "$reason"
			rm -f "$work/log"
			refused "$reason" run "$runtime" "--log=$work/log"
			ok grep -q "^time=.* level=error msg=.*${reason//\"/.*}" "$work/log"
		done <<-'END'
			"io.persock.personality": "nobody"|personality "nobody": not loaded
			"io.persock.personalty": "host"|unknown annotation "io.persock.personalty"
			"io.persock.personality": "no name"|and "no name" has something else
			"io.persock.personality": 5|the name of a personality must be a string
		END
	done
}

test_it_is_not_started_without_the_module() {
	local runtime
	need_module_file || return 0
	eventually unloaded
	for runtime in "${runtimes[@]}"; do
		configure "runtime = $runtime" "personality = host"
		bundle "" "$probe" unix
		refused "the container is not started: the persock module is not loaded" run "$runtime"
		bundle "" "$probe" unix
		expect ok "$runtime" --root "$work/run-$runtime" run --bundle "$work/bundle" "$base-alone" </dev/null
	done
	ok insmod "$module"
}

# All that was in config.json is there, and the second time nothing is written.
test_the_bundle() {
	local file=$work/bundle/config.json first
	configure "runtime = true"
	bundle "" true
	ok python3 - "$file" <<-'END'
		import json, sys
		with open(sys.argv[1]) as file:
		    specification = json.load(file)
		specification["linux"]["resources"] = {"memory": {"limit": 9223372036854775807}, "unified": {"a": "é\u0001/"},
		                                       "devices": [{"allow": False, "major": -1}], "none": None, "part": 0.1}
		specification["hooks"] = {"poststop": [{"path": "/bin/true"}]}
		with open(sys.argv[1], "w") as file:
		    json.dump(specification, file)
	END
	cp "$file" "$work/before"
	chown 12:34 "$file"
	chmod 640 "$file"
	ok runtime --persock-personality none run --bundle "$work/bundle" x
	expect "12:34 640" stat -c '%u:%g %a' "$file"
	ok python3 - "$work/before" "$file" "$tool" <<-'END'
		import json, sys
		before, after = (json.load(open(name)) for name in sys.argv[1:3])
		before["annotations"]["io.persock.personality"] = "none"
		before["hooks"]["createRuntime"] = [{"path": sys.argv[3], "args": ["persock", "oci-hook"], "timeout": 10}]
		assert before == after, after
	END
	first=$(stat -c '%i %Z' "$file")
	ok runtime --persock-personality host run "--bundle=$work/bundle" x
	expect "$first" stat -c '%i %Z' "$file"
	expect "config.json" ls "$work/bundle"
	echo '{"annotations": []}' >"$file"
	refused 'must be of type object, not array' runtime --persock-personality none create -b "$work/bundle" x
	printf '{"a": 1,\n"b": }\n' >"$file"
	refused "config.json:2: no JSON that can be read" runtime --persock-personality none create -b "$work/bundle" x
	rm "$file"
	refused "config.json: No such file" runtime --persock-personality none create -b "$work/bundle" x
}

# A runtime that prints its command line.
test_what_is_handed_on() {
	local words
	printf '#!/bin/sh\nprintf "<%%s>" "$@"\n' >"$work/printer"
	chmod 755 "$work/printer"
	configure "runtime = $work/printer"
	bundle "$none" true
	for words in "--root|/a b|--log=/l|--log-format|json|--systemd-cgroup|--rootless|true|create|--bundle|$work/bundle|--pid-file|/p|--console-socket=/c|--no-pivot|id" \
		"--cgroup-manager=systemd|--debug|run|-d|--preserve-fds|3|-b|$work/bundle|id" \
		"--root|/r|exec|--cwd|/|id|sh|-c|exit" "--version" "state|id" "kill|--all|id|9" "features"; do
		IFS='|' read -r -a words <<<"$words"
		expect "$(printf '<%s>' "${words[@]}")" runtime "${words[@]}"
	done
}

test_what_is_refused() {
	configure "runtime = true"
	bundle "$none" true
	ok runtime create --bundle "$work/bundle" id
	refused 'command "restore" is refused' runtime restore --bundle "$work/bundle" id
	refused 'option --config=/other is not known' runtime create --bundle "$work/bundle" --config=/other id
	refused 'option --new is not known' runtime --new create --bundle "$work/bundle" id
	refused '"--bundle=/other" follows the name' runtime create --bundle "$work/bundle" id --bundle=/other
	refused 'option --bundle needs a value' runtime create --bundle
	ok runtime exec id
	ok runtime exec id anything --new
}

test_its_configuration() {
	bundle "$none" true
	configure "runtime = true"
	ok runtime create --bundle "$work/bundle" id
	configure "" "runtme = true"
	refused 'runtime.conf:2: unknown key "runtme"' runtime create --bundle "$work/bundle" id
	configure "runtime"
	refused 'runtime.conf:1: a line is "key = value"' runtime create --bundle "$work/bundle" id
	configure "runtime = true" "runtime = true"
	refused 'runtime.conf:2: "runtime" is listed twice' runtime create --bundle "$work/bundle" id
	configure "personality ="
	refused 'runtime.conf:1: "personality" has no value' runtime create --bundle "$work/bundle" id
	configure "runtime = $(command -v persock-runtime)"
	refused "is persock-runtime itself" runtime create --bundle "$work/bundle" id
	configure "runtime = no-such-runtime"
	refused "there is no no-such-runtime in PATH" runtime create --bundle "$work/bundle" id
	configure "runtime = /nowhere"
	refused "runtime /nowhere: No such file" runtime create --bundle "$work/bundle" id
	rm "$configuration"
	refused "runtime.conf: No such file" runtime create --bundle "$work/bundle" id
}

podman_with() { # OPTION... : of "podman run"
	podman --root "$work/pods" --runroot "$work/pods-run" --storage-driver vfs --events-backend none \
		--cgroup-manager cgroupfs --runtime "$(command -v persock-runtime)" \
		--runtime-flag "persock-config=$configuration" \
		run --network none --security-opt seccomp=unconfined "$@" </dev/null 2>&1
}

test_podman() {
	local runtime
	bundle "" true
	for runtime in "${runtimes[@]}"; do
		configure "runtime = $runtime" "personality = none"
		expect "socketpair: EAFNOSUPPORT" podman_with --rm --rootfs "$rootfs" "$probe" unix
		expect ok podman_with --rm --annotation io.persock.personality=host --rootfs "$rootfs" "$probe" unix
		refused 'the container is not started: personality "nobody": not loaded' podman_with --rm \
			--annotation io.persock.personality=nobody --rootfs "$rootfs" "$probe" unix
	done
	# The containers of a pod have its annotations, and podman tells the name.
	expect ok podman_with --rm --name web --annotation io.persock.personality=host \
		--annotation io.persock.personality.db=none --rootfs "$rootfs" "$probe" unix
	expect "socketpair: EAFNOSUPPORT" podman_with --rm --name db --annotation io.persock.personality=host \
		--annotation io.persock.personality.db=none --rootfs "$rootfs" "$probe" unix
	eventually none_attached
}

# A container without a network, whose sockets are made in the host's: it reaches one name there.
test_a_name_on_the_network_of_the_host() {
	local port other ready ask personality=$base-names
	listen_on_host port
	listen_on_host other
	exec {ready}< <(/usr/bin/python3 "$data/resolver.py")
	servers+=($!)
	read -r -u "$ready" _
	echo "nameserver 127.0.0.53" >"$work/resolv.conf"
	cat >"$work/names.yaml" <<-END
		personality: $personality
		base: host
		network: {namespace: /proc/1/ns/net}
		connect: {default: EACCES, rules: [{allow: good.example, ports: $port, protocol: tcp}]}
		names: {resolvers: [127.0.0.53]}
	END
	personalities+=("$personality")
	ok persock personality add "$work/names.yaml"
	ask="import socket
for peer in ('good.example', $port), ('good.example', $other), ('evil.example', $port), ('127.0.0.1', $port), ('::1', $port):
    try:
        c = socket.create_connection(peer, 60)
        c.sendall(b'!')
        print('yes' if c.recv(1) == b'!' else 'no', end=' ')
    except OSError as error:
        print(type(error).__name__, end=' ')"
	# On the host, and in the container without delegation.
	expect "yes yes yes yes yes " unshare --mount sh -c \
		"mount --bind '$work/resolv.conf' /etc/resolv.conf && exec /usr/bin/python3 -c \"\$0\"" "$ask"
	bundle "" true
	configure "runtime = crun" "personality = host"
	expect "gaierror gaierror gaierror ConnectionRefusedError ConnectionRefusedError " podman_with --rm \
		--volume "$work/resolv.conf:/etc/resolv.conf:ro" --rootfs "$rootfs" /usr/bin/python3 -c "$ask"
	configure "runtime = crun" "personality = $personality"
	expect "yes PermissionError gaierror PermissionError PermissionError " podman_with --rm \
		--volume "$work/resolv.conf:/etc/resolv.conf:ro" --rootfs "$rootfs" /usr/bin/python3 -c "$ask"
	eventually none_attached
}

run_tests
