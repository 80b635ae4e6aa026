#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 600
# needs: python3
#
# What explain says of a request for a socket is what the module answers, over all families and types, the
# protocols of IPv4 and IPv6, all presets and their providers. Where the kernel itself refuses, which the same
# request shows ungoverned, its errno is the answer of what explain allows. The same of two layers.

# shellcheck disable=SC2154,SC2317 # ktap.sh sets the variables and calls the functions
# shellcheck source=../lib/ktap.sh
. "$(dirname "$(realpath "$0")")/../lib/ktap.sh"

modprobe=   # what it was, once it is turned off

# Questions that have the kernel look for each module once: a family's, and a protocol's.
for_modules() {
	python3 - <<-'END'
		for family in range(1, 46):
		    print("socket", family, 1, 0)
		for family in 2, 10:
		    for kind, protocol in (6, 33), (5, 132), (2, 136), (1, 262):
		        print("socket", family, kind, protocol)
	END
}

questions() {
	python3 - <<-'END'
		for family in range(1, 46):
		    for kind in 1, 2, 3, 5, 256:
		        print("socket", family, kind, 0)
		for family in 2, 10:
		    for kind in 1, 2, 3, 4, 5, 6, 10:
		        for protocol in 1, 6, 17, 58, 132, 136, 255, 256, 262:
		            print("socket", family, kind, protocol)
	END
}

# Prints, for each question, the errno's name or "allow".
ask_kernel() {
	python3 -c '
import ctypes, errno, os, sys
libc = ctypes.CDLL(None, use_errno=True)
for line in open(sys.argv[1]):
    fd = libc.socket(*map(int, line.split()[1:]))
    print("allow" if fd >= 0 else errno.errorcode[ctypes.get_errno()])
    if fd >= 0:
        os.close(fd)
' "$work/${1:-questions}"
}

final() {
	[ -z "$modprobe" ] || echo "$modprobe" >/proc/sys/kernel/modprobe
}

compare() { # NAME CGROUP EXPLAIN-ARGUMENT...
	local differs
	persock explain "${@:3}" -- - <"$work/questions" >"$work/explained" || fail "$1: explain ends"
	# The verdict of each layer, before that of all.
	sed -i '/^layer /d' "$work/explained"
	within "$2" bash -c "$(declare -f ask_kernel); work=$work; ask_kernel" >"$work/$1"
	differs=$(paste -d' ' "$work/questions" "$work/plain" "$work/$1" <(cut -d: -f2 "$work/explained" |
		cut -d' ' -f2) | awk '{
			plain = $5; governed = $6; answer = $7
			right = answer == "allow" ? plain : answer
			if (governed != right)
				print $2, $3, $4 ": " governed ", explained " answer ", ungoverned " plain
		}')
	[ "$(wc -l <"$work/$1")" -eq "$(wc -l <"$work/questions")" ] || fail "$1: answers are missing"
	[ -z "$differs" ] || fail "$1: $differs"
}

prepare() {
	[ ! -s "$work/plain" ] || return 0
	questions >"$work/questions"
	# Asking loads protocols, and what one question has loaded changes the answer to another: this is done
	# before it is compared, and once.
	for_modules >"$work/modules"
	ask_kernel modules >"$work/plain"
	modprobe=$(cat /proc/sys/kernel/modprobe)
	echo >/proc/sys/kernel/modprobe
	ask_kernel >"$work/plain"
}

test_sockets_are_as_explained() {
	local cgroup personality preset providers name=0
	prepare
	new_cgroup cgroup asked
	for preset in host none gvisor gvisor-2020; do
		for providers in native hostinet "hostinet native"; do
			# shellcheck disable=SC2086 # it is a list
			new_personality personality "$preset" $providers
			ok persock attach "$cgroup" "$personality"
			compare "$preset-$((name++))" "$cgroup" "$personality"
		done
	done
	ok persock detach "$cgroup"
}

attach_layer() { # CGROUP MODE/PRESET/PROVIDER...
	local name="$base-${#personalities[@]}" mode=${2%%/*} rest=${2#*/}
	local providers=${rest#*/}
	personalities+=("$name")
	printf '%s\n' "personality: $name" "base: ${rest%%/*}" "mode: $mode" "providers: [${providers//\//, }]" \
		>"$work/layer.yaml"
	ok persock personality add "$work/layer.yaml"
	ok persock attach "$1" "$name"
}

# native alone is what a policy has that names no provider: then those of the outer layer serve. A layer
# that only audits names one only if no other does.
test_two_layers_are_as_explained() {
	local outer inner pair name=0
	prepare
	new_cgroup outer outer
	inner=$outer/inner
	cgroups+=("$inner")
	ok mkdir "$inner"
	for pair in "enforce/host/native enforce/gvisor/hostinet/native" \
		"enforce/gvisor-2020/hostinet/native enforce/host/native" \
		"enforce/gvisor/native enforce/host/hostinet" "enforce/host/hostinet enforce/gvisor-2020/native" \
		"enforce/none/native enforce/host/native" "enforce/host/native audit/gvisor/hostinet" \
		"enforce/gvisor/hostinet audit/none/hostinet/native" "audit/none/native enforce/gvisor/native"; do
		attach_layer "$outer" "${pair% *}"
		attach_layer "$inner" "${pair#* }"
		compare "layers-$((name++))" "$inner" --cgroup "$inner"
	done
	ok persock detach "$inner"
	ok persock detach "$outer"
}

run_tests
