#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Calls for "persock record": each argument is one kind, done once. What fails is an error."""

import array
import fcntl
import os
import socket
import struct
import sys
import termios

PORT = 7070


def tcp():
    """A server and a client, with options and flags."""
    server = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    server.bind(("127.0.0.1", PORT))
    server.listen(5)
    client = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    client.connect(("127.0.0.1", PORT))
    accepted, _ = server.accept()
    client.send(b"hello", socket.MSG_NOSIGNAL)
    assert accepted.recv(5, socket.MSG_PEEK) == b"hello"
    assert accepted.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) == 0
    room = array.array("i", [0])
    fcntl.ioctl(accepted, termios.FIONREAD, room)
    assert room[0] == 5


def chosen():
    """A server on a port that the kernel chooses."""
    server = socket.socket(socket.AF_INET6, socket.SOCK_STREAM)
    server.bind(("::", 0))
    server.listen()
    client = socket.create_connection(("::1", server.getsockname()[1]))
    server.accept()
    client.close()


def udp():
    """An exchange with a connected socket and with one that names its peers."""
    one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    one.bind(("127.0.0.2", PORT))
    one.setsockopt(socket.SOL_IP, 8, 1)     # IP_PKTINFO
    two = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    two.connect(("127.0.0.2", PORT))
    ttl = struct.pack("i", 7)
    two.sendmsg([b"a"], [(socket.SOL_IP, socket.IP_TTL, ttl)], socket.MSG_DONTWAIT)
    data, control, _, peer = one.recvmsg(8, 256)
    assert data == b"a" and control
    one.sendto(b"b", peer)
    assert two.recv(1) == b"b"


def unsent():
    """A UDP socket that is only connected, as getaddrinfo() does it."""
    socket.socket(socket.AF_INET, socket.SOCK_DGRAM).connect(("127.0.0.3", 9))


def unix():
    """A pair, and a descriptor that goes through it."""
    one, two = socket.socketpair()
    two.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
    descriptor = os.open("/dev/null", os.O_RDONLY)
    socket.send_fds(one, [b"x"], [descriptor])
    assert socket.SCM_RIGHTS in [kind for _, kind, _ in two.recvmsg(1, 256)[1]]


def name():
    """A host by its name."""
    try:
        socket.create_connection(("db.example.com", 9), 30)
    except ConnectionRefusedError:
        pass


def mirrors():
    """Two hosts of one domain."""
    for host in "a", "b":
        try:
            socket.create_connection((host + ".mirror.example.com", 9), 30)
        except ConnectionRefusedError:
            pass


def peers():
    """Two addresses of one network."""
    one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    for host in "127.5.0.1", "127.5.0.2":
        one.sendto(b"", (host, 9))


def asked():
    """A host that is only asked for."""
    socket.getaddrinfo("only.example.com", 9, type=socket.SOCK_STREAM)


def refused():
    """A socket that the kernel does not make."""
    try:
        socket.socket(socket.AF_INET, socket.SOCK_SEQPACKET, socket.IPPROTO_UDP)
    except OSError:
        pass


def other():
    """A peer on another port."""
    try:
        socket.create_connection(("127.0.0.1", 9), 30)
    except ConnectionRefusedError:
        pass


def keepalive():
    """One more option."""
    socket.socket(socket.AF_INET, socket.SOCK_STREAM).setsockopt(
        socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)


def data():
    """Data to the peer of unsent()."""
    one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    one.connect(("127.0.0.3", 9))
    one.send(b"x")


def many():
    """More peers than a record has room for."""
    one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    for i in range(5000):
        one.sendto(b"", (f"127.1.{i >> 8}.{i & 255}", 9))


for kind in sys.argv[1:]:
    globals()[kind]()
