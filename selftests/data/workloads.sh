#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# workloads.sh NAME [more]: in the root of record_programs_test.sh, start a server that people use, have a
# client use it, and end both. With "more" one thing is done beside, at the end: a connection to a port that
# nobody serves. The exit status is the client's.

set -euo pipefail

name=$1 more=${2:-}
work=/tmp/work-$name
mkdir -p "$work"
server=

final() {
	[ -z "$server" ] || kill "$server" 2>/dev/null || :
	wait || :
}
trap final EXIT

# Wait for a listener of TCP, by a look: a connection would be recorded.
listens() { # PORT
	local pattern end=$((SECONDS + 60))
	printf -v pattern ':%04X [0-9A-F]*:0000 0A' "$1"
	while [ "$SECONDS" -lt "$end" ]; do
		! cat /proc/net/tcp /proc/net/tcp6 | grep -q "$pattern" || return 0
		sleep 0.2
	done
	echo "nobody listens on port $1" >&2
	return 1
}

write_page() {
	mkdir -p "$work/www"
	echo hello >"$work/www/index.html"
}

serve_nginx() { # PORT
	write_page
	cat >"$work/nginx.conf" <<-END
		daemon off; pid $work/pid; error_log $work/log; user nobody nogroup; worker_processes 2;
		events { worker_connections 64; }
		http { access_log off; server { listen $1; listen [::]:$1; root $work/www; } }
	END
	chmod -R a+rX "$work"
	nginx -c "$work/nginx.conf" -e "$work/log" &
	server=$!
	listens "$1"
}

nginx_curl() {
	serve_nginx 8080
	[ "$(curl -sS http://127.0.0.1:8080/)" = hello ]
	[ "$(curl -sS 'http://[::1]:8080/')" = hello ]
}

curl_names() {
	serve_nginx 8081
	[ "$(curl -sS -4 http://files.example:8081/)" = hello ]
}

redis() {
	redis-server --port 6390 --save '' --dir "$work" --unixsocket "$work/redis.sock" >"$work/log" &
	server=$!
	listens 6390
	[ "$(redis-cli -p 6390 set key value)" = OK ]
	[ "$(redis-cli -s "$work/redis.sock" get key)" = value ]
	redis-benchmark -p 6390 -n 200 -c 5 -P 4 -q -t get >/dev/null
}

postgres() {
	local bin
	bin=$(echo /usr/lib/postgresql/*/bin)
	if [ ! -d "$work/data" ]; then
		chown postgres "$work"
		setpriv --reuid postgres --regid postgres --clear-groups "$bin/initdb" -D "$work/data" -A trust \
			--no-sync --no-instructions >"$work/initdb"
	fi
	setpriv --reuid postgres --regid postgres --clear-groups "$bin/postgres" -D "$work/data" -p 5440 \
		-k "$work" -c fsync=off -c listen_addresses=127.0.0.1 >"$work/log" 2>&1 &
	server=$!
	listens 5440
	[ "$("$bin/psql" -h "$work" -p 5440 -U postgres -Atc 'select 6 * 7')" = 42 ]
	[ "$("$bin/psql" -h 127.0.0.1 -p 5440 -U postgres -Atc 'select 6 * 7')" = 42 ]
}

# A mirror on this machine, of one empty list.
apt_update() {
	mkdir -p "$work/www/dists/stable/main/binary-amd64" "$work"/{lists,cache}/partial
	: >"$work/www/dists/stable/main/binary-amd64/Packages"
	(
		cd "$work/www/dists/stable"
		printf '%s\n' 'Suite: stable' 'Components: main' 'Architectures: amd64' "Date: $(date -Ru)" 'SHA256:' \
			" $(sha256sum <main/binary-amd64/Packages | cut -d ' ' -f 1) 0 main/binary-amd64/Packages" \
			>Release
	)
	chmod -R a+rX "$work"
	(cd "$work/www" && exec python3 -m http.server --bind 127.0.0.1 8082) >"$work/log" 2>&1 &
	server=$!
	listens 8082
	echo 'deb [trusted=yes] http://127.0.0.1:8082 stable main' >"$work/sources"
	apt-get update -o Dir::Etc::sourcelist="$work/sources" -o Dir::Etc::sourceparts=- \
		-o Dir::State::lists="$work/lists" -o Dir::Cache="$work/cache" -o APT::Sandbox::User=root \
		-o Dir::State::status=/dev/null -o Acquire::Languages=none >"$work/out"
	grep -q 'Get:.*Release\|Hit:' "$work/out" && ! grep -q '^[EW]:' "$work/out"
}

asyncio() {
	python3 -c '
import asyncio

async def serve(reader, writer):
    writer.write(await reader.readline())
    await writer.drain()
    writer.close()

async def main():
    server = await asyncio.start_server(serve, "127.0.0.1", 8083)
    reader, writer = await asyncio.open_connection("127.0.0.1", 8083)
    writer.write(b"hello\n")
    assert await reader.readline() == b"hello\n"
    writer.close()
    server.close()

asyncio.run(main())'
}

# A server and a client that are written in Go.
go_programs() {
	write_page
	caddy file-server --listen 127.0.0.1:8084 --root "$work/www" >"$work/log" 2>&1 &
	server=$!
	listens 8084
	hey -n 20 -c 2 http://127.0.0.1:8084/ >"$work/out"
	grep -q '\[200\].20 responses' "$work/out"
}

ssh_login() {
	mkdir -p /run/sshd "$work/keys"
	[ -e "$work/keys/host" ] || ssh-keygen -q -t ed25519 -N '' -f "$work/keys/host"
	[ -e "$work/keys/user" ] || ssh-keygen -q -t ed25519 -N '' -f "$work/keys/user"
	cp "$work/keys/user.pub" "$work/keys/authorized"
	chmod 755 "$work" "$work/keys"
	"$(command -v sshd)" -D -p 2222 -h "$work/keys/host" -o AuthorizedKeysFile="$work/keys/authorized" -o UsePAM=no \
		-o PidFile=none -o StrictModes=no -o ListenAddress=127.0.0.1 -f /dev/null -E "$work/log" &
	server=$!
	listens 2222
	[ "$(ssh -p 2222 -i "$work/keys/user" -F /dev/null -o StrictHostKeyChecking=no \
		-o UserKnownHostsFile="$work/keys/known" root@127.0.0.1 echo hello)" = hello ]
}

browse() { # URL
	chromium-headless-shell --no-sandbox --disable-gpu --disable-dev-shm-usage --user-data-dir="$work/user" \
		--dump-dom "$1" 2>"$work/err" | grep -q hello
}

chromium() {
	serve_nginx 8085
	browse http://127.0.0.1:8085/
}

# Of servers elsewhere.
chromium_inside() {
	browse http://192.0.2.1/
}

chromium_outside() {
	browse http://198.51.100.1/
}

# A client of a database that runs already, by the path that PostgreSQL has in Debian.
psql_by_path() {
	[ "$(echo 'select 6 * 7' | "$(echo /usr/lib/postgresql/*/bin/psql)" -h /run/postgresql -U postgres -At)" = 42 ]
}

# The database of the former, until it is killed.
postgres_at_its_path() {
	mkdir -p /run/postgresql && chown postgres /run/postgresql
	work=/tmp/work-postgres
	exec setpriv --reuid postgres --regid postgres --clear-groups /usr/lib/postgresql/*/bin/postgres \
		-D "$work/data" -k /run/postgresql -c fsync=off -c listen_addresses=
}

"$name"
[ -z "$more" ] || ! (: >/dev/tcp/127.0.0.1/9) 2>/dev/null
