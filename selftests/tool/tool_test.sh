#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 300
# needs: python3
#
# The persock tool: what it says, what it refuses, what it leaves behind. Runs as root where
# persock is loaded and the tool is in the path, with nothing attached. Prints KTAP.

set -uo pipefail
shopt -s nullglob

work=$(mktemp -d)
root=
while read -r _ point type _; do
	[ "$type" != cgroup2 ] || root=$point
done </proc/self/mounts
if [ -z "$root" ] || ! command -v persock >/dev/null; then
	echo "TAP version 13"
	echo "1..0 # SKIP no cgroup v2 hierarchy, or no persock tool"
	exit 4
fi
cg=$root/tool-test
own=$(sed -n 's/^0:://p' /proc/self/cgroup)
own=$root${own%/}	# where persock run makes its cgroups

cleanup() {
	local dir
	umount "$work/v1"
	for dir in "$root"/tool-test* "$own"/persock-run-*; do
		[ ! -d "$dir" ] || {
			echo 1 >"$dir/cgroup.kill"
			persock detach "$dir"
			find "$dir" -depth -type d -exec rmdir {} +
		}
	done
	for name in tool-a tool-b; do
		persock personality del "$name"
	done
	rm -rf "$work"
} >/dev/null 2>&1
trap cleanup EXIT

# --- checking ---------------------------------------------------------------------------------

why=
fail() { # with the line of the test that has called this, or a function that checks
	why="${why:+$why; }$(basename "$0"):${BASH_LINENO[-3]}: $*"
	return 1
}

same() { # WHAT SEEN WANTED
	[ "$2" = "$3" ] || fail "$1 is '$2', not '$3'"
}

# Run the tool: $status, $out and $err are what came of it.
tool() {
	persock "$@" >"$work/out" 2>"$work/err"
	status=$?
	out=$(<"$work/out") err=$(<"$work/err")
}

quiet() { # ARGUMENT...: it succeeds and says nothing
	tool "$@"
	same "exit status of $*" "$status" 0
	same "output of $*" "$out$err" ""
}

# It fails with this exit status, on stderr there is one sentence that begins with "persock: "
# and matches the pattern, and on stdout there is nothing.
refused() { # STATUS PATTERN ARGUMENT...
	local wanted=$1 pattern=$2
	shift 2
	tool "$@"
	same "exit status of $*" "$status" "$wanted"
	same "output of $*" "$out" ""
	# shellcheck disable=SC2053 # it is a pattern
	[[ $err == "persock: "$pattern && $err != *$'\n'* ]] ||
		fail "$* says '$err', not 'persock: $pattern'"
}

# Nothing that a run makes is there any more.
no_traces() {
	local left=("$own"/persock-run-*)
	same "number of cgroups left" "${#left[@]}" 0
	tool personality show
	[[ $out != *.run-* ]] || fail "a transient personality is left"
	tool status
	[[ $'\n'$out$'\n' == *$'\nattachments: none\n'* ]] || fail "an attachment is left: $out"
}

json() { # EXPRESSION ARGUMENT...: what Python thinks of the tool's JSON, which is called d
	local expression=$1
	shift
	tool "$@"
	same "exit status of $*" "$status" 0
	python3 -I -S -c 'import json, sys
d = json.load(open(sys.argv[1], encoding="utf-8"))
sys.exit(not eval("(" + sys.argv[2] + ")"))' "$work/out" "$expression" ||
		fail "not $expression in the output of $*: $out"
}

# --- bad usage --------------------------------------------------------------------------------

bad_usage() {
	local long
	printf -v long 'x%.0s' {1..64}
	refused 2 "a command is needed*"
	refused 2 'there is no command "statsu"*' statsu
	refused 2 "unknown option -x" -x
	refused 2 "unknown option -p" -p status
	refused 2 "unknown option -p" status -p
	refused 2 "unknown option --nonsense" --nonsense status
	refused 2 "status takes no arguments*" status now
	refused 2 "unknown option --all" attach --all "$root" host
	refused 2 "attach needs*" attach
	refused 2 "attach needs*" attach "$root"
	refused 2 'attach takes*"more"' attach "$root" host more
	refused 2 '--delegate takes none or full, not "some"' attach --delegate some "$root" host
	refused 2 "option --delegate needs a value" attach --delegate
	refused 2 "detach needs*" detach
	refused 2 "detach takes --all or*" detach --all "$root"
	refused 2 "option --all=x takes no value" detach --all=x
	refused 2 'detach takes one*"b"' detach a b
	refused 2 'counters takes*"b"' counters a b
	refused 2 "personality needs one of*" personality
	refused 2 'personality needs one of*"list"' personality list
	refused 2 "personality add needs a policy file*" personality add --base host
	refused 2 "personality set needs a policy file*" personality set
	refused 2 'personality set takes a policy file and one name*"c"' personality set ./a b c
	refused 2 'check takes one file*"b"' check a b
	refused 2 'show takes one*"b"' show a b
	refused 2 "show needs a cgroup, or several policies*" show --effective
	refused 2 "explain needs a policy and an operation*" explain host
	refused 2 "explain needs a policy and an operation*" explain host none --
	refused 2 "explain needs an operation*" explain --cgroup "$root"
	refused 2 'explain knows no operation "conect"*' explain host none -- conect
	refused 2 'explain knows no operation "conect": did you mean connect?' explain host -- conect
	refused 2 'connect is written*' explain host -- connect tcp
	refused 2 '"tpc" is not a protocol: did you mean tcp?' explain host -- connect tpc 10.0.0.1:1
	refused 2 '"10.0.0.256" is no address*' explain host -- connect tcp 10.0.0.256:1
	refused 2 '"65536" is no port*' explain host -- connect tcp 10.0.0.1:65536
	refused 2 '"SO_ERORR" is no name of level SOL_SOCKET: did you mean SO_ERROR?' \
		explain host -- getsockopt SOL_SOCKET/SO_ERORR
	refused 2 '"unx" is not a family: did you mean unix?' explain --family unx host -- mmap
	refused 2 "monitor takes no arguments*" monitor now
	refused 2 "--count takes a number*" monitor --count 0
	refused 2 'there is no operation "conect": did you mean connect?' monitor --operation conect
	refused 2 "*has something else" monitor --personality "a b"
	refused 1 'there is no cgroup "/nowhere"' monitor --cgroup /nowhere
	refused 2 "personality add needs --base*" personality add tool-a
	refused 2 "option --base needs a value" personality add tool-a --base
	refused 2 'personality add takes one --base*"none"' personality add tool-a --base host --base none
	refused 2 'personality add takes one name*"tool-b"' personality add tool-a tool-b --base host
	refused 2 "personality del needs*" personality del
	refused 2 'show takes one*"b"' personality show a b
	refused 2 "run needs a personality*" run -- true
	refused 2 "run needs a command*" run -p host
	refused 2 "run needs a command*" run -p host --
	refused 2 "option -p needs a value" run -p
	refused 2 'run takes one personality*"none"' run -p host -p none -- true
	refused 2 '*cannot be empty' attach "$root" ""
	refused 2 '*has something else' attach "$root" "a b"
	refused 2 '*has something else' personality add "a/b" --base host
	refused 2 '*has something else' personality add $'a\nb' --base host
	refused 2 '*has something else' personality add tool-a --base host --provider "ä"
	refused 2 "*does not begin with '-'*" personality del -- -a
	refused 2 '*at most 63 characters*' personality add "$long" --base host
	no_traces
}

# --- cgroups ----------------------------------------------------------------------------------

missing_cgroup() {
	refused 1 'there is no cgroup "/nowhere/at/all"' attach /nowhere/at/all host
	refused 1 "there is no cgroup \"tool-nowhere\": neither*\"$root/tool-nowhere\" exists" \
		attach tool-nowhere host
	refused 1 'there is no cgroup ""' attach "" host
	refused 1 'there is no cgroup "/nowhere"' detach /nowhere
	refused 1 'there is no cgroup "/nowhere"' counters /nowhere
	refused 1 'there is no cgroup "/nowhere"' explain --cgroup /nowhere -- listen
	refused 1 'there is no cgroup "/nowhere"' show --effective /nowhere
}

cgroup_v1() {
	mkdir -p "$work/v1"
	mount -t cgroup -o none,name=persock-tool-test none "$work/v1" ||
		fail "cannot mount a cgroup v1 hierarchy"
	refused 1 "\"$work/v1\" is a cgroup v1 directory; persock governs cgroup v2 only" \
		attach "$work/v1" host
	umount "$work/v1"
}

not_a_cgroup() {
	refused 1 "\"$work\" is not a cgroup*" attach "$work" host
	refused 1 "*procs\" is not a directory*" attach "$root/cgroup.procs" host
	refused 1 "\"$work\" is not a cgroup*" detach "$work"
}

attach_and_detach() {
	local id
	mkdir "$cg" "$cg/below"
	id=$(stat -c %i "$cg")
	quiet attach "$cg" host
	tool status
	[[ $out == *"/tool-test -> host (id:$id)"* ]] || fail "status does not show it: $out"
	[[ $out == *"interception points: armed"* ]] || fail "status does not say armed: $out"
	quiet attach "$cg" none
	tool counters "$cg"
	[[ $out == "/tool-test -> none (id:$id)"* ]] || fail "it was not re-attached: $out"
	quiet attach tool-test/below host
	(cd "$cg" && exec persock detach below) || fail "a relative path is not found"
	quiet detach "id:$id"
	refused 1 "cgroup \"id:$id\": not attached*" detach "id:$id"
	refused 1 "cgroup \"$cg\": not attached*" detach "$cg"
	refused 1 "cgroup \"$cg\": not attached*" counters "$cg"
	quiet attach "$cg" host
	quiet attach "$cg/below" none
	quiet detach --all
	quiet detach --all
	rmdir "$cg/below" "$cg"
	no_traces
}

# The policies of the two layers, and of a third that starts anew.
layer_files() {
	printf '%s\n' 'personality: tool-a' 'base: host' 'connect:' '  rules: [{deny: 127.0.0.9, errno: EPERM}]' \
		'options: {set: {deny: [SOL_SOCKET/SO_MARK], ignore: [SOL_SOCKET/SO_PRIORITY]}}' >"$work/a.yaml"
	printf '%s\n' 'personality: tool-b' 'base: host' 'connect:' '  default: EACCES' \
		'  rules: [{allow: 127.0.0.9, protocol: tcp}, {allow: 127.0.0.8}]' \
		'options: {set: {allow: [SOL_SOCKET/SO_MARK]}}' >"$work/b.yaml"
	quiet personality add "$work/a.yaml"
	quiet personality add "$work/b.yaml"
}

# Whatever is attached above a cgroup governs it, and is shown.
layers() {
	local id below
	layer_files
	mkdir -p "$cg/below/more"
	id=$(stat -c %i "$cg") below=$(stat -c %i "$cg/below")
	refused 1 "\"$cg/below\" is not governed: neither it nor a cgroup above it is attached" \
		show --effective "$cg/below"
	refused 1 '"tool-test" is not governed*' explain --cgroup tool-test -- listen
	refused 1 "\"id:$id\" is not attached" explain --cgroup "id:$id" -- listen
	# The inner one first: the module lists it first.
	quiet attach "$cg/below" tool-b
	quiet attach "$cg" tool-a
	tool status
	[[ $out == *"
attachments:
  /tool-test         -> tool-a (id:$id)
    /tool-test/below -> tool-b (id:$below), layers: tool-a, tool-b
providers:"* ]] || fail "status draws no tree: $out"
	json "{a['path']: (a['layers'], a['delegate']) for a in d['attachments']} ==
{'/tool-test': ([$id], 'none'), '/tool-test/below': ([$id, $below], 'none')}" -j status
	json "d['layers'] == [$id, $below] and d['delegate'] == 'none'" -j counters "$cg/below"

	tool show --effective "$cg/below/more"
	same "the comments" "$(grep '^#' <<<"$out")" "# $cg/below/more is not attached: it is governed as /tool-test/below
# layer 1 of 2: /tool-test, personality tool-a
# layer 2 of 2: /tool-test/below, personality tool-b
# never reached: rule 1 of options.set, SOL_SOCKET/SO_MARK (line 6): denied by layer 1, rule 2 of options.set (line 5)
# never reached: rule 1 of connect (line 5): denied by layer 1, rule 1 of connect (line 4)"
	json "[l['personality'] for l in d['layers']] == ['tool-a', 'tool-b'] and d['attached'] and
[l['cgroup_id'] for l in d['layers']] == [$id, $below] and d['layers'][0]['never_reached'] == [] and
d['layers'][1]['never_reached'][1] == {'section': 'connect', 'rule': 1, 'line': 5, 'layer': 1,
'denied_by': 'connect', 'denied_by_rule': 1, 'denied_by_line': 4}" -j show --effective "$cg/below"

	printf '%s\n' 'connect tcp 127.0.0.9:1' 'connect tcp 127.0.0.7:1' 'setsockopt SOL_SOCKET/SO_PRIORITY' |
		persock explain --cgroup "$cg/below/more" -- - >"$work/out" || fail "explain fails"
	same "the layers' answers" "$(<"$work/out")" \
		"layer 1 of 2: /tool-test, personality tool-a: EPERM (rule 1 of connect, line 4)
layer 2 of 2: /tool-test/below, personality tool-b: allow (rule 1 of connect, line 5)
connect tcp 127.0.0.9:1: EPERM (layer 1: rule 1 of connect, line 4)
layer 1 of 2: /tool-test, personality tool-a: allow (default of connect)
layer 2 of 2: /tool-test/below, personality tool-b: EACCES (default of connect)
connect tcp 127.0.0.7:1: EACCES (layer 2: default of connect)
layer 1 of 2: /tool-test, personality tool-a: ignore (rule 1 of options.set, line 5)
layer 2 of 2: /tool-test/below, personality tool-b: allow (default of options.set)
setsockopt SOL_SOCKET/SO_PRIORITY: ignore (layer 1: rule 1 of options.set, line 5)"
	json "d['operation'] == 'connect' and d['verdict'] == 'deny' and d['errno_name'] == 'EPERM' and
d['layer'] == 1 and d['line'] == 4 and [l['verdict'] for l in d['layers']] == ['deny', 'allow'] and
d['layers'][0] == {'cgroup_id': $id, 'path': '/tool-test', 'personality': 'tool-a', 'verdict': 'deny',
'errno': 1, 'errno_name': 'EPERM', 'mode': 'enforce', 'section': 'connect', 'default': False, 'rule': 1,
'line': 4}" -j explain --cgroup "id:$below" -- connect tcp 127.0.0.9:1

	# And so does the module answer.
	bash -c 'echo $$ >"$1/cgroup.procs"; : >/dev/tcp/127.0.0.9/1' bash "$cg/below/more" 2>"$work/err"
	[[ $(<"$work/err") == *"Operation not permitted"* ]] || fail "the outer layer: $(<"$work/err")"
	bash -c 'echo $$ >"$1/cgroup.procs"; : >/dev/tcp/127.0.0.7/1' bash "$cg/below/more" 2>"$work/err"
	[[ $(<"$work/err") == *"Permission denied"* ]] || fail "the inner layer: $(<"$work/err")"
	quiet detach --all
	rmdir "$cg/below/more" "$cg/below" "$cg"
	quiet personality del tool-a
	quiet personality del tool-b
	no_traces
}

# A cgroup with too many layers is named, and so is one that the attachment of another would give too many.
too_many_layers() {
	local i id path=$cg/middle text="it would have more than 16 layers: itself and its attached ancestors"
	mkdir -p "$path"
	for ((i = 0; i < 16; i++)); do
		path+=/$i
		mkdir "$path"
		quiet attach "$path" host
	done
	id=$(stat -c %i "$path")
	mkdir "$path/one"
	refused 1 "cgroup \"$path/one\": $text" attach "$path/one" host
	refused 1 "cgroup \"$cg/middle\": an attached cgroup*below it would have more than 16 layers" \
		attach "$cg/middle" host
	# Messages of 6.1 have no arguments.
	[[ $PERSOCK_KERNEL == stock-6.1 || $err == *" id:$id below"* ]] || fail "it names no cgroup: $err"
	mkdir "$work/many"
	printf 'attachments:\n  - {cgroup: %s, personality: host}\n' "${path#"$root"}/one" >"$work/many/attachments.yaml"
	refused 1 "cgroup \"*/one\": $text" apply "$work/many"
	# Nothing was attached, and one that is attached already may be attached again.
	tool -j status
	json "len(d['attachments']) == 16" -j status
	quiet attach "$path" host
	quiet detach --all
	find "$cg" -depth -type d -exec rmdir {} +
	no_traces
}

# On a terminal, which a pipe is not.
on_terminal() { # ARGUMENT...
	TERM=xterm python3 -I -c 'import pty, sys
pty.spawn(["persock"] + sys.argv[1:])' "$@" </dev/null
}

delegated_in_full() {
	local id
	layer_files
	mkdir -p "$cg/below"
	id=$(stat -c %i "$cg/below")
	quiet attach "$cg" tool-a
	quiet attach --delegate full "$cg/below" tool-b
	tool status
	[[ $out == *"    /tool-test/below -> tool-b (id:$id), delegated in full"$'\n'* ]] ||
		fail "status does not say so: $out"
	[[ $(on_terminal status) == *", "$'\033[31m'"delegated in full"$'\033[m\r\n'* ]] || fail "it is not red"
	[[ $(NO_COLOR=1 on_terminal status) != *$'\033'* ]] || fail "it is red in spite of NO_COLOR"
	json "[(a['layers'], a['delegate']) for a in d['attachments'] if a['cgroup_id'] == $id] ==
[([$id], 'full')]" -j status
	tool explain --cgroup "$cg/below" -- connect tcp 127.0.0.9:1
	same "the answer" "$out" "layer 1 of 1: /tool-test/below, personality tool-b: allow (rule 1 of connect, line 5)
connect tcp 127.0.0.9:1: allow (no layer that enforces denies it)"
	quiet attach --delegate none "$cg/below" tool-b
	tool status
	[[ $out == *"(id:$id), layers: tool-a, tool-b"* ]] || fail "it is still delegated: $out"
	quiet detach --all
	rmdir "$cg/below" "$cg"
	quiet personality del tool-a
	quiet personality del tool-b
	no_traces
}

removed_cgroup() {
	local tries
	mkdir "$cg"
	quiet attach "$cg" host
	rmdir "$cg"
	for ((tries = 0; tries < 50; tries++)); do
		tool status
		[[ $out != *"attachments: none"* ]] || break
		sleep 0.1
	done
	no_traces
}

# --- personalities ----------------------------------------------------------------------------

unknown_personality() {
	mkdir "$cg"
	local missing='personality "tool-unknown": not loaded; loaded are *gvisor*'
	refused 1 "$missing" attach "$cg" tool-unknown
	refused 1 "$missing" personality show tool-unknown
	refused 1 "$missing" personality del tool-unknown
	refused 1 "$missing" personality add tool-a --base tool-unknown
	refused 1 "$missing" personality set tool-unknown --base host
	refused 1 "$missing" run -p tool-unknown -- true
	refused 1 "$missing" run -p tool-unknown --provider native -- true
	refused 1 'personality "hots": not loaded: did you mean "host"?' attach "$cg" hots
	refused 1 "cgroup \"$cg\": not attached; \"persock status\" lists those that are" detach "$cg"
	refused 1 "cgroup \"$cg\": not attached*" counters "$cg"
	rmdir "$cg"
	no_traces
}

unknown_provider() {
	refused 1 "* (No such file or directory)" personality add tool-a --base host --provider nobody
	refused 1 "* (No such file or directory)" personality add tool-a --base host \
		--provider native --provider nobody
	refused 1 'personality "tool-a": not loaded*' personality show tool-a
	printf 'base: none\nproviders:\n- native\n- hostine\n' >"$work/nobody.yaml"
	refused 1 "$work/nobody.yaml:4: no provider called \"hostine\" is registered: did you mean hostinet?" \
		personality add "$work/nobody.yaml" tool-a
	refused 1 "* (No such file or directory)" personality add "$work/nobody.yaml" tool-a \
		--provider nobody
	refused 1 'personality "tool-a": not loaded*' personality show tool-a
}

make_and_delete() {
	quiet personality add tool-a --base gvisor-2020 --provider native --provider hostinet
	json 'd["name"] == "tool-a" and d["base"] == "gvisor-2020" and d["builtin"] is False and
d["providers"] == ["native", "hostinet"]' -j personality show tool-a
	refused 1 "* (File exists)" personality add tool-a --base host
	refused 1 "* (File exists)" personality add host --base none
	json 'd["base"] == "gvisor-2020"' -j personality show tool-a
	refused 1 "* (Operation not permitted)" personality del host
	mkdir "$cg"
	quiet attach "$cg" tool-a
	refused 1 "* (Device or resource busy)" personality del tool-a
	quiet detach "$cg"
	rmdir "$cg"
	quiet personality del tool-a
	printf '%s\n' 'personality: tool-m' 'base: host' 'accept: {default: EPERM, rules: [{allow: 10.0.0.2}]}' \
		'bind: {default: EACCES, rules: [{allow: 0.0.0.0/0, ports: 0}]}' >"$work/a.yaml"
	explained "allow ($work/a.yaml:3)" accept tcp 10.0.0.2:1
	explained "EPERM ($work/a.yaml:3, default of accept; an MPTCP peer has more addresses than the judged one: a rule of sockets must list the protocol)" \
		accept mptcp 10.0.0.2:1
	explained "allow ($work/a.yaml:4; rules on particular ports judge the port that the kernel chooses)" bind udp 0.0.0.0:0
	explained "EACCES ($work/a.yaml:4, default of bind; denied where addresses are restricted)" setsockopt SOL_IP/51
	echo 'sockets: {default: allow, rules: [{allow: {family: inet, type: stream, protocol: mptcp}}]}' >>"$work/a.yaml"
	explained "allow ($work/a.yaml:3)" accept mptcp 10.0.0.2:1
	echo 'network: {namespace: /proc/1/ns/net, from: /proc/self/ns/net}' >>"$work/a.yaml"
	explained "allow ($work/a.yaml:5, default of sockets; for tasks of the network namespace that \"from\" specifies; other tasks have their own sockets)" \
		socket inet stream tcp
	explained "allow (default of options.set, from base host; in another network namespace it is denied for UDP, like SO_REUSEPORT)" \
		setsockopt SOL_SOCKET/SO_REUSEADDR
	explained "EPERM (default of options.set, from base host; in another network namespace this is denied unless a rule lists it)" \
		setsockopt SOL_SOCKET/SO_REUSEPORT
	refused 1 'personality "tool-a": not loaded*' personality show tool-a
}

inherited_providers() {
	quiet personality add tool-a --base gvisor-2020
	json 'd["providers"] == ["hostinet", "native"]' -j personality show tool-a
	quiet personality add tool-b --base tool-a --provider native
	quiet personality del tool-a
	json 'd["providers"] == ["native"]' -j personality show tool-b
	quiet personality del tool-b
}

# --- policy files -----------------------------------------------------------------------------

# A file with one mistake is refused, and the mistake is reported with its line.
mistake() { # LINE PATTERN TEXT
	printf '%s\n' "$3" >"$work/mistake.yaml"
	refused 1 "$work/mistake.yaml:$1: $2" check "$work/mistake.yaml"
	refused 1 "$work/mistake.yaml:$1: $2" personality add "$work/mistake.yaml" tool-a
}

mistakes() {
	mistake 1 'a policy has no key "conect": did you mean "connect"?' 'conect: {}'
	mistake 2 'a policy has "listen" twice' $'listen: allow\nlisten: allow'
	mistake 1 'a policy is a mapping*' '[]'
	mistake 2 'the first port is after the last' $'connect: {rules: [{allow: 10.0.0.0/8,\nports: 2-1}]}'
	mistake 1 '"65536" is no port*' 'bind: {rules: [{allow: 10.0.0.0/8, ports: 65536}]}'
	mistake 1 'a prefix of this family has 0 to 32 bits' 'bind: {rules: [{allow: 10.0.0.0/33}]}'
	mistake 1 '10.1.0.0/8 has bits*did you mean 10.0.0.0/8?' 'bind: {rules: [{allow: 10.1.0.0/8}]}'
	mistake 1 'an IPv4-mapped address*' 'bind: {rules: [{allow: "::ffff:1.2.3.4"}]}'
	mistake 1 '"1.2.3" is no address*' 'accept: {rules: [{deny: 1.2.3}]}'
	mistake 1 '"EACCESS" is no verdict*did you mean EACCES?' 'listen: EACCESS'
	mistake 1 'an errno is a number from 1 to 133' 'listen: 134'
	mistake 1 'listen allows or denies, it does not ignore' 'listen: ignore'
	mistake 1 'options.get allows or denies*' 'options: {get: {ignore: [SOL_SOCKET/SO_MARK]}}'
	mistake 1 '"SO_MARC" is no name of level SOL_SOCKET: did you mean SO_MARK?' \
		'options: {set: {allow: [SOL_SOCKET/SO_MARC]}}'
	mistake 1 '"SOL_SOCKE" is no level: did you mean SOL_SOCKET?' \
		'options: {set: {allow: [SOL_SOCKE/SO_MARK]}}'
	mistake 1 'this is listed twice in options.set' \
		'options: {set: {allow: [SOL_SOCKET/SO_MARK], deny: [SOL_SOCKET/36]}}'
	mistake 1 '"MSG_PEAK" is not a flag: did you mean MSG_PEEK?' 'flags: {recv: {allow: [MSG_PEAK]}}'
	mistake 1 '"FIONRED" is not an ioctl: did you mean FIONREAD?' 'ioctls: {allow: [FIONRED]}'
	mistake 3 '"intet" is not a family: did you mean inet?' $'sockets:\n  rules:\n  - allow: {family: intet}'
	mistake 1 'a rule either allows or denies' 'sockets: {rules: [{}]}'
	mistake 1 'a rule that allows has no errno' 'sockets: {rules: [{allow: {errno: EPERM}}]}'
	mistake 1 "the backlog's floor is above its ceiling" 'limits: {backlog: [9, 8]}'
	mistake 1 'sockets is a number*' 'limits: {sockets: many}'
	mistake 1 'a mode is enforce, audit or record, not "quiet"' 'mode: quiet'
	mistake 1 'the base "gvsor" is no preset*' 'base: gvsor'
	mistake 1 'the provider is listed twice' 'providers: [native, native]'
	mistake 1 'a received control message is allowed or ignored*' 'control: {received: {default: EPERM}}'
	mistake 1 'MPTCP is judged as tcp' 'bind: {rules: [{allow: 10.0.0.1, protocol: mptcp}]}'
	mistake 1 'anchors and aliases are not supported*' $'listen: &a allow\npair: *a'
	mistake 2 'a policy file has one document' $'listen: allow\n---\nlisten: allow'
	mistake 2 '*expected*' 'sockets: {'
	refused 1 "$work/nothing.yaml: cannot be opened*" check "$work/nothing.yaml"
	: >"$work/empty.yaml"
	refused 1 "$work/empty.yaml: is empty" check "$work/empty.yaml"
	tool personality show
	[[ $out != *tool-a* ]] || fail "a mistake made a personality"
}

policy_text() { # KEY: VALUE...: a policy for IPv4 and UDP that allows the rest of the host's
	printf '%s\n' "personality: tool-a" "base: host" \
		"sockets: {default: EPERM, rules: [{allow: {family: inet, type: dgram}}]}" "$@"
}

policy_commands() {
	policy_text 'connect:' '  default: allow' '  rules:' '  - deny: 127.0.0.9' '    errno: ENETUNREACH' \
		>"$work/a.yaml"
	policy_text 'mode: audit' >"$work/b.yaml"

	tool check "$work/a.yaml"
	same "what check says" "$out" "$work/a.yaml: valid, personality \"tool-a\", 2 rules"
	json 'd["name"] == "tool-a" and d["rules"] == 1 and d["mode"] == "audit"' -j check "$work/b.yaml"
	refused 1 'personality "tool-a": not loaded*' personality set "$work/a.yaml"
	quiet personality add "$work/a.yaml"
	refused 1 "* (File exists)" personality add "$work/a.yaml"
	persock personality add - tool-b <"$work/a.yaml" || fail "stdin is not taken"
	json 'd["name"] == "tool-b" and d["policy"]["connect"]["rules"] ==
[{"deny": "127.0.0.9/32", "errno": "ENETUNREACH"}] and d["policy"]["personality"] == "tool-b"' \
		-j personality show tool-b
	quiet personality del tool-b

	tool run -p tool-a -- bash -c ': >/dev/udp/127.0.0.9/9'
	[[ $err == *"Network is unreachable"* ]] || fail "the rule does not deny: $err"
	quiet run -p tool-a -- bash -c ': >/dev/udp/127.0.0.8/9'
	tool run -p tool-a -- bash -c ': >/dev/tcp/127.0.0.8/9'
	[[ $err == *"Operation not permitted"* ]] || fail "the default does not deny: $err"

	quiet personality set "$work/b.yaml"
	quiet run -p tool-a -- bash -c ': >/dev/udp/127.0.0.9/9'
	tool personality show tool-a
	[[ $out == *$'\nmode: audit\n'* ]] || fail "show does not print the mode: $out"
	quiet personality set tool-a --base none
	tool run -p tool-a -- bash -c ': >/dev/udp/127.0.0.8/9'
	same "exit status under none" "$status" 1
	refused 1 "* (Operation not permitted)" personality set "$work/b.yaml" host

	# The base may be a personality that is loaded, and its lines are not those of the file.
	quiet personality set "$work/a.yaml"
	printf '%s\n' 'base: tool-a' 'listen: EPERM' >"$work/c.yaml"
	tool explain "$work/c.yaml" -- connect udp 127.0.0.9:1
	same "the answer" "$out" "connect udp 127.0.0.9:1: ENETUNREACH (rule 1 of connect, from base tool-a)"
	quiet personality del tool-a
	no_traces
}

explained() { # ANSWER OPERATION...: of the policy in a.yaml
	local answer=$1
	shift
	tool explain "$work/a.yaml" -- "$@"
	same "the answer to $*" "$out" "$*: $answer"
}

explain() {
	policy_text 'connect:' '  default: EACCES' '  rules:' '  - allow: [10.0.0.0/8, "2001:db8::/32"]' \
		'    ports: [443, 8000-8099]' '    protocol: tcp' '  - deny: 10.0.0.1' 'flags:' \
		'  send: {default: EINVAL, allow: [MSG_MORE], ignore: [MSG_OOB]}' 'limits: {option: 8}' \
		'unix: {rights: EPERM}' >"$work/a.yaml"
	explained "allow ($work/a.yaml:7)" connect tcp 10.1.2.3:443
	explained "allow ($work/a.yaml:7)" connect tcp '[2001:db8::1]:8000'
	explained "allow ($work/a.yaml:7; judged as the IPv4 address)" connect tcp '[::ffff:10.1.2.3]:443'
	explained "EACCES ($work/a.yaml:10)" connect tcp 10.0.0.1:443
	explained "EACCES ($work/a.yaml:5, default of connect)" connect tcp 10.1.2.3:444
	explained "EACCES ($work/a.yaml:5, default of connect)" sendto udp 10.1.2.3:443
	explained "EACCES ($work/a.yaml:5, default of connect; judged as the loopback address)" \
		connect tcp 0.0.0.0:443
	explained "allow (default of bind, from base host)" bind tcp 0.0.0.0:1
	explained "EPERM ($work/a.yaml:3, default of sockets)" socket inet6 dgram
	explained "allow ($work/a.yaml:3)" socket inet dgram udp
	explained "EINVAL ($work/a.yaml:12, default of flags.send, MSG_EOR)" send 'MSG_MORE|MSG_EOR'
	explained "ignore ($work/a.yaml:12, flags.send, MSG_OOB)" send MSG_OOB MSG_MORE
	explained "EINVAL ($work/a.yaml:13, limits)" setsockopt SOL_SOCKET/SO_RCVTIMEO 16
	tool explain --family unix "$work/a.yaml" -- control SOL_SOCKET/SCM_RIGHTS
	[[ $out == *": EPERM ($work/a.yaml:14, default of unix.rights)" ]] || fail "rights: $out"
	tool explain "$work/a.yaml" -- connect tcp 10.1.2.3:443
	[[ $err == "persock: note: a tcp socket of inet cannot be created: EPERM" ]] ||
		fail "no note on the socket: $err"
	json 'd == {"operation": "connect", "verdict": "deny", "errno": 13, "errno_name": "EACCES",
"arguments": ["tcp", "10.0.0.1:443"], "mode": "enforce", "section": "connect", "default": False, "rule": 5,
"line": 10, "socket": "EPERM"}' \
		-j explain "$work/a.yaml" -- connect tcp 10.0.0.1:443
	json 'd["verdict"] == "allow" and d["default"]' -j explain host -- ioctl SIOCGIFCONF
	quiet personality add "$work/a.yaml"
	tool explain tool-a -- connect tcp 10.0.0.1:443
	same "the answer of the module's policy" "$out" \
		"connect tcp 10.0.0.1:443: EACCES (rule 5 of connect, line 10)"
	quiet personality del tool-a
	refused 1 'personality "tool-a": not loaded*' explain tool-a -- listen
}

# What no default ignores, and the other key of an option: as the module judges.
explain_options() {
	printf '%s\n' 'personality: tool-a' 'base: gvisor' 'options:' '  set: {ignore: [SOL_TCP/TCP_MD5SIG],' \
		'        deny: {SOL_UDP/UDP_SEGMENT: EPERM}}' >"$work/a.yaml"
	explained "ENOPROTOOPT (default of options.set, from base gvisor; a default does not ignore options that protect: only a rule does)" \
		setsockopt SOL_TCP/TCP_ULP
	explained "ignore ($work/a.yaml:4)" setsockopt SOL_TCP/TCP_MD5SIG
	explained "ignore (default of options.set, from base gvisor)" setsockopt SOL_TCP/TCP_FASTOPEN
	explained "EPERM ($work/a.yaml:5; judged as IPPROTO_UDP/UDP_SEGMENT)" setsockopt SOL_UDPLITE/103
	printf '%s\n' 'base: host' 'control: {default: allow, deny: {IPPROTO_IPV6/IPV6_PKTINFO: EPERM},' \
		'  received: {default: allow, ignore: [IPPROTO_IPV6/IPV6_2292HOPLIMIT]}}' \
		'ioctls: {default: allow, deny: {SIOCSPGRP: EPERM, SIOCGSTAMP: EPERM}}' \
		'others: {options: {set: {deny: {AF_VSOCK/6: EPERM}}}}' >"$work/a.yaml"
	explained "EPERM ($work/a.yaml:2; judged as IPPROTO_IPV6/IPV6_PKTINFO)" control IPPROTO_IPV6/IPV6_2292PKTINFO
	explained "allow (default of options.set, from base host)" setsockopt IPPROTO_IPV6/IPV6_2292PKTINFO
	explained "ignore ($work/a.yaml:3; judged as IPPROTO_IPV6/IPV6_2292HOPLIMIT)" \
		received-control IPPROTO_IPV6/IPV6_HOPLIMIT
	explained "EPERM ($work/a.yaml:4; judged as SIOCSPGRP)" ioctl FIOSETOWN
	explained "EPERM ($work/a.yaml:4; judged as SIOCGSTAMP_OLD)" ioctl 0x80108906
	tool explain --family vsock "$work/a.yaml" -- setsockopt AF_VSOCK/8
	[[ $out == *": EPERM ($work/a.yaml:5; judged as 40/SO_VM_SOCKETS_CONNECT_TIMEOUT_OLD)" ]] ||
		fail "a timeout by its new key: $out"
	tool explain gvisor-2020 -- setsockopt SOL_TLS/1
	[[ $out == *": ENOPROTOOPT ("* ]] || fail "TLS under gvisor-2020: $out"
}

# Where a rule denies one way and leaves another, check says so; the file is valid.
ways() {
	policy_text 'options: {set: {deny: [SOL_SOCKET/SO_ATTACH_FILTER, SOL_UDP/UDP_SEGMENT]}}' >"$work/a.yaml"
	tool check "$work/a.yaml"
	same "what is left" "$err" "persock: $work/a.yaml:4: warning: SOL_SOCKET/SO_ATTACH_FILTER is denied, but SOL_SOCKET/SO_ATTACH_BPF does much the same and is allowed
persock: $work/a.yaml:4: warning: IPPROTO_UDP/UDP_SEGMENT is denied, but the control message IPPROTO_UDP/UDP_SEGMENT does much the same and is allowed"
	json '[w["allowed"] for w in d["warnings"]][0] == "SOL_SOCKET/SO_ATTACH_BPF" and d["warnings"][0]["line"] == 4' \
		-j check "$work/a.yaml"
	policy_text 'options: {set: {deny: [SOL_SOCKET/SO_ATTACH_FILTER, SOL_SOCKET/SO_ATTACH_BPF]}}' >"$work/a.yaml"
	tool check "$work/a.yaml"
	same "what is left of nothing" "$err" ""
	json 'd["warnings"] == []' -j check "$work/a.yaml"
	policy_text 'ioctls: {default: allow, deny: [SIOCGSTAMP]}' \
		'options: {set: {deny: [SOL_SOCKET/SO_PRIORITY, SOL_PACKET/PACKET_VNET_HDR,' \
		'    IPPROTO_IPV6/IPV6_RECVPKTINFO, IPPROTO_SCTP/SCTP_PEER_ADDR_THLDS]}}' \
		'control: {default: allow, deny: [SOL_SOCKET/SO_PRIORITY],' \
		'    received: {default: allow, ignore: [IPPROTO_IP/IP_TTL, IPPROTO_IP/IP_TOS]}}' >"$work/a.yaml"
	tool check "$work/a.yaml"
	same "what is left of each kind" "${err//persock: "$work/a.yaml:"/}" \
		"4: warning: the ioctl SIOCGSTAMP is denied, but the ioctl SIOCGSTAMPNS does much the same and is allowed
6: warning: IPPROTO_IPV6/IPV6_RECVPKTINFO is denied, but IPPROTO_IPV6/IPV6_2292PKTINFO does much the same and is allowed
6: warning: IPPROTO_SCTP/SCTP_PEER_ADDR_THLDS is denied, but IPPROTO_SCTP/SCTP_PEER_ADDR_THLDS_V2 does much the same and is allowed
5: warning: SOL_PACKET/PACKET_VNET_HDR is denied, but SOL_PACKET/PACKET_VNET_HDR_SZ does much the same and is allowed
5: warning: SOL_SOCKET/SO_PRIORITY is denied, but IPPROTO_IP/IP_TOS does much the same and is allowed
5: warning: SOL_SOCKET/SO_PRIORITY is denied, but the control message IPPROTO_IP/IP_TOS does much the same and is allowed
8: warning: the received control message IPPROTO_IP/IP_TTL is denied, but reading IPPROTO_IP/IP_PKTOPTIONS does much the same and is allowed"
	# SO_PRIORITY sets no type of service; and two types of one message are one.
	policy_text 'options: {set: {deny: [IPPROTO_IP/IP_TOS]}, get: {deny: [IPPROTO_IPV6/IPV6_2292PKTOPTIONS]}}' \
		'control: {default: allow, deny: [IPPROTO_IP/IP_TOS],' \
		'    received: {default: allow, ignore: [IPPROTO_IPV6/IPV6_PKTINFO]}}' >"$work/a.yaml"
	tool check "$work/a.yaml"
	same "what is left of what is denied wholly" "$err" ""
}

# Start a monitor with these arguments: it is $monitor, and writes into $work/denials.
monitor_start() {
	local tries
	persock "$@" >"$work/denials" 2>"$work/monitor" &
	monitor=$!
	for ((tries = 0; tries < 100; tries++)); do
		! grep -q "persock: monitoring" "$work/monitor" || return 0
		sleep 0.1
	done
	fail "the monitor does not begin: $(<"$work/monitor")"
}

monitor_wait() { # SECONDS: until it ends of itself
	local tries
	for ((tries = 0; tries < $1 * 10; tries++)); do
		[ -e "/proc/$monitor" ] || break
		sleep 0.1
	done
	[ ! -e "/proc/$monitor" ] || fail "the monitor does not end" || kill "$monitor"
	wait "$monitor"
	same "exit status of monitor" $? 0
}

denials() {
	local line
	policy_text 'connect:' '  default: allow' '  rules:' '  - deny: 127.0.0.9' '    ports: 9' \
		>"$work/a.yaml"
	quiet personality add "$work/a.yaml"
	mkdir "$cg"
	quiet attach "$cg" tool-a
	monitor_start monitor --count 2
	bash -c 'echo $$ >"$1/cgroup.procs"; : >/dev/udp/127.0.0.8/9; : >/dev/udp/127.0.0.9/9
		: >/dev/udp/127.0.0.9/8; : >/dev/tcp/127.0.0.9/8' bash "$cg" 2>/dev/null
	monitor_wait 20
	mapfile -t line <"$work/denials"
	same "number of denials" "${#line[@]}" 2
	[[ ${line[0]} =~ ^[0-9-]+\ [0-9:.]+\ /tool-test\ tool-a\ [0-9]+/bash\ connect\ inet/dgram/udp\ 127.0.0.9:9:\ EACCES\ \(connect\ rule\ 1,\ line\ 7\)$ ]] ||
		fail "the denied peer is reported as '${line[0]}'"
	[[ ${line[1]} == *" create inet/stream"*": EPERM (sockets default)" ]] ||
		fail "the denied socket is reported as '${line[1]}'"

	policy_text 'mode: audit' 'connect: {default: allow, rules: [{deny: 127.0.0.9}]}' >"$work/a.yaml"
	quiet personality set "$work/a.yaml"
	monitor_start -j monitor --count 1
	bash -c 'echo $$ >"$1/cgroup.procs"; exec 3>/dev/udp/127.0.0.9/9; echo x >&3' bash "$cg" ||
		fail "audit denies"
	monitor_wait 20
	cp "$work/denials" "$work/out"
	python3 -I -S -c 'import json, sys
d = json.load(open(sys.argv[1]))
sys.exit(not (d["mode"] == "audit" and d["operation"] == "connect" and d["errno_name"] == "EACCES" and
	d["address"] == "127.0.0.9" and d["port"] == 9 and d["path"] == "/tool-test" and
	d["personality"] == "tool-a" and d["comm"] == "bash" and d["section"] == "connect" and
	d["rule"] == 1 and d["line"] == 5))' "$work/denials" || fail "JSON: $(<"$work/denials")"

	monitor_start monitor
	kill -INT "$monitor"
	monitor_wait 10
	quiet detach "$cg"
	rmdir "$cg"
	quiet personality del tool-a
	no_traces
}

# --- privilege --------------------------------------------------------------------------------

no_privilege() {
	local without arguments
	mkdir "$cg"
	printf '%s\n' 'personality: tool-a' 'base: host' >"$work/host.yaml"
	# A user namespace's root has CAP_NET_ADMIN, but not the initial one's.
	for without in "setpriv --bounding-set=-net_admin --inh-caps=-net_admin" "unshare -Ur"; do
		while read -r arguments; do
			# shellcheck disable=SC2086 # split on purpose
			$without persock $arguments >"$work/out" 2>"$work/err"
			same "exit status of $without persock $arguments" $? 1
			same "its output" "$(<"$work/out")" ""
			[[ $(<"$work/err") == "persock: CAP_NET_ADMIN in the initial user namespace is needed"* ]] ||
				fail "persock $arguments says '$(<"$work/err")'"
		done <<-END
			status
			attach $cg none
			detach $cg
			detach --all
			personality show
			personality show host
			personality add tool-a --base host
			personality set host --base none
			personality add $work/host.yaml
			personality del host
			show host
			counters
		END
	done
	setpriv --bounding-set=-net_admin --inh-caps=-net_admin persock monitor 2>"$work/err"
	same "exit status of an unprivileged monitor" $? 1
	setpriv --bounding-set=-net_admin --inh-caps=-net_admin persock check "$work/host.yaml" >/dev/null ||
		fail "a check needs a privilege"
	setpriv --bounding-set=-net_admin --inh-caps=-net_admin \
		persock run -p host -- touch "$work/ran" 2>"$work/err"
	same "exit status of an unprivileged run" $? 1
	[ ! -e "$work/ran" ] || fail "an unprivileged run ran"
	rmdir "$cg"
	no_traces
}

# --- run --------------------------------------------------------------------------------------

run_status() {
	quiet run -p host -- true
	tool run -p host -- sh -c 'exit 7'
	same "exit status" "$status" 7
	# shellcheck disable=SC2016 # for the inner shell
	tool run -p host -- sh -c 'kill -KILL $$'
	same "exit status of a killed command" "$status" 137
	tool run -p host -- tool-no-such-command
	same "exit status of an unknown command" "$status" 127
	[[ $err == 'persock: cannot run "tool-no-such-command" (No such file or directory)' ]] ||
		fail "it says '$err'"
	tool run -p host -- "$work"
	same "exit status of a folder as the command" "$status" 126
	no_traces
}

run_passes_on() {
	out=$(printf 'in' | persock run -p host sh -c 'cat; printf " <%s>" "$@"; echo err >&2' \
		-- 'a  b' -p '' 2>"$work/err")
	same "output" "$out" "in <a  b> <-p> <>"
	same "error output" "$(<"$work/err")" err
}

run_governs() {
	tool run -p host -- cat /proc/self/cgroup
	[[ $out == *0::*/persock-run-* ]] || fail "it ran in $out"
	tool run -p none -- bash -c ': >/dev/udp/127.0.0.1/9'
	[[ $err == *"Address family not supported by protocol"* ]] || fail "none allows a socket: $err"
	tool run -p host --provider native -- bash -c ': >/dev/udp/127.0.0.1/9'
	same "exit status with a provider" "$status" 0
	tool run -p host --provider hostinet -- bash -c ': >/dev/udp/127.0.0.1/9'
	same "exit status with another provider" "$status" 0
	no_traces
}

run_nested() {
	tool run -p host -- persock run -p none -- cat /proc/self/cgroup
	[[ $out == *0::*/persock-run-*/persock-run-* ]] || fail "it ran in '$out': $err"
	no_traces
}

run_kills_the_rest() {
	# shellcheck disable=SC2016 # for the inner shell
	tool run -p host -- bash -c 'read -r own </proc/self/cgroup
		mkdir -p "$1${own#0::}/a/b"
		setsid sleep 1000 >/dev/null 2>&1 </dev/null & echo $!
		(echo $BASHPID >"$1${own#0::}/a/b/cgroup.procs"; exec sleep 1000 >/dev/null) & echo $!
		until [ "$(wc -l <"$1${own#0::}/a/b/cgroup.procs")" -eq 1 ]; do :; done
		exit 3' bash "$root"
	same "exit status" "$status" 3
	for pid in $out; do
		[ ! -e "/proc/$pid" ] || [[ $(<"/proc/$pid/stat") == *") Z "* ]] || fail "$pid is alive"
	done
	no_traces
}

run_refused() {
	refused 1 'personality "tool-unknown": not loaded*' run -p tool-unknown -- touch "$work/ran"
	refused 1 'personality "tool-unknown": not loaded*' run -p tool-unknown --provider native -- touch "$work/ran"
	refused 1 "* (No such file or directory)" run -p host --provider nobody -- touch "$work/ran"
	[ ! -e "$work/ran" ] || fail "the command was run"
	no_traces
}

run_forwards() {
	local signal pid tries
	for signal in INT TERM HUP QUIT; do
		rm -f "$work/ready" "$work/got"
		# In a process group of its own, and with the signals not ignored as in the background.
		# shellcheck disable=SC2016 # for the inner shells
		setsid env --default-signal=INT,QUIT persock run -p host -- bash -c '
			trap "echo $2 >$1/got; exit 9" "$2"
			: >"$1/ready"
			while :; do sleep 0.1; done' bash "$work" "$signal" 2>"$work/err" &
		pid=$!
		for ((tries = 0; tries < 100; tries++)); do
			[ ! -e "$work/ready" ] || break
			sleep 0.1
		done
		kill "-$signal" "$pid"
		wait "$pid"
		same "exit status after SIG$signal" $? 9
		same "the signal received" "$(<"$work/got")" "$signal"
	done
	no_traces
}

# Killed itself, the tool cleans nothing up, and the command stays governed.
run_killed() {
	local pid left tries
	# shellcheck disable=SC2016 # for the inner shell
	persock run -p none -- bash -c ': >"$1/ready2"; while [ ! -e "$1/go" ]; do sleep 0.1; done
		: >/dev/udp/127.0.0.1/9; echo $? >"$1/status"; sleep 1000' bash "$work" 2>/dev/null &
	pid=$!
	for ((tries = 0; tries < 100; tries++)); do
		[ ! -e "$work/ready2" ] || break
		sleep 0.1
	done
	kill -KILL "$pid"
	wait "$pid" 2>/dev/null
	: >"$work/go"
	for ((tries = 0; tries < 100; tries++)); do
		[ ! -s "$work/status" ] || break
		sleep 0.1
	done
	same "exit status of a socket call" "$(<"$work/status")" 1
	left=("$own"/persock-run-*)
	same "number of cgroups left" "${#left[@]}" 1
	[ "${#left[@]}" -eq 1 ] || return
	echo 1 >"${left[0]}/cgroup.kill"
	quiet detach "${left[0]}"
	for ((tries = 0; tries < 100; tries++)); do
		! rmdir "${left[0]}" 2>/dev/null || break
		sleep 0.1
	done
	no_traces
}

run_counters() {
	tool run -p none --counters -- bash -c ': >/dev/udp/127.0.0.1/9'
	[[ $err == *"/persock-run-"*" -> none (id:"* ]] || fail "no attachment in '$err'"
	[[ $err =~ $'\n'"  create "\ +0\ +0\ +[1-9] ]] || fail "no denied create in '$err'"
	tool -j run -p gvisor-2020 --provider native --counters -- bash -c ': >/dev/udp/127.0.0.1/9'
	cp "$work/err" "$work/json"
	python3 -I -S -c 'import json, sys
d = json.load(open(sys.argv[1]))
c = d["counters"]
sys.exit(not (d["sockets_created"] >= 1 and d["sockets_live"] == 0 and
	c["create"] == {"allowed": d["sockets_created"], "ignored": 0, "denied": 0, "audited": 0} and
	c["connect"]["allowed"] >= 1))' "$work/json" || fail "counters: $err"
	no_traces
}

# --- output -----------------------------------------------------------------------------------

# What has been detached holds on to the interception points until it is freed.
not_armed() {
	persock -j status | grep -q '"armed":false'
}

json_output() {
	eventually not_armed
	json 'd["holds"] is True and d["reason"] == "" and d["armed"] is False and
d["attachments"] == [] and d["sockets_live"] == 0 and
{p["name"] for p in d["providers"]} >= {"native", "hostinet"} and
all(p["module"] for p in d["providers"])' -j status
	json '[p["families"] for p in d["providers"] if p["name"] == "hostinet"] == [["AF_INET", "AF_INET6"]]' \
		--pretty status
	json '{"host", "none", "gvisor-2020"} <= {p["name"] for p in d if p["builtin"]}' personality show -j
	json 'd["providers"] == ["hostinet", "native"] and "counters" in d' --pretty personality show gvisor-2020
	json 'd == []' -j counters
}

# The names of cgroups are anybody's choice.
odd_names() {
	local name=$'tool-test "q" \\b \x01\x1b[31m \xc3\xa4 \xff \xed\xa0\x80 \x7f\xc2\x9b'
	mkdir "$root/$name"
	quiet attach "$root/$name" host
	json 'd[0]["path"] == "/tool-test \"q\" \\b \x01\x1b[31m \xe4 \ufffd \ufffd\ufffd\ufffd \x7f\x9b"' -j counters
	[[ $out == *' \u007f\u009b"'* ]] || fail "control characters in '$out'"
	json 'd["attachments"][0]["personality"] == "host"' --pretty status
	tool status
	[[ $out == *'"q" \b \001\033[31m '* ]] || fail "status prints '$out'"
	quiet detach "$root/$name"
	rmdir "$root/$name"
}

help_and_version() {
	tool help
	[[ $status -eq 0 && $out == *Usage:* && -z $err ]] || fail "help: $status $err"
	tool -V
	[[ $status -eq 0 && $out == "persock "[0-9]* ]] || fail "-V: $status $out"
	persock help >/dev/full 2>"$work/err"
	same "exit status with a full disk" $? 1
	[[ $(<"$work/err") == "persock: cannot write the output"* ]] || fail "full disk: $(<"$work/err")"
}

# --- without the module -----------------------------------------------------------------------

module_absent() {
	local arguments tries
	[ -f "${PERSOCK_MODULES:-}/persock.ko" ] || return 4
	persock monitor >/dev/null 2>"$work/err" &
	eventually grep -q monitoring "$work/err"
	for ((tries = 0; tries < 50; tries++)); do
		rmmod persock 2>/dev/null && break
		sleep 0.1
	done
	[ ! -d /sys/module/persock ] || fail "persock cannot be unloaded" || return
	wait $!
	same "exit status of monitor" $? 1
	same "what monitor says" "$(<"$work/err")" "persock: monitoring"$'\n'"persock: the persock module was unloaded"
	while read -r arguments; do
		# shellcheck disable=SC2086 # split on purpose
		refused 1 'the persock module is not loaded: nothing is governed; "modprobe persock" loads it, or "insmod persock.ko"' \
			$arguments
	done <<-END
		status
		-j status
		attach $root host
		detach $root
		detach --all
		personality show
		personality add tool-a --base host
		personality add $work/host.yaml
		personality set $work/host.yaml
		personality del tool-a
		monitor
		show host
		explain tool-a -- listen
		counters
		run -p host -- touch $work/ran
		run -p host --provider native -- touch $work/ran
	END
	[ ! -e "$work/ran" ] || fail "the command was run"
	tool check "$work/host.yaml"
	same "exit status of check" "$status" 0
	tool explain "$work/host.yaml" -- listen
	same "what explain says" "$out" "listen: allow (default of listen, from base host)"
	tool help
	same "exit status of help" "$status" 0
	insmod "$PERSOCK_MODULES/persock.ko" || fail "persock cannot be loaded again"
	no_traces
}

# Wait, for at most 30 s, until COMMAND succeeds.
within() { # SECONDS COMMAND [ARGUMENT...]
	local i
	for ((i = 0; i < 10 * $1; i++)); do
		"${@:2}" 2>/dev/null && return
		sleep 0.1
	done
	fail "not true within $1 s: ${*:2}"
}

eventually() { # COMMAND [ARGUMENT...]
	within 30 "$@"
}

ended() { # PROCESS
	! kill -0 "$1"
}

# A process that the kernel does not let go: run says so, and heeds an interrupt.
run_gives_up() {
	local ice=$work/ice runner left
	mkdir "$ice" && mount -t cgroup -o freezer freezer "$ice" && mkdir "$ice/one" ||
		fail "no freezer" || return
	# In the background SIGINT is ignored.
	env --default-signal=INT persock run -p host -- /bin/sh -c "
		sleep 1000 & echo \$! >$ice/one/cgroup.procs
		echo FROZEN >$ice/one/freezer.state" 2>"$work/err" &
	runner=$!
	within 20 grep -q '^waiting\|: waiting' "$work/err"
	kill -INT "$runner"
	# If it is deaf, it ends when the process is thawed.
	within 20 ended "$runner" || fail "the interrupt was not heeded"
	grep -q "cannot be killed" "$work/err" || fail "it does not say why: $(cat "$work/err")"
	echo THAWED >"$ice/one/freezer.state"
	within 20 ended "$runner" || kill -KILL "$runner"
	wait "$runner"
	same "exit status" "$?" 1
	eventually rmdir "$ice/one"
	umount "$ice"
	persock detach --all >/dev/null
	for left in "$root"/persock-run-*; do
		eventually rmdir "$left"
	done
	no_traces
}

# What a file would change in what is loaded.
differences() {
	printf '%s\n' 'personality: tool-a' 'base: host' 'connect: {rules: [{deny: 10.0.0.1}]}' >"$work/a.yaml"
	refused 1 'personality "tool-a": not loaded*' diff "$work/a.yaml"
	quiet personality add "$work/a.yaml"
	quiet diff "$work/a.yaml"
	sed -i 's/10.0.0.1/10.0.0.2/' "$work/a.yaml"
	tool diff "$work/a.yaml"
	same "exit status" "$status" 1
	same "errors" "$err" ""
	[[ $out == "--- loaded"$'\n'"+++ $work/a.yaml"$'\n'*$'\n-'*"10.0.0.1"*$'\n+'*"10.0.0.2"* ]] || fail "it prints '$out'"
	quiet personality set "$work/a.yaml"
	quiet diff "$work/a.yaml" tool-a
	# The line is part of what denials say.
	sed -i '1a # a comment' "$work/a.yaml"
	tool diff "$work/a.yaml"
	same "exit status" "$status" 1
	same "output" "$out" "$work/a.yaml: only numbers of lines differ, or a network namespace"
	tool -j diff "$work/a.yaml" host
	same "exit status of JSON" "$status" 1
	same "JSON" "$out" "{\"file\":\"$work/a.yaml\",\"personality\":\"host\",\"differs\":true}"
	printf '%s\n' 'personality: tool-b' 'base: none' >"$work/b.yaml"
	quiet personality add "$work/b.yaml"
	tool diff "$work/b.yaml" "$work/a.yaml"
	same "exit status of two files" "$status" 1
	same "output of two files" "$out" "$work/a.yaml: only numbers of lines differ, or a network namespace"
	quiet personality set "$work/a.yaml"
	quiet diff "$work/b.yaml" "$work/a.yaml"
	mkdir "$work/both"
	mv "$work"/[ab].yaml "$work/both"
	quiet diff "$work/both"
	tool -j diff "$work/both"
	same "exit status of a folder" "$status" 0
	same "JSON of a folder" "$out" "{\"file\":\"$work/both/a.yaml\",\"personality\":\"tool-a\",\"differs\":false}
{\"file\":\"$work/both/b.yaml\",\"personality\":\"tool-b\",\"differs\":false}"
	quiet personality del tool-b
	tool diff "$work/both"
	same "exit status without one of them" "$status" 1
	[[ $err == 'persock: personality "tool-b": not loaded'* ]] || fail "it says '$err'"
	quiet personality del tool-a
	refused 2 "diff needs a policy file*" diff
	refused 2 'diff takes one policy file and a name, or files: "b" is none*' diff a.yaml b c
}

# A valid file that does not do what was meant.
check_warns() {
	printf '%s\n' 'base: host' 'connect: {rules: [{allow: 10.0.0.0/8}]}' \
		'bind: {default: EACCES, rules: [{allow: 0.0.0.0/0, ports: 80}]}' >"$work/idle.yaml"
	tool check "$work/idle.yaml"
	same "exit status" "$status" 0
	[[ $err == *"idle.yaml:2: warning: allows what the default of connect allows already"* ]] ||
		fail "no warning of an idle rule: $err"
	[[ $err == *"idle.yaml:3: warning: bind allows addresses of IPv4 only"* ]] ||
		fail "no warning of one family: $err"
	printf '%s\n' 'base: host' 'connect: {rules: [{allow: 10.1.0.0/16}, {deny: 10.0.0.0/8}]}' \
		'bind: {default: EACCES, rules: [{allow: ["0.0.0.0/0", "::/0"], ports: 80}]}' >"$work/well.yaml"
	tool check "$work/well.yaml"
	same "warnings" "$err" ""
	printf '%s\n' 'sockets: {default: EPERM, rules: [{allow: {family: inet}}]}' \
		'bind: {rules: [{allow: 0.0.0.0/0, ports: 80}]}' >"$work/one.yaml"
	tool check "$work/one.yaml"
	same "warnings of a policy without IPv6" "$err" ""
}

# --- all --------------------------------------------------------------------------------------

tests=(bad_usage missing_cgroup cgroup_v1 not_a_cgroup attach_and_detach layers too_many_layers delegated_in_full removed_cgroup
	unknown_personality unknown_provider make_and_delete inherited_providers mistakes
	policy_commands differences explain explain_options ways check_warns denials no_privilege
	run_status run_passes_on run_governs run_nested run_kills_the_rest run_refused run_forwards
	run_killed run_gives_up run_counters json_output odd_names help_and_version module_absent)

echo "TAP version 13"
echo "1..${#tests[@]}"
failures=0
for i in "${!tests[@]}"; do
	why=
	"${tests[i]}"
	code=$?
	if [ -n "$why" ]; then
		failures=$((failures + 1))
		printf '# %s\n' "${why//$'\n'/$'\n# '}"
		echo "not ok $((i + 1)) ${tests[i]}"
	elif [ "$code" -eq 4 ]; then
		echo "ok $((i + 1)) ${tests[i]} # SKIP PERSOCK_MODULES names no folder with persock.ko"
	else
		echo "ok $((i + 1)) ${tests[i]}"
	fi
done
[ "$failures" -eq 0 ]
