# SPDX-License-Identifier: GPL-2.0
"""peers.py LOG: the peers of resolvers_test.sh: whoever connects to port 80, of any address, gets a page, or
just a connection; and a resolver at 127.0.0.6 answers each A query with another address, never twice with
the same, and writes a line per query to LOG."""

import selectors
import socket
import sys

PAGE = b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nConnection: close\r\n\r\nok\n"


def page(listener):
    peer, _ = listener.accept()
    with peer:
        peer.settimeout(60)
        try:
            if peer.recv(4096):
                peer.sendall(PAGE)
        except OSError:
            pass


def answer(query, count):
    """The question ends with its type and class; what follows is EDNS, which the answer does without."""
    end = query.index(0, 12) + 5
    header = query[:2] + b"\x85\x80\x00\x01"
    if query[end - 4:end - 2] != b"\x00\x01":
        return header + bytes(6) + query[12:end]
    address = bytes((198, 18, 64 + count // 250, 1 + count % 250))
    return header + b"\x00\x01" + bytes(4) + query[12:end] + b"\xc0\x0c\x00\x01\x00\x01" + bytes(4) + b"\x00\x04" + address


listener = socket.create_server(("::", 80), family=socket.AF_INET6, dualstack_ipv6=True, backlog=512)
resolver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
resolver.bind(("127.0.0.6", 53))
selector = selectors.DefaultSelector()
selector.register(listener, selectors.EVENT_READ)
selector.register(resolver, selectors.EVENT_READ)
count = 0
with open(sys.argv[1], "w", encoding="ascii", buffering=1) as log:
    while True:
        for key, _ in selector.select():
            if key.fileobj is listener:
                page(listener)
                continue
            query, client = resolver.recvfrom(4096)
            resolver.sendto(answer(query, count), client)
            count += 1
            log.write(f"query {count}\n")
