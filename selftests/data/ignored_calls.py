#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""ignored_calls.py: twice what the policy of monitor_test.sh ignores. Prints what the effects are."""

import fcntl
import struct
from socket import *

SIOCATMARK = 0x8905
for _ in range(2):
    tcp = socket(AF_INET, SOCK_STREAM)
    tcp.setsockopt(IPPROTO_TCP, TCP_NODELAY, 1)
    tcp.setsockopt(SOL_SOCKET, SO_KEEPALIVE, 1)
    print("set", tcp.getsockopt(IPPROTO_TCP, TCP_NODELAY), tcp.getsockopt(SOL_SOCKET, SO_KEEPALIVE))
    udp = socket(AF_INET, SOCK_DGRAM)
    udp.bind(("127.0.0.1", 0))
    udp.setsockopt(IPPROTO_IP, 12, 1)  # IP_RECVTTL
    udp.settimeout(30)
    other = socket(AF_INET, SOCK_DGRAM)
    other.sendmsg([b"x"], [(IPPROTO_IP, IP_TOS, struct.pack("i", 8))], 0, udp.getsockname())
    print("received", len(udp.recvmsg(10, 100)[1]))
    other.sendto(b"y", MSG_MORE, udp.getsockname())
    other.sendto(b"z", udp.getsockname())
    print("datagram", udp.recv(10, MSG_PEEK), end=" ")
    print(udp.recv(10))
    server = create_server(("127.0.0.1", 0))
    client = create_connection(server.getsockname())
    fcntl.ioctl(client, SIOCATMARK, bytearray(4))
