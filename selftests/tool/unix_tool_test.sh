#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 300
# needs: python3 util-linux
#
# The tool on policies with rules on AF_UNIX: what is loaded is shown again, explain says what the
# kernel does, monitor and run --report name what was refused, and record writes what was reached.

# shellcheck disable=SC2154,SC2317 # ktap.sh sets the variables and calls the functions
# shellcheck source=../lib/ktap.sh
. "$(dirname "$(realpath "$0")")/../lib/ktap.sh"

servers=()
folder=/run/$base

final() {
	[ ${#servers[@]} -eq 0 ] || kill "${servers[@]}"
	rm -rf "$folder"
}

policy() { # NAME: write $work/NAME.yaml, a policy of the personality $base-NAME
	personalities+=("$base-$1")
	cat >"$work/$1.yaml" <<-END
		personality: $base-$1
		base: host
		unix:
		  rights: governed
		  connect:
		    default: EACCES
		    rules:
		      - allow: $folder/*
		      - {deny: $folder/docker.sock, errno: EPERM}
		      - allow: ["@$base-*", unnamed]
		      - allow: {path: /tmp/*, type: [stream, dgram], peer: same}
		      - allow: {abstract: "@$base\\\\x00\\\\xff", peer: /}
		  bind:
		    default: EPERM
		    rules:
		      - {deny: $folder/x*, errno: EROFS}
		      - allow: [/tmp/*, $folder/*]
	END
}

deeds() { # DEED...: what becomes of them, in one line
	python3 "$data/local_sockets.py" "$@" 2>&1 | tr '\n' ' ' | sed 's/ $//'
}

governed() { # DEED...: the same in $cgroup
	within "$cgroup" python3 "$data/local_sockets.py" "$@" 2>&1 | tr '\n' ' ' | sed 's/ $//'
}

# Servers that nothing governs.
serve() {
	[ ${#servers[@]} -eq 0 ] || return 0
	mkdir -p "$folder"
	python3 "$data/local_sockets.py" "serve:$folder/docker.sock" "serve:$folder/bus" \
		"serve:@$base-bus" "serve:@other-$base" wait >"$work/serving" &
	servers+=($!)
	eventually grep -q waiting "$work/serving"
	! grep -vq 'done\|waiting' "$work/serving" || fail "no server: $(cat "$work/serving")"
}

test_shown() {
	policy a
	ok persock personality add "$work/a.yaml"
	persock show "$work/a.yaml" >"$work/file.yaml"
	persock personality show "$base-a" | sed 1d >"$work/shown.yaml"
	diff <(sed -n '/^unix:/,/^[a-t]/p' "$work/file.yaml") <(sed -n '/^unix:/,/^[a-t]/p' "$work/shown.yaml") \
		>"$work/difference" || fail "$(cat "$work/difference")"
	grep -qF '{path: /tmp/*, type: dgram, peer: same}' "$work/shown.yaml" || fail "$(cat "$work/shown.yaml")"
	grep -qF "abstract: '@$base\\x00\\xff', peer: /" "$work/shown.yaml" || fail "$(cat "$work/shown.yaml")"
	grep -q '  rights: governed' "$work/shown.yaml" || fail "governed is not shown"
	ok persock personality set "$work/shown.yaml"
	expect "$(cat "$work/shown.yaml")" bash -c "persock personality show $base-a | sed 1d"
	# Lines are those of the file: the other one differs.
	mkdir "$work/folder"
	mv "$work/a.yaml" "$work/folder"
	[[ $(persock apply "$work/folder" 2>/dev/null) == *"$base-a"* ]] || fail "apply sees no difference of lines"
	[ -z "$(persock apply "$work/folder" 2>/dev/null)" ] || fail "apply changes what is applied already"
	# A loaded personality is a base whose rules stay.
	printf 'base: %s\nunix: {connect: {rules: [{deny: /x}]}}\n' "$base-a" >"$work/above.yaml"
	[ "$(persock show "$work/above.yaml" | grep -cE "docker.sock|deny: /x")" = 2 ] ||
		fail "$(persock show "$work/above.yaml" 2>&1)"
}

test_explained() {
	local deed said
	serve
	policy b
	ok persock personality add "$work/b.yaml"
	new_cgroup cgroup b
	ok persock attach "$cgroup" "$base-b"
	deeds=("connect:$folder/docker.sock" "connect:$folder/bus" "connect:@$base-bus" "connect:@other-$base" pair)
	expect "done done done done done" deeds "${deeds[@]}"
	expect "EPERM done done EACCES done" governed "${deeds[@]}"
	for deed in "${deeds[@]}"; do
		said=$(governed "$deed")
		if [ "$deed" = pair ]; then
			set -- pair unix stream
		else
			set -- "${deed%%:*}" unix "${deed#*:}"
		fi
		ok persock explain --cgroup "$cgroup" --expect "${said/done/allow}" -- "$@"
	done
	# What the cgroup has made itself.
	expect "done done" deeds "serve:/tmp/$base-1" "connect:/tmp/$base-1"
	rm -f "/tmp/$base-1"
	expect "done done" governed "serve:/tmp/$base-2" "connect:/tmp/$base-2"
	ok persock explain --cgroup "$cgroup" --expect allow --peer same -- connect unix "/tmp/$base-2"
	ok persock explain --cgroup "$cgroup" --expect EACCES -- connect unix "/tmp/$base-2"
	ok persock explain --cgroup "$cgroup" --expect allow --peer "/${cgroup##*/}/x" -- connect unix "/tmp/$base-2"
	rm -f "/tmp/$base-2"
	# Names to bind.
	expect "done done" deeds "serve:$folder/xyz" "serve:@$base-x"
	rm -f "$folder/xyz"
	expect "EROFS EPERM" governed "serve:$folder/xyz" "serve:@$base-x"
	ok persock explain --cgroup "$cgroup" --expect EROFS -- bind unix "$folder/xyz"
	ok persock explain --cgroup "$cgroup" --expect EPERM -- bind unix "@$base-x"
}

test_monitor() {
	serve
	policy c
	ok persock personality add "$work/c.yaml"
	new_cgroup cgroup c
	ok persock attach "$cgroup" "$base-c"
	persock monitor --cgroup "$cgroup" --count 2 >"$work/monitor" 2>"$work/begun" &
	eventually grep -q monitoring "$work/begun"
	expect "EPERM EACCES" governed "connect:$folder/docker.sock" "connect:@other-$base"
	wait $!
	grep -q " connect unix/stream $folder/docker.sock: EPERM (unix.connect rule 2, line 9)" "$work/monitor" ||
		fail "$(cat "$work/monitor")"
	grep -q " connect unix/stream @other-$base: EACCES (unix.connect default)" "$work/monitor" ||
		fail "$(cat "$work/monitor")"
	persock -j monitor --cgroup "$cgroup" --count 1 >"$work/monitor" 2>"$work/begun" &
	eventually grep -q monitoring "$work/begun"
	expect EPERM governed "connect:$folder/docker.sock"
	wait $!
	grep -q "\"section\":\"unix.connect\",.*\"unix_name\":\"$folder/docker.sock\"" "$work/monitor" ||
		fail "$(cat "$work/monitor")"
}

test_report() {
	serve
	policy d
	ok persock personality add "$work/d.yaml"
	persock run -p "$base-d" --report -- python3 "$data/local_sockets.py" "connect:$folder/docker.sock" \
		"connect:$folder/docker.sock" "serve:@$base-x" >"$work/out" 2>"$work/said"
	expect "EPERM EPERM EPERM" sh -c "tr '\n' ' ' <$work/out | sed 's/ \$//'"
	grep -qx "persock: refused: connect, AF_UNIX socket $folder/docker.sock: 2 times" "$work/said" ||
		fail "$(cat "$work/said")"
	grep -qx "persock: refused: bind, AF_UNIX socket @$base-x: 1 time" "$work/said" || fail "$(cat "$work/said")"
}

test_record() {
	local file=$work/recorded.yaml
	serve
	ok persock record -o "$file" -- python3 "$data/local_sockets.py" "connect:$folder/bus" "connect:@$base-bus" \
		pair "serve:$folder/own"
	rm -f "$folder/own"
	ok persock check "$file"
	grep -q "    - {allow: $folder/bus}  *# 1 time, python3" "$file" || fail "$(sed -n '/^unix/,$p' "$file")"
	grep -q "{allow: '@$base-bus'}\|{allow: \"@$base-bus\"}" "$file" || fail "$(sed -n '/^unix/,$p' "$file")"
	grep -q "{allow: unnamed}" "$file" || fail "$(sed -n '/^unix/,$p' "$file")"
	grep -q "{allow: $folder/own}" "$file" || fail "$(sed -n '/^unix/,$p' "$file")"
	! grep -q docker "$file" || fail "what was not done is allowed"
	personalities+=("$base-recorded")
	ok persock personality add "$file" "$base-recorded"
	new_cgroup cgroup recorded
	ok persock attach "$cgroup" "$base-recorded"
	expect "done done done done EACCES" governed "connect:$folder/bus" "connect:@$base-bus" pair \
		"serve:$folder/own" "connect:$folder/docker.sock"
	rm -f "$folder/own"
	ok persock record --generalise prefixes -o "$file" -- python3 "$data/local_sockets.py" \
		"connect:$folder/bus" "connect:$folder/docker.sock"
	grep -q "{allow: $folder/\*}  *# 2 times" "$file" || fail "$(sed -n '/^unix/,$p' "$file")"
}

run_tests
