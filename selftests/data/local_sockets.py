#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""
AF_UNIX sockets: each argument is a deed, and a line says what became of it.

    serve:NAME      bind a stream socket and listen; with the last argument "wait", until a signal
    connect:NAME    connect to it
    send:NAME       send a datagram to it
    pair            socketpair(2)

A NAME that begins with "@" is abstract.
"""

import errno
import signal
import socket
import sys

kept = []


def address(name):
    return "\0" + name[1:] if name.startswith("@") else name


def serve(name):
    server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    kept.append(server)
    server.bind(address(name))
    server.listen(8)


def connect(name):
    client = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    client.connect(address(name))
    client.close()


def send(name):
    client = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    client.sendto(b"x", address(name))
    client.close()


def pair():
    for end in socket.socketpair():
        end.close()


def main():
    for word in sys.argv[1:]:
        if word == "wait":
            print("waiting", flush=True)
            signal.pause()
        name, _, of = word.partition(":")
        try:
            {"serve": serve, "connect": connect, "send": send, "pair": pair}[name](*[of] if of else [])
            print("done", flush=True)
        except OSError as error:
            print(errno.errorcode[error.errno], flush=True)


if __name__ == "__main__":
    main()
