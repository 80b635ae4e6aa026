#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 1800
# root: trixie base-files base-passwd bash dash coreutils util-linux libc-bin mawk sed grep python3
#	nginx-light curl redis-server redis-tools postgresql-17 apt openssh-server openssh-client caddy hey
#	chromium-headless-shell netbase
#
# persock record with programs that people run: the recorded workload is as it is ungoverned, the policy is
# valid, the same workload is denied nothing under it, and one that does one thing more is denied just that.
#
# Programs also run under policies that persock ships: PostgreSQL's by the path of its socket, and egress.
#
# All programs are those of the root, in a network namespace of this test. It is mounted in the machine's own
# mount namespace: rules on AF_UNIX name a socket's file by its path there.

# shellcheck disable=SC2154,SC2317 # ktap.sh sets the variables and calls the functions
# shellcheck source=../lib/inside.sh
. "$(dirname "$(realpath "$0")")/../lib/inside.sh" --net
# shellcheck source=../lib/ktap.sh
. "$(dirname "$(realpath "$0")")/../lib/ktap.sh"
# shellcheck source=../lib/own_root.sh
. "$repo/selftests/lib/own_root.sh"

resolver=

lay_out() {
	[ ! -d "$root" ] || return 0
	mount_root && mount -t tmpfs tmpfs "$root/tmp" || return
	# What the packages' scripts do.
	[ -e "$root/etc/passwd" ] || cp "$root/usr/share/base-passwd/passwd.master" "$root/etc/passwd"
	[ -e "$root/etc/group" ] || cp "$root/usr/share/base-passwd/group.master" "$root/etc/group"
	printf '%s\n' 'postgres:x:990:990::/tmp:/bin/bash' 'sshd:x:991:65534::/run/sshd:/usr/sbin/nologin' \
		>>"$root/etc/passwd"
	echo postgres:x:990: >>"$root/etc/group"
	echo 'nameserver 127.0.0.53' >"$root/etc/resolv.conf"
	[ -e /etc/resolv.conf ] || : >/etc/resolv.conf
	mount --bind "$root/etc/resolv.conf" /etc/resolv.conf || return
	echo 'hosts: files dns' >"$root/etc/nsswitch.conf"
	printf '%s\n' '127.0.0.1 localhost' '::1 localhost' >"$root/etc/hosts"
	chmod 1777 "$root/tmp"
	mkdir -p "$root/usr/local/bin" && cp "$data/workloads.sh" "$root/usr/local/bin/workloads" || return
	ip link set lo up || return
	python3 "$data/resolver.py" >"$work/served" &
	resolver=$!
	eventually grep -q ready "$work/served"
}

final() {
	[ -z "$resolver" ] || kill "$resolver"
	umount /etc/resolv.conf
	umount -R "$root" "$work/memory"
} 2>/dev/null

does=(chroot "$root" env -i PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C HOME=/tmp USER=root workloads)

# Run a workload under the policy that was recorded of it. Sets: denied, by operation.
enforce() { # WORKLOAD [more]
	local cgroup name="$base-$1-${#personalities[@]}" status
	personalities+=("$name")
	new_cgroup cgroup "$1-${#personalities[@]}"
	ok persock personality add "$work/$1.yaml" "$name"
	ok persock attach "$cgroup" "$name"
	within "$cgroup" "${does[@]}" "$@" >"$work/said" 2>&1
	status=$?
	[ "$status" -eq 0 ] || fail "$*: exit status $status: $(tail -n 3 "$work/said")"
	denied=$(persock -j counters "$cgroup" | grep -o '"[a-z]*":{[^}]*"denied":[1-9][0-9]*' |
		sed 's/^"\([a-z]*\)".*"denied":\([0-9]*\)$/\1 \2/' | tr '\n' ' ')
}

records() { # WORKLOAD [OPTION...]
	lay_out || fail "the root of the programs cannot be laid out"
	# Ungoverned first: what it needs once (a database, keys) is there then.
	"${does[@]}" "$1" >"$work/said" 2>&1 || fail "ungoverned: $(tail -n 3 "$work/said")"
	persock record -o "$work/$1.yaml" "${@:2}" -- "${does[@]}" "$1" >"$work/said" 2>&1 ||
		fail "while it is recorded: $(tail -n 3 "$work/said")"
	ok persock check "$work/$1.yaml"
	sed 's/^/# /' "$work/$1.yaml"
	enforce "$1"
	[ -z "$denied" ] || fail "denied: $denied"
	enforce "$1" more
	expect "connect 1 " echo "$denied"
}

test_nginx_and_curl() {
	records nginx_curl
}

test_curl_over_names() {
	records curl_names
	grep -q 'allow: files.example' "$work/curl_names.yaml" || fail "the name is not in the policy"
}

test_redis() {
	records redis
}

test_postgres() {
	records postgres
}

test_apt_update() {
	records apt_update
}

test_asyncio() {
	records asyncio
}

test_programs_in_go() {
	records go_programs
}

test_sshd() {
	records ssh_login
}

test_chromium() {
	records chromium
}

# A shipped example, where /run is that of the root. Sets: cgroup.
attach_example() { # EXAMPLE NAME
	sed "s|/run/postgresql|$root&|; s/^personality: .*/personality: $base-$2/" "$repo/tools/persock/examples/$1" \
		>"$work/$2.yaml"
	personalities+=("$base-$2")
	ok persock personality add "$work/$2.yaml"
	new_cgroup cgroup "$2"
	ok persock attach "$cgroup" "$base-$2"
}

# By its own path: another socket in the same folder is denied.
test_postgres_by_its_path() {
	local cgroup server
	lay_out || fail "the root of the programs cannot be laid out"
	[ -d "$root/tmp/work-postgres/data" ] || "${does[@]}" postgres
	"${does[@]}" postgres_at_its_path >"$work/postgres" 2>&1 &
	server=$!
	eventually test -S "$root/run/postgresql/.s.PGSQL.5432"
	eventually "${does[@]}" psql_by_path
	attach_example unix/postgres.yaml pg
	ok within "$cgroup" "${does[@]}" psql_by_path
	mv "$root/run/postgresql/.s.PGSQL.5432" "$root/run/postgresql/other"
	ln -s other "$root/run/postgresql/.s.PGSQL.5432"
	ok "${does[@]}" psql_by_path
	! within "$cgroup" "${does[@]}" psql_by_path 2>"$work/said" || fail "a symbolic link leads to another socket"
	grep -q 'Permission denied' "$work/said" || fail "psql said: $(tail -n 1 "$work/said")"
	kill "$server"
	wait "$server" || :
}

# The network of the example has a server; a browser gets its page and uses AF_UNIX within itself.
test_chromium_under_egress() {
	local cgroup server
	lay_out || fail "the root of the programs cannot be laid out"
	ok ip address add 192.0.2.1/32 dev lo
	ok ip address add 198.51.100.1/32 dev lo
	mkdir -p "$work/www" && echo hello >"$work/www/index.html"
	(cd "$work/www" && exec python3 -u -m http.server --bind 0.0.0.0 80) >"$work/server" 2>&1 &
	server=$!
	eventually grep -q Serving "$work/server"
	attach_example egress.yaml egress
	ok "${does[@]}" chromium_outside
	ok within "$cgroup" "${does[@]}" chromium_inside
	! within "$cgroup" "${does[@]}" chromium_outside || fail "it got a page from outside of its networks"
	kill "$server"
	wait "$server" || :
}

run_tests
