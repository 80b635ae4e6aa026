#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 600
# needs: util-linux
# root: trixie base-files base-passwd bash coreutils libc-bin postgresql-17
#
# PostgreSQL by the path of its own socket, with the shipped policy: a client reaches that one, and neither
# the same server by another path nor one on the network.
#
# The programs are those of the root, in a mount namespace of this test. The sockets are in /run.

# shellcheck disable=SC2154,SC2317 # ktap.sh sets the variables and calls the functions
if [ "$(uname -m)" != x86_64 ]; then
	echo "TAP version 13"
	echo "1..0 # SKIP the programs are for x86"
	exit 4
fi
if [ -z "${POSTGRES_INSIDE:-}" ]; then
	mkdir -p /run/postgresql /run/postgresql-other
	chmod 1777 /run/postgresql /run/postgresql-other
	POSTGRES_INSIDE=yes exec unshare --mount "$0" "$@"
fi
# shellcheck source=../lib/ktap.sh
. "$(dirname "$(realpath "$0")")/../lib/ktap.sh"

root=$work/root
bin=/usr/lib/postgresql/17/bin
# Its server does not run as root.
nobody=(chroot --userspec=65534:65534 "$root" env -i PATH="$bin:/usr/bin" LC_ALL=C HOME=/tmp)
query=(psql -U postgres -Atc "SELECT 40 + 2" postgres)
server=

final() {
	[ -z "$server" ] || kill -INT "$server"
	[ -z "$server" ] || wait "$server"
	mount | sed -n "s|^.* on \($work/[^ ]*\) .*|\1|p" | tac | xargs -r -n 1 umount -l
	rm -rf /run/postgresql /run/postgresql-other
}

lay_out_root() {
	local below
	below=$(cat "$built/local_postgres_test.sh.root") || return
	mkdir "$work/memory" "$root" && mount -t tmpfs tmpfs "$work/memory" &&
		mkdir "$work"/memory/{upper,work} &&
		mount -t overlay -o "lowerdir=$below,upperdir=$work/memory/upper,workdir=$work/memory/work" \
			overlay "$root" && mount -t proc proc "$root/proc" && mount --rbind /dev "$root/dev" || return
	mkdir -p "$root/run/postgresql" "$root/run/postgresql-other" "$root/tmp/data" &&
		mount --bind /run/postgresql "$root/run/postgresql" &&
		mount --bind /run/postgresql-other "$root/run/postgresql-other" &&
		chmod 1777 "$root/tmp" && chown 65534:65534 "$root/tmp/data"
}

answers() {
	"${nobody[@]}" "${query[@]}" -h /run/postgresql >/dev/null 2>&1
}

serve() {
	[ -z "$server" ] || return 0
	ok lay_out_root
	"${nobody[@]}" initdb -D /tmp/data -U postgres -A trust --no-locale -E UTF8 --no-sync >"$work/initdb" 2>&1 ||
		fail "no cluster: $(tail -3 "$work/initdb")"
	"${nobody[@]}" postgres -D /tmp/data -c fsync=off -c listen_addresses=127.0.0.1 -c port=5432 \
		-c unix_socket_directories=/run/postgresql,/run/postgresql-other >"$work/postgres" 2>&1 &
	server=$!
	eventually answers
}

test_own_path() {
	local host
	ip link set lo up 2>/dev/null || true
	serve
	new_cgroup cgroup postgres
	personalities+=("$base-postgres")
	ok persock personality add "$repo/tools/persock/examples/unix/postgres.yaml" "$base-postgres"
	ok persock attach "$cgroup" "$base-postgres"
	for host in /run/postgresql /run/postgresql-other 127.0.0.1; do
		expect 42 "${nobody[@]}" "${query[@]}" -h "$host"
	done
	expect 42 within "$cgroup" "${nobody[@]}" "${query[@]}" -h /run/postgresql
	refused "Permission denied" within "$cgroup" "${nobody[@]}" "${query[@]}" -h /run/postgresql-other
	refused "not supported" within "$cgroup" "${nobody[@]}" "${query[@]}" -h 127.0.0.1
	# By a link, and the other way round: it is the socket that counts.
	ok ln -s /run/postgresql "$root/tmp/link"
	ok ln -s /run/postgresql-other "$root/tmp/other"
	expect 42 within "$cgroup" "${nobody[@]}" "${query[@]}" -h /tmp/link
	refused "Permission denied" within "$cgroup" "${nobody[@]}" "${query[@]}" -h /tmp/other
}

run_tests
