#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 600
# needs: iproute2 python3
#
# What explain --cgroup says of calls on a socket of UDP is what the module answers, in random stacks of
# layers. What it allows ends as it does ungoverned. PERSOCK_SEED in the environment repeats a run.

# shellcheck disable=SC2154,SC2317 # ktap.sh sets the variables and calls the functions
# shellcheck source=../lib/ktap.sh
. "$(dirname "$(realpath "$0")")/../lib/ktap.sh"

calls=$(dirname "$(realpath "$0")")/explain_calls.py
layers=4
rounds=8

# The cgroups, each below the one before.
nest() {
	local i cgroup
	new_cgroup cgroup layers
	nested=("$cgroup")
	for ((i = 1; i < layers; i++)); do
		cgroup+=/l
		cgroups+=("$cgroup")
		ok mkdir "$cgroup"
		nested+=("$cgroup")
	done
}

# New policies for all layers, at once; some rounds have a layer that starts anew.
change() { # SEED
	local i anew=none
	rm -f "$work/etc"/*
	ok python3 -B "$calls" policies "$1" "$base" "$work/etc" "$layers"
	echo "attachments:" >"$work/etc/attachments.yaml"
	for ((i = 0; i < layers; i++)); do
		[ "$i" -ne $(($1 % 7)) ] || anew=full
		echo "- {cgroup: ${nested[i]#"$(cgroup_root)/"}, personality: $base-$i, delegate: $anew}"
		anew=none
	done >>"$work/etc/attachments.yaml"
	ok persock apply "$work/etc"
}

test_calls_are_as_explained() {
	local seed=${PERSOCK_SEED:-$RANDOM} i inner said
	echo "# PERSOCK_SEED=$seed"
	ip link set lo up
	mkdir "$work/etc"
	nest
	inner=${nested[layers - 1]}
	for ((i = 0; i < layers; i++)); do
		personalities+=("$base-$i")
	done
	for ((i = 0; i < rounds; i++, seed++)); do
		change "$seed"
		python3 -B "$calls" questions "$seed" 300 >"$work/questions"
		python3 -B "$calls" call <"$work/questions" >"$work/plain"
		within "$inner" python3 -B "$calls" call <"$work/questions" >"$work/governed"
		persock -j explain --cgroup "$inner" -- - <"$work/questions" >"$work/explained"
		expect 300 eval "wc -l <$work/governed"
		expect 300 eval "wc -l <$work/explained"
		said=$(python3 -B "$calls" compare "$work"/{plain,governed,explained} 2>"$work/counted")
		[ -z "$said" ] || fail "seed $seed: $(head -n 5 <<<"$said")"
		echo "# $(<"$work/counted")"
	done
}

run_tests
