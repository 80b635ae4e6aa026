#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 300
# needs: python3 systemd bsdutils openssh-client
#
# The shipped policies about AF_UNIX with the programs that they are for: what the policy is to allow
# works as it does ungoverned, and other sockets of the machine are not reached.

# shellcheck disable=SC2154,SC2317 # ktap.sh sets the variables and calls the functions
# shellcheck source=../lib/ktap.sh
. "$(dirname "$(realpath "$0")")/../lib/ktap.sh"

python=/usr/bin/python3
servers=()

# Sockets of others' places that a test has made: who finds them would believe that their servers run.
places=()

final() {
	[ ${#servers[@]} -eq 0 ] || kill "${servers[@]}" 2>/dev/null
	rm -f "${places[@]}"
}

# Two cgroups: one is governed by a shipped policy, the other is not.
begin() { # EXAMPLE NAME
	new_cgroup governed "governed-$2"
	new_cgroup free "free-$2"
	personalities+=("$base-$2")
	ok persock personality add "$repo/tools/persock/examples/$1.yaml" "$base-$2"
	ok persock attach "$governed" "$base-$2"
}

# It works ungoverned and governed.
works() { # COMMAND [ARGUMENT...]
	within "$free" "$@" >"$work/free" 2>&1 || fail "ungoverned: $*: $(cat "$work/free")"
	within "$governed" "$@" >"$work/governed" 2>&1 || fail "governed: $*: $(cat "$work/governed")"
}

# It works ungoverned, and fails governed with what matches.
is_refused() { # PATTERN COMMAND [ARGUMENT...]
	within "$free" "${@:2}" >"$work/free" 2>&1 || fail "ungoverned: ${*:2}: $(cat "$work/free")"
	refused "$1" within "$governed" "${@:2}"
}

# What systemd and its journal have: sockets for datagrams, and one for streams. A line of the log for all
# that arrives. Descriptors are closed: systemd-notify waits for that.
cat >"$work/sockets.py" <<'END'
import os, selectors, socket, sys

log = open(sys.argv[1], "ab", buffering=0)
ready = selectors.DefaultSelector()
for word in sys.argv[2:]:
    kind, _, path = word.partition(":")
    os.makedirs(os.path.dirname(path), exist_ok=True)
    if os.path.exists(path):
        os.remove(path)
    server = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM if kind == "dgram" else socket.SOCK_STREAM)
    server.bind(path)
    if kind == "stream":
        server.listen(8)
    ready.register(server, selectors.EVENT_READ, path)
print("ready", flush=True)
while True:
    for key, _ in ready.select():
        if key.fileobj.type == socket.SOCK_STREAM and key.data != "peer":
            ready.register(key.fileobj.accept()[0], selectors.EVENT_READ, "peer")
            continue
        data, descriptors, *_ = socket.recv_fds(key.fileobj, 65536, 8)
        for descriptor in descriptors:
            os.close(descriptor)
        if not data and key.data == "peer":
            ready.unregister(key.fileobj)
            key.fileobj.close()
        log.write(key.data.encode() + b" " + data.replace(b"\n", b" ") + b"\n")
END

serve() { # LOG KIND:PATH...
	mkfifo "$work/ready"
	"$python" "$work/sockets.py" "$@" >"$work/ready" 2>"$work/server.log" &
	servers+=($!)
	read -r -t 60 _ <"$work/ready" || fail "no server: $(cat "$work/server.log")"
	rm "$work/ready"
}

arrived() { # COUNT PATTERN
	[ "$(grep -c "$2" "$work/log")" = "$1" ]
}

# A service that logs and says how it is.
test_journal() {
	local folder=/run/systemd
	[ ! -d /run/systemd/system ] || { skip "systemd runs here, and has the sockets" && return; }
	begin unix/journal journal
	places+=("$folder"/{notify,journal/{socket,dev-log,stdout},private} /dev/log)
	serve "$work/log" "dgram:$folder/notify" "dgram:$folder/journal/socket" "dgram:$folder/journal/dev-log" \
		"stream:$folder/journal/stdout" "stream:$folder/private" "dgram:$work/notify"
	ln -sfn "$folder/journal/dev-log" /dev/log
	works env "NOTIFY_SOCKET=$folder/notify" systemd-notify --ready --status="said by notify"
	eventually arrived 2 "^$folder/notify .*said by notify"
	works logger --socket-errors=on "said by logger"
	eventually arrived 2 "^$folder/journal/dev-log .*said by logger"
	# shellcheck disable=SC2016 # of the inner shell
	works sh -c 'echo MESSAGE="said to the journal" | logger --journald'
	eventually arrived 2 "^$folder/journal/socket .*said to the journal"
	works systemd-cat -t persock echo "said by cat"
	eventually arrived 2 "^peer .*said by cat"
	# Pairs, and the service's own sockets.
	within "$governed" "$python" "$data/local_sockets.py" pair "serve:@$base-own" "connect:@$base-own" \
		>"$work/own"
	expect "done done done" sh -c "tr '\n' ' ' <'$work/own' | sed 's/ \$//'"
	# The manager itself, and another socket of the same kind.
	expect "done" within "$free" "$python" "$data/local_sockets.py" "connect:$folder/private"
	expect EACCES within "$governed" "$python" "$data/local_sockets.py" "connect:$folder/private"
	is_refused "denied" env "NOTIFY_SOCKET=$work/notify" systemd-notify --ready
	eventually arrived 1 "^$work/notify .*READY=1"
}

# A job that may reach one network: an agent of its own is one of its sockets, another one is not.
test_egress_ssh_agent() {
	local agent
	begin egress egress
	cat >"$work/agent" <<'END'
#!/bin/sh
rm -f "$1" "$1.key"
ssh-keygen -q -t ed25519 -N "" -C persock -f "$1.key" || exit 1
exec ssh-agent -a "$1" sh -c 'ssh-add -q "$0" && ssh-add -l | grep -c persock' "$1.key"
END
	chmod +x "$work/agent"
	works "$work/agent" "$work/own.sock"
	expect 1 cat "$work/governed"
	agent=$(ssh-agent -a "$work/foreign.sock")
	servers+=("$(sed -n 's/^SSH_AGENT_PID=\([0-9]*\);.*/\1/p' <<<"$agent")")
	# 1: it has no keys; 2: it is not reached.
	# shellcheck disable=SC2016 # of the inner shell
	expect 1 within "$free" env "SSH_AUTH_SOCK=$work/foreign.sock" sh -c 'ssh-add -l >/dev/null 2>&1; echo $?'
	# shellcheck disable=SC2016 # of the inner shell
	expect 2 within "$governed" env "SSH_AUTH_SOCK=$work/foreign.sock" \
		sh -c 'ssh-add -l >/dev/null 2>&1; echo $?'
}

run_tests
