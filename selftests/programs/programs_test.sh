#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 900
# needs: nginx curl openssl redis-server redis-tools iperf3 procps python3
#
# Programs that know nothing of persock, server and client in one cgroup: what they say, and their
# exit status, is the same under gvisor and gvisor-2020, by either provider, as it is ungoverned. The policy
# and the provider know nothing of each other: all four pairs are tried with PERSOCK_SOAK=1, else two.
# What no two runs have in common (times, rates, ports) is not looked at.

# shellcheck disable=SC2317 # run_tests calls the tests by their names
# shellcheck source=../lib/ktap.sh
. "$(dirname "$(realpath "$0")")/../lib/ktap.sh"

python=/usr/bin/python3

# --- what the programs share ------------------------------------------------------------------

# Ports that nobody uses, by IPv4 or IPv6, below those that the kernel hands out; each one once, as what
# was closed may still hold it. Sets: port.
port=20000
next_port() {
	local pattern
	while
		port=$((port + 1))
		printf -v pattern ':%04X [0-9A-F]*:[0-9A-F]* ' "$port"
		grep -q "$pattern" /proc/net/tcp /proc/net/tcp6 /proc/net/udp /proc/net/udp6
	do :; done
}

# Wait until somebody listens on a TCP port. By a look, as iperf3 takes one connection only.
wait_for_port() { # PORT [COUNT]
	local pattern i
	printf -v pattern ':%04X [0-9A-F]*:0000 0A' "$1"
	for ((i = 0; i < 600; i++)); do
		[ "$(cat /proc/net/tcp /proc/net/tcp6 | grep -c "$pattern")" -lt "${2:-1}" ] ||
			return 0
		sleep 0.1
	done
	echo "nobody listens"
	return 1
}

# Who serves the TCP and UDP sockets of a process and its children: "native", "hostinet" or
# nothing. For the comparison with what is wanted, not with what happens ungoverned.
note_providers() { # PID FOLDER
	local pid file
	for pid in "$1" $(pgrep -P "$1"); do
		for file in /proc/"$pid"/fdinfo/*; do
			awk '/^persock_provider:/ { provider = $2 }
				/^persock_type:/ && $2 != 1 { print provider }' "$file"
		done
	done 2>/dev/null | sort -u >"$2/providers"
}

# End a server; its exit status.
end() { # PID
	kill "$1" 2>/dev/null
	wait "$1" 2>/dev/null
}

# --- the programs: FOLDER is theirs, what they print is compared ------------------------------

# What curl fetches: made once, 5 MB are slow to make on an emulated machine.
pages=$work/pages

make_pages() {
	[ ! -d "$pages" ] || return 0
	mkdir "$pages"
	printf 'A page, whoever governs.\n' >"$pages/index.html"
	seq 900000 | head -c 5242880 >"$pages/large"
	head -c 1048576 "$pages/large" >"$pages/medium"
	touch -d @1000000000 "$pages"/*
}

# What it serves is read. Sets: server.
start_nginx() { # FOLDER
	{
		printf '%s;\n' "user root" "worker_processes 1" "daemon off" "pid $1/pid" "error_log $1/log"
		echo "events { worker_connections 64; }"
		cat
	} >"$1/conf"
	nginx -e "$1/log" -c "$1/conf" &
	server=$!
}

curl_nginx() { # FOLDER
	local server url options
	next_port
	mkdir "$1/put"
	make_pages
	start_nginx "$1" <<-END
		http {
			sendfile on;
			tcp_nopush on;
			keepalive_timeout 60;
			access_log off;
			client_body_temp_path $1/body;
			server {
				listen 127.0.0.1:$port so_keepalive=on;
				listen [::1]:$port so_keepalive=on;
				root $pages;
				location /proxy/ { proxy_pass http://[::1]:$port/; proxy_buffering off; }
				location /put/ { root $1; dav_methods PUT; client_max_body_size 8m; }
			}
		}
	END
	wait_for_port "$port" 2
	for options in "-4 127.0.0.1" "-6 [::1]"; do
		url="http://${options#* }:$port"
		# One connection for all of them.
		curl -sS "${options% *}" -m 100 -w '%{http_code} %{num_connects} %{size_download}\n' \
			-o - "$url/" -o "$1/large" "$url/large" -o - "$url/index.html" -o - "$url/missing"
		echo "curl: $?"
		cmp "$1/large" "$pages/large" && echo "curl: the file is whole"
	done 2>&1
	curl -sS -m 100 -I -r 1000000-1000099 "$url/large" 2>&1 | grep -v ^Date:
	curl -sS -m 100 -o "$1/large" "$url/proxy/large" 2>&1
	echo "curl through the proxy: $?"
	cmp "$1/large" "$pages/large" && echo "curl through the proxy: the file is whole"
	curl -sS -m 100 -T "$pages/large" -w '%{http_code} %{size_upload}\n' "$url/put/" 2>&1
	echo "curl -T: $?"
	cmp "$1/put/large" "$pages/large" && echo "curl -T: the file is whole"
	note_providers "$server" "$1"
	end "$server"
	echo "nginx: $?"
	grep -E '\[(warn|error|alert|crit|emerg)\]' "$1/log" | grep -v 'missing" failed'
}

# OpenSSL asks the kernel to encrypt, and does it itself where the kernel does not. If the kernel
# said that it would, and nobody did, the client would get plain text.
nginx_tls() { # FOLDER
	local server version
	next_port
	make_pages
	[ -e "$work/cert" ] || openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 \
		-subj /CN=localhost -addext subjectAltName=IP:127.0.0.1 -keyout "$work/key" -out "$work/cert" 2>/dev/null
	start_nginx "$1" <<-END
		http {
			sendfile on;
			access_log off;
			server {
				listen 127.0.0.1:$port ssl;
				ssl_certificate $work/cert;
				ssl_certificate_key $work/key;
				ssl_conf_command Options KTLS;
				root $pages;
			}
		}
	END
	wait_for_port "$port"
	for version in 1.2 1.3; do
		curl -sS -m 100 --cacert "$work/cert" "--tlsv$version" --tls-max "$version" -w '%{http_code} %{size_download}\n' \
			-o - "https://127.0.0.1:$port/" -o "$1/medium" "https://127.0.0.1:$port/medium"
		echo "curl by TLS $version: $?"
		cmp "$1/medium" "$pages/medium" && echo "curl by TLS $version: the file is whole"
	done 2>&1
	note_providers "$server" "$1"
	end "$server"
	echo "nginx: $?"
	grep -E '\[(warn|error|alert|crit|emerg)\]' "$1/log"
}

redis() { # FOLDER
	local server host
	next_port
	redis-server --port "$port" --bind 127.0.0.1 ::1 --unixsocket "$1/socket" --dir "$1" \
		--save '' --appendonly no --daemonize no --logfile "$1/log" &
	server=$!
	wait_for_port "$port" 2
	for host in 127.0.0.1 ::1; do
		# 1000 commands at a time, in the protocol itself, and a reply to each of them.
		seq 1000 | awk '{ printf "SET key:%d value-%d\r\n", $1, $1 * $1 }' |
			redis-cli -h "$host" -p "$port" --pipe
		echo "redis-cli --pipe: $?"
		seq 1000 | awk '{ printf "INCRBY sum %d\r\nRPUSH list %d\r\n", $1, $1 }' |
			redis-cli -h "$host" -p "$port" --pipe
		echo "redis-cli --pipe: $?"
		# One after the other: the replies themselves; among them a large one, and an error.
		{
			seq 1000 | sed 's/^/GET key:/'
			printf '%s\n' 'GET sum' 'LRANGE list 0 -1' DBSIZE NOSUCHCOMMAND FLUSHALL
		} | redis-cli -h "$host" -p "$port"
		echo "redis-cli: $?"
	done 2>&1
	# One value of a megabyte, there and back.
	seq 200000 >"$1/value"
	redis-cli -p "$port" -x SET large <"$1/value" 2>&1
	# It ends what it prints with a newline, as seq does.
	redis-cli -p "$port" GET large 2>&1 | head -c -1 | cmp - "$1/value" && echo "redis-cli: it is whole"
	redis-cli -s "$1/socket" PING
	note_providers "$server" "$1"
	redis-cli -h 127.0.0.1 -p "$port" SHUTDOWN NOSAVE
	wait "$server"
	echo "redis-server: $?"
}

asyncio() { # FOLDER
	local server i
	"$python" -I "$data/asyncio_server.py" >"$1/ports" 2>"$1/log" &
	server=$!
	for ((i = 0; i < 600; i++)); do
		[ ! -s "$1/ports" ] || break
		sleep 0.1
	done
	# shellcheck disable=SC2046 # these are four numbers
	"$python" -I "$data/asyncio_client.py" $(<"$1/ports") 2>&1
	echo "python3: $?"
	note_providers "$server" "$1"
	end "$server"
	cat "$1/log"
}

# One line of what each of iperf3's reports says, whatever the rates are.
iperf3_reports() { # FILE...
	"$python" -S -I -c 'import json, sys
for name in sys.argv[1:]:
    d = json.load(open(name))
    e, s = d["end"], d["start"].get("test_start", {})
    print(d.get("error"), s.get("protocol"), s.get("num_streams"), s.get("blksize"), s.get("reverse"),
          len(e.get("streams", [])), e.get("sum_sent", e.get("sum", {})).get("bytes", 0) > 0,
          e.get("sum_received", e.get("sum", {})).get("bytes", 0) > 0)' "$@" 2>&1
}

iperf3_() { # FOLDER OPTION...
	local folder=$1 server options reports=()
	shift
	for options; do
		next_port
		iperf3 -s -1 -p "$port" >"$folder/log" 2>&1 &
		server=$!
		wait_for_port "$port"
		[ -e "$folder/providers" ] || note_providers "$server" "$folder"
		reports+=("$folder/json${#reports[@]}")
		# shellcheck disable=SC2086 # these are several
		timeout 100 iperf3 $options -p "$port" -J >"${reports[-1]}"
		echo "iperf3 $options: $?"
		# It has served its one client, unless that failed.
		wait_for_end "$server"
	done
	iperf3_reports "${reports[@]}"
}

# A process that ends by itself, or is ended after 30 s.
wait_for_end() { # PID
	local i
	for ((i = 0; i < 300; i++)); do
		kill -0 "$1" 2>/dev/null || break
		sleep 0.1
	done
	end "$1"
	echo "server: $?"
}

iperf3_tcp() { # FOLDER
	iperf3_ "$1" "-c 127.0.0.1 -l 16K -n 16M" "-c ::1 -l 16K -R -P 2 -n 16M"
}

iperf3_udp() { # FOLDER
	iperf3_ "$1" "-c 127.0.0.1 -u -b 4M -l 1000 -n 200K" "-c ::1 -u -b 4M -l 1000 -n 200K -R"
}

# --- the comparison ---------------------------------------------------------------------------

# Run a program in a cgroup; its results are in $work/LABEL.
run_program() { # CGROUP PROGRAM LABEL
	mkdir "$work/$3.d"
	(
		echo "$BASHPID" >"$1/cgroup.procs" || exit 1
		"$2" "$work/$3.d"
	) >"$work/$3" 2>&1 </dev/null
}

# What happens ungoverned, and that it is what should happen.
baseline() { # PROGRAM PATTERN...
	local cgroup program=$1 pattern
	shift
	new_cgroup cgroup ungoverned
	run_program "$cgroup" "$program" "$program"
	[ ! -s "$work/$program.d/providers" ] || fail "it is governed"
	for pattern; do
		grep -Eq -- "$pattern" "$work/$program" ||
			fail "'$pattern' is not in: $(<"$work/$program")"
	done
}

same_as_ungoverned() { # PROGRAM BASE PROVIDER...
	local cgroup policy program=$1 label
	shift
	label=$program-$1-$2
	[ -s "$work/$program" ] || fail "there is no baseline" || return
	new_personality policy "$@" && new_cgroup cgroup governed &&
		ok persock attach "$cgroup" "$policy" || return
	run_program "$cgroup" "$program" "$label"
	diff "$work/$program" "$work/$label" >"$work/diff" ||
		fail "not as ungoverned: $(head -n 20 "$work/diff")"
	expect "$2" cat "$work/$label.d/providers"
	# The folders are large, and in memory.
	rm -rf "$work/$label.d"
}

test_curl_nginx_ungoverned() {
	baseline curl_nginx '^200 1 25$' '^200 0 5242880$' '^404 0 ' '^201 5242880$' \
		'^curl: the file is whole$' '^curl -T: the file is whole$' '^nginx: 0$'
}
test_curl_nginx_gvisor_native() { same_as_ungoverned curl_nginx gvisor native; }
soak_test_curl_nginx_gvisor_hostinet() { same_as_ungoverned curl_nginx gvisor hostinet native; }
soak_test_curl_nginx_gvisor_2020_native() { same_as_ungoverned curl_nginx gvisor-2020 native; }
test_curl_nginx_gvisor_2020_hostinet() { same_as_ungoverned curl_nginx gvisor-2020 hostinet native; }

# For how many connections that was asked of it.
kernel_encrypts() {
	awk '$1 == "TlsTxSw" { print $2 }' /proc/net/tls_stat
}

test_nginx_tls_ungoverned() {
	local asked
	modprobe -q tls || :
	asked=$(kernel_encrypts)
	baseline nginx_tls '^200 25$' '^200 1048576$' '^curl by TLS 1.2: the file is whole$' \
		'^curl by TLS 1.3: the file is whole$' '^nginx: 0$'
	[ "$(kernel_encrypts)" -gt "$asked" ] || fail "the kernel has not encrypted"
}
test_nginx_tls_gvisor_native() { same_as_ungoverned nginx_tls gvisor native; }
test_nginx_tls_gvisor_2020_hostinet() { same_as_ungoverned nginx_tls gvisor-2020 hostinet native; }

test_redis_ungoverned() {
	baseline redis '^errors: 0, replies: 1000$' '^errors: 0, replies: 2000$' '^500500$' '^PONG$' \
		'^value-1000000$' '^ERR unknown command' '^redis-cli: it is whole$' \
		'^redis-server: 0$'
}
test_redis_gvisor_native() { same_as_ungoverned redis gvisor native; }
soak_test_redis_gvisor_hostinet() { same_as_ungoverned redis gvisor hostinet native; }
soak_test_redis_gvisor_2020_native() { same_as_ungoverned redis gvisor-2020 native; }
test_redis_gvisor_2020_hostinet() { same_as_ungoverned redis gvisor-2020 hostinet native; }

test_asyncio_ungoverned() {
	baseline asyncio '^AF_INET6 SOCK_STREAM 6 ::1$' '^AF_INET SOCK_DGRAM 17$' '^True$' \
		'^ConnectionRefusedError$' '^python3: 0$'
}
test_asyncio_gvisor_native() { same_as_ungoverned asyncio gvisor native; }
soak_test_asyncio_gvisor_hostinet() { same_as_ungoverned asyncio gvisor hostinet native; }
soak_test_asyncio_gvisor_2020_native() { same_as_ungoverned asyncio gvisor-2020 native; }
test_asyncio_gvisor_2020_hostinet() { same_as_ungoverned asyncio gvisor-2020 hostinet native; }

test_iperf3_tcp_ungoverned() {
	baseline iperf3_tcp '-l 16K -n 16M: 0$' '-R -P 2 -n 16M: 0$' '^None TCP 1 16384 0 1 True True$' \
		'^None TCP 2 16384 1 2 True True$' '^server: 0$'
}
test_iperf3_tcp_gvisor_native() { same_as_ungoverned iperf3_tcp gvisor native; }
soak_test_iperf3_tcp_gvisor_hostinet() { same_as_ungoverned iperf3_tcp gvisor hostinet native; }
soak_test_iperf3_tcp_gvisor_2020_native() { same_as_ungoverned iperf3_tcp gvisor-2020 native; }
test_iperf3_tcp_gvisor_2020_hostinet() { same_as_ungoverned iperf3_tcp gvisor-2020 hostinet native; }

test_iperf3_udp_ungoverned() {
	baseline iperf3_udp '-l 1000 -n 200K: 0$' '-R: 0$' '^None UDP 1 1000 0 1 True True$' \
		'^None UDP 1 1000 1 1 True True$' '^server: 0$'
}
test_iperf3_udp_gvisor_native() { same_as_ungoverned iperf3_udp gvisor native; }
soak_test_iperf3_udp_gvisor_hostinet() { same_as_ungoverned iperf3_udp gvisor hostinet native; }
soak_test_iperf3_udp_gvisor_2020_native() { same_as_ungoverned iperf3_udp gvisor-2020 native; }
test_iperf3_udp_gvisor_2020_hostinet() { same_as_ungoverned iperf3_udp gvisor-2020 hostinet native; }

run_tests
