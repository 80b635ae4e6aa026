#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""
rules.py NUMBER [--bpf]: a policy file with so many rules on the addresses of peers.

They are of every prefix length, on random addresses; loopback is allowed. Everything that
bench does is allowed, by a list where there may be one. --bpf prints the rules alone, for
bpf_attach: "ADDRESS PREFIX-LENGTH ALLOWED" on a line.
"""

import ipaddress
import random
import sys

HEAD = """\
personality: rules
base: host
sockets:
  default: EAFNOSUPPORT
  rules:
    - allow: {family: inet, type: stream, protocol: [0, tcp]}
    - allow: {family: inet, type: dgram, protocol: [0, udp]}
    - allow: {family: unix}
options:
  get: {default: ENOPROTOOPT, allow: [SOL_SOCKET/SO_KEEPALIVE, IPPROTO_TCP/TCP_NODELAY]}
  set: {default: ENOPROTOOPT, allow: [SOL_SOCKET/SO_KEEPALIVE, IPPROTO_TCP/TCP_NODELAY, IPPROTO_IP/IP_PKTINFO]}
bind: {default: EACCES, rules: [{allow: 127.0.0.0/8}]}
connect:
  default: EACCES
  rules:
"""


def rules(number):
    chance = random.Random(number)
    seen = set()
    yield ipaddress.ip_network("127.0.0.0/8"), True
    while len(seen) < number - 1:
        length = len(seen) % 33
        network = ipaddress.ip_network((chance.getrandbits(32), length), strict=False)
        if network in seen or (length < 16 and chance.random() < 0.7):
            length = chance.randrange(16, 33)
            network = ipaddress.ip_network((chance.getrandbits(32), length), strict=False)
        if network in seen or network.network_address in ipaddress.ip_network("127.0.0.0/8"):
            continue
        seen.add(network)
        yield network, chance.random() < 0.5


def main():
    number = int(sys.argv[1])
    bpf = "--bpf" in sys.argv
    if not bpf:
        print(HEAD, end="")
    for network, allowed in rules(number):
        if bpf:
            print(network.network_address, network.prefixlen, int(allowed))
        else:
            print(f"    - {'allow' if allowed else 'deny'}: {network}")


main()
