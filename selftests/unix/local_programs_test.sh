#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 300
# needs: python3 nodejs dbus-daemon dbus-bin openssh-client bsdutils
#
# Rules on names of AF_UNIX sockets, with programs that know nothing of persock: what a policy allows
# works as it does ungoverned, and sockets of other services are not reached.

# shellcheck disable=SC2317 # run_tests calls the tests by their names
# shellcheck source=../lib/ktap.sh
. "$(dirname "$(realpath "$0")")/../lib/ktap.sh"

python=/usr/bin/python3
servers=()
governed=
free=

# The rules of section unix, by two cgroups: one is governed, the other is not.
policy() { # NAME RULES
	new_cgroup governed governed
	new_cgroup free free
	cat >"$work/$1.yaml" <<END
personality: $base-$1
base: host
unix:
  connect:
    default: EACCES
    rules:
$2
END
	personalities+=("$base-$1")
	ok persock check "$work/$1.yaml"
	ok persock personality add "$work/$1.yaml"
	ok persock attach "$governed" "$base-$1"
}

# Start a server that says "ready" when it is.
serve() { # COMMAND [ARGUMENT...]
	mkfifo "$work/ready"
	"$@" >"$work/ready" 2>"$work/server.log" &
	servers+=($!)
	read -r -t 60 _ <"$work/ready" || fail "no server: $(cat "$work/server.log")"
	rm "$work/ready"
}

stop() {
	kill "${servers[@]}" 2>/dev/null
	wait "${servers[@]}" 2>/dev/null
	servers=()
}

# The same as ungoverned, which must have worked.
works() { # COMMAND [ARGUMENT...]
	local wanted
	wanted=$(within "$free" "$@" 2>&1) || fail "ungoverned: $*: $wanted"
	expect "$wanted" within "$governed" "$@"
}

# It works ungoverned, and fails governed with what matches.
is_refused() { # PATTERN COMMAND [ARGUMENT...]
	local said
	said=$(within "$free" "${@:2}" 2>&1) || fail "ungoverned: ${*:2}: $said"
	refused "$1" within "$governed" "${@:2}"
}

# A server like Docker's: HTTP on a socket that gives root to who reaches it.
cat >"$work/engine.py" <<'END'
import http.server, socketserver, sys

class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"OK\n")
    def log_message(self, *unused):
        pass
    def address_string(self):
        return ""

class Server(socketserver.UnixStreamServer):
    def get_request(self):
        request, _ = super().get_request()
        return request, ("local", 0)

server = Server(sys.argv[1], Handler)
print("ready", flush=True)
server.serve_forever()
END

cat >"$work/client.py" <<'END'
import http.client, socket, sys

class Connection(http.client.HTTPConnection):
    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(sys.argv[1])

connection = Connection("localhost")
connection.request("GET", "/_ping")
print(connection.getresponse().read())
END

cat >"$work/loop.py" <<'END'
import asyncio, sys

async def main(path):
    async def answer(reader, writer):
        writer.write(await reader.readline())
        writer.close()
    child = await asyncio.create_subprocess_exec("echo", "child", stdout=asyncio.subprocess.PIPE)
    print((await child.communicate())[0])
    async with await asyncio.start_unix_server(answer, path):
        reader, writer = await asyncio.open_unix_connection(path)
        writer.write(b"own\n")
        print(await reader.read())

asyncio.run(main(sys.argv[1]))
END

cat >"$work/node.js" <<'END'
const { spawn } = require("child_process"), net = require("net"), fs = require("fs");
const path = process.argv[2];
const child = spawn("echo", ["child"]);
child.stdout.on("data", data => {
	process.stdout.write(data);
	fs.rmSync(path, { force: true });
	const server = net.createServer(peer => peer.end("own\n")).listen(path, () => {
		net.connect(path).on("data", own => process.stdout.write(own)).on("close", () => server.close());
	});
});
END

# An agent's job: pairs, children and its own sockets work; the engine is not reached.
test_engine() {
	policy engine "    - allow: unnamed
    - allow: {peer: same}"
	serve "$python" "$work/engine.py" "$work/docker.sock"
	is_refused "PermissionError|Permission denied" "$python" "$work/client.py" "$work/docker.sock"
	rm -f "$work/own.sock"
	works "$python" "$work/loop.py" "$work/own.sock"
	works node "$work/node.js" "$work/own.sock"
	stop
}

# The engine's socket alone is denied, whatever it is called.
test_denied() {
	policy denied "    - deny: $work/docker2.sock
    - allow: {}"
	serve "$python" "$work/engine.py" "$work/docker2.sock"
	ok ln -s "$work/docker2.sock" "$work/innocent"
	is_refused "Permission denied" "$python" "$work/client.py" "$work/innocent"
	stop
}

bus() { # PATH
	dbus-daemon --session --nofork --print-address --address="unix:path=$1"
}

ask_bus=(dbus-send --print-reply=literal --dest=org.freedesktop.DBus / org.freedesktop.DBus.GetNameOwner
	string:org.freedesktop.DBus)

# D-Bus with the session's bus only.
test_session_bus() {
	policy bus "    - allow: $work/session-bus"
	serve bus "$work/session-bus"
	serve bus "$work/other-bus"
	works env DBUS_SESSION_BUS_ADDRESS="unix:path=$work/session-bus" "${ask_bus[@]}"
	is_refused "Permission denied|AccessDenied" \
		env DBUS_SESSION_BUS_ADDRESS="unix:path=$work/other-bus" "${ask_bus[@]}"
	stop
}

# An agent of the job's own is used, another one is not.
test_ssh_agent() {
	policy agent "    - allow: unnamed
    - allow: {peer: same}"
	# shellcheck disable=SC2016 # of the inner shell
	works sh -c 'rm -f "$0"; exec ssh-agent -a "$0" sh -c "ssh-add -l; echo $?"' "$work/agent.sock"
	eval "$(ssh-agent -a "$work/foreign.sock")" >/dev/null
	servers+=("$SSH_AGENT_PID")
	export SSH_AUTH_SOCK=$work/foreign.sock
	# shellcheck disable=SC2016 # of the inner shell
	expect 1 within "$free" sh -c 'ssh-add -l >/dev/null; echo $?'
	# shellcheck disable=SC2016 # of the inner shell
	expect 2 within "$governed" sh -c 'ssh-add -l >/dev/null 2>&1; echo $?'
	stop
}

cat >"$work/journal.py" <<'END'
import os, socket, sys

os.makedirs(os.path.dirname(sys.argv[1]), exist_ok=True)
journal = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
journal.bind(sys.argv[1])
print("ready", flush=True)
while True:
    with open(sys.argv[2], "ab") as file:
        file.write(journal.recv(1000) + b"\n")
END

# What is logged arrives, by the link that programs use.
test_journal() {
	policy journal "    - allow: {path: $work/journal/dev-log, type: dgram}"
	serve "$python" "$work/journal.py" "$work/journal/dev-log" "$work/journal.log"
	serve "$python" "$work/journal.py" "$work/journal/other" "$work/other.log"
	ln -s "$work/journal/dev-log" "$work/dev-log"
	works logger --socket-errors=on -u "$work/dev-log" "said by logger"
	eventually grep -c "said by logger" "$work/journal.log"
	expect 2 grep -c "said by logger" "$work/journal.log"
	is_refused "denied|wrong type" logger --socket-errors=on -u "$work/journal/other" "not said"
	expect 1 grep -c "not said" "$work/other.log"
	stop
}

run_tests
