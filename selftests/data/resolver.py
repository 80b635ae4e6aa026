# SPDX-License-Identifier: GPL-2.0
"""
A resolver at 127.0.0.53 that answers 127.0.0.9 for every name, with a TTL of 60 s, and nothing for
other types of records than A. Prints "ready" when it can be asked.
"""

import socket
import struct


def main():
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind(("127.0.0.53", 53))
    print("ready", flush=True)
    while True:
        query, peer = server.recvfrom(512)
        end = query.index(0, 12) + 5
        found = query[end - 3] == 1
        answer = query[:2] + struct.pack(">5H", 0x8180, 1, found, 0, 0) + query[12:end]
        if found:
            answer += struct.pack(">3HIH", 0xc00c, 1, 1, 60, 4) + bytes([127, 0, 0, 9])
        server.sendto(answer, peer)


main()
