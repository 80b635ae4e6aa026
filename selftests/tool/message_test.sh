#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# What the tool says to who calls a command in a wrong way: the sentence names the argument, or shows the usage,
# and nothing changes. tool_test.sh has the messages about policies and the kernel.

# shellcheck disable=SC2154,SC2317 # ktap.sh sets the variables and calls the functions
# shellcheck source=../lib/ktap.sh
. "$(dirname "$(realpath "$0")")/../lib/ktap.sh"

# Each line: the arguments | what is said, literally.
says() {
	local arguments sentence said status
	while IFS='|' read -r arguments sentence; do
		[ -n "$arguments" ] || continue
		# shellcheck disable=SC2086 # the words of the line
		said=$(cd "$work" && persock $arguments 2>&1 </dev/null)
		status=$?
		[ "$status" -ne 0 ] || fail "persock $arguments: it succeeded"
		[[ $said == *"persock: $sentence"* ]] || fail "persock $arguments: said \"$said\", not \"$sentence\""
	done
}

prepare() {
	mkdir -p "$work"/{twice,nameless,bad,bad2}
	printf '%s\n' 'personality: a' 'base: host' | tee "$work/a.yaml" "$work/twice/a.yaml" >"$work/twice/b.yaml"
	echo 'base: host' >"$work/nameless/one.yaml"
	echo 'attachments: 5' >"$work/bad/attachments.yaml"
	echo 'attachments: [{cgroup: a}]' >"$work/bad2/attachments.yaml"
}

test_files() {
	prepare
	says <<-'END'
		check a.yaml b.yaml|check takes one file, not also "b.yaml"
		fmt|fmt needs a policy file, or - for the standard input: persock fmt FILE...
		fmt missing.yaml|missing.yaml: cannot be opened (No such file or directory)
		fmt .|.: cannot be read (Is a directory)
		diff|diff needs a policy file: persock diff FILE [NAME], or persock diff FILE|FOLDER...
		apply|apply needs policy files or a folder: persock apply [--dry-run] FILE|FOLDER...
		apply --watch --dry-run twice|apply takes --watch or --dry-run, not both
		apply --prune a.yaml|apply --prune is for folders, and "a.yaml" is none: it would remove whatever the file does not list
		apply twice|twice/b.yaml: the personality "a" is in twice/a.yaml already
		apply nameless|nameless/one.yaml: the key "personality" is missing
		apply bad|bad/attachments.yaml:1: attachments is a list of {cgroup: PATH, personality: NAME}
		apply bad2|bad2/attachments.yaml:1: an attachment is {cgroup: PATH, personality: NAME}
		apply missing|missing: cannot be opened (No such file or directory)
		personality add|personality add needs a policy file, or a name and --base: persock personality add FILE [NAME]
		personality add a.yaml n m|personality add takes a policy file and one name, not also "m"
		personality add n --base x m|personality add takes one name, not also "m"
		personality add a.yaml n --base x --base y|personality add takes one --base, not also "y"
		personality add missing|personality add needs --base, the personality whose policy "missing" copies, or a policy file: there is no file "missing"
	END
}

test_questions() {
	prepare
	cp "$work/a.yaml" "$work/a.yaml.txt"
	says <<-'END'
		explain --expect maybe a.yaml socket inet stream|--expect takes allow, ignore, deny or an errno, not "maybe"
		explain --cgroup /|explain needs an operation: persock explain --cgroup CGROUP -- OPERATION [ARGUMENT]...
		explain a.yaml|explain needs a policy and an operation: persock explain FILE|PERSONALITY -- OPERATION [ARGUMENT]...
		show a b|show takes one file or personality, not also "b"
		sockets a b|sockets takes one cgroup, not also "b"
		status x|status takes no arguments, not "x"
		metrics x|metrics takes no arguments, not "x"
		doctor x|doctor takes no arguments, not "x"
		why x|why takes no arguments, not "x"
		monitor x|monitor takes no arguments, not "x"
		top|top needs a terminal: "persock top --batch" prints text
		oci-hook x|oci-hook takes the state of a container on stdin, not "x"
		help a b|help takes one command, not also "b"
		keys x|keys takes no arguments, not "x"
		metrics -j|metrics writes OpenMetrics text, not JSON; "persock -j counters" writes JSON
		personality del|personality del needs a name: persock personality del NAME
		explain host -- connect tcp 10.1.2.3|"10.1.2.3" has no port: 10.1.2.3:443 and [2001:db8::1]:443 do
		explain host -- connect tcp 10.1.2.3:99999|"99999" is no port: a number from 0 to 65535
		show a.yaml.txt|"a.yaml.txt" was read as a personality: specify the file as "./a.yaml.txt"
		wrong|there is no command "wrong"; "persock help" lists them
	END
}

# The table has no line that a terminal would break, if names are as short as those of the presets.
test_width() {
	local width
	width=$(persock personality show | head -n 1 | sed 's/base .*//' | wc -m)
	expect "" sh -c "persock personality show | cut -c $((width + 1))- | grep '.\{$((80 - 13 + 1))\}'"
}

test_cgroups() {
	prepare
	says <<-'END'
		attach|attach needs a cgroup and a personality: persock attach CGROUP PERSONALITY
		attach a b c|attach takes a cgroup and a personality, not also "c"
		detach|detach needs a cgroup, or --all: persock detach CGROUP
		run|run needs a personality: persock run -p PERSONALITY -- COMMAND [ARGUMENT]...
		run -p a|run needs a command: persock run -p PERSONALITY -- COMMAND [ARGUMENT]...
		run -p a -p b -- true|run takes one personality, not also "b"
		names a b|names takes one cgroup at most, not also "b"
		names add c h 1.2.3.4.5|"1.2.3.4.5" is no address: 192.0.2.1 and 2001:db8::1 are
		names add c h 192.0.2.1 5 6|names add takes one TTL, not also "6"
		names del|names del needs a cgroup: persock names del CGROUP [HOST] [ADDRESS]
	END
}

test_recordings() {
	prepare
	says <<-'END'
		record|record needs a command or a cgroup: persock record -- COMMAND [ARGUMENT]..., or persock record CGROUP
		record --for 5m -- true|record --for is for a cgroup: a command is recorded until it ends
		record --for x /sys/fs/cgroup|--for takes a time such as 90s, 10m or 2h, not "x"
		record --generalise all -- true|--generalise takes ports, prefixes and wildcards, not "all"
		record -j -p host -- true|record -j writes facts, not a policy: leave out -p, --merge and --generalise
		record -p host --merge a.yaml -- true|record takes a base or a file to merge with, not both
	END
}

# A name that is empty or longer than any, bytes that are no text, and streams that cannot be written.
test_odd_arguments() {
	local long command
	printf -v long 'x%.0s' {1..5000}
	for command in check fmt diff apply; do
		expect "persock: the name of a file cannot be empty" persock "$command" ""
	done
	refused "^persock: $long: cannot be opened \(File name too long\)$" persock check "$long"
	refused '^persock: \\377\\376: cannot be opened' persock check $'\xff\xfe'
	for command in "" help keys "keys --schema" doctor personality\ show status; do
		refused "^persock: cannot write the output \(No space left on device\)$" \
			sh -c "persock ${command:--V} >/dev/full"
		refused "^persock: cannot write the output \(Bad file descriptor\)$" \
			sh -c "persock ${command:--V} >&-"
	done
	# What is written to a closed stream does not go into a file that has got its number.
	printf '%s\n' 'base:    host' >"$work/ugly.yaml"
	expect "" sh -c "persock fmt '$work/ugly.yaml' >&- <&-"
	expect "base: host" cat "$work/ugly.yaml"
	ok sh -c "persock help keys | grep -q schema"
	expect "$(persock help run)" persock run -h
	ok persock run -p host -- sh -c 'persock -V >/dev/null'
	expect "closed" sh -c 'persock run -p host -- sh -c "[ -e /proc/self/fd/0 ] || echo closed" <&-'
}

# The hook of container engines is given no container.
test_the_hook() {
	refused 'the state of the container has no process: is this a createRuntime hook' persock oci-hook <<<'{"annotations": {"io.persock.personality": "host"}}'
}

run_tests
