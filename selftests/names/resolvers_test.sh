#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 900
# needs: iproute2 gcc musl-tools
# root: trixie base-files base-passwd bash coreutils libc-bin mawk sed grep python3
#	dnsmasq-base unbound unbound-host knot knot-resolver systemd-resolved
#	bind9-dnsutils aria2 nodejs default-jre-headless bsh hey musl
#
# Rules on host names, with resolvers and clients that know nothing of persock. Allowed names are reached at
# once: by C libraries each of a hundred times, by other clients of twenty (a hundred with PERSOCK_SOAK=1).
# The resolver has as many queries in its log as the client needs, so nothing was asked twice. Of other names
# the client says what it says ungoverned of a name that does not exist, and no query for them is in the log;
# their addresses are denied.
#
# All programs are those of the root, in a network namespace of this test.

# shellcheck disable=SC2317 # run_tests calls the tests by their names
# shellcheck source=../lib/inside.sh
. "$(dirname "$(realpath "$0")")/../lib/inside.sh" --net --mount
# shellcheck source=../lib/ktap.sh
. "$(dirname "$(realpath "$0")")/../lib/ktap.sh"
# shellcheck source=../lib/own_root.sh
. "$repo/selftests/lib/own_root.sh"

chrooted=(chroot "$root" env -i PATH=/usr/local/bin:/usr/sbin:/usr/bin LC_ALL=C HOME=/tmp)
servers=()

# --- the surroundings -------------------------------------------------------------------------

lay_out_root() {
	mount_root || return
	mkdir -p "$root/usr/local/bin" "$root/var/log" && cp "$here/clients/"* "$built/lookup" "$root/usr/local/bin/" &&
		musl-gcc -O1 -o "$root/usr/local/bin/lookup-musl" "$repo/selftests/lib/lookup.c" || return
	mkdir -p "$root/run/systemd/resolve" "$root/var/lib/knot" "$root/kresd"
	# What the package's script does.
	echo systemd-resolve:x:990:990::/:/usr/sbin/nologin >>"$root/etc/passwd"
	echo systemd-resolve:x:990: >>"$root/etc/group"
	chown 990:990 "$root/run/systemd/resolve"
}

# The loopback has every address of the zone. systemd-resolved asks nobody without another link.
lay_out_network() {
	ip link set lo up &&
		ip link add other type dummy && ip link set other up &&
		ip addr add 192.0.2.1/24 dev other &&
		ip addr add fd00:1::1/64 dev other nodad &&
		ip route add local 198.18.0.0/16 dev lo &&
		ip -6 route add local fd00:2::/64 dev lo
}

# A zone file, for resolvers that read one; dnsmasq has the same in its own words.
write_zone() {
	local i
	cat <<-'END'
		$ORIGIN .
		$TTL 60
		@ SOA ns.here. admin.here. 1 3600 600 86400 10
		@ NS ns.here.
		ns.here. A 127.0.0.4
		good.example. A 198.18.0.1
		good.example. AAAA fd00:2::1
		bad.example. A 198.18.0.99
		bad.example. AAAA fd00:2::99
		a.wild.example. A 198.18.0.2
		ttl0.wild.example. 0 A 198.18.0.3
		ttl1.wild.example. 1 A 198.18.0.4
		ttl86400.wild.example. 86400 A 198.18.0.5
		chain.wild.example. CNAME c1.cdn.
		c8.cdn. A 198.18.0.6
	END
	for ((i = 1; i < 8; i++)); do
		echo "c$i.cdn. CNAME c$((i + 1)).cdn."
	done
	for ((i = 1; i <= 64; i++)); do
		echo "many.wild.example. A 198.18.1.$i"
	done
}

# Wait until somebody has bound a UDP socket to port 53 of 127.0.0.N.
wait_for_resolver() { # N
	local pattern
	printf -v pattern ' %02X00007F:0035 ' "$1"
	eventually grep -q "$pattern" /proc/net/udp
}

start() { # COMMAND [ARGUMENT...]: a server in the root
	"${chrooted[@]}" "$@" >"$root/var/log/${1##*/}" 2>&1 </dev/null &
	servers+=($!)
}

final() {
	[ ${#servers[@]} -eq 0 ] || kill "${servers[@]}"
	wait
	umount -R "$root" "$work/memory"
} 2>/dev/null

# --- the resolvers: each sets address, log, and asks, what a query's line there begins with --------------------------------

dnsmasq() {
	local i config=$root/etc/dnsmasq.conf
	address=127.0.0.2 log=$root/var/log/queries asks='query\['
	[ ! -e "$log" ] || return 0
	{
		printf '%s\n' keep-in-foreground no-resolv no-hosts bind-interfaces user=root pid-file log-queries \
			cache-size=0 "listen-address=$address" log-facility=/var/log/queries 'local=/#/' \
			server=/rotate.wild.example/127.0.0.6 addn-hosts=/etc/many local-ttl=60
		printf 'host-record=%s\n' good.example,198.18.0.1,fd00:2::1 bad.example,198.18.0.99,fd00:2::99 \
			a.wild.example,198.18.0.2 ttl0.wild.example,198.18.0.3,0 \
			ttl1.wild.example,198.18.0.4,1 ttl86400.wild.example,198.18.0.5,86400 c8.cdn,198.18.0.6
		printf 'cname=chain.wild.example,c1.cdn\n'
		for ((i = 1; i < 8; i++)); do
			echo "cname=c$i.cdn,c$((i + 1)).cdn"
		done
	} >"$config"
	for ((i = 1; i <= 64; i++)); do
		echo "198.18.1.$i many.wild.example"
	done >"$root/etc/many"
	start dnsmasq -C /etc/dnsmasq.conf
	wait_for_resolver 2
}

unbound() {
	address=127.0.0.3 log=$root/var/log/unbound asks=' info: '
	[ ! -e "$log" ] || return 0
	write_zone >"$root/etc/zone"
	cat >"$root/etc/unbound.conf" <<-END
		server:
		 interface: $address
		 do-daemonize: no
		 username: ""
		 chroot: ""
		 directory: "/"
		 pidfile: ""
		 use-syslog: no
		 log-queries: yes
		 module-config: "iterator"
		 do-not-query-localhost: no
		 msg-cache-size: 1m
		 rrset-cache-size: 1m
		auth-zone:
		 name: "."
		 zonefile: "/etc/zone"
		 for-downstream: no
		 for-upstream: yes
		 fallback-enabled: no
		remote-control:
		 control-enable: no
	END
	start unbound -c /etc/unbound.conf
	wait_for_resolver 3
}

# No server of Knot DNS logs queries: Knot Resolver, in front of it, does.
kresd() {
	address=127.0.0.5 log=$root/var/log/kresd asks='plan .*'
	[ ! -e "$log" ] || return 0
	unbound
	address=127.0.0.5 log=$root/var/log/kresd asks='plan .*'
	cat >"$root/etc/kresd.conf" <<-END
		net.listen('$address', 53)
		for _, name in ipairs({'ta_update', 'ta_signal_query', 'priming', 'detect_time_jump', 'detect_time_skew'}) do
			modules.unload(name)
		end
		trust_anchors.remove('.')
		cache.size = 2 * MB
		log_target('stdout')
		log_groups({'rplan'})
		log_level('debug')
		policy.add(policy.all(policy.STUB('127.0.0.3')))
	END
	start kresd -n -c /etc/kresd.conf /kresd
	wait_for_resolver 5
}

# An authoritative server as the resolver: no query is in a log, so the packets are counted.
knotd() {
	address=127.0.0.4 log=
	[ ! -e "$root/var/log/knotd" ] || return 0
	write_zone >"$root/etc/zone"
	cat >"$root/etc/knot.conf" <<-END
		server:
		  listen: $address@53
		  rundir: "/run"
		  user: root
		  udp-workers: 1
		  tcp-workers: 1
		  background-workers: 1
		database:
		  storage: "/var/lib/knot"
		zone:
		  - domain: "."
		    file: /etc/zone
		    journal-content: none
		    zonefile-sync: -1
	END
	start knotd -c /etc/knot.conf
	wait_for_resolver 4
}

# The stub. Without D-Bus, which it waits for.
resolved() {
	address=127.0.0.53 log=$root/var/log/systemd-resolved asks='Looking up RR for '
	[ ! -e "$log" ] || return 0
	unbound
	address=127.0.0.53 log=$root/var/log/systemd-resolved asks='Looking up RR for '
	printf '%s\n' '[Resolve]' DNS=127.0.0.3 Domains=~. LLMNR=no MulticastDNS=no DNSSEC=no Cache=no \
		>"$root/etc/systemd/resolved.conf"
	start env SYSTEMD_LOG_LEVEL=debug /usr/lib/systemd/systemd-resolved
	mv "$root/var/log/env" "$log"
	wait_for_resolver 53
}

# On a busy machine nobody shall ask again because an answer takes a while: see LATE_S of lookup.c.
resolv_conf() { # [LINE...]
	printf '%s\n' "nameserver $address" "options timeout:30" "$@" >"$root/etc/resolv.conf"
}

# How many queries for a name the resolver has got.
queries() { # PATTERN
	if [ -z "$log" ]; then
		# One received by the resolver, one by the client, whatever the name.
		awk '$1 == "Udp:" && $2 ~ /^[0-9]/ { print int($2 / 2) }' /proc/net/snmp
		return
	fi
	grep -ciE "$asks.*$1" "$log"
}

# --- the clients: {TIMES HOST}..., a line for each --------------------------------------------

run=()
# An address that no name has opened; or a name, for a client that connects to nobody.
denied=198.18.0.99
allowed=good.example

glibc() {
	"${run[@]}" lookup 80 "$@"
}

musl() {
	"${run[@]}" lookup-musl 80 "$@"
}

# It connects to nobody: what it says of a name is the status.
dig() {
	local i names
	while [ $# -gt 0 ]; do
		names=()
		for ((i = 0; i < $1; i++)); do
			names+=("$2" A)
		done
		"${run[@]}" dig +search +tries=1 +time=30 +noall +comments "${names[@]}" |
			sed -n 's/.*\(status: [A-Z]*\).*/\1/p; /runcated\|;; .*rror/p' | sort | uniq -c |
			sed "s/^ *$1 status: NOERROR$/$1 of $1/; t; s/^ *[0-9]* //"
		shift 2
	done
}

unbound_host() {
	local i
	while [ $# -gt 0 ]; do
		for ((i = 0; i < $1; i++)); do
			"${run[@]}" unbound-host -r -t A "$2"
		done | sort | uniq -c |
			sed "s/^ *$1 $2 has address .*/$1 of $1/; t; s/^ *[0-9]* //"
		shift 2
	done
}

# Go's own resolver.
go() {
	while [ $# -gt 0 ]; do
		"${run[@]}" env GODEBUG=netdns=go hey -n "$1" -c 1 -disable-keepalive "http://$2/" |
			sed -n "s/^ *\[200\]\t$1 responses/$1 of $1/p; s/^ *\[[0-9]*\]\t//p"
		shift 2
	done
}

# c-ares. It caches, so once is enough.
aria2() {
	while [ $# -gt 0 ]; do
		"${run[@]}" aria2c --no-conf --dry-run --enable-color=false --max-tries=1 "http://$2/" |
			sed -n 's/^(OK):download completed.*/1 of 1/p; s/^  -> .*errorCode=[0-9]* \(CUID#[0-9]* - \)\?//p'
		shift 2
	done
}

# c-ares, and the C library.
node() {
	"${run[@]}" node /usr/local/bin/connect.js "$@"
}

java() {
	"${run[@]}" /usr/lib/jvm/java-21-openjdk-amd64/bin/java -XX:TieredStopAtLevel=1 -Xshare:auto \
		-Dsun.net.inetaddr.ttl=0 -Dsun.net.inetaddr.negative.ttl=0 -cp /usr/share/java/bsh.jar \
		bsh.Interpreter /usr/local/bin/connect.bsh "$@"
}

# --- the comparison ---------------------------------------------------------------------------

govern() { # [RULE [BIND-RULES]]; sets: cgroup
	cat >"$work/policy.yaml" <<-END
		personality: $base
		base: host
		connect:
		  default: EACCES
		  rules:
		    - allow: [good.example, "*.wild.example"]
		      ports: 80
		${1:+    - $1}
		${2:+bind: {default: allow, rules: [$2]\}}
		names:
		  resolvers: [127.0.0.2, 127.0.0.3, 127.0.0.4, 127.0.0.5, 127.0.0.53]
	END
	personalities+=("$base")
	ok persock personality add "$work/policy.yaml" && new_cgroup cgroup governed &&
		ok persock attach "$cgroup" "$base"
}

ungoverned() { # CLIENT [ARGUMENT...]
	run=("${chrooted[@]}")
	"$@" 2>&1
}

governed() { # CLIENT [ARGUMENT...]
	run=(within "$cgroup" "${chrooted[@]}")
	"$@" 2>&1
}

# What a client says of a name that is not allowed, of its address, and of one that is.
check() { # CLIENT TIMES QUERIES-IN-EACH
	local words said asked searched
	words=$(ungoverned "$1" 1 absent.example)
	asked=$(queries "\<$allowed\>")
	searched=$(queries '[.]test\>')
	mapfile -t said < <(governed "$1" 1 bad.example 1 "$denied" "$2" "$allowed")
	asked=$(($(queries "\<$allowed\>") - asked))
	[ "${said[0]:-}" = "${words//absent/bad}" ] ||
		fail "$1: of another name: '${said[0]:-}', not '${words//absent/bad}'"
	[[ ${said[1]:-} =~ [Pp]"ermission denied"|EACCES ]] || [ "$denied" != 198.18.0.99 ] ||
		fail "$1: of an address: '${said[1]:-}'"
	[[ ${said[2]:-} =~ ^"$2 of $2" ]] || fail "$1: of an allowed name: '${said[2]:-}'"
	[ "$asked" -eq $(($2 * $3)) ] || fail "$1: asked $asked times"
	[ -z "$log" ] || [ "$(queries '[.]test\>')" -eq "$searched" ] ||
		fail "$1: the resolver knows of the search list"
	[ -z "$log" ] || [ "$(queries '\<bad[.]example\>')" -eq 0 ] || fail "$1: the resolver knows of the other name"
}

check_in_the_end() { # CLIENT TIMES QUERIES
	govern || return
	dnsmasq
	resolv_conf "search a.test b.test c.test" "options ndots:5"
	check "$@"
}

check_everywhere() { # CLIENT TIMES TIMES-BY-A-SEARCH-LIST QUERIES
	govern || return
	dnsmasq
	resolv_conf
	check "$1" "$2" "$4"
	resolv_conf "search a.test b.test c.test" "options ndots:1"
	check "$1" "$3" "$4"
	resolv_conf "search a.test b.test c.test" "options ndots:5"
	check "$1" "$3" "$4"
}

# --- the tests --------------------------------------------------------------------------------

test_surroundings() {
	lay_out_root && lay_out_network || return
	start python3 -I /usr/local/bin/peers.py /var/log/rotated
	wait_for_resolver 6
	# Ungoverned, the name that is not allowed is reached.
	dnsmasq
	resolv_conf
	expect "1 of 1, addresses: 2" ungoverned glibc 1 bad.example
	: >"$log"
}

many=${PERSOCK_SOAK:+100}
many=${many:-20}

test_glibc() { check_everywhere glibc 100 10 2; }
test_musl() { check_everywhere musl 100 10 2; }
test_go() { check_everywhere go "$many" 5 2; }
# These take long to start: only with the longest way to a name.
test_dig() { denied=bad.example check_in_the_end dig "$many" 1; }
test_unbound_host() { denied=bad.example check_in_the_end unbound_host 3 1; }
test_aria2() { check_in_the_end aria2 1 2; }
# c-ares keeps answers for their TTL.
test_node() { allowed=ttl0.wild.example check_in_the_end node "$many" 3; }
test_java() { check_in_the_end java "$many" 2; }

# Each answer has to be learnt before the client has it, however it comes.
check_kinds() {
	local client addresses
	for client in glibc musl; do
		expect "1 of 1, addresses: 1" governed "$client" 1 chain.wild.example
		# 64 addresses are more than a datagram has without EDNS: by TCP.
		# musl has room for 48.
		addresses=64
		[ "$client" != musl ] || addresses=48
		expect "1 of 1, addresses: $addresses" governed "$client" 1 many.wild.example
		expect "10 of 10, addresses: 1
10 of 10, addresses: 1
10 of 10, addresses: 1" governed "$client" 10 ttl0.wild.example 10 ttl1.wild.example 10 ttl86400.wild.example
	done
	# The end of the chain is no name that the policy knows.
	expect "status: NXDOMAIN" governed dig 1 c8.cdn
}

test_kinds_of_answers() {
	govern || return
	dnsmasq
	resolv_conf
	check_kinds
	run=(within "$cgroup" "${chrooted[@]}")
	"${run[@]}" dig +noedns +ignore many.wild.example | grep -q "^;; flags: .* tc" || fail "it is not truncated"
	"${run[@]}" dig +noedns many.wild.example | grep -q "ANSWER: 64" || fail "nothing by TCP"
	"${run[@]}" dig +bufsize=4096 +notcp many.wild.example | grep -q "ANSWER: 64" || fail "nothing by UDP"
}

# Each answer has another address.
test_rotating_addresses() {
	govern || return
	dnsmasq
	resolv_conf
	expect "100 of 100, addresses: 1" governed glibc 100 rotate.wild.example
	expect "100 of 100, addresses: 1" governed musl 100 rotate.wild.example
	[ "$(persock names "$cgroup" | grep -c rotate)" -ge 200 ] || fail "$(persock names "$cgroup" | wc -l) were learnt"
}

# What a search list makes of a name may be what is allowed.
test_search_list() {
	local before
	govern || return
	dnsmasq
	resolv_conf "search a.test b.test wild.example" "options ndots:1"
	before=$(queries '[.]test\>')
	expect "10 of 10, addresses: 1" governed glibc 10 a
	expect "10 of 10, addresses: 1" governed musl 10 a
	expect "$before" queries '[.]test\>'
}

check_resolver() { # RESOLVER
	govern || return
	"$1"
	resolv_conf
	check glibc 20 2
	check musl 20 2
	denied=bad.example check dig 5 1
}

test_unbound() { check_resolver unbound && check_kinds; }
test_knot_resolver() { check_resolver kresd && check_kinds; }
test_resolved() { check_resolver resolved && check_kinds; }
# It follows five aliases only.
test_knot() { check_resolver knotd; }

# A resolver that is governed: it asks another one.
test_forwarding_unbound() {
	local asked
	# A program that could answer as a resolver must be allowed to have the port.
	govern "allow: 127.0.0.1" "{allow: 127.0.0.7, ports: 53}" || return
	dnsmasq
	cat >"$root/etc/forward.conf" <<-END
		server:
		 interface: 127.0.0.7
		 do-daemonize: no
		 username: ""
		 chroot: ""
		 directory: "/"
		 pidfile: ""
		 use-syslog: no
		 module-config: "iterator"
		 do-not-query-localhost: no
		 use-caps-for-id: yes
		forward-zone:
		 name: "."
		 forward-addr: $address
		remote-control:
		 control-enable: no
	END
	within "$cgroup" "${chrooted[@]}" unbound -c /etc/forward.conf >"$root/var/log/forward" 2>&1 &
	servers+=($!)
	wait_for_resolver 7
	asked=$(queries '\<ttl0[.]wild[.]example\>')
	address=127.0.0.7 resolv_conf
	expect "$many of $many" ungoverned dig "$many" ttl0.wild.example
	asked=$(($(queries '\<ttl0[.]wild[.]example\>') - asked))
	[ "$asked" -eq "$many" ] || fail "asked $asked times"
	expect "$(ungoverned dig 10 absent.example)" ungoverned dig 10 bad.example
	[ "$(queries '\<bad[.]example\>')" -eq 0 ] || fail "the resolver knows of the other name"
	expect "1 of 1, addresses: 1" governed glibc 1 198.18.0.3
}

run_tests
