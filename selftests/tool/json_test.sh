#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 600
# needs: python3 python3-jsonschema util-linux
#
# What persock -j writes is as the schemas in tools/persock/schemas say, and has no other members.

# shellcheck disable=SC2154,SC2317 # ktap.sh sets the variables and calls the functions
# shellcheck source=../lib/ktap.sh
. "$(dirname "$(realpath "$0")")/../lib/ktap.sh"

schemas=$repo/tools/persock/schemas
outputs=$work/outputs
kept=0
mkdir "$outputs"

# Keep the output of a command, to be compared with a schema at the end: $output is the file.
as() { # SCHEMA COMMAND [ARGUMENT...]
	kept=$((kept + 1))
	output=$outputs/$1.$kept
	"${@:2}" >"$output" 2>"$work/complaint"
}

new_policy() {
	cat >"$work/local.yaml" <<-END
		personality: local-$$
		base: host
		reveal: denials
		connect:
		  default: EACCES
		  rules:
		    - {allow: 127.0.0.1, ports: 9, protocol: udp}
		    - {deny: 10.0.0.0/8}
		    - {allow: api.example.com, ports: 443}
		names: {resolvers: [127.0.0.53]}
		options: {set: {default: allow, ignore: [SOL_SOCKET/SO_KEEPALIVE], deny: [IPPROTO_TCP/TCP_CORK]}}
	END
	personalities+=("local-$$")
	ok persock personality add "$work/local.yaml"
}

# Calls that are allowed, ignored and denied, of several kinds.
calls='
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.connect(("127.0.0.1", 9))
t = socket.socket()
t.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
for call in (lambda: s.connect(("10.1.2.3", 9)), lambda: t.connect(("::1", 9)), lambda: t.setsockopt(6, 3, 1),
             lambda: s.send(bytes(2), socket.MSG_OOB), lambda: t.connect(("127.0.0.9", 9))):
    try:
        call()
    except OSError:
        pass
print("made", flush=True)
input()
print("ended", flush=True)'

test_governed() {
	local outer inner monitor top word
	new_policy
	new_cgroup outer outer
	inner=$outer/inner
	cgroups+=("$inner")
	ok mkdir "$inner"
	ok persock attach "$outer" host
	ok persock attach "$inner" "local-$$"
	persock -j monitor --ignored >"$work/monitored" 2>"$work/monitor" &
	monitor=$!
	persock -j top -d 0.5 >"$work/top" &
	top=$!
	eventually grep -q monitoring "$work/monitor"
	eventually [ -s "$work/top" ]
	hold "$inner" python3 -c "$calls"
	ok persock names add "$inner" api.example.com 192.0.2.1 60
	as status persock -j status
	as counters persock -j counters
	as counters persock -j counters "$inner"
	grep -q '"ignored":\[{' "$output" || fail "nothing was ignored"
	as sockets persock -j sockets --all
	grep -q '"governed":true' "$output" || fail "no socket is governed"
	as names persock -j names
	as explain-layers persock -j explain --cgroup "$inner" -- connect tcp 10.0.0.1:9
	as explain-layers persock -j explain --cgroup "$inner" -- connect tcp api.example.com:443
	as explain-layers persock -j explain host none -- socket inet stream
	as show-effective persock -j show --effective "$inner"
	as show-effective persock -j show --effective none host
	as personality persock -j show "local-$$"
	as why within "$inner" persock -j why
	eventually grep -q last_denial "$work/top"
	release
	kill "$top" "$monitor"
	wait "$top" "$monitor"
	as monitor cat "$work/monitored"
	for word in '"ignored":true' '"errno_name":"EACCES"' '"option":'; do
		grep -q "$word" "$work/monitored" || fail "no $word was monitored"
	done
	as top cat "$work/top"
}

test_files() {
	new_policy
	as check persock -j check "$work/local.yaml"
	as show-file persock -j show "$work/local.yaml"
	as diff persock -j diff "$work/local.yaml"
	as keys persock -j keys
	as explain persock -j explain "$work/local.yaml" -- connect udp 10.0.0.1:9
	as explain persock -j explain "$work/local.yaml" -- query api.example.com
	as explain sh -c "printf '%s\n' listen 'send MSG_OOB' 'setsockopt SOL_SOCKET/SO_KEEPALIVE' |
		persock -j explain gvisor -- -"
	as personalities persock -j show
	as personality persock -j show gvisor
	as doctor persock -j doctor
	as version persock -j --version
	printf '%s\n' 'base: host' 'options: {set: {default: allow, deny: [SOL_SOCKET/SO_SNDBUF]}}' >"$work/way.yaml"
	as check persock -j check "$work/way.yaml"
}

test_changes() {
	new_policy
	mkdir "$work/folder"
	sed 's/127.0.0.1/127.0.0.2/' "$work/local.yaml" >"$work/folder/local.yaml"
	printf 'attachments:\n- {cgroup: %s-a, personality: local-%s}\n' "$base" $$ >"$work/folder/attachments.yaml"
	cgroups+=("$(cgroup_root)/$base-a")
	as apply persock -j apply --dry-run "$work/folder"
	as apply persock -j apply "$work/folder"
	grep -q '"change":"attach"' "$output" || fail "nothing was attached"
	echo bad >"$work/folder/bad.yaml"
	persock -j apply --watch "$work/folder" >"$work/events" &
	eventually [ -s "$work/events" ]
	rm "$work/folder/bad.yaml"
	eventually grep -q '"applied":true' "$work/events"
	kill $!
	wait $!
	as apply-watch cat "$work/events"
}

# Both write to the standard error, behind what the command writes there.
test_runs() {
	new_policy
	as counters sh -c "persock run -j -p local-$$ --counters -- true 2>&1"
	as run-report sh -c "persock run -j -p local-$$ --report -- true 2>&1"
}

# The facts of a recording, instead of a policy.
test_records() {
	as record persock -j record -- python3 "$data/recorded.py" tcp udp chosen unsent unix
	python3 - "$output" <<-'END' 2>"$work/err" || fail "$(tail -n 1 "$work/err")"
		import json, sys
		facts = json.load(open(sys.argv[1]))["facts"]
		def one(**members):
		    found = [fact for fact in facts if members.items() <= fact.items()]
		    assert found, (members, facts)
		    return found[0]
		assert one(section="sockets", family="inet", type="stream")["class"] == "inet"
		assert one(section="connect", address="127.0.0.1", port=7070, protocol="tcp")["count"] == 1
		assert one(option="IPPROTO_TCP/TCP_NODELAY")["programs"] == ["python3"]
		one(flag="MSG_PEEK")
		assert one(section="limits", limit="sockets")["value"] > 1
	END
	ok persock -j record -o "$work/facts.json" -- true
	refused "record -j writes facts.*leave out -p" persock -j record -p host -- true
	refused "and --generalise" persock -j record --generalise ports -- true
}

# A layer that records lets every call pass, and is no layer that audits.
test_record_layer() {
	local cgroup
	new_cgroup cgroup recorded
	printf '%s\n' "personality: record-$$" 'base: none' 'mode: record' >"$work/record.yaml"
	personalities+=("record-$$")
	ok persock personality add "$work/record.yaml"
	ok persock attach "$cgroup" "record-$$"
	expect ok within "$cgroup" "$probe" tcp
	as explain-layers persock -j explain --cgroup "$cgroup" -- socket inet stream
	grep -q '"verdict":"allow".*"mode":"record"' "$output" || fail "$(<"$output")"
	persock explain --cgroup "$cgroup" -- socket inet stream >"$work/text"
	grep -q ', which only records: ' "$work/text" || fail "$(<"$work/text")"
	! grep -q audit "$work/text" || fail "it audits: $(<"$work/text")"
}

test_version() {
	expect '{"version":"0.1.0","json":1}' persock -j --version
}

# What has been written above is as the schemas say, and each schema is that of something.
test_schemas() {
	local path name
	ok python3 "$here/json_schema.py" "$schemas" "$outputs"/*
	for path in "$schemas"/*.schema.json; do
		name=${path##*/}
		[ "$name" = common.schema.json ] || [ -e "$(echo "$outputs/${name%.schema.json}".* | cut -d ' ' -f 1)" ] ||
			fail "$name is not tested"
	done
	# What is wrong is found.
	persock -j status | sed 's/"armed":[a-z]*/"armed":1/' >"$work/status.type"
	persock -j status | sed 's/"armed"/"charmed"/' >"$work/status.member"
	persock -j show | sed 's/"pair":{"allowed":[0-9]*/"pair":{"allowed":-1/' >"$work/personalities.common"
	expect "status.type: armed: 1 is not of type 'boolean'
status.member: : 'armed' is a required property
personalities.common: 0.counters.pair.allowed: -1 is less than the minimum of 0" \
		python3 "$here/json_schema.py" "$schemas" "$work"/{status.type,status.member,personalities.common}
}

run_tests
