#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 300
# needs: curl iproute2 python3 redis-server redis-tools
#
# The four commands of the cookbook, as printed there, are enough for redis and a cron job: both do what they
# did, and nothing more. "persock help" has all that is in them.

# shellcheck disable=SC2154,SC2317 # ktap.sh sets the variables and calls the functions
if [ -z "${FOUR_COMMANDS_INSIDE:-}" ]; then
	FOUR_COMMANDS_INSIDE=yes exec unshare --mount "$0" "$@"
fi
# shellcheck source=../lib/ktap.sh
. "$(dirname "$(realpath "$0")")/../lib/ktap.sh"

servers=()
added=()

final() {
	local address
	kill "${servers[@]}"
	for address in "${added[@]}"; do
		ip address del "$address" dev lo
	done
} 2>/dev/null

# The servers of the cookbook's first section.
serve() {
	local address
	[ ${#servers[@]} -eq 0 ] || return
	mkdir "$work/pages"
	echo "a page" >"$work/pages/index.html"
	for address in 192.0.2.10 198.51.100.7; do
		ok ip address add "$address/32" dev lo
		added+=("$address/32")
		python3 -m http.server --bind "$address" --directory "$work/pages" 80 >/dev/null 2>&1 &
		servers+=($!)
		eventually curl -sS -o /dev/null "http://$address/"
	done
}

# $commands are those of the page.
read_commands() {
	mapfile -t commands < <(sed -n '/^\.\. four commands$/,/^\.\. four commands end$/s/^   # //p' \
		"$repo/Documentation/cookbook.rst")
	[ ${#commands[@]} -eq 4 ] || fail "the page has ${#commands[@]} commands"
}

# What a client of redis does; the answers.
client() {
	{
		redis-cli set key value
		redis-cli incrby number 5
		redis-cli get key
		seq -f 'lpush list %g' 200 | redis-cli --pipe
		redis-cli llen list
	} 2>&1 | grep -v '^Last reply\|^All data'
}

answers='OK
5
value
errors: 0, replies: 200
200'

# Run a command line that starts redis, use it, and interrupt it as ^C does.
with_redis() { # COMMAND-LINE [MORE]...: further command lines
	local server line
	# Commands in the background ignore ^C, unless they are in a group of their own.
	setsid bash -c "trap - INT; exec $1" >"$work/redis" 2>&1 &
	server=$!
	eventually redis-cli ping
	expect "$answers" client
	for line in "${@:2}"; do
		eval "$line"
	done
	kill -INT "$server"
	wait "$server"
}

denied() { # PERSONALITY: how many of its calls were denied
	persock -j show "$1" | python3 -c 'import json, sys
print(sum(counter["denied"] for counter in json.load(sys.stdin)["counters"].values()))'
}

test_ungoverned() {
	serve
	cd "$work" || return
	with_redis 'redis-server --save ""'
	expect "a page" curl -sS http://192.0.2.10/
	expect "a page" curl -sS http://198.51.100.7/
}

test_commands() {
	local commands
	serve
	read_commands
	cd "$work" || return
	personalities+=(redis-server curl)
	with_redis "${commands[0]}"
	ok eval "${commands[1]}"
	expect "a page" cat page
	expect "add personality redis-server
add personality curl" eval "${commands[2]}"
	with_redis "${commands[3]}" "outside=\$(persock sockets --all | grep -c 'redis-server')"
	[ "${outside:-0}" -gt 0 ] || fail "redis has no governed socket"
	expect 0 denied redis-server
	expect "" grep -i "denied\|permitted" "$work/redis"
	# The line of the crontab, and one thing more.
	rm page
	ok persock run -p curl -- curl -sS -o page http://192.0.2.10/
	expect "a page" cat page
	expect 0 denied curl
	refused "Failed to connect|Couldn't connect" persock run -p curl -- curl -sS http://198.51.100.7/
	expect 1 denied curl
	# The server, with one thing more: it follows another one.
	with_redis "${commands[3]}" "redis-cli replicaof 198.51.100.7 80 >/dev/null" \
		"eventually sh -c '[ \"\$(persock -j show redis-server | grep -c \"\\\"denied\\\":[1-9]\")\" -gt 0 ]'"
	grep -q "Unable to connect to MASTER: Permission denied" "$work/redis" || fail "redis: $(tail -n 1 "$work/redis")"
	expect "" eval "${commands[2]}"
}

# What "persock help" prints has all words of these commands.
test_help() {
	local commands line help word words
	read_commands
	help=$(persock help)
	for line in "${commands[@]}"; do
		read -ra words <<<"$line"
		# Up to the "--": what follows is not persock's.
		for word in "${words[@]:1}"; do
			[ "$word" != -- ] || break
			[[ $word != *.yaml && $word != redis-server ]] || continue
			grep -Eq "persock ${words[1]} .*${word}( |$)|persock ${word} " <<<"$help" ||
				fail "persock help says no word of $word of ${words[1]}"
		done
	done
}

run_tests
