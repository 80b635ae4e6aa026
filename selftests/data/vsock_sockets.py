#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""
AF_VSOCK sockets: each argument is a deed, and a line says what became of it.

    serve:CID:PORT      bind a stream socket and listen; with the last argument "wait", until a signal
    connect:CID:PORT    connect to it
    bind:CID:PORT       bind a stream socket
    accept              accept a connection on the first one that serves

A CID or a PORT may be "any".
"""

import errno
import signal
import socket
import sys

ANY = 4294967295
kept = []


def numbers(words):
    return tuple(ANY if word == "any" else int(word) for word in words)


def bind(*address):
    server = socket.socket(socket.AF_VSOCK, socket.SOCK_STREAM)
    kept.append(server)
    server.bind(numbers(address))
    return server


def serve(*address):
    bind(*address).listen(8)


def connect(*address):
    client = socket.socket(socket.AF_VSOCK, socket.SOCK_STREAM)
    kept.append(client)
    client.connect(numbers(address))


def accept():
    kept[0].settimeout(10)
    kept.append(kept[0].accept()[0])


def main():
    for word in sys.argv[1:]:
        if word == "wait":
            print("waiting", flush=True)
            signal.pause()
        name, *address = word.split(":")
        try:
            {"serve": serve, "connect": connect, "bind": bind, "accept": accept}[name](*address)
            print("done", flush=True)
        except OSError as error:
            print(errno.errorcode[error.errno], flush=True)


if __name__ == "__main__":
    main()
