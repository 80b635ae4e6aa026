#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""asyncio_server.py: echo servers of TCP and UDP, over IPv4 and IPv6; prints their ports."""

import asyncio


class Echo(asyncio.DatagramProtocol):
    def connection_made(self, transport):
        self.transport = transport

    def datagram_received(self, data, peer):
        self.transport.sendto(data, peer)


async def serve(reader, writer):
    while line := await reader.readline():
        writer.write(line)
        await writer.drain()
    writer.close()


async def main():
    loop = asyncio.get_running_loop()
    ports = []
    for host in "127.0.0.1", "::1":
        server = await asyncio.start_server(serve, host, 0)
        ports.append(server.sockets[0].getsockname()[1])
        transport, _ = await loop.create_datagram_endpoint(Echo, (host, 0))
        ports.append(transport.get_extra_info("sockname")[1])
    print(*ports, flush=True)
    await asyncio.Event().wait()


asyncio.run(main())
