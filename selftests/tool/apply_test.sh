#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 300
#
# persock apply: what a folder says is loaded and attached, and nothing twice; a folder that is broken,
# or that the module refuses, leaves what was attached as it is.

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
	refused "cannot be read" persock apply "$folder/nowhere"
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

run_tests
