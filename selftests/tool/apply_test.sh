#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 300
# needs: python3
#
# persock apply: what files or a folder say is loaded and attached, and nothing twice; a file that is
# broken, or that the module refuses, leaves everything as it is. With --watch a folder is applied
# whenever it changes.

# shellcheck disable=SC2154,SC2317 # ktap.sh sets the variables and calls the functions
# shellcheck source=../lib/ktap.sh
. "$(dirname "$(realpath "$0")")/../lib/ktap.sh"

folder=$work/etc
root=$(cgroup_root)

# A folder with two policies, one of them attached to a cgroup that is not there yet.
new_folder() {
	rm -rf "$folder"
	mkdir "$folder"
	cat >"$folder/quiet.yaml" <<-END
		personality: $base-quiet
		base: none
	END
	cat >"$folder/web.yaml" <<-END
		personality: $base-web
		base: host
		connect:
		  default: EACCES
		  rules:
		    - {allow: 127.0.0.1}
	END
	printf 'attachments:\n- {cgroup: %s-a/b, personality: %s-quiet}\n' "$base" "$base" \
		>"$folder/attachments.yaml"
	personalities+=("$base-quiet" "$base-web")
	cgroups+=("$root/$base-a" "$root/$base-a/b")
}

first="add personality $base-quiet
add personality $base-web
attach $base-a/b: $base-quiet"

# The first run reports what it does, --dry-run reports it before, and the second run has nothing to
# do.
test_is_idempotent() {
	new_folder
	expect "$first" persock apply --dry-run "$folder"
	refused "not loaded" persock personality show "$base-web"
	[ ! -d "$root/$base-a" ] || fail "--dry-run has made a cgroup"
	expect "$first" persock apply "$folder"
	governs "$root/$base-a/b"
	expect "" persock apply "$folder"
	expect "" persock apply --dry-run "$folder"
	expect '{"dry_run":false,"changes":[]}' persock -j apply "$folder"
	ok persock detach "$root/$base-a/b"
	expect ok within "$root/$base-a/b" "$probe" tcp
	expect "attach $base-a/b: $base-quiet" persock apply "$folder"
	governs "$root/$base-a/b"
}

# What has changed is replaced, and --dry-run shows it; another personality is attached.
test_changes_what_has_changed() {
	local said
	new_folder
	ok persock apply "$folder"
	sed -i 's/127.0.0.1/127.0.0.2/' "$folder/web.yaml"
	said=$(persock apply --dry-run "$folder")
	grep -q '^-.*127.0.0.1' <<<"$said" || fail "what is loaded is not shown: $said"
	grep -q '^+.*127.0.0.2' <<<"$said" || fail "what is in the folder is not shown: $said"
	expect "set personality $base-web" persock apply "$folder"
	expect "" persock apply "$folder"
	# A denial is reported with a line of the file: it has to be the right one.
	sed -i '1i # a comment' "$folder/web.yaml"
	expect "set personality $base-web" persock apply "$folder"
	sed -i 's/-quiet}/-web}/' "$folder/attachments.yaml"
	expect "attach $base-a/b: $base-web" persock apply "$folder"
	expect "connect: EACCES" within "$root/$base-a/b" "$probe" tcp
}

# Whatever is wrong is reported at once, with file and line, and nothing is changed.
test_a_broken_folder_changes_nothing() {
	local said
	new_folder
	ok persock apply "$folder"
	governs "$root/$base-a/b"
	sed -i 's/base: none/base: host/' "$folder/quiet.yaml"
	sed -i 's/default: EACCES/default: EACES/' "$folder/web.yaml"
	echo '- {cgroup: x, personality: y, colour: z}' >>"$folder/attachments.yaml"
	said=$(persock apply "$folder" 2>&1) && fail "it has succeeded"
	grep -q "web.yaml:4:.*EACES" <<<"$said" || fail "no word of web.yaml: $said"
	grep -q "attachments.yaml:3:.*colour" <<<"$said" || fail "no word of attachments.yaml: $said"
	governs "$root/$base-a/b"
	new_folder
	echo "- {cgroup: $base-a, personality: nobody}" >>"$folder/attachments.yaml"
	sed -i 's/base: none/base: host/' "$folder/quiet.yaml"
	refused "attachments.yaml:3: no personality \"nobody\"" persock apply "$folder"
	governs "$root/$base-a/b"
	cp "$folder/web.yaml" "$folder/again.yaml"
	refused "again.yaml already" persock apply "$folder"
	echo "base: host" >"$folder/again.yaml"
	refused "\"personality\" is missing" persock apply "$folder"
	refused "nowhere: cannot be opened \(No such file" persock apply "$folder/nowhere"
}

# What the module refuses ends it, too: the provider is not registered.
test_a_refusal_leaves_attachments() {
	new_folder
	ok persock apply "$folder"
	echo "providers: [nobody]" >>"$folder/quiet.yaml"
	sed -i 's/-quiet}/-web}/' "$folder/attachments.yaml"
	refused "quiet.yaml:3: no provider" persock apply "$folder"
	governs "$root/$base-a/b"
}

# Personalities are changed together: if one of them cannot be, none is.
test_changes_all_or_none() {
	new_folder
	ok persock apply "$folder"
	sed -i 's/base: none/base: host/' "$folder/quiet.yaml"
	echo "providers: [nobody]" >>"$folder/web.yaml"
	refused "web.yaml:7: no provider" persock apply "$folder"
	governs "$root/$base-a/b"
	sed -i '$d; s/127.0.0.1/127.0.0.2/' "$folder/web.yaml"
	expect "set personality $base-quiet
set personality $base-web" persock apply "$folder"
	expect ok within "$root/$base-a/b" "$probe" tcp
	expect "" persock apply "$folder"
}

# Two layers change in one command: the outer one no longer denies what the inner one now does.
test_changes_layers() {
	new_folder
	sed -i 's/base: none/base: host/' "$folder/quiet.yaml"
	sed -i 's/127.0.0.1/127.0.0.2/' "$folder/web.yaml"
	echo "- {cgroup: $base-a, personality: $base-web}" >>"$folder/attachments.yaml"
	ok persock apply "$folder"
	expect "connect: EACCES" within "$root/$base-a/b" "$probe" tcp
	sed -i 's/127.0.0.2/127.0.0.1/' "$folder/web.yaml"
	echo "connect: {default: EPERM}" >>"$folder/quiet.yaml"
	expect "set personality $base-quiet
set personality $base-web" persock apply "$folder"
	expect "connect: EPERM" within "$root/$base-a/b" "$probe" tcp
}

# A cgroup that is delegated otherwise is attached again.
test_delegates() {
	new_folder
	sed -i 's/-quiet}/-quiet, delegate: full}/' "$folder/attachments.yaml"
	echo "- {cgroup: $base-a, personality: $base-web}" >>"$folder/attachments.yaml"
	expect "add personality $base-quiet
add personality $base-web
attach $base-a/b: $base-quiet, delegated in full
attach $base-a: $base-web" persock apply "$folder"
	expect "" persock apply "$folder"
	sed -i 's/ full}/ none}/' "$folder/attachments.yaml"
	expect "attach $base-a/b: $base-quiet" persock apply --dry-run "$folder"
	expect "attach $base-a/b: $base-quiet" persock apply "$folder"
	sed -i 's/, delegate: none//' "$folder/attachments.yaml"
	expect "" persock apply "$folder"
	sed -i 's/-quiet}/-quiet, delegate: some}/' "$folder/attachments.yaml"
	refused 'attachments.yaml:2: delegate is none or full, not "some"' persock apply "$folder"
	sed -i 's/delegate: some/delegate: [full]/' "$folder/attachments.yaml"
	refused 'attachments.yaml:2: none or full is expected here, not a list' persock apply "$folder"
}

# With --prune what the folder does not know goes, without it it stays.
test_prunes() {
	local other own
	new_folder
	new_cgroup other other
	new_personality own none
	ok persock attach "$other" "$own"
	ok persock apply "$folder"
	governs "$other"
	expect "detach /$(basename "$other"): $own
delete personality $own" persock apply --dry-run --prune "$folder"
	governs "$other"
	expect "detach /$(basename "$other"): $own
delete personality $own" persock apply --prune "$folder"
	expect ok within "$other" "$probe" tcp
	refused "not loaded" persock personality show "$own"
	governs "$root/$base-a/b"
}

# Files are one set: if one of them is broken or refused, none is loaded.
test_files_are_one_set() {
	new_folder
	expect "add personality $base-web
add personality $base-quiet" persock apply "$folder/web.yaml" "$folder/quiet.yaml"
	expect "" persock apply "$folder/web.yaml" "$folder/quiet.yaml"
	[ ! -d "$root/$base-a" ] || fail "attachments of the folder were read"
	sed -i 's/base: none/base: host/' "$folder/quiet.yaml"
	sed -i 's/default: EACCES/default: EACES/' "$folder/web.yaml"
	refused "web.yaml:4:.*EACES" persock apply "$folder/quiet.yaml" "$folder/web.yaml"
	expect "listen: EACCES (default of listen)" persock explain "$base-quiet" -- listen
	ok persock personality del "$base-web"
	ok persock personality del "$base-quiet"
	sed -i 's/EACES/EACCES/' "$folder/web.yaml"
	echo "providers: [nobody]" >>"$folder/web.yaml"
	expect "add personality $base-quiet
persock: $folder/web.yaml:7: no provider called \"nobody\" is registered
delete personality $base-quiet" persock apply "$folder/quiet.yaml" "$folder/web.yaml"
	refused "not loaded" persock personality show "$base-quiet"
	sed -i '$d' "$folder/web.yaml"
	expect "add personality $base-web" persock apply - <"$folder/web.yaml"
	sed -i 's/base: host/base: none/' "$folder/quiet.yaml"
	expect "add personality $base-quiet
attach $base-a/b: $base-quiet" persock apply "$folder/quiet.yaml" "$folder/attachments.yaml"
	governs "$root/$base-a/b"
	refused "web.yaml.*already" persock apply "$folder" "$folder/web.yaml"
	refused "attached in $folder/attachments.yaml:2 already" persock apply "$folder"/attachments.yaml{,}
	refused "prune is for folders.*web.yaml" persock apply --prune "$folder/web.yaml"
	governs "$root/$base-a/b"
}

watch() { # [OPTION]...: watch the folder; $watcher is the process
	: >"$work/events"
	persock apply --watch "$@" "$folder" >"$work/events" 2>"$work/complaints" &
	watcher=$!
}

event() { # NUMBER TEXT: the line of this number
	eventually sh -c "[ \$(wc -l <'$work/events') -ge $1 ]"
	expect "$2" sed -n "$1p" "$work/events"
}

# It ends by itself.
no_more() { # EVENTS
	kill "$watcher"
	wait "$watcher" || fail "exit status $? after SIGTERM"
	expect "$1" sh -c "wc -l <'$work/events'"
	expect "" cat "$work/complaints"
}

# Whatever changes is applied, as a whole; what is broken or refused changes nothing.
test_watches() {
	new_folder
	watch
	event 1 "applied $folder: add personality $base-quiet, add personality $base-web, attach $base-a/b: $base-quiet"
	governs "$root/$base-a/b"
	sed 's/127.0.0.1/127.0.0.2/' "$folder/web.yaml" >"$work/web.yaml"
	mv "$work/web.yaml" "$folder/web.yaml"
	event 2 "applied $folder: set personality $base-web"
	# Written in place, by parts: nothing is read before it is closed.
	{
		sed 's/base: none/base: host/' "$folder/web.yaml" >"$work/whole"
		head -c 30 "$work/whole"
		sleep 0.5
		tail -c +31 "$work/whole"
		echo "listen: allow"
	} >"$folder/new.yaml.part"
	sed "s/$base-web/$base-new/" "$folder/new.yaml.part" >"$folder/new.yaml"
	personalities+=("$base-new")
	event 3 "applied $folder: add personality $base-new"
	# One of two is broken: the other one is not applied.
	sed -i 's/127.0.0.2/127.0.0.3/' "$folder/web.yaml"
	event 4 "applied $folder: set personality $base-web"
	mkdir "$work/next"
	sed 's/base: none/base: host/' "$folder/quiet.yaml" >"$work/next/quiet.yaml"
	sed 's/EACCES/EACES/' "$folder/new.yaml" >"$work/next/new.yaml"
	mv "$work"/next/* "$folder"
	eventually sh -c "tail -n 1 '$work/events' | grep -q '^failed $folder: $folder/new.yaml:4:.*EACES'"
	governs "$root/$base-a/b"
	sed -i 's/EACES/EPERM/' "$folder/new.yaml"
	event 6 "applied $folder: set personality $base-new, set personality $base-quiet"
	expect ok within "$root/$base-a/b" "$probe" tcp
	# Without --prune what is removed stays loaded.
	rm "$folder/new.yaml"
	event 7 "applied $folder: no changes"
	ok persock personality show "$base-new"
	no_more 7
}

# The same file again and again, each time in the way of a ConfigMap: ..data leads to another folder.
swap() { # TIME
	local name
	ok mkdir "$folder/..$1"
	ok cp "$work/map/"* "$folder/..$1"
	ok ln -s "..$1" "$folder/..data_tmp"
	ok mv -T "$folder/..data_tmp" "$folder/..data"
	for name in "$work/map/"*; do
		[ -e "$folder/${name##*/}" ] || ln -s "..data/${name##*/}" "$folder/${name##*/}"
	done
}

test_watches_a_config_map() {
	new_folder
	mv "$folder" "$work/map"
	mkdir "$folder"
	swap 1
	watch --metrics "$work/apply.prom"
	event 1 "applied $folder: add personality $base-quiet, add personality $base-web, attach $base-a/b: $base-quiet"
	sed -i 's/base: none/base: host/' "$work/map/quiet.yaml"
	sed -i 's/127.0.0.1/127.0.0.2/' "$work/map/web.yaml"
	swap 2
	rm -r "$folder/..1"
	event 2 "applied $folder: set personality $base-quiet, set personality $base-web"
	ok python3 "$here/openmetrics.py" "$work/apply.prom" "m('persock_apply_success', folder='$folder') == 1" \
		"m('persock_apply_last_failure_timestamp_seconds', folder='$folder') == 0"
	sed -i 's/EACCES/EACES/' "$work/map/web.yaml"
	swap 3
	eventually sh -c "sed -n 3p '$work/events' | grep -q '^failed $folder: $folder/..3/web.yaml:4:'"
	expect "connect tcp 127.0.0.2:1: allow (rule 1 of connect, line 6)" persock explain "$base-web" -- connect tcp 127.0.0.2:1
	eventually grep -q 'result="failure"} [1-9]' "$work/apply.prom"
	ok python3 "$here/openmetrics.py" "$work/apply.prom" "m('persock_apply_success', folder='$folder') == 0" \
		"m('persock_apply_last_failure_timestamp_seconds', folder='$folder') > 1600000000" \
		"m('persock_apply_last_success_timestamp_seconds', folder='$folder') > 1600000000" \
		"m('persock_apply_attempts_total', folder='$folder', result='success') == 2"
	# A file that goes is a link to nothing for a while.
	rm "$work/map/web.yaml"
	swap 4
	eventually sh -c "sed -n 4p '$work/events' | grep -q '^applied'"
	no_more 4
	[ ! -e "$work/apply.prom" ] || fail "metrics of nobody"
}

# JSON: a line for each event. A folder that is away is no empty folder, and nothing is pruned.
test_watches_in_json() {
	local own
	new_folder
	watch --prune --pretty
	eventually [ -s "$work/events" ]
	mv "$folder" "$work/away"
	eventually grep -q '"applied":false' "$work/events"
	governs "$root/$base-a/b"
	new_personality own none
	mv "$work/away" "$folder"
	# Nothing tells that it is back: the next attempt finds it.
	eventually grep -q "\"change\":\"delete\",\"personality\":\"$own\"" "$work/events"
	refused "not loaded" persock personality show "$own"
	rm "$folder"/*
	eventually grep -q "\"change\":\"detach\",\"cgroup\":\"/$base-a/b\"" "$work/events"
	python3 -c '
import json, sys
lines = [json.loads(line) for line in sys.stdin]
assert [line["applied"] for line in lines][:3] == [True, False, True], lines
assert all(line["folder"] and line["time"] for line in lines), lines
assert not lines[0]["errors"] and "cannot be" in lines[1]["errors"][0], lines' <"$work/events" 2>"$work/err" ||
		fail "$(tail -n 1 "$work/err")"
	kill "$watcher"
	wait "$watcher" || fail "exit status $?"
}

test_watch_refuses() {
	new_folder
	refused "takes one folder, not also \"b\"" persock apply --watch "$folder" b
	refused "is no folder, and only folders" persock apply --watch "$folder/web.yaml"
	refused "--watch or --dry-run" persock apply --watch --dry-run "$folder"
	refused "--metrics is for --watch" persock apply --metrics "$work/x" "$folder"
	refused 'cannot write "/nowhere/x" ' persock apply --watch --metrics /nowhere/x "$folder"
}

run_tests
