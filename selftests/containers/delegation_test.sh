#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 1200
# needs: iproute2 nginx curl iputils-ping python3
#
# A task in a network namespace of its own, which has nothing but a lo that is down, has its sockets
# of AF_INET and AF_INET6 made in another one: the first namespace here, "host". What the policy does
# not name of what would be worth more there is denied; each denial is allowed ungoverned on the host.

# shellcheck disable=SC2154,SC2317 # ktap.sh sets the variables and calls the functions
# shellcheck source=../lib/ktap.sh
. "$(dirname "$(realpath "$0")")/../lib/ktap.sh"

# Neither wants site-packages; an emulated machine takes a third less to start it.
python=(/usr/bin/python3 -I -S)
empty=persock-empty-$$
owned=persock-owned-$$
host=/proc/1/ns/net
servers=()

final() {
	kill "${servers[@]}"
	ip netns del "$empty"
	ip netns del "$owned"
} >/dev/null 2>&1

# Run COMMAND in the empty namespace; within a cgroup when there is one.
alone() { # CGROUP COMMAND [ARGUMENT...]
	local cgroup=$1
	shift
	if [ -n "$cgroup" ]; then
		within "$cgroup" nsenter --net="/run/netns/$empty" "$@"
	else
		nsenter --net="/run/netns/$empty" "$@"
	fi
}

# What runs Python statements and prints "ok" or the name of the errno.
attempt=("${python[@]}" "$data/attempts.py")

# One that runs all that it is asked for; its pipes are opened here, for the subshells that ask.
mkfifo "$work/asked" "$work/answered"
"${attempt[@]}" <"$work/asked" >"$work/answered" 2>&1 &
servers+=($!)
exec {asked}>"$work/asked" {answered}<"$work/answered"

ask_for() { # CGROUP NAMESPACE STATEMENTS
	local line
	printf '%s\t%s\t%s\n' "$@" >&"$asked"
	while read -r -u "$answered" line && [ -n "$line" ]; do
		printf '%s\n' "$line"
	done
}

try() { # CGROUP STATEMENTS: from the empty namespace
	ask_for "$1" "/run/netns/$empty" "$2"
}

on_host() { # STATEMENTS: ungoverned
	ask_for "" "" "$1"
}

# A personality of the host's network, and a cgroup attached to it.
delegated() { # VARIABLE [YAML]
	local name="$base-${#personalities[@]}"
	printf 'personality: %s\nbase: host\nnetwork: {namespace: %s}\n%s\n' \
		"$name" "$host" "${2:-}" >"$work/policy.yaml"
	personalities+=("$name")
	new_cgroup "$1" "${#cgroups[@]}"
	ok persock personality add "$work/policy.yaml"
	ok persock attach "${!1}" "$name"
}

new_namespace() {
	ip netns list | grep -qw "$empty" || ok ip netns add "$empty"
}

# It reaches what listens on the host, by both families, which it does not without delegation.
test_reaches_the_host() {
	local cgroup plain port address
	new_namespace
	listen_on_host port
	delegated cgroup
	new_cgroup plain plain
	ok persock attach "$plain" host
	for address in 127.0.0.1 ::ffff:127.0.0.1 ::1; do
		local ask="c = create_connection((\"$address\", $port), 60); c.sendall(b\"!\"); assert c.recv(1) == b\"!\""
		expect "$([ "$address" = ::1 ] && echo EADDRNOTAVAIL || echo ENETUNREACH)" try "" "$ask"
		expect "$(try "" "$ask")" try "$plain" "$ask"
		expect ok try "$cgroup" "$ask"
	done
	# What listens in the delegated cgroup is reached from the host.
	expect "ok" try "$cgroup" "l = create_server((\"127.0.0.1\", 0)); c = s(); c.connect(l.getsockname()); l.accept()"
}

# The rest of its namespace stays its own: other families, /proc/net, what is bound to an interface.
test_the_own_namespace_stays() {
	local cgroup
	new_namespace
	delegated cgroup
	expect "$(alone "" readlink /proc/self/ns/net)" alone "$cgroup" readlink /proc/self/ns/net
	expect "$(alone "" cat /proc/net/dev)" alone "$cgroup" cat /proc/net/dev
	expect "$(alone "" ip -o link)" alone "$cgroup" ip -o link
	expect ok try "$cgroup" "a, b = socketpair(); a.send(b\"!\"); assert b.recv(1) == b\"!\""
	# Packet sockets are of the own namespace, which has one interface.
	expect ok try "$cgroup" "p = s(SOCK_RAW, AF_PACKET); p.bind((\"lo\", 0))"
}

# A socket of another type or protocol than hostinet serves there is not made in either, whatever is named.
test_what_is_not_served_is_refused() {
	local cgroup mptcp="socket(AF_INET, SOCK_STREAM, 262)"
	new_namespace
	delegated cgroup "sockets: {default: allow, rules: [{allow: {family: inet, type: stream}}]}"
	expect ok on_host "$mptcp"
	expect ok try "" "$mptcp"
	expect EAFNOSUPPORT try "$cgroup" "$mptcp"
}

# A raw socket sees what others receive, and what it sends is forged: a rule has to name the type.
test_raw_sockets_have_to_be_named() {
	local cgroup raw="socket(AF_INET, SOCK_RAW, IPPROTO_ICMP)" included
	local named="sockets: {default: allow, rules: [{allow: {family: inet, type: raw}}, {allow: {family: inet6, type: raw}}]}"
	guarded EPERM "$named" "$raw"
	guarded EPERM "$named" "socket(AF_INET6, SOCK_RAW, IPPROTO_ICMPV6)"
	# IPv6's header is included by another level, too.
	expect ok on_host "socket(AF_INET6, SOCK_RAW, 253).setsockopt(255, 36, 1)"
	delegated cgroup "$named"
	expect EACCES try "$cgroup" "socket(AF_INET6, SOCK_RAW, 253).setsockopt(255, 36, 1)"
	# The family alone names none.
	delegated cgroup "sockets: {default: allow, rules: [{allow: {family: inet}}]}"
	expect EPERM try "$cgroup" "$raw"
	expect ok try "$cgroup" "s()"
	delegated cgroup "$named
connect: {default: EACCES, rules: [{allow: 127.0.0.0/16}]}"
	# It is of the host's network, and peers are judged; who brings a header of his own would evade that.
	expect ENETUNREACH try "" "$raw.connect((\"127.0.0.2\", 0))"
	expect ok try "$cgroup" "$raw.connect((\"127.0.0.2\", 0))"
	expect ok on_host "$raw.sendto(bytes(8), (\"127.1.2.3\", 0))"
	expect ok try "$cgroup" "$raw.sendto(bytes(8), (\"127.0.2.3\", 0))"
	expect EACCES try "$cgroup" "$raw.sendto(bytes(8), (\"127.1.2.3\", 0))"
	included="socket(AF_INET, SOCK_RAW, IPPROTO_RAW).sendto(struct.pack(\"!BBHIBBH4s4s\", 69, 0, 20, 0, 9, 253, 0, inet_aton(\"127.0.0.1\"), inet_aton(\"127.0.0.1\")), (\"127.0.0.1\", 0))"
	expect ok on_host "$included"
	expect EACCES try "$cgroup" "$included"
	expect ok on_host "$raw.setsockopt(IPPROTO_IP, IP_HDRINCL, 1)"
	expect EACCES try "$cgroup" "$raw.setsockopt(IPPROTO_IP, IP_HDRINCL, 1)"
	# The host would not forward what this takes.
	expect ok on_host "$raw.setsockopt(IPPROTO_IP, 5, 1)"
	expect EPERM try "$cgroup" "$raw.setsockopt(IPPROTO_IP, 5, 1)"
}

# A layer further in restricts the sockets of the host's network, too; it can name for itself what that needs,
# and not for the layer that delegates.
test_a_layer_further_in_restricts() {
	local cgroup inner name port other raw="socket(AF_INET, SOCK_RAW, IPPROTO_ICMP)"
	new_namespace
	listen_on_host port
	listen_on_host other
	delegated cgroup
	inner=$cgroup/inner
	cgroups+=("$inner")
	ok mkdir "$inner"
	name=$base-${#personalities[@]}
	personalities+=("$name")
	printf '%s\n' "personality: $name" 'base: host' \
		"connect: {default: allow, rules: [{deny: 127.0.0.1, ports: $other, errno: EPERM}]}" \
		'sockets: {default: allow, rules: [{allow: {family: inet, type: raw}}]}' >"$work/policy.yaml"
	ok persock personality add "$work/policy.yaml"
	ok persock attach "$inner" "$name"
	expect ok try "$cgroup" "create_connection((\"127.0.0.1\", $port), 60)"
	expect ok try "$cgroup" "create_connection((\"127.0.0.1\", $other), 60)"
	expect ok try "$inner" "create_connection((\"127.0.0.1\", $port), 60)"
	expect EPERM try "$inner" "create_connection((\"127.0.0.1\", $other), 60)"
	expect ENETUNREACH try "" "create_connection((\"127.0.0.1\", $port), 60)"
	expect ok try "" "$raw"
	expect EPERM try "$inner" "$raw"
}

# A program that knows nothing of it: ping, by a raw socket, or by a datagram socket where the host lets it.
test_ping_reaches_the_host() {
	local cgroup named address range
	new_namespace
	range=$(cat /proc/sys/net/ipv4/ping_group_range)
	delegated cgroup
	delegated named "sockets: {default: allow, rules: [{allow: {type: raw}}]}"
	for address in 127.0.0.1 ::1; do
		ok eval "echo 1 0 >/proc/sys/net/ipv4/ping_group_range"
		ok ping -c 1 -W 60 "$address"
		refused . alone "" ping -c 1 -W 60 "$address"
		refused "not permitted" alone "$cgroup" ping -c 1 -W 60 "$address"
		ok alone "$named" ping -c 1 -W 60 "$address"
		ok eval "echo 0 0 >/proc/sys/net/ipv4/ping_group_range"
		refused . alone "" ping -c 1 -W 60 "$address"
		ok alone "$cgroup" ping -c 1 -W 60 "$address"
	done
	expect "queued: EOPNOTSUPP" "$probe" ping-queues
	expect "socket: EACCES" alone "" "$probe" ping-queues
	expect "queued: EOPNOTSUPP" alone "$cgroup" "$probe" ping-queues
	ok eval "echo $range >/proc/sys/net/ipv4/ping_group_range"
}

# Each is allowed on the host, denied where no rule names it, and allowed again where one does.
guarded() { # ERRNO YAML STATEMENTS
	local cgroup named
	new_namespace
	delegated cgroup
	delegated named "$2"
	expect ok on_host "$3"
	expect "$1" try "$cgroup" "$3"
	expect ok try "$named" "$3"
}

test_low_ports_have_to_be_named() {
	guarded EACCES "bind: {default: allow, rules: [{allow: 0.0.0.0/0, ports: 900-999}]}" \
		"s().bind((\"127.0.0.1\", 987))"
	# Another low port is not named by that, an address alone names none, and other ports need not be.
	local cgroup
	delegated cgroup "bind: {default: allow, rules: [{allow: 0.0.0.0/0}, {allow: 127.0.0.1, ports: 900-999}]}"
	expect EACCES try "$cgroup" "s().bind((\"127.0.0.1\", 881))"
	expect ok try "$cgroup" "s().bind((\"127.0.0.1\", 982))"
	expect ok try "$cgroup" "s().bind((\"127.0.0.1\", 0))"
	expect ok try "$cgroup" "s().bind((\"127.0.0.1\", 10987))"
	expect EACCES try "$cgroup" "s(SOCK_STREAM, AF_INET6).bind((\"::\", 881))"
}

test_interfaces_have_to_be_named() {
	guarded EPERM "options: {set: {allow: [SOL_SOCKET/SO_BINDTODEVICE]}}" \
		"s().setsockopt(SOL_SOCKET, SO_BINDTODEVICE, b\"lo\")"
	guarded EPERM "options: {set: {allow: [SOL_SOCKET/SO_MARK]}}" \
		"s().setsockopt(SOL_SOCKET, 36, 7)"
	# A message can carry its own mark.
	guarded EPERM "control: {allow: [SOL_SOCKET/SO_MARK]}" \
		"s(SOCK_DGRAM).sendmsg([b\"!\"], [(SOL_SOCKET, 36, struct.pack(\"I\", 7))], 0, (\"127.0.0.1\", 9))"
}

test_multicast_has_to_be_named() {
	local join="s(SOCK_DGRAM).setsockopt(IPPROTO_IP, IP_ADD_MEMBERSHIP, struct.pack(\"4s4s\", inet_aton(\"239.1.2.3\"), inet_aton(\"127.0.0.1\")))"
	guarded EPERM "options: {set: {allow: [IPPROTO_IP/IP_ADD_MEMBERSHIP]}}" "$join"
	guarded EACCES "connect: {default: allow, rules: [{allow: 239.0.0.0/8}]}" \
		"u = s(SOCK_DGRAM); u.bind((\"127.0.0.1\", 0)); u.connect((\"239.1.2.3\", 9))"
}

test_configuration_has_to_be_named() {
	# SIOCSIFTXQLEN of lo, to what it is.
	local set="i = s(SOCK_DGRAM); r = struct.pack(\"16si\", b\"lo\", 1000) + bytes(20); fcntl.ioctl(i, 0x8943, r)"
	guarded EPERM "ioctls: {default: allow, allow: [0x8943]}" "$set"
	# SIOCGSKNS would be a door to the namespace.
	guarded EPERM "ioctls: {default: allow, allow: [SIOCGSKNS]}" "os.close(fcntl.ioctl(s(), 0x894c))"
	# The interfaces can be listed, and they are the host's.
	local cgroup
	delegated cgroup
	expect "$(on_host "print(struct.unpack('16si20x', fcntl.ioctl(s(), 0x8933, struct.pack('16si20x', b'lo', 0)))[1])")" \
		try "$cgroup" "print(struct.unpack('16si20x', fcntl.ioctl(s(), 0x8933, struct.pack('16si20x', b'lo', 0)))[1])"
}

# What a preset lists was not written with another namespace in mind: it names nothing.
test_a_preset_names_nothing() {
	local cgroup bind="s().setsockopt(SOL_SOCKET, SO_BINDTODEVICE, b\"lo\")"
	new_namespace
	delegated cgroup
	printf 'personality: %s\nbase: gvisor\nnetwork: {namespace: %s}\n' \
		"${personalities[-1]}" "$host" >"$work/policy.yaml"
	ok persock personality set "$work/policy.yaml"
	expect EPERM try "$cgroup" "$bind"
	new_personality plain gvisor hostinet native
	ok persock attach "$cgroup" "$plain"
	expect ok within "$cgroup" "${attempt[@]}" "$bind"
}

# Nor do raw sockets that a base allows; those of other families stay in the task's namespace, and allowed.
test_a_base_names_no_raw_sockets() {
	local cgroup name
	new_namespace
	delegated cgroup
	name=${personalities[-1]}
	printf 'personality: %s-raw\nsockets: {default: EAFNOSUPPORT, rules: [{allow: {family: [netlink, inet], type: raw}}, {allow: {family: inet}}]}\n' \
		"$base" >"$work/raw.yaml"
	personalities+=("$base-raw")
	ok persock personality add "$work/raw.yaml"
	printf 'personality: %s\nbase: %s-raw\nnetwork: {namespace: %s}\n' "$name" "$base" "$host" >"$work/policy.yaml"
	ok persock personality set "$work/policy.yaml"
	expect ok try "$cgroup" "s(SOCK_RAW, AF_NETLINK)"
	expect EPERM try "$cgroup" "socket(AF_INET, SOCK_RAW, IPPROTO_ICMP)"
	new_cgroup cgroup plain
	ok persock attach "$cgroup" "$base-raw"
	expect ok try "$cgroup" "socket(AF_INET, SOCK_RAW, IPPROTO_ICMP)"
}

# Capabilities count where the socket is: root in a user namespace of its own is nobody on the host.
test_capabilities_count_in_the_target() {
	local cgroup
	new_namespace
	delegated cgroup "options: {set: {allow: [SOL_SOCKET/SO_MARK]}}
bind: {default: allow, rules: [{allow: 0.0.0.0/0, ports: 1-1023}]}"
	local mark="s().setsockopt(SOL_SOCKET, 36, 7)" low="s().bind((\"127.0.0.1\", 986))"
	user() { # CGROUP STATEMENTS: by root of a user namespace, who may do it in a network of his own
		alone "$1" unshare --user --map-root-user "${attempt[@]}" "$2"
	}
	owner() {
		alone "$1" unshare --user --map-root-user --net "${attempt[@]}" "$2"
	}
	new_cgroup plain plain
	expect ok owner "$plain" "$mark"
	expect EPERM user "$cgroup" "$mark"
	expect EACCES user "$cgroup" "$low"
	expect ok try "$cgroup" "$mark"
	expect ok try "$cgroup" "$low"
	# Whose sockets are of his own network again.
	expect ok owner "$cgroup" "$mark"
}

# Addresses of host names are learnt where the sockets are made, and count there.
test_names_are_learnt_in_the_namespace() {
	local cgroup port ready reach inode
	new_namespace
	listen_on_host port
	exec {ready}< <("${python[@]}" "$data/resolver.py")
	servers+=($!)
	read -r -u "$ready" _
	reach="c = create_connection((\"127.0.0.9\", $port), 60); c.sendall(b\"!\"); assert c.recv(1) == b\"!\""
	ask() { # NAME CODE: of the answer, from the resolver's address
		printf '%s' "u = s(SOCK_DGRAM)" \
			"; u.sendto(b\"\\0\\1\\1\\0\\0\\1\\0\\0\\0\\0\\0\\0\\4$1\\7example\\0\\0\\1\\0\\1\", (\"127.0.0.53\", 53))" \
			"; a = u.recvfrom(512); assert (a[0][3], a[1]) == ($2, (\"127.0.0.53\", 53)), a"
	}
	expect ok on_host "$(ask good 128)"
	expect ok on_host "$(ask evil 128)"
	expect ok on_host "$reach"
	delegated cgroup 'connect: {default: EACCES, rules: [{allow: good.example}]}
names: {resolvers: [127.0.0.53]}'
	expect EACCES try "$cgroup" "$reach"
	expect ok try "$cgroup" "$(ask evil 131)"
	expect EACCES try "$cgroup" "$reach"
	expect ok try "$cgroup" "$(ask good 128)"
	expect ok try "$cgroup" "$reach"
	inode=$(stat -L -c %i "$host")
	expect 1 eval "persock -j names $cgroup | grep -c '$inode'"
}

# A program takes the network away from its child, in a namespace of its own: it has none, as without delegation.
test_a_sandbox_within_has_no_network() {
	local cgroup plain port ask inode name
	new_namespace
	listen_on_host port
	ask="c = create_connection((\"127.0.0.1\", $port), 60); c.sendall(b\"!\"); assert c.recv(1) == b\"!\""
	sandboxed() { # CGROUP STATEMENTS
		alone "$1" unshare --net "${attempt[@]}" "$2"
	}
	inode=$(alone "" stat -L -c %i /proc/self/ns/net)
	new_cgroup plain plain
	ok persock attach "$plain" host
	expect ENETUNREACH sandboxed "" "$ask"
	expect ENETUNREACH sandboxed "$plain" "$ask"
	# The first task's namespace is the one that is meant.
	delegated cgroup
	name=${personalities[-1]}
	expect 0 eval "persock status | grep -c 'delegated from net:' || :"
	expect ok try "$cgroup" "$ask"
	expect ENETUNREACH sandboxed "$cgroup" "$ask"
	expect ENETUNREACH sandboxed "$cgroup" "s(SOCK_DGRAM).sendto(b\"!\", (\"127.0.0.1\", 9))"
	expect ok try "$cgroup" "$ask"
	expect "net:[$inode]" eval "persock status | grep '> $name ' | grep -o 'net:.*'"
	expect "$inode" eval "persock -j status | grep -o '\"network_from_inode\": *[0-9]*' | grep -o '[0-9]*$'"
	# What is served natively there is so in the child's: a low port of it, a ping.
	expect ok sandboxed "$cgroup" "s(SOCK_DGRAM).bind((\"127.0.0.1\", 10987))"
	# Nor may the policy's own word be passed by being first.
	host="$host, from: /run/netns/$empty" delegated cgroup
	expect "network: {namespace: /proc/1/ns/net, from: /run/netns/$empty}" eval \
		"persock personality show ${personalities[-1]} | grep ^network"
	expect ENETUNREACH sandboxed "$cgroup" "$ask"
	expect ok try "$cgroup" "$ask"
	expect ENETUNREACH sandboxed "$cgroup" "$ask"
	# It is not held, and no other one takes its place.
	ok ip netns add "$owned"
	host="/proc/1/ns/net, from: /run/netns/$owned" delegated cgroup
	expect ok within "$cgroup" nsenter --net="/run/netns/$owned" "${attempt[@]}" "$ask"
	ok ip netns del "$owned"
	ok ip netns add "$owned"
	expect ENETUNREACH eval "within $cgroup nsenter --net=/run/netns/$owned ${attempt[*]} '$ask'"
	ok ip netns del "$owned"
	printf 'personality: %s-x\nbase: host\nnetwork: {from: /proc/1/ns/net}\n' "$base" >"$work/wrong.yaml"
	refused "network must have a namespace" persock check "$work/wrong.yaml"
	printf 'personality: %s-x\nbase: host\nnetwork: {namespace: /proc/1/ns/net, from: x}\n' "$base" >"$work/wrong.yaml"
	refused "begins with /" persock check "$work/wrong.yaml"
	printf 'personality: %s-x\nbase: host\nnetwork: {namespace: /proc/1/ns/net, from: /run/netns/nowhere}\n' "$base" >"$work/wrong.yaml"
	refused "wrong.yaml:3: network namespace /run/netns/nowhere: No such file" \
		persock personality add "$work/wrong.yaml"
}

# A port of the host's is not to be had together with who has it.
test_shared_ports_have_to_be_named() {
	local cgroup named port
	local name="options: {set: {allow: [SOL_SOCKET/SO_REUSEPORT]}}"
	local program="import ctypes; b = ctypes.create_string_buffer(struct.pack(\"HBBI\", 6, 0, 0, 0)); r = s(); r.setsockopt(SOL_SOCKET, 15, 1); r.setsockopt(SOL_SOCKET, 51, struct.pack(\"HxxxxxxP\", 1, ctypes.addressof(b)))"
	local detach="$program; r.bind((\"127.0.0.1\", 0)); r.setsockopt(SOL_SOCKET, 68, 1)"
	guarded EPERM "$name" "s().setsockopt(SOL_SOCKET, 15, 1)"
	# Of UDP the other option does the same; of TCP programs set it as a matter of course.
	guarded EPERM "$name" "s(SOCK_DGRAM).setsockopt(SOL_SOCKET, SO_REUSEADDR, 1)"
	guarded EPERM "$name" "s(SOCK_DGRAM, AF_INET6).setsockopt(SOL_SOCKET, SO_REUSEADDR, 1)"
	delegated cgroup
	expect ok try "$cgroup" "s().setsockopt(SOL_SOCKET, SO_REUSEADDR, 1)"
	guarded EPERM "options: {set: {allow: [SOL_SOCKET/SO_REUSEPORT, SOL_SOCKET/SO_ATTACH_REUSEPORT_CBPF]}}" "$program"
	guarded EPERM "options: {set: {allow: [SOL_SOCKET/SO_REUSEPORT, SOL_SOCKET/SO_ATTACH_REUSEPORT_CBPF, SOL_SOCKET/SO_DETACH_REUSEPORT_BPF]}}" "$detach"
	delegated named "$name"
	expect EPERM try "$named" "$program"
	delegated named "options: {set: {allow: [SOL_SOCKET/SO_REUSEPORT, SOL_SOCKET/SO_ATTACH_REUSEPORT_CBPF]}}"
	expect EPERM try "$named" "$detach"
	# What a preset lists names nothing here either.
	printf 'personality: %s\nbase: gvisor\nnetwork: {namespace: %s}\n' "${personalities[-1]}" "$host" >"$work/policy.yaml"
	ok persock personality set "$work/policy.yaml"
	expect EPERM try "$named" "s().setsockopt(SOL_SOCKET, 15, 1)"
	expect EPERM try "$named" "s(SOCK_DGRAM).setsockopt(SOL_SOCKET, SO_REUSEADDR, 1)"
	expect ok try "$named" "s().setsockopt(SOL_SOCKET, SO_REUSEADDR, 1)"

	# A service of the host's that shares its port, as some resolvers do.
	local number said
	local late="u = s(SOCK_DGRAM); u.setsockopt(SOL_SOCKET, SO_REUSEADDR, 1); u.bind((\"127.0.0.1\", PORT)); s(SOCK_DGRAM).sendto(b\"!\", (\"127.0.0.1\", PORT)); u.settimeout(60); u.recv(1)"
	exec {said}< <("${python[@]}" -c 'import socket, time
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
s.bind(("127.0.0.1", 0))
print(s.getsockname()[1], flush=True)
while True: s.recv(1)')
	servers+=($!)
	read -r -u "$said" number
	guarded EPERM "$name" "${late//PORT/$number}"
	expect EADDRINUSE try "$cgroup" "s(SOCK_DGRAM).bind((\"127.0.0.1\", $number))"
}

# Options that need a capability over the network.
test_privileged_options_have_to_be_named() {
	guarded EPERM "options: {set: {allow: [IPPROTO_TCP/TCP_CONGESTION]}}" \
		"s().setsockopt(IPPROTO_TCP, 13, b\"reno\")"
	guarded EPERM "options: {set: {allow: [SOL_SOCKET/SO_DEBUG]}}" \
		"s().setsockopt(SOL_SOCKET, 1, 1)"
	guarded EPERM "options: {set: {allow: [SOL_SOCKET/SO_RCVMARK]}}" \
		"s().setsockopt(SOL_SOCKET, 75, 1)"
	guarded EPERM "options: {set: {allow: [SOL_SOCKET/SO_PRIORITY]}}" \
		"s().setsockopt(SOL_SOCKET, 12, 7)"
}

# What could send elsewhere, or other than the host's IPsec policies say, is denied even if it is named.
test_detours_are_refused() {
	local stream="bytes([0x88, 4, 0, 7])" hop flow
	hop="struct.pack(\"@QiiBBBB4x\", 24, IPPROTO_IPV6, 54, 0, 0, 1, 4)"
	flow="struct.pack(\"!16sI\", inet_pton(AF_INET6, \"::1\"), 0) + struct.pack(\"BBHHHI\", 0, 1, 1, 0, 0, 0)"
	refused_always set IPPROTO_IP/IP_XFRM_POLICY "s().setsockopt(IPPROTO_IP, 17, None, 0)"
	refused_always set IPPROTO_IPV6/IPV6_XFRM_POLICY \
		"s(SOCK_DGRAM, AF_INET6).setsockopt(IPPROTO_IPV6, 35, None, 0)"
	refused_always set IPPROTO_IP/IP_OPTIONS "s().setsockopt(IPPROTO_IP, IP_OPTIONS, $stream)"
	refused_always control IPPROTO_IP/IP_RETOPTS \
		"s(SOCK_DGRAM).sendmsg([b\"!\"], [(IPPROTO_IP, 7, $stream)], 0, (\"127.0.0.1\", 9))"
	# A flow label brings extension headers with it.
	refused_always set IPPROTO_IPV6/IPV6_FLOWLABEL_MGR \
		"s(SOCK_DGRAM, AF_INET6).setsockopt(IPPROTO_IPV6, 32, $flow + $hop)"
}

refused_always() { # set|control NAME STATEMENTS
	local cgroup named
	new_namespace
	delegated cgroup
	delegated named "$([ "$1" = set ] && echo "options: {set: {allow: [$2]}}" || echo "control: {allow: [$2]}")"
	expect ok on_host "$3"
	expect EACCES try "$cgroup" "$3"
	expect EACCES try "$named" "$3"
}

# A namespace is held by the personality, and by sockets; and by nothing when these are gone.
test_the_namespace_is_held() {
	local cgroup
	new_namespace
	ok ip netns add "$owned"
	ok ip -n "$owned" link set lo up
	# It goes away with the namespace that has its other end.
	ok ip -n "$empty" link add end type veth peer name other netns "$owned"
	delegated cgroup
	host=/run/netns/$owned delegated cgroup
	mark_log
	hold "$cgroup" nsenter --net="/run/netns/$empty" "$probe" hold tcp
	expect ready echo "$held_says"
	ok ip netns del "$owned"
	# Its last user but the personality and the socket is gone: a connection to itself still works.
	expect ok try "$cgroup" "l = create_server((\"127.0.0.1\", 0)); c = create_connection(l.getsockname()); l.accept()"
	ok ip -n "$empty" link show end
	release
	expect ok echo "$held_says"
	ok ip -n "$empty" link show end
	refused "No such file" persock personality set "$work/policy.yaml"
	expect ok try "$cgroup" "s()"
	ok persock detach "$cgroup"
	ok persock personality del "${personalities[-1]}"
	unset "personalities[-1]"
	eventually no_link end
	no_splat
}

no_link() { # NAME
	! ip -n "$empty" link show "$1"
}

# What is reported of it, and what is rejected.
test_it_is_reported() {
	local cgroup
	new_namespace
	delegated cgroup
	expect "network: {namespace: $host}" eval \
		"persock personality show ${personalities[-1]} | grep ^network"
	printf 'personality: %s-x\nbase: host\nnetwork: {namespace: /proc/self/ns/mnt}\n' "$base" >"$work/wrong.yaml"
	refused "not that of a network namespace" persock personality add "$work/wrong.yaml"
	printf 'personality: %s-x\nbase: host\nnetwork: {namespace: /run/netns/nowhere}\n' "$base" >"$work/wrong.yaml"
	refused "wrong.yaml:3: network namespace /run/netns/nowhere: No such file" \
		persock personality add "$work/wrong.yaml"
	printf 'personality: %s-x\nbase: host\nproviders: native\nnetwork: {namespace: %s}\n' "$base" "$host" >"$work/wrong.yaml"
	refused "need a provider that makes them" persock personality add "$work/wrong.yaml"
	# The sockets it has stay there, and so do the guards.
	printf 'personality: %s\nbase: host\n' "${personalities[-1]}" >"$work/wrong.yaml"
	refused "keeps one" persock personality set "$work/wrong.yaml"
	expect "EPERM" eval "persock explain $work/policy.yaml -- socket inet raw | grep -o EPERM | head -n 1"
	expect "deny" eval "persock -j explain $work/policy.yaml setsockopt SOL_SOCKET/SO_BINDTODEVICE | grep -o deny | head -n 1"
}

# A program that knows nothing of it: curl in the empty namespace, nginx on the host.
test_a_client_fetches_from_a_server_on_the_host() {
	local cgroup
	new_namespace
	mkdir -p "$work/nginx"
	head -c 1000000 /dev/urandom >"$work/nginx/page"
	cat >"$work/nginx.conf" <<-END
		daemon off; master_process off; pid $work/nginx.pid; error_log stderr;
		events { worker_connections 32; }
		http { access_log off; server { listen 127.0.0.1:8089; root $work/nginx; } }
	END
	nginx -p "$work" -c "$work/nginx.conf" 2>"$work/nginx.log" &
	servers+=($!)
	eventually curl -sf -o "$work/direct" http://127.0.0.1:8089/page
	delegated cgroup "connect: {default: EACCES, rules: [{allow: 127.0.0.1, ports: 8089}]}"
	refused . alone "" curl -sS -o "$work/got" http://127.0.0.1:8089/page
	ok alone "$cgroup" curl -sS -o "$work/got" http://127.0.0.1:8089/page
	ok cmp "$work/nginx/page" "$work/got"
	# The policy holds: another port of the host is not to be reached.
	expect EACCES try "$cgroup" "create_connection((\"127.0.0.1\", 8090))"
}

run_tests
