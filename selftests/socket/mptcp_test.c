// SPDX-License-Identifier: GPL-2.0
/*
 * Multipath TCP. Its fallback to plain TCP replaces the operations of the
 * accepted socket, so a governed listener must hand it native ones.
 */
#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>

#include "inet.h"
#include "same.h"

#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP	262
#endif
#ifndef IPV6_ADDRFORM
#define IPV6_ADDRFORM	1
#endif

static bool kernel_has_mptcp(void)
{
	char enabled[8];

	return !get_text("/proc/sys/net/mptcp/enabled", enabled,
			 sizeof(enabled)) && enabled[0] == '1';
}

#define NEEDS_MPTCP "the kernel has no MPTCP, or it is switched off"

/* Both ends MPTCP. */
TEST_F(same, connection)
{
	struct inet_addr peer = { .len = sizeof(peer.in6) };
	static const int families[] = { AF_INET, AF_INET6 };
	struct tcp tcp;
	size_t i;

	if (!kernel_has_mptcp())
		SKIP(return, NEEDS_MPTCP);
	for (i = 0; i < ARRAY_SIZE(families); i++) {
		ASSERT_EQ(0, tcp_open_protocol(&tcp, families[i],
					       IPPROTO_MPTCP));
		EXPECT_EQ(IPPROTO_MPTCP,
			  get_int(tcp.client, SOL_SOCKET, SO_PROTOCOL));
		EXPECT_EQ(IPPROTO_MPTCP,
			  get_int(tcp.server, SOL_SOCKET, SO_PROTOCOL));
		EXPECT_EQ(0, set_int(tcp.client, SOL_SOCKET, SO_KEEPALIVE, 1));
		EXPECT_EQ(1, get_int(tcp.client, SOL_SOCKET, SO_KEEPALIVE));
		EXPECT_EQ(1, passes(tcp.client, tcp.server));
		EXPECT_EQ(1, passes(tcp.server, tcp.client));
		peer.len = sizeof(peer.in6);
		EXPECT_EQ(0, getpeername(tcp.client, &peer.sa, &peer.len));
		EXPECT_EQ(tcp.addr.len, peer.len);
		EXPECT_EQ(0, memcmp(&tcp.addr.sa, &peer.sa, peer.len));
		tcp_close(&tcp);
	}
}

/* A plain TCP client: what accept() returns has fallen back to TCP. */
TEST_F(same, listener_falls_back)
{
	struct inet_addr addr, peer, own;
	int listener, client, server, i;

	if (!kernel_has_mptcp())
		SKIP(return, NEEDS_MPTCP);
	listener = inet_bound(AF_INET, SOCK_STREAM, IPPROTO_MPTCP, &addr);
	ASSERT_LE(0, listener);
	for (i = 0; i < 5; i++) {
		client = socket(AF_INET, SOCK_STREAM, 0);
		ASSERT_LE(0, client);
		ASSERT_EQ(0, connect(client, &addr.sa, addr.len));
		peer.len = sizeof(peer.in6);
		server = accept(listener, &peer.sa, &peer.len);
		ASSERT_LE(0, server);
		ASSERT_EQ(0, bound_to(client, &own));
		EXPECT_EQ(own.len, peer.len);
		EXPECT_EQ(0, memcmp(&own.sa, &peer.sa, own.len));
		EXPECT_EQ(1, passes(client, server));
		EXPECT_EQ(1, passes(server, client));
		EXPECT_EQ(0, set_int(server, IPPROTO_TCP, TCP_NODELAY, 1));
		EXPECT_EQ(1, get_int(server, IPPROTO_TCP, TCP_NODELAY));
		close(client);
		close(server);
	}
	close(listener);
}

/* An MPTCP client of a plain TCP listener. */
TEST_F(same, client_falls_back)
{
	struct inet_addr addr;
	int listener, client, server;

	if (!kernel_has_mptcp())
		SKIP(return, NEEDS_MPTCP);
	listener = inet_bound(AF_INET, SOCK_STREAM, 0, &addr);
	ASSERT_LE(0, listener);
	client = socket(AF_INET, SOCK_STREAM, IPPROTO_MPTCP);
	ASSERT_LE(0, client);
	ASSERT_EQ(0, connect(client, &addr.sa, addr.len));
	server = accept(listener, NULL, NULL);
	ASSERT_LE(0, server);
	EXPECT_EQ(1, passes(client, server));
	EXPECT_EQ(1, passes(server, client));
	close(client);
	close(server);
	close(listener);
}

/* After the fallback the accepted socket is governed as its listener is. */
TEST_F(same, fallback_is_governed)
{
	struct inet_addr addr, to;
	int listener, client, server;

	if (!kernel_has_mptcp())
		SKIP(return, NEEDS_MPTCP);
	/* An IPv6 listener with an IPv4 client: the address is mapped. */
	listener = socket(AF_INET6, SOCK_STREAM, IPPROTO_MPTCP);
	ASSERT_LE(0, listener);
	addr = loopback(AF_INET6, 0);
	addr.in6.sin6_addr = in6addr_any;
	ASSERT_EQ(0, bind(listener, &addr.sa, addr.len));
	ASSERT_EQ(0, listen(listener, 1));
	ASSERT_EQ(0, bound_to(listener, &addr));
	to = loopback(AF_INET, ntohs(addr.in6.sin6_port));
	client = socket(AF_INET, SOCK_STREAM, 0);
	ASSERT_LE(0, client);
	ASSERT_EQ(0, connect(client, &to.sa, to.len));
	server = accept(listener, NULL, NULL);
	ASSERT_LE(0, server);
	if (variant->id != UNGOVERNED) {
		EXPECT_GT(0, set_int(server, IPPROTO_IPV6, IPV6_ADDRFORM,
				     AF_INET));
		EXPECT_EQ(AF_INET6, get_int(server, SOL_SOCKET, SO_DOMAIN));
	}
	EXPECT_EQ(1, passes(client, server));
	close(client);
	close(server);
	close(listener);
}

int main(int argc, char **argv)
{
	return same_main(argc, argv);
}
