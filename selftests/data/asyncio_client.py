#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""asyncio_client.py PORT...: talk to the servers of asyncio_server.py at these ports."""

import asyncio
import socket
import sys


class Collect(asyncio.DatagramProtocol):
    def __init__(self):
        self.queue = asyncio.Queue()

    def datagram_received(self, data, peer):
        self.queue.put_nowait((data, peer[0]))

    def error_received(self, error):
        self.queue.put_nowait((error, None))


async def tcp(host, port):
    reader, writer = await asyncio.open_connection(host, port)
    sock = writer.get_extra_info("socket")
    print(sock.family.name, sock.type.name, sock.proto, sock.getpeername()[0])
    for i in range(100):
        line = b"message %d %s\n" % (i, b"x" * (i * 97))
        writer.write(line)
        await writer.drain()
        assert await reader.readline() == line, i
    # All at once, and the end of the stream behind them.
    writer.writelines(b"%d\n" % i for i in range(100))
    writer.write_eof()
    print((await reader.read()).split() == [b"%d" % i for i in range(100)])
    writer.close()
    await writer.wait_closed()


async def udp(host, port, connected):
    loop = asyncio.get_running_loop()
    options = {"remote_addr": (host, port)} if connected else {"local_addr": (host, 0)}
    transport, collect = await loop.create_datagram_endpoint(Collect, **options)
    sock = transport.get_extra_info("socket")
    print(sock.family.name, sock.type.name, sock.proto)
    for i in range(100):
        data = b"datagram %d %s" % (i, b"y" * (i * 13))
        transport.sendto(data, None if connected else (host, port))
        assert await collect.queue.get() == (data, host), i
    transport.close()


async def refused(host):
    with socket.create_server((host, 0), family=socket.AF_INET6 if ":" in host else socket.AF_INET) as s:
        port = s.getsockname()[1]
    try:
        await asyncio.open_connection(host, port)
    except OSError as e:
        print(type(e).__name__)


async def main():
    ports = [int(p) for p in sys.argv[1:]]
    for host in "127.0.0.1", "::1":
        await tcp(host, ports.pop(0))
        port = ports.pop(0)
        await udp(host, port, True)
        await udp(host, port, False)
        await refused(host)


asyncio.run(asyncio.wait_for(main(), 100))
