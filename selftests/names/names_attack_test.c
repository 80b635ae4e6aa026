// SPDX-License-Identifier: GPL-2.0
/*
 * Ways around rules on host names that must not be: queries that nobody has
 * read, answers that no resolver has given, and receives without an end.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/net_tstamp.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/time.h>

#include "harness.h"
#include "inet.h"
#include "policy.h"
#include "resolver.h"

#define RESOLVER	"127.0.0.53"

#ifndef MSG_FASTOPEN
#define MSG_FASTOPEN	0x20000000
#endif

static const struct record records[] = {
	{ "api.example", DNS_A, "127.0.1.1", 60 },
	{ "other.example", DNS_A, "127.0.1.2", 60 },
	{ "evil.test", DNS_A, "127.0.1.9", 60 },
	{ }
};

FIXTURE(attack)
{
	enum govern_id id;
};

GOVERNED_VARIANTS(attack, NATIVE, HOSTINET);

FIXTURE_SETUP(attack)
{
	self->id = variant->id;
	ASSERT_EQ(0, resolver_start(RESOLVER, records));
	if (variant->id != UNGOVERNED)
		ASSERT_EQ(0, policy_open());
	policy_begin_open(variant->id);
	ASSERT_EQ(0, policy_set());
	govern_setup(_metadata, variant->id);
	policy_begin_open(self->id);
	policy_default(PERSOCK_SECTION_CONNECT, ANY, -EACCES);
	policy_host("api.example", 0, 65535, ANY, ALLOW);
	policy_host("other.example", 0, 65535, ANY, ALLOW);
	policy_names(RESOLVER, NULL, PERSOCK_QUERIES_LISTED, 600, 4096);
	ASSERT_EQ(0, policy_set());
}

FIXTURE_TEARDOWN(attack)
{
}

#define GOVERNED (self->id != UNGOVERNED)
#define REFUSED(err) (GOVERNED ? -(err) : 0)
#define UNKNOWN (GOVERNED ? DNS_NXDOMAIN : DNS_NOERROR)

static int stream_to(const char *address, in_port_t port)
{
	struct inet_addr to = at(address, port);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (try_connect(fd, &to)) {
		close(fd);
		return -1;
	}
	return fd;
}

/* A query with its length before it. */
static size_t framed(uint8_t *message, uint16_t id, const char *name)
{
	size_t length = dns_query(message + 2, id, name, DNS_A, false);

	message[0] = length >> 8;
	message[1] = length;

	return length + 2;
}

static int receive_framed(int fd, uint16_t id)
{
	uint8_t answer[512];
	size_t length;

	if (wait_for(fd, POLLIN, 2000) != POLLIN)
		return -ETIMEDOUT;
	if (recv_all(fd, answer, 2) != 2)
		return -ECONNRESET;
	length = answer[0] << 8 | answer[1];
	if (length > sizeof(answer) ||
	    recv_all(fd, answer, length) != (ssize_t)length)
		return -ECONNRESET;

	return dns_rcode(answer, length, id);
}

/* A stream goes to its peer, whatever name is passed. */
TEST_F(attack, named_stream)
{
	struct inet_addr name = at("127.0.1.1", 9);
	unsigned int before;
	uint8_t query[512];
	size_t length;
	int fd;

	ASSERT_EQ(DNS_NOERROR, dns_lookup(RESOLVER, "api.example", DNS_A));
	fd = stream_to(RESOLVER, 53);
	ASSERT_LE(0, fd);
	before = resolver_queries();
	length = framed(query, 5, "evil.test");
	ASSERT_EQ(length, sendto(fd, query, length, MSG_NOSIGNAL, &name.sa,
				 name.len));
	EXPECT_EQ(UNKNOWN, receive_framed(fd, 5));
	EXPECT_EQ(GOVERNED ? 0 : 1, resolver_queries() - before);
	close(fd);
}

/* Not even if the connect was deferred, and the name is one to connect to. */
TEST_F(attack, deferred_connect)
{
	struct inet_addr name = at("127.0.1.1", 9), to = at(RESOLVER, 53);
	unsigned int before;
	uint8_t query[512];
	size_t length;
	int fd;

	if (!GOVERNED)
		return;
	ASSERT_EQ(DNS_NOERROR, dns_lookup(RESOLVER, "api.example", DNS_A));
	before = resolver_queries();
	length = framed(query, 5, "evil.test");
	fd = socket(AF_INET, SOCK_STREAM, 0);
	ASSERT_EQ(0, set_int(fd, SOL_TCP, TCP_FASTOPEN_CONNECT, 1));
	ASSERT_EQ(0, try_connect(fd, &to));
	EXPECT_EQ(-1, sendto(fd, query, length, MSG_FASTOPEN | MSG_NOSIGNAL,
			     &name.sa, name.len));
	EXPECT_EQ(EOPNOTSUPP, errno);
	usleep(200000);
	EXPECT_EQ(0, resolver_queries() - before);
	length = framed(query, 6, "api.example");
	ASSERT_EQ(length, send(fd, query, length, MSG_NOSIGNAL));
	EXPECT_EQ(DNS_NOERROR, receive_framed(fd, 6));
	close(fd);
}

/* IPv6 takes an address without a family as none: such a send has no peer. */
TEST_F(attack, no_family)
{
	struct sockaddr_in6 none = { .sin6_family = AF_UNSPEC };
	struct inet_addr to = at("::ffff:" RESOLVER, 53);
	int fd = socket(AF_INET6, SOCK_DGRAM, 0);
	unsigned int before = resolver_queries();
	uint8_t query[512];
	size_t length = dns_query(query, 5, "evil.test", DNS_A, false);

	EXPECT_EQ(-1, sendto(fd, query, length, 0, (void *)&none,
			     sizeof(none)));
	EXPECT_EQ(EDESTADDRREQ, errno);
	if (!GOVERNED) {	/* to a mapped peer it would send IPv6 */
		close(fd);
		return;
	}
	ASSERT_EQ(0, try_connect(fd, &to));
	ASSERT_EQ(length, sendto(fd, query, length, 0, (void *)&none,
				 sizeof(none)));
	ASSERT_EQ(POLLIN, wait_for(fd, POLLIN, SOON_MS));
	length = recv(fd, query, sizeof(query), 0);
	EXPECT_EQ(UNKNOWN, dns_rcode(query, length, 5));
	EXPECT_EQ(0, resolver_queries() - before);
	close(fd);
}

static void disconnect(int fd)
{
	struct sockaddr none = { .sa_family = AF_UNSPEC };

	connect(fd, &none, sizeof(none));
}

/* Half an answer of another peer and half one of the resolver's are none. */
TEST_F(attack, halves_of_answers)
{
	struct inet_addr to = at(RESOLVER, 53), own = at("127.0.1.1", 7777);
	uint8_t query[512], forged[512];
	int fd, listener, server;
	size_t length;

	ASSERT_EQ(DNS_NOERROR, dns_lookup(RESOLVER, "api.example", DNS_A));
	listener = socket(AF_INET, SOCK_STREAM, 0);
	set_int(listener, SOL_SOCKET, SO_REUSEADDR, 1);
	ASSERT_EQ(0, bind(listener, &own.sa, own.len));
	ASSERT_EQ(0, listen(listener, 1));

	fd = stream_to(RESOLVER, 53);
	ASSERT_LE(0, fd);
	length = framed(query, 5, "other.example");
	ASSERT_EQ(length, send(fd, query, length, MSG_NOSIGNAL));
	ASSERT_EQ(DNS_NOERROR, receive_framed(fd, 5));
	EXPECT_EQ(REFUSED(EACCES), try_datagram("127.0.1.77"));

	disconnect(fd);
	ASSERT_EQ(0, try_connect(fd, &own));
	server = accept(listener, NULL, NULL);
	ASSERT_LE(0, server);
	/* The question, and one record, of which the last byte is missing. */
	memcpy(forged, query, length);
	forged[4] = 0x81;
	forged[5] = 0x80;
	forged[9] = 1;
	memcpy(forged + length,
	       "\xc0\x0c\0\x01\0\x01\0\0\0\x3c\0\x04\x7f\0\x01", 15);
	length += 15;
	forged[0] = (length - 1) >> 8;
	forged[1] = length - 1;
	ASSERT_EQ(length, send(server, forged, length, MSG_NOSIGNAL));
	ASSERT_EQ(length, recv_all(fd, query, length));
	disconnect(fd);
	close(server);
	close(listener);

	ASSERT_EQ(0, try_connect(fd, &to));
	length = framed(query, 6, "api.example");
	ASSERT_EQ(length, send(fd, query, length, MSG_NOSIGNAL));
	EXPECT_EQ(DNS_NOERROR, receive_framed(fd, 6));
	/* The first byte of this answer is 0: that would be 127.0.1.0. */
	EXPECT_EQ(REFUSED(EACCES), try_datagram("127.0.1.0"));
	close(fd);
}

/* What a resolver has said counts for policies that name this resolver. */
TEST_F(attack, another_resolver)
{
	static const char *const resolvers[] = { "127.0.0.99", RESOLVER };
	unsigned int i;

	ASSERT_EQ(DNS_NOERROR, dns_lookup(RESOLVER, "api.example", DNS_A));
	for (i = 0; i < 2; i++) {
		policy_begin_open(self->id);
		policy_default(PERSOCK_SECTION_CONNECT, ANY, -EACCES);
		policy_host("api.example", 0, 65535, ANY, ALLOW);
		policy_names(resolvers[i], NULL, PERSOCK_QUERIES_LISTED, 600,
			     4096);
		ASSERT_EQ(0, policy_set());
		EXPECT_EQ(i ? 0 : REFUSED(EACCES), try_datagram("127.0.1.1"));
	}
}

/* What a splice takes is a part of the answer. */
TEST_F(attack, spliced)
{
	uint8_t query[512];
	int fd, pipes[2];
	size_t length;

	if (GOVERNED)
		govern_tool(NULL, 0, "names", "del", govern_path(self->id),
			    "other.example", NULL);
	EXPECT_EQ(REFUSED(EACCES), try_datagram("127.0.1.2"));
	fd = stream_to(RESOLVER, 53);
	ASSERT_LE(0, fd);
	ASSERT_EQ(0, pipe(pipes));
	length = framed(query, 5, "other.example");
	ASSERT_EQ(length, send(fd, query, length, MSG_NOSIGNAL));
	ASSERT_EQ(POLLIN, wait_for(fd, POLLIN, SOON_MS));
	EXPECT_EQ(3, splice(fd, NULL, pipes[1], NULL, 3, 0));
	EXPECT_LT(12, recv(fd, query, sizeof(query), 0));
	EXPECT_EQ(0, try_datagram("127.0.1.2"));
	close(pipes[0]);
	close(pipes[1]);
	close(fd);
}

/* An entry of the error queue does not keep a receive going. */
TEST_F(attack, error_queue)
{
	struct timeval soon = { .tv_usec = 50000 };
	int fd = dns_open(RESOLVER, 53);
	uint8_t query[512];
	size_t length;

	ASSERT_LE(0, fd);
	ASSERT_EQ(0, set_int(fd, SOL_SOCKET, SO_TIMESTAMPING,
			     SOF_TIMESTAMPING_TX_SOFTWARE |
			     SOF_TIMESTAMPING_SOFTWARE |
			     SOF_TIMESTAMPING_OPT_TSONLY));
	length = dns_query(query, 5, "api.example", DNS_A, false);
	ASSERT_EQ(length, send(fd, query, length, 0));
	ASSERT_LT(12, recv(fd, query, sizeof(query), 0));
	ASSERT_EQ(POLLERR, wait_for(fd, POLLIN, SOON_MS));
	ASSERT_EQ(0, setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &soon,
				sizeof(soon)));
	EXPECT_EQ(-1, recv(fd, query, sizeof(query), 0));
	EXPECT_EQ(EAGAIN, errno);
	close(fd);
}

/* Nobody poses as a resolver, and nobody hides a query. */
TEST_F(attack, port_and_protocol)
{
	struct inet_addr own = at("127.0.0.54", 53), any = at("127.0.0.54", 0);
	static const int types[] = { SOCK_DGRAM, SOCK_STREAM };
	unsigned int i;
	int fd;

	for (i = 0; i < 2; i++) {
		fd = socket(AF_INET, types[i], 0);
		EXPECT_EQ(GOVERNED ? -1 : 0, bind(fd, &own.sa, own.len));
		if (GOVERNED)
			EXPECT_EQ(0, bind(fd, &any.sa, any.len));
		close(fd);
	}
	if (!GOVERNED)
		return;
	fd = socket(AF_INET, SOCK_STREAM, 0);
	EXPECT_EQ(-1, setsockopt(fd, SOL_TCP, TCP_ULP, "tls", 3));
	EXPECT_EQ(ENOTCONN, errno);
	close(fd);
	fd = stream_to(RESOLVER, 53);
	ASSERT_LE(0, fd);
	EXPECT_EQ(-1, setsockopt(fd, SOL_TCP, TCP_ULP, "tls", 3));
	EXPECT_EQ(ENOENT, errno);
	close(fd);
}

int main(int argc, char **argv)
{
	govern_prepare(1 << NATIVE | 1 << HOSTINET);
	return test_harness_run(argc, argv);
}
