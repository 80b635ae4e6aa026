#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""denied_calls.py: what the policy of monitor_test.sh denies. Prints what has failed, and the errno."""

import fcntl
import struct
import termios
from socket import *


def attempt(what, call, *arguments):
    try:
        call(*arguments)
    except OSError as error:
        print(what, error.errno)


tcp = socket(AF_INET, SOCK_STREAM)
udp = socket(AF_INET, SOCK_DGRAM)
udp.bind(("127.0.0.1", 0))
there = udp.getsockname()
udp.sendto(b"there", there)
attempt("socket", socket, AF_INET6, SOCK_DGRAM)
attempt("get", tcp.getsockopt, SOL_SOCKET, SO_RCVBUF)
attempt("get protocol", tcp.getsockopt, SOL_SOCKET, SO_PROTOCOL)
attempt("get tcp", tcp.getsockopt, IPPROTO_TCP, TCP_NODELAY)
attempt("set", tcp.setsockopt, SOL_SOCKET, SO_SNDBUF, 10000)
attempt("set tcp", tcp.setsockopt, IPPROTO_TCP, TCP_CORK, 1)
attempt("send", udp.sendto, b"x", MSG_MORE, there)
udp = socket(AF_INET, SOCK_DGRAM)
udp.bind(("127.0.0.1", 0))
there = udp.getsockname()
udp.sendto(b"there", there)
attempt("receive", udp.recv, 1, MSG_PEEK)
attempt("control", udp.sendmsg, [b"x"], [(IPPROTO_IP, IP_TTL, struct.pack("i", 9))], 0, there)
attempt("ioctl", fcntl.ioctl, tcp, termios.FIONREAD, b"1234")
attempt("connect", udp.connect, ("127.0.0.2", 9))
attempt("bind", tcp.bind, ("127.0.0.3", 0))
server = create_server(("127.0.0.1", 0))
client = socket(AF_INET, SOCK_STREAM)
client.bind(("127.0.0.4", 0))
client.connect(server.getsockname())
attempt("accept", server.accept)
attempt("listen", socket(AF_INET6, SOCK_STREAM).listen)
server = create_server(("::1", 0), family=AF_INET6)
client = socket(AF_INET6, SOCK_STREAM)
client.connect(server.getsockname())
attempt("accept inet6", server.accept)
