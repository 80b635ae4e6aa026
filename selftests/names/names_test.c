// SPDX-License-Identifier: GPL-2.0
/*
 * Rules on host names: a peer is allowed once the program has looked up an
 * allowed name for it, and no query for another name leaves the machine.
 */
#include <errno.h>
#include <netinet/udp.h>
#include <poll.h>
#include <pthread.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/uio.h>
#include <time.h>

#include <libmnl/libmnl.h>

#include "harness.h"
#include "inet.h"
#include "policy.h"
#include "resolver.h"

#define RESOLVER	"127.0.0.53"

static const struct record records[] = {
	{ "api.example", DNS_A, "127.0.1.1", 60 },
	{ "api.example", DNS_A, "127.0.1.2", 60 },
	{ "six.example", DNS_AAAA, "::1", 60 },
	{ "alias.example", DNS_CNAME, "cdn.other", 60 },
	{ "cdn.other", DNS_A, "127.0.1.3", 60 },
	{ "a.wild.example", DNS_A, "127.0.1.4", 60 },
	{ "wild.example", DNS_A, "127.0.1.5", 60 },
	{ "bad.wild.example", DNS_A, "127.0.1.6", 60 },
	{ "short.example", DNS_A, "127.0.1.7", 0 },
	{ "none.example", DNS_A, "0.0.0.0", 60 },
	{ "evil.test", DNS_A, "127.0.1.9", 60 },
	{ }
};

FIXTURE(names)
{
	enum govern_id id;
};

GOVERNED_VARIANTS(names, NATIVE, HOSTINET);

static void begin(enum govern_id id)
{
	policy_begin_open(id);
	policy_default(PERSOCK_SECTION_CONNECT, ANY, -EACCES);
	policy_host("api.example", 0, 65535, ANY, ALLOW);
	policy_host("six.example", 0, 65535, ANY, ALLOW);
	policy_host("alias.example", 0, 65535, ANY, ALLOW);
	policy_host("*.wild.example", 0, 65535, ANY, ALLOW);
	policy_host("bad.wild.example", 0, 65535, ANY, -EPERM);
	policy_host("short.example", 0, 65535, ANY, ALLOW);
	policy_host("none.example", 0, 65535, ANY, ALLOW);
}

static int apply(enum govern_id id, enum persock_queries queries, __u32 hold,
		 __u32 limit)
{
	begin(id);
	policy_names(RESOLVER, NULL, queries, hold, limit);
	return policy_set();
}

FIXTURE_SETUP(names)
{
	self->id = variant->id;
	ASSERT_EQ(0, resolver_start(RESOLVER, records));
	if (variant->id != UNGOVERNED)
		ASSERT_EQ(0, policy_open());
	policy_begin_open(variant->id);
	ASSERT_EQ(0, policy_set());
	/* The cgroup has learnt what the tests before have looked up. */
	govern_setup(_metadata, variant->id);
	ASSERT_EQ(0, apply(self->id, PERSOCK_QUERIES_LISTED, 600, 4096));
}

FIXTURE_TEARDOWN(names)
{
}

#define REFUSED(err) (self->id == UNGOVERNED ? 0 : -(err))
#define UNKNOWN (self->id == UNGOVERNED ? DNS_NOERROR : DNS_NXDOMAIN)

/* A connection to a peer that has no listener: 0 is that it refused. */
static int dial(const char *address, in_port_t port)
{
	struct inet_addr to = at(address, port);
	int fd = socket(to.sa.sa_family, SOCK_STREAM, 0);
	int err = fd < 0 ? -errno : try_connect(fd, &to);

	close(fd);
	return err == -ECONNREFUSED ? 0 : err;
}

static void forget(enum govern_id id)
{
	if (id != UNGOVERNED)
		govern_tool(NULL, 0, "names", "del", govern_path(id),
			    "api.example", NULL);
}

/* What is learnt is allowed, at once, and only that. */
TEST_F(names, learnt)
{
	forget(self->id);
	EXPECT_EQ(REFUSED(EACCES), try_datagram("127.0.1.1"));
	EXPECT_EQ(REFUSED(EACCES), dial("127.0.1.1", 443));
	ASSERT_EQ(DNS_NOERROR, dns_lookup(RESOLVER, "api.example", DNS_A));
	EXPECT_EQ(0, try_datagram("127.0.1.1"));
	EXPECT_EQ(0, try_datagram("127.0.1.2"));
	EXPECT_EQ(0, try_datagram("::ffff:127.0.1.1"));
	EXPECT_EQ(0, dial("127.0.1.1", 443));
	EXPECT_EQ(REFUSED(EACCES), try_datagram("127.0.1.8"));
	EXPECT_EQ(REFUSED(EACCES), dial("127.0.1.8", 443));
}

TEST_F(names, ipv6)
{
	EXPECT_EQ(REFUSED(EACCES), dial("::1", 443));
	ASSERT_EQ(DNS_NOERROR, dns_lookup(RESOLVER, "six.example", DNS_AAAA));
	EXPECT_EQ(0, dial("::1", 443));
}

/* Case does not matter, nor where the chain of aliases ends. */
TEST_F(names, spelling_and_aliases)
{
	ASSERT_EQ(DNS_NOERROR, dns_lookup(RESOLVER, "Alias.EXAMPLE", DNS_A));
	EXPECT_EQ(0, try_datagram("127.0.1.3"));
	EXPECT_EQ(UNKNOWN, dns_lookup(RESOLVER, "cdn.other", DNS_A));
}

/* The most specific rule decides; a name itself is not below itself. */
TEST_F(names, wildcards)
{
	EXPECT_EQ(DNS_NOERROR, dns_lookup(RESOLVER, "a.wild.example", DNS_A));
	EXPECT_EQ(0, try_datagram("127.0.1.4"));
	EXPECT_EQ(UNKNOWN, dns_lookup(RESOLVER, "wild.example", DNS_A));
	EXPECT_EQ(REFUSED(EACCES), try_datagram("127.0.1.5"));
	EXPECT_EQ(UNKNOWN, dns_lookup(RESOLVER, "bad.wild.example", DNS_A));
	EXPECT_EQ(REFUSED(EACCES), try_datagram("127.0.1.6"));
}

/* A query for another name does not leave, and is answered NXDOMAIN. */
TEST_F(names, refused_queries)
{
	unsigned int before = resolver_queries(), i;
	int fd = dns_open(RESOLVER, 53);

	ASSERT_LE(0, fd);
	for (i = 0; i < 20; i++)
		EXPECT_EQ(UNKNOWN, dns_ask(fd, "evil.test", DNS_A));
	EXPECT_EQ(self->id == UNGOVERNED ? 20 : 0, resolver_queries() - before);
	/* The socket goes on to work. */
	EXPECT_EQ(DNS_NOERROR, dns_ask(fd, "api.example", DNS_A));
	EXPECT_EQ(REFUSED(EACCES), try_datagram("127.0.1.9"));
	close(fd);
}

/* Who does not receive refusals has a few of them, and the last ones. */
TEST_F(names, many_refusals)
{
	uint8_t message[512];
	unsigned int i, nr = 0;
	int fd = dns_open(RESOLVER, 53);
	size_t length;

	if (self->id == UNGOVERNED)
		return;
	ASSERT_LE(0, fd);
	for (i = 0; i < 200; i++) {
		length = dns_query(message, i, "evil.test", DNS_A, false);
		ASSERT_EQ(length, send(fd, message, length, 0));
	}
	while (recv(fd, message, sizeof(message), MSG_DONTWAIT) > 0)
		EXPECT_EQ(200 - 64 + nr++, message[1]);
	EXPECT_EQ(64, nr);
	close(fd);
}

/* A resolver may be asked by a socket without a peer, in one call for two. */
TEST_F(names, unconnected)
{
	struct inet_addr to = at(RESOLVER, 53), from;
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	uint8_t queries[2][512], answer[512];
	struct iovec iov[2];
	struct mmsghdr msgs[2] = { };
	int codes[2] = { -1, -1 }, i;
	ssize_t n;

	iov[0].iov_base = queries[0];
	iov[0].iov_len = dns_query(queries[0], 1, "evil.test", DNS_A, false);
	iov[1].iov_base = queries[1];
	iov[1].iov_len = dns_query(queries[1], 2, "api.example", DNS_A, false);
	for (i = 0; i < 2; i++) {
		msgs[i].msg_hdr.msg_name = &to.sa;
		msgs[i].msg_hdr.msg_namelen = to.len;
		msgs[i].msg_hdr.msg_iov = &iov[i];
		msgs[i].msg_hdr.msg_iovlen = 1;
	}
	ASSERT_EQ(2, sendmmsg(fd, msgs, 2, 0));
	for (i = 0; i < 2; i++) {
		ASSERT_EQ(POLLIN, wait_for(fd, POLLIN, SOON_MS));
		from.len = sizeof(from.in6);
		n = recvfrom(fd, answer, sizeof(answer), 0, &from.sa,
			     &from.len);
		ASSERT_LT(0, n);
		EXPECT_EQ(0, memcmp(&from.in, &to.in, sizeof(to.in)));
		ASSERT_LE(1, answer[1]);
		ASSERT_GE(2, answer[1]);
		codes[answer[1] - 1] = dns_rcode(answer, n, answer[1]);
	}
	EXPECT_EQ(UNKNOWN, codes[0]);
	EXPECT_EQ(DNS_NOERROR, codes[1]);
	EXPECT_EQ(0, try_datagram("127.0.1.1"));
	close(fd);
}

static void *receive_blocking(void *data)
{
	static uint8_t answer[512];
	int fd = *(int *)data;
	ssize_t n = recv(fd, answer, sizeof(answer), 0);

	return (void *)(long)(n < 0 ? -errno : dns_rcode(answer, n, 7));
}

/* Who waits in recv() before anything is sent gets either kind of answer. */
TEST_F(names, waits_for_answers)
{
	static const char *const asked[] = { "evil.test", "api.example" };
	uint8_t query[512];
	pthread_t thread;
	unsigned int i;
	void *result;
	int fd;

	for (i = 0; i < 2; i++) {
		forget(self->id);
		fd = dns_open(RESOLVER, 53);
		ASSERT_LE(0, fd);
		ASSERT_EQ(0, pthread_create(&thread, NULL, receive_blocking,
					    &fd));
		usleep(100000);
		ASSERT_LT(0, send(fd, query, dns_query(query, 7, asked[i],
						       DNS_A, false), 0));
		ASSERT_EQ(0, pthread_join(thread, &result));
		EXPECT_EQ(i ? DNS_NOERROR : UNKNOWN, (long)result);
		close(fd);
	}
	EXPECT_EQ(0, try_datagram("127.0.1.1"));
}

/* A receive ends in time without an answer, and reports what it looks at. */
TEST_F(names, receives_as_before)
{
	struct timeval soon = { .tv_usec = 50000 };
	uint8_t query[512], answer[512];
	int fd = dns_open(RESOLVER, 53), ready = 0;
	size_t length;

	ASSERT_LE(0, fd);
	EXPECT_EQ(UNKNOWN, dns_ask(fd, "evil.test", DNS_A));
	EXPECT_EQ(-1, recv(fd, answer, sizeof(answer), MSG_DONTWAIT));
	EXPECT_EQ(EAGAIN, errno);
	ASSERT_EQ(0, setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &soon,
				sizeof(soon)));
	EXPECT_EQ(-1, recv(fd, answer, sizeof(answer), 0));
	EXPECT_EQ(EAGAIN, errno);

	length = dns_query(query, 9, "evil.test", DNS_A, false);
	ASSERT_EQ(length, send(fd, query, length, 0));
	ASSERT_EQ(POLLIN, wait_for(fd, POLLIN, SOON_MS));
	/* The C library's buffer for a second answer is this long. */
	EXPECT_EQ(0, ioctl(fd, FIONREAD, &ready));
	EXPECT_LT(12, ready);
	EXPECT_EQ(4, recv(fd, answer, 4, MSG_PEEK));
	EXPECT_LT(12, recv(fd, answer, 4, MSG_PEEK | MSG_TRUNC));
	EXPECT_EQ(9, answer[1]);
	EXPECT_LT(12, recv(fd, answer, sizeof(answer), 0));
	close(fd);
}

static int stream(struct __test_metadata *_metadata)
{
	struct inet_addr to = at(RESOLVER, 53);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	ASSERT_EQ(0, try_connect(fd, &to));
	return fd;
}

/* By TCP, in one send, or byte by byte. */
TEST_F(names, streams)
{
	static const size_t parts[] = { 4096, 2, 1, 7 };
	unsigned int before = resolver_queries(), i;
	int fd = stream(_metadata);

	for (i = 0; i < 4; i++) {
		forget(self->id);
		EXPECT_EQ(UNKNOWN, dns_ask_stream(fd, "evil.test", DNS_A,
						  parts[i]));
		EXPECT_EQ(DNS_NOERROR, dns_ask_stream(fd, "api.example", DNS_A,
						      parts[i]));
		EXPECT_EQ(0, try_datagram("127.0.1.1"));
	}
	EXPECT_EQ(self->id == UNGOVERNED ? 8 : 4, resolver_queries() - before);
	close(fd);
}

/* What is no query does not reach the resolver. */
TEST_F(names, unreadable)
{
	uint8_t query[512];
	size_t length = dns_query(query, 1, "api.example", DNS_A, false);
	int fd = dns_open(RESOLVER, 53);

	ASSERT_LE(0, fd);
	EXPECT_EQ(self->id == UNGOVERNED ? 5 : -1, send(fd, "hello", 5, 0));
	if (self->id != UNGOVERNED)
		EXPECT_EQ(EACCES, errno);
	/* Something behind the question, two questions. */
	query[length] = 0;
	EXPECT_EQ(self->id == UNGOVERNED ? length + 1 : -1,
		  send(fd, query, length + 1, 0));
	query[5] = 2;
	EXPECT_EQ(self->id == UNGOVERNED ? length : -1,
		  send(fd, query, length, 0));
	close(fd);
}

/* Neither is what the kernel would make of several sends, or of one. */
TEST_F(names, composed)
{
	uint8_t query[512];
	size_t length = dns_query(query, 1, "api.example", DNS_A, false);
	int fd = dns_open(RESOLVER, 53);

	ASSERT_LE(0, fd);
	EXPECT_EQ(REFUSED(EACCES), set_int(fd, SOL_UDP, UDP_SEGMENT, 20));
	EXPECT_EQ(REFUSED(EACCES), set_int(fd, SOL_UDP, UDP_CORK, 1));
	if (self->id != UNGOVERNED) {
		uint16_t size = 20;

		EXPECT_EQ(-1, send(fd, query, length, MSG_MORE));
		EXPECT_EQ(EACCES, errno);
		EXPECT_EQ(-EACCES, send_with(fd, NULL, SOL_UDP, UDP_SEGMENT,
					     &size, sizeof(size)));
	}
	close(fd);
}

/* Answers from elsewhere teach nothing. */
TEST_F(names, other_sources)
{
	ASSERT_EQ(0, apply(self->id, PERSOCK_QUERIES_LISTED, 600, 4096));
	forget(self->id);
	/* Not the resolver's port, and not its address. */
	EXPECT_EQ(REFUSED(EACCES), dns_lookup("127.0.0.54", "api.example",
					      DNS_A) < 0 ? REFUSED(EACCES) : 0);
	EXPECT_EQ(REFUSED(EACCES), try_datagram("127.0.1.1"));
}

/*
 * The module counts whole seconds since boot: what lasts for none ends with the
 * second in which it was learnt.
 */
static void begin_second(void)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	usleep((1000000000 - now.tv_nsec) / 1000 + 1);
}

/* How long an address lasts: its TTL, and hold. */
TEST_F(names, lifetime)
{
	unsigned int i;
	int err = -1;

	ASSERT_EQ(0, apply(self->id, PERSOCK_QUERIES_LISTED, 600, 4096));
	EXPECT_EQ(DNS_NOERROR, dns_lookup(RESOLVER, "short.example", DNS_A));
	sleep(1);
	EXPECT_EQ(0, try_datagram("127.0.1.7"));
	ASSERT_EQ(0, apply(self->id, PERSOCK_QUERIES_LISTED, 0, 4096));
	sleep(1);
	EXPECT_EQ(REFUSED(EACCES), try_datagram("127.0.1.7"));
	/* On a machine that has other things to do, a second may pass between. */
	for (i = 0; i < 20 && err; i++) {
		begin_second();
		EXPECT_EQ(DNS_NOERROR,
			  dns_lookup(RESOLVER, "short.example", DNS_A));
		err = try_datagram("127.0.1.7");
	}
	EXPECT_EQ(0, err);
}

/* A name cannot open what is no host. */
TEST_F(names, no_hosts)
{
	EXPECT_EQ(DNS_NOERROR, dns_lookup(RESOLVER, "none.example", DNS_A));
	EXPECT_EQ(REFUSED(EACCES), dial("0.0.0.0", 443));
}

/* With `any` all queries leave, and only listed names are learnt. */
TEST_F(names, any_query)
{
	ASSERT_EQ(0, apply(self->id, PERSOCK_QUERIES_ANY, 600, 4096));
	EXPECT_EQ(DNS_NOERROR, dns_lookup(RESOLVER, "evil.test", DNS_A));
	EXPECT_EQ(REFUSED(EACCES), try_datagram("127.0.1.9"));
	EXPECT_EQ(DNS_NOERROR, dns_lookup(RESOLVER, "bad.wild.example", DNS_A));
	EXPECT_EQ(REFUSED(EPERM), try_datagram("127.0.1.6"));
}

/* The table is bounded: the oldest address goes. */
TEST_F(names, bounded)
{
	ASSERT_EQ(0, apply(self->id, PERSOCK_QUERIES_LISTED, 600, 2));
	EXPECT_EQ(DNS_NOERROR, dns_lookup(RESOLVER, "alias.example", DNS_A));
	EXPECT_EQ(0, try_datagram("127.0.1.3"));
	EXPECT_EQ(DNS_NOERROR, dns_lookup(RESOLVER, "api.example", DNS_A));
	EXPECT_EQ(0, try_datagram("127.0.1.1"));
	EXPECT_EQ(0, try_datagram("127.0.1.2"));
	EXPECT_EQ(REFUSED(EACCES), try_datagram("127.0.1.3"));
}

/* Rules on addresses go before names; ports and protocols are judged. */
TEST_F(names, with_addresses)
{
	policy_begin_open(self->id);
	policy_default(PERSOCK_SECTION_CONNECT, ANY, -EACCES);
	policy_host("api.example", 443, 443, IPPROTO_TCP, ALLOW);
	policy_prefix(PERSOCK_SECTION_CONNECT, "127.0.1.2/32", -EPERM);
	policy_names(RESOLVER, NULL, PERSOCK_QUERIES_LISTED, 600, 4096);
	ASSERT_EQ(0, policy_set());
	EXPECT_EQ(DNS_NOERROR, dns_lookup(RESOLVER, "api.example", DNS_A));
	EXPECT_EQ(0, dial("127.0.1.1", 443));
	EXPECT_EQ(REFUSED(EACCES), dial("127.0.1.1", 444));
	EXPECT_EQ(REFUSED(EACCES), try_datagram("127.0.1.1"));
	EXPECT_EQ(REFUSED(EPERM), dial("127.0.1.2", 443));
}

/* A socket that has had another peer may not get a resolver while it is shared. */
TEST_F(names, other_peer_before)
{
	struct inet_addr to = at(RESOLVER, 53), other = at("127.0.1.1", 9);
	int fd, shared;

	ASSERT_EQ(DNS_NOERROR, dns_lookup(RESOLVER, "api.example", DNS_A));
	fd = socket(AF_INET, SOCK_DGRAM, 0);
	ASSERT_EQ(0, try_connect(fd, &other));
	ASSERT_EQ(0, try_connect(fd, &to));
	EXPECT_EQ(UNKNOWN, dns_ask(fd, "evil.test", DNS_A));
	ASSERT_EQ(0, try_connect(fd, &other));
	shared = dup(fd);
	EXPECT_EQ(REFUSED(EACCES), try_connect(fd, &to));
	close(shared);
	close(fd);
}

/* A refused query, and a learnt address, are reported with their names. */
TEST_F(names, reports)
{
	const struct nlattr *tb[PERSOCK_A_DENIAL_MAX + 1];
	int fd;

	if (self->id == UNGOVERNED)
		return;
	fd = policy_monitor();
	ASSERT_LE(0, fd);
	EXPECT_EQ(DNS_NXDOMAIN, dns_lookup(RESOLVER, "evil.test", DNS_A));
	EXPECT_EQ(EACCES, policy_denial(fd, tb));
	ASSERT_NE(NULL, tb[PERSOCK_A_DENIAL_HOST]);
	EXPECT_STREQ("evil.test",
		     mnl_attr_get_str(tb[PERSOCK_A_DENIAL_HOST]));
	close(fd);
}

int main(int argc, char **argv)
{
	govern_prepare(1 << NATIVE | 1 << HOSTINET);
	return test_harness_run(argc, argv);
}
