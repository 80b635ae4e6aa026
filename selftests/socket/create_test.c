// SPDX-License-Identifier: GPL-2.0
/*
 * Which sockets can be created at all: by family, type and protocol, and by
 * the explicit way in, AF_PERSOCK, which grants nothing that the plain request
 * would not get.
 */
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/persock.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "harness.h"
#include "inet.h"

#ifndef IPPROTO_SMC
#define IPPROTO_SMC	256
#endif

/* Families of both kernels; persock can add none. */
#define FAMILIES	46

FIXTURE(create) {
};

GOVERNED_VARIANTS(create, NATIVE, HOSTINET);

FIXTURE_VARIANT_ADD(create, hostinet_only) {
	.id = HOSTINET_ONLY,
};

FIXTURE_VARIANT_ADD(create, gvisor2020_native) {
	.id = GVISOR2020_NATIVE,
};

FIXTURE_VARIANT_ADD(create, gvisor2020_hostinet) {
	.id = GVISOR2020_HOSTINET,
};

FIXTURE_VARIANT_ADD(create, none) {
	.id = NONE,
};

FIXTURE_SETUP(create)
{
	govern_setup(_metadata, variant->id);
}

FIXTURE_TEARDOWN(create)
{
}

/* 0 when such a socket can be created, else the errno. */
static int try(int family, int type, int protocol)
{
	int fd = socket(family, type, protocol);

	if (fd < 0)
		return errno;
	close(fd);
	return 0;
}

static bool allows_all(enum govern_id id)
{
	return id == UNGOVERNED || id == NATIVE || id == HOSTINET;
}

static bool is_gvisor2020(enum govern_id id)
{
	return id == GVISOR2020_NATIVE || id == GVISOR2020_HOSTINET;
}

/* TCP and UDP are everywhere, except where nothing is. */
TEST_F(create, tcp_and_udp)
{
	static const int families[] = { AF_INET, AF_INET6 };
	int err = variant->id == NONE ? EAFNOSUPPORT : 0;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(families); i++) {
		EXPECT_EQ(err, try(families[i], SOCK_STREAM, 0));
		EXPECT_EQ(err, try(families[i], SOCK_STREAM, IPPROTO_TCP));
		EXPECT_EQ(err, try(families[i], SOCK_DGRAM, 0));
		EXPECT_EQ(err, try(families[i], SOCK_DGRAM, IPPROTO_UDP));
		EXPECT_EQ(err, try(families[i], SOCK_STREAM | SOCK_NONBLOCK |
				   SOCK_CLOEXEC, 0));
	}
}

/* Raw sockets, also ICMP, are no business of hostinet's, nor of gVisor's. */
TEST_F(create, raw)
{
	int err = allows_all(variant->id) ? 0 : EAFNOSUPPORT;

	EXPECT_EQ(err, try(AF_INET, SOCK_RAW, IPPROTO_ICMP));
	EXPECT_EQ(err, try(AF_INET, SOCK_RAW, IPPROTO_RAW));
	EXPECT_EQ(err, try(AF_INET, SOCK_RAW, IPPROTO_TCP));
	EXPECT_EQ(err, try(AF_INET6, SOCK_RAW, IPPROTO_ICMPV6));
}

/* AF_UNIX needs a provider for it: hostinet alone has none. */
TEST_F(create, unix_sockets)
{
	int err, sv[2];

	err = allows_all(variant->id) || is_gvisor2020(variant->id) ?
	      0 : EAFNOSUPPORT;
	EXPECT_EQ(err, try(AF_UNIX, SOCK_STREAM, 0));
	EXPECT_EQ(err, try(AF_UNIX, SOCK_DGRAM, 0));
	errno = 0;
	EXPECT_EQ(err ? -1 : 0, socketpair(AF_UNIX, SOCK_STREAM, 0, sv));
	EXPECT_EQ(err, errno);
}

TEST_F(create, netlink)
{
	int err = allows_all(variant->id) ? 0 : EAFNOSUPPORT;

	EXPECT_EQ(err, try(AF_NETLINK, SOCK_RAW, 0));
}

/*
 * The kernel takes AF_INET with SOCK_PACKET for AF_PACKET: so does the policy,
 * or an ancient spelling would be a way to the raw network.
 */
TEST_F(create, packet)
{
	int err = allows_all(variant->id) ? 0 : EAFNOSUPPORT;
	int protocol = htons(ETH_P_ALL);

	EXPECT_EQ(err, try(AF_PACKET, SOCK_RAW, protocol));
	EXPECT_EQ(err, try(AF_INET, SOCK_PACKET, protocol));
	/* Packet sockets ignore the upper half: no other spelling passes. */
	EXPECT_EQ(err, try(AF_PACKET, SOCK_RAW, 0x10000 | protocol));
	EXPECT_EQ(err, try(AF_INET, SOCK_PACKET, 0x10000 | protocol));
}

/*
 * SMC sockets fall back to TCP by pointing the descriptor at a socket of the
 * kernel's: no personality can have them.
 */
TEST_F(create, smc)
{
	if (system("modprobe -q smc 2>/dev/null"))
		SKIP(return, "the kernel has no SMC module");
	EXPECT_EQ(variant->id == UNGOVERNED ? 0 : EAFNOSUPPORT,
		  try(AF_SMC, SOCK_STREAM, 0));
	if (variant->id != UNGOVERNED) {
		EXPECT_EQ(EAFNOSUPPORT, try(AF_INET, SOCK_STREAM,
					    IPPROTO_SMC));
		EXPECT_EQ(EAFNOSUPPORT, try(AF_INET6, SOCK_STREAM,
					    IPPROTO_SMC));
	}
}

/* What is no family, or no type, gets the error that it gets ungoverned. */
TEST_F(create, no_such_family_or_type)
{
	EXPECT_EQ(EAFNOSUPPORT, try(-1, SOCK_STREAM, 0));
	EXPECT_EQ(EAFNOSUPPORT, try(FAMILIES, SOCK_STREAM, 0));
	EXPECT_EQ(EAFNOSUPPORT, try(1000000, SOCK_STREAM, 0));
	/* Bits beside the type that are no flags: the system call's own. */
	EXPECT_EQ(EINVAL, try(AF_INET, SOCK_STREAM | 0x10, 0));
	EXPECT_EQ(EINVAL, try(AF_INET, SOCK_STREAM | 0x100000, 0));
	EXPECT_EQ(EINVAL, try(AF_INET, -1, 0));
}

/* A protocol that does not belong to the type. */
TEST_F(create, wrong_protocol)
{
	int err = allows_all(variant->id) ? 0 : EAFNOSUPPORT;

	EXPECT_EQ(err ?: EPROTONOSUPPORT, try(AF_INET, SOCK_STREAM,
					      IPPROTO_UDP));
	EXPECT_EQ(err ?: EPROTONOSUPPORT, try(AF_INET6, SOCK_DGRAM,
					      IPPROTO_TCP));
	/* Bits above the field that AF_PERSOCK packs a protocol into. */
	EXPECT_EQ(err ?: EINVAL, try(AF_INET, SOCK_STREAM, 0x10006));
	EXPECT_EQ(err ?: EINVAL, try(AF_INET, SOCK_STREAM, -1));
	EXPECT_EQ(err ?: ESOCKTNOSUPPORT, try(AF_INET, SOCK_RDM, 0));
}

FIXTURE(none) {
};

FIXTURE_VARIANT(none) {
	enum govern_id id;
};

FIXTURE_VARIANT_ADD(none, ungoverned) {
	.id = UNGOVERNED,
};

FIXTURE_VARIANT_ADD(none, governed) {
	.id = NONE,
};

FIXTURE_SETUP(none)
{
	govern_setup(_metadata, variant->id);
}

FIXTURE_TEARDOWN(none)
{
}

/* No family has a socket or a pair; elsewhere some have. */
TEST_F(none, every_family)
{
	static const int types[] = {
		SOCK_STREAM, SOCK_DGRAM, SOCK_RAW, SOCK_SEQPACKET,
	};
	int family, sv[2], sockets = 0, pairs = 0, other = 0;
	size_t i;

	for (family = 0; family < FAMILIES; family++) {
		for (i = 0; i < ARRAY_SIZE(types); i++) {
			int err = try(family, types[i], 0);

			/* Each try of a family that is not there starts modprobe. */
			if (variant->id != NONE && err == EAFNOSUPPORT)
				break;
			sockets += !err;
			other += err && err != EAFNOSUPPORT;
			if (!socketpair(family, types[i], 0, sv)) {
				pairs++;
				close(sv[0]);
				close(sv[1]);
			} else {
				other += errno != EAFNOSUPPORT;
			}
		}
	}
	if (variant->id == NONE) {
		EXPECT_EQ(0, sockets);
		EXPECT_EQ(0, pairs);
		EXPECT_EQ(0, other);
	} else {
		EXPECT_LT(8, sockets);
		EXPECT_LE(3, pairs);
		EXPECT_LT(8, other);
	}
}

FIXTURE(explicit) {
};

FIXTURE_VARIANT(explicit) {
	enum govern_id id;
};

FIXTURE_VARIANT_ADD(explicit, native) {
	.id = NATIVE,
};

FIXTURE_VARIANT_ADD(explicit, hostinet) {
	.id = HOSTINET,
};

FIXTURE_VARIANT_ADD(explicit, hostinet_only) {
	.id = HOSTINET_ONLY,
};

FIXTURE_VARIANT_ADD(explicit, gvisor2020_native) {
	.id = GVISOR2020_NATIVE,
};

FIXTURE_VARIANT_ADD(explicit, gvisor2020_hostinet) {
	.id = GVISOR2020_HOSTINET,
};

FIXTURE_VARIANT_ADD(explicit, none) {
	.id = NONE,
};

FIXTURE_SETUP(explicit)
{
	govern_setup(_metadata, variant->id);
}

FIXTURE_TEARDOWN(explicit)
{
}

/*
 * A governed task asks AF_PERSOCK for what its personality gives, and for what
 * it does not: the answer is that to the plain request.
 */
TEST_F(explicit, same_as_plain)
{
	static const struct {
		int family, type, protocol;
	} kinds[] = {
		{ AF_INET, SOCK_STREAM, 0 },
		{ AF_INET, SOCK_STREAM, IPPROTO_TCP },
		{ AF_INET6, SOCK_DGRAM, IPPROTO_UDP },
		{ AF_INET, SOCK_RAW, IPPROTO_ICMP },
		{ AF_INET, SOCK_PACKET, 0x300 },
		{ AF_PACKET, SOCK_RAW, 0x300 },
		{ AF_UNIX, SOCK_STREAM, 0 },
		{ AF_NETLINK, SOCK_RAW, 0 },
		{ AF_INET, SOCK_STREAM, IPPROTO_UDP },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		EXPECT_EQ(try(kinds[i].family, kinds[i].type,
			      kinds[i].protocol),
			  try(AF_PERSOCK, kinds[i].type,
			      PERSOCK_PROTOCOL(kinds[i].family,
					       kinds[i].protocol)))
			TH_LOG("family %d type %d protocol %d",
			       kinds[i].family, kinds[i].type,
			       kinds[i].protocol);
	}
}

/* Requests that PERSOCK_PROTOCOL() cannot make, and ones for no family. */
static void expect_forged_refused(struct __test_metadata *_metadata)
{
	EXPECT_EQ(EINVAL, try(AF_PERSOCK, SOCK_STREAM, 0x40020006));
	EXPECT_EQ(EINVAL, try(AF_PERSOCK, SOCK_STREAM, 0x01020006));
	EXPECT_EQ(EINVAL, try(AF_PERSOCK, SOCK_STREAM, -1));
	EXPECT_EQ(EAFNOSUPPORT, try(AF_PERSOCK, SOCK_STREAM, 0));
	EXPECT_EQ(EAFNOSUPPORT, try(AF_PERSOCK, SOCK_STREAM, IPPROTO_TCP));
	EXPECT_EQ(EAFNOSUPPORT, try(AF_PERSOCK, SOCK_STREAM,
				    PERSOCK_PROTOCOL(AF_PERSOCK, 0)));
	EXPECT_EQ(EAFNOSUPPORT, try(AF_PERSOCK, SOCK_STREAM,
				    PERSOCK_PROTOCOL(AF_PERSOCK, IPPROTO_TCP)));
	EXPECT_EQ(EAFNOSUPPORT, try(AF_PERSOCK, SOCK_STREAM,
				    PERSOCK_PROTOCOL(255, 0)));
}

TEST_F(explicit, forged)
{
	expect_forged_refused(_metadata);
}

/* An explicit socket of an ungoverned task serves it as a plain one would. */
TEST(explicit_ungoverned)
{
	struct inet_addr addr;
	int listener, client, server;
	const char *problem;
	bool absent;

	problem = govern_problem(NATIVE, &absent);
	if (problem)
		SKIP(return, "%s", problem);
	expect_forged_refused(_metadata);
	listener = inet_bound(AF_INET, SOCK_STREAM, 0, &addr);
	ASSERT_LE(0, listener);
	client = socket(AF_PERSOCK, SOCK_STREAM,
			PERSOCK_PROTOCOL(AF_INET, IPPROTO_TCP));
	ASSERT_LE(0, client);
	EXPECT_EQ(AF_INET, get_int(client, SOL_SOCKET, SO_DOMAIN));
	EXPECT_EQ(SOCK_STREAM, get_int(client, SOL_SOCKET, SO_TYPE));
	EXPECT_EQ(IPPROTO_TCP, get_int(client, SOL_SOCKET, SO_PROTOCOL));
	ASSERT_EQ(0, connect(client, &addr.sa, addr.len));
	server = accept(listener, NULL, NULL);
	ASSERT_LE(0, server);
	EXPECT_EQ(1, passes(client, server));
	EXPECT_EQ(1, passes(server, client));
	close(client);
	close(server);
	close(listener);
	/* Only native serves these, and it has no sockets of its own. */
	EXPECT_EQ(EAFNOSUPPORT, try(AF_PERSOCK, SOCK_STREAM,
				    PERSOCK_PROTOCOL(AF_UNIX, 0)));
	EXPECT_EQ(EAFNOSUPPORT, try(AF_PERSOCK, SOCK_RAW,
				    PERSOCK_PROTOCOL(AF_INET, IPPROTO_ICMP)));
	EXPECT_EQ(EAFNOSUPPORT, try(AF_PERSOCK, SOCK_RAW,
				    PERSOCK_PROTOCOL(AF_PACKET, 0x300)));
	EXPECT_EQ(EAFNOSUPPORT, try(AF_PERSOCK, SOCK_PACKET,
				    PERSOCK_PROTOCOL(AF_INET, 0x300)));
}

int main(int argc, char **argv)
{
	govern_prepare(1U << NATIVE | 1U << HOSTINET | 1U << HOSTINET_ONLY |
		       1U << GVISOR2020_NATIVE | 1U << GVISOR2020_HOSTINET |
		       1U << NONE);
	return test_harness_run(argc, argv);
}
