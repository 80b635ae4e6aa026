// SPDX-License-Identifier: GPL-2.0
/*
 * Resolvers at addresses of IPv6, and at those of IPv4 that are asked by sockets
 * of IPv6: their answers are learnt from, and a query that is refused is
 * answered from the address that was asked.
 */
#include <errno.h>
#include <string.h>

#include "harness.h"
#include "inet.h"
#include "policy.h"
#include "resolver.h"

#define RESOLVER	"::1"
#define RESOLVER_OF_IPV4 "127.0.0.53"
#define MAPPED		"::ffff:127.0.0.53"

static const struct record records[] = {
	{ "api.example", DNS_A, "127.0.1.1", 60 },
	{ "six.example", DNS_AAAA, "::1", 60 },
	{ "stream.example", DNS_A, "127.0.1.2", 60 },
	{ "mapped.example", DNS_A, "127.0.1.3", 60 },
	{ "evil.test", DNS_A, "127.0.1.9", 60 },
	{ }
};

FIXTURE(names_ipv6)
{
	enum govern_id id;
};

GOVERNED_VARIANTS(names_ipv6, NATIVE, HOSTINET);

FIXTURE_SETUP(names_ipv6)
{
	self->id = variant->id;
	ASSERT_EQ(0, resolver_start(RESOLVER, records));
	ASSERT_EQ(0, resolver_also(RESOLVER_OF_IPV4, 53));
	if (variant->id != UNGOVERNED)
		ASSERT_EQ(0, policy_open());
	policy_begin_open(variant->id);
	policy_default(PERSOCK_SECTION_CONNECT, ANY, -EACCES);
	policy_host("*.example", 0, 65535, ANY, ALLOW);
	policy_names(RESOLVER, RESOLVER_OF_IPV4, PERSOCK_QUERIES_LISTED, 600,
		     4096);
	ASSERT_EQ(0, policy_set());
	govern_setup(_metadata, variant->id);
}

FIXTURE_TEARDOWN(names_ipv6)
{
	policy_begin_open(variant->id);
	policy_set();
}

#define REFUSED(err) (self->id == UNGOVERNED ? 0 : -(err))
#define UNKNOWN (self->id == UNGOVERNED ? DNS_NOERROR : DNS_NXDOMAIN)

/* Addresses of both families are learnt; the resolver has one port only. */
TEST_F(names_ipv6, learnt)
{
	EXPECT_EQ(REFUSED(EACCES), try_datagram("127.0.1.1"));
	EXPECT_EQ(REFUSED(EACCES), try_datagram("::1"));
	EXPECT_EQ(DNS_NOERROR, dns_lookup(RESOLVER, "api.example", DNS_A));
	EXPECT_EQ(0, try_datagram("127.0.1.1"));
	EXPECT_EQ(REFUSED(EACCES), try_datagram("::1"));
	EXPECT_EQ(DNS_NOERROR, dns_lookup(RESOLVER, "six.example", DNS_AAAA));
	EXPECT_EQ(0, try_datagram("::1"));
}

TEST_F(names_ipv6, refused)
{
	unsigned int before = resolver_queries();

	EXPECT_EQ(UNKNOWN, dns_lookup(RESOLVER, "evil.test", DNS_A));
	EXPECT_EQ(self->id == UNGOVERNED, resolver_queries() - before);
	EXPECT_EQ(REFUSED(EACCES), try_datagram("127.0.1.9"));
}

TEST_F(names_ipv6, streams)
{
	struct inet_addr to = at(RESOLVER, 53);
	int fd = socket(AF_INET6, SOCK_STREAM, 0);
	unsigned int before = resolver_queries();

	ASSERT_EQ(0, try_connect(fd, &to));
	EXPECT_EQ(UNKNOWN, dns_ask_stream(fd, "evil.test", DNS_A, 3));
	EXPECT_EQ(self->id == UNGOVERNED, resolver_queries() - before);
	EXPECT_EQ(REFUSED(EACCES), try_datagram("127.0.1.2"));
	EXPECT_EQ(DNS_NOERROR,
		  dns_ask_stream(fd, "stream.example", DNS_A, 3));
	EXPECT_EQ(0, try_datagram("127.0.1.2"));
	close(fd);
}

/* Ask on a socket that is not connected: the code, if @resolver answers. */
static int ask_unconnected(const char *resolver, const char *name)
{
	struct inet_addr to = at(resolver, 53), from = { };
	struct timeval second = { .tv_sec = 1 };
	int fd = socket(AF_INET6, SOCK_DGRAM, 0);
	unsigned char message[512];
	socklen_t len = sizeof(from.in6);
	ssize_t n;

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &second, sizeof(second));
	n = dns_query(message, 7, name, DNS_A, true);
	if (sendto(fd, message, n, 0, &to.sa, to.len) != n)
		n = -errno;
	else
		n = recvfrom(fd, message, sizeof(message), 0, &from.sa, &len);
	close(fd);
	if (n < 0)
		return n;
	if (len != to.len || from.in6.sin6_port != to.in6.sin6_port ||
	    memcmp(&from.in6.sin6_addr, &to.in6.sin6_addr,
		   sizeof(to.in6.sin6_addr)))
		return -EADDRNOTAVAIL;

	return dns_rcode(message, n, 7);
}

/* An answer comes from the address that was asked, whoever gives it. */
TEST_F(names_ipv6, unconnected)
{
	unsigned int before = resolver_queries();

	EXPECT_EQ(UNKNOWN, ask_unconnected(RESOLVER, "evil.test"));
	EXPECT_EQ(UNKNOWN, ask_unconnected(MAPPED, "evil.test"));
	EXPECT_EQ(self->id == UNGOVERNED ? 2 : 0, resolver_queries() - before);
	EXPECT_EQ(DNS_NOERROR, ask_unconnected(RESOLVER, "api.example"));
	EXPECT_EQ(0, try_datagram("127.0.1.1"));
}

/* A resolver of IPv4 is the same for sockets of both families. */
TEST_F(names_ipv6, mapped)
{
	EXPECT_EQ(REFUSED(EACCES), try_datagram("127.0.1.3"));
	EXPECT_EQ(DNS_NOERROR, ask_unconnected(MAPPED, "mapped.example"));
	EXPECT_EQ(0, try_datagram("127.0.1.3"));
	EXPECT_EQ(0, try_datagram("::ffff:127.0.1.3"));
	EXPECT_EQ(UNKNOWN, dns_lookup(MAPPED, "evil.test", DNS_A));
}

int main(int argc, char **argv)
{
	govern_prepare(1 << NATIVE | 1 << HOSTINET);
	return test_harness_run(argc, argv);
}
