#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 300
# needs: apparmor nftables iproute2
#
# What else guards the machine still sees the sockets: AppArmor judges their creation, nftables
# knows their owner, and ss their process, under every provider as without persock.

# shellcheck disable=SC2154,SC2317 # ktap.sh sets the variables and calls the functions
# shellcheck source=../lib/ktap.sh
. "$(dirname "$(realpath "$0")")/../lib/ktap.sh"

# Three cgroups: plain, native, hostinet.
declare -A govern

make_cgroups() {
	local personality name
	for name in plain native hostinet; do
		new_cgroup "govern[$name]" "$name"
	done
	ok persock attach "${govern[native]}" host
	new_personality personality host hostinet native
	ok persock attach "${govern[hostinet]}" "$personality"
	expect ungoverned within "${govern[plain]}" "$probe" governed
	expect governed within "${govern[native]}" "$probe" governed
	expect governed within "${govern[hostinet]}" "$probe" governed
}

need_apparmor() {
	if ! grep -q Y /sys/module/apparmor/parameters/enabled 2>/dev/null; then
		skip "the kernel does not use AppArmor"
	elif ! command -v apparmor_parser >/dev/null; then
		skip "there is no apparmor_parser"
	fi
	[ -z "$skipped" ]
}

# A profile with only "network inet stream": TCP works, UDP and AF_UNIX do not.
test_apparmor_judges_the_true_family() {
	local name
	need_apparmor || return 0
	make_cgroups
	chmod 755 "$work"
	cp "$probe" "$work/confined"
	for name in plain native hostinet; do
		expect ok within "${govern[$name]}" "$work/confined" tcp
		expect ok within "${govern[$name]}" "$work/confined" udp
		expect ok within "${govern[$name]}" "$work/confined" unix
	done
	cat >"$work/profile" <<-END
		abi <abi/3.0>,
		profile persock-guards-test $work/confined {
			file,
			capability,
			network inet stream,
		}
	END
	ok apparmor_parser --replace --skip-cache "$work/profile"
	for name in plain native hostinet; do
		expect ok within "${govern[$name]}" "$work/confined" tcp
		expect "socket: EACCES" within "${govern[$name]}" "$work/confined" udp
		expect "socketpair: EACCES" within "${govern[$name]}" "$work/confined" unix
		expect "socket: EACCES" within "${govern[$name]}" "$work/confined" raw
	done
	ok apparmor_parser --remove "$work/profile"
	for name in plain native hostinet; do
		expect ok within "${govern[$name]}" "$work/confined" udp
	done
}

# A profile without any network rule: no path leads to a socket, not even of TCP.
test_apparmor_judges_tcp() {
	local name
	need_apparmor || return 0
	make_cgroups
	chmod 755 "$work"
	cp "$probe" "$work/mute"
	cat >"$work/profile" <<-END
		abi <abi/3.0>,
		profile persock-mute-test $work/mute {
			file,
			capability,
		}
	END
	ok apparmor_parser --replace --skip-cache "$work/profile"
	for name in plain native hostinet; do
		expect "socket: EACCES" within "${govern[$name]}" "$work/mute" tcp
	done
	ok apparmor_parser --remove "$work/profile"
}

# A profile and a policy, each of which allows what the other denies: neither gives way.
test_apparmor_and_a_policy() {
	local name
	need_apparmor || return 0
	make_cgroups
	chmod 755 "$work"
	cp "$probe" "$work/both"
	cat >"$work/profile" <<-END
		abi <abi/3.0>,
		profile persock-both-test $work/both {
			file,
			capability,
			network inet stream,
			network inet dgram,
		}
	END
	ok apparmor_parser --replace --skip-cache "$work/profile"
	for name in native hostinet; do
		deny_udp "$name"
		expect ok within "${govern[$name]}" "$work/both" tcp
		expect "socket: EPERM" within "${govern[$name]}" "$work/both" udp
		# The policy has nothing against it.
		expect "socketpair: EACCES" within "${govern[$name]}" "$work/both" unix
		expect ok within "${govern[$name]}" "$probe" unix
	done
	expect ok within "${govern[plain]}" "$work/both" udp
	expect "socketpair: EACCES" within "${govern[plain]}" "$work/both" unix
	ok apparmor_parser --remove "$work/profile"
}

deny_udp() { # NAME: attach its cgroup to a policy without UDP over IPv4
	local personality providers=native
	[ "$1" = native ] || providers="hostinet, native"
	new_personality personality host native
	{
		echo "personality: $personality"
		echo "base: host"
		echo "providers: [$providers]"
		echo "sockets: {default: allow, rules: [{deny: {family: inet, type: dgram, errno: EPERM}}]}"
	} >"$work/udp.yaml"
	ok persock personality set "$work/udp.yaml"
	ok persock attach "${govern[$1]}" "$personality"
}

# In a network namespace of its own, with a counter for the TCP, and a stop for the UDP, of
# user 1234.
# shellcheck disable=SC2016 # expanded there
with_nft() { # CGROUP UID: "TCP-COUNTED UDP-ERROR UDP-COUNTED"
	unshare --net /bin/bash -c '
		set -e
		cgroup=$1 uid=$2 probe=$3
		ip link set lo up
		nft -f - <<-END
			table inet guards {
				chain out {
					type filter hook output priority 0
					meta skuid 1234 tcp dport 1-65535 counter
					meta skuid 1234 udp dport 1-65535 counter drop
				}
			}
		END
		echo $$ >"$cgroup/cgroup.procs"
		as="setpriv --reuid $uid --clear-groups"
		tcp=$($as "$probe" tcp)
		udp=$($as "$probe" send 9) || true
		counted() {
			nft list table inet guards |
				sed -n "s/.* $1 .*packets \([0-9]*\) .*/\1/p"
		}
		[ "$(counted tcp)" -gt 0 ] && tcp="$tcp counted"
		[ "$(counted udp)" -gt 0 ] && udp="$udp counted"
		echo "tcp $tcp, udp $udp"
	' - "$1" "$2" "$probe"
}

# nftables matches on the owner of a socket.
test_nft_knows_the_owner() {
	local name
	command -v nft >/dev/null || {
		skip "there is no nft"
		return 0
	}
	make_cgroups
	for name in plain native hostinet; do
		expect "tcp ok counted, udp sendto: EPERM counted" \
			with_nft "${govern[$name]}" 1234
		expect "tcp ok, udp ok" with_nft "${govern[$name]}" 1235
	done
}

# ss names the process of both ends, and of a listener.
test_ss_names_the_process() {
	local name
	make_cgroups
	for name in plain native hostinet; do
		hold "${govern[$name]}" "$probe" hold tcp
		[ "$(ss -Htnp state established | grep -c "\"probe\",pid=$held,")" -eq 2 ] ||
			fail "$name: ss -tnp does not show both ends with their process"
		release
		hold "${govern[$name]}" "$probe" listen
		ss -Htlnp "sport = :$held_says" | grep -q "\"probe\",pid=$held," ||
			fail "$name: ss -tlnp does not show the listener with its process"
		expect ok "$probe" connect "$held_says"
		wait "$held"
		exec {hold_in}>&- {hold_out}<&-
	done
}

# ss shows the owner's number, which the kernel takes from the socket itself.
test_ss_knows_the_owner() {
	local name
	make_cgroups
	for name in plain native hostinet; do
		hold "${govern[$name]}" setpriv --reuid 1234 --clear-groups "$probe" hold tcp
		[ "$(ss -Htne state established | grep -c "uid:1234 ")" -eq 2 ] ||
			fail "$name: ss -tne does not show the owner of both ends"
		release
	done
}

run_tests
