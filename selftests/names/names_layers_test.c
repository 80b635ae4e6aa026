// SPDX-License-Identifier: GPL-2.0
/*
 * Rules on host names with layers, in another network namespace, and across
 * cgroups: what is learnt allows no more than each layer does, and counts for
 * the cgroup and the namespace that have learnt it.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <net/if.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

#include <libmnl/libmnl.h>

#include "harness.h"
#include "inet.h"
#include "policy.h"
#include "resolver.h"

#define RESOLVER	"127.0.0.53"

static const struct record records[] = {
	{ "both.example", DNS_A, "127.0.1.1", 60 },
	{ "outer.example", DNS_A, "127.0.1.2", 60 },
	{ "inner.example", DNS_A, "127.0.1.3", 60 },
	{ }
};

/* A resolver that says something else. */
static const struct record forged[] = {
	{ "both.example", DNS_A, "127.0.1.66", 60 },
	{ }
};

FIXTURE(names_layers)
{
	char path[PATH_MAX + 32];
};

FIXTURE_VARIANT(names_layers)
{
	enum govern_id outer, inner;
};

FIXTURE_VARIANT_ADD(names_layers, native)
{
	.outer = NATIVE,
	.inner = GVISOR_NATIVE,
};

FIXTURE_VARIANT_ADD(names_layers, hostinet)
{
	.outer = HOSTINET,
	.inner = GVISOR_HOSTINET,
};

/* Rules on two names. */
static int names(enum govern_id id, const char *first, const char *second)
{
	policy_begin_open(id);
	policy_default(PERSOCK_SECTION_CONNECT, ANY, -EACCES);
	policy_host(first, 0, 65535, ANY, ALLOW);
	policy_host(second, 0, 65535, ANY, ALLOW);
	policy_names(RESOLVER, NULL, PERSOCK_QUERIES_LISTED, 600, 4096);
	return policy_set();
}

FIXTURE_SETUP(names_layers)
{
	ASSERT_EQ(0, resolver_start(RESOLVER, records));
	ASSERT_EQ(0, policy_open());
	govern_setup(_metadata, variant->outer);
	if (_metadata->exit_code)
		return;
	ASSERT_EQ(0, policy_attach_inner(variant->outer,
					 govern_personality(variant->inner),
					 self->path, sizeof(self->path)));
	ASSERT_EQ(0, names(variant->outer, "both.example", "outer.example"));
	ASSERT_EQ(0, names(variant->inner, "both.example", "inner.example"));
}

FIXTURE_TEARDOWN(names_layers)
{
	govern_leave();
	policy_begin_open(variant->outer);
	policy_set();
	policy_begin_open(variant->inner);
	policy_set();
	rmdir(self->path);
}

static int look_up(const char *name)
{
	return dns_lookup(RESOLVER, name, DNS_A);
}

/* A name must be allowed by each layer, as an address must. */
TEST_F(names_layers, all_of_them)
{
	ASSERT_EQ(0, govern_enter_path(self->path));
	EXPECT_EQ(DNS_NOERROR, look_up("both.example"));
	EXPECT_EQ(0, try_datagram("127.0.1.1"));
	EXPECT_EQ(DNS_NXDOMAIN, look_up("outer.example"));
	EXPECT_EQ(-EACCES, try_datagram("127.0.1.2"));
	EXPECT_EQ(DNS_NXDOMAIN, look_up("inner.example"));
	EXPECT_EQ(-EACCES, try_datagram("127.0.1.3"));
	EXPECT_EQ(1, resolver_queries());
}

/* A layer without names judges the addresses, and the resolver's, by its rules. */
TEST_F(names_layers, one_of_them)
{
	policy_begin_open(variant->outer);
	policy_prefix(PERSOCK_SECTION_CONNECT, "127.0.1.3/32", -EPERM);
	ASSERT_EQ(0, policy_set());
	ASSERT_EQ(0, govern_enter_path(self->path));
	EXPECT_EQ(DNS_NOERROR, look_up("both.example"));
	EXPECT_EQ(0, try_datagram("127.0.1.1"));
	EXPECT_EQ(DNS_NOERROR, look_up("inner.example"));
	EXPECT_EQ(-EPERM, try_datagram("127.0.1.3"));
	EXPECT_EQ(DNS_NXDOMAIN, look_up("outer.example"));

	/* And the other way round. */
	ASSERT_EQ(0, names(variant->outer, "both.example", "outer.example"));
	policy_begin_open(variant->inner);
	ASSERT_EQ(0, policy_set());
	EXPECT_EQ(DNS_NXDOMAIN, look_up("inner.example"));
	EXPECT_EQ(-EACCES, try_datagram("127.0.1.3"));
	EXPECT_EQ(DNS_NOERROR, look_up("outer.example"));
	EXPECT_EQ(0, try_datagram("127.0.1.2"));

	/* An outer one that does not allow the resolver. */
	policy_begin_open(variant->outer);
	policy_default(PERSOCK_SECTION_CONNECT, ANY, -EPERM);
	ASSERT_EQ(0, policy_set());
	ASSERT_EQ(0, names(variant->inner, "both.example", "inner.example"));
	EXPECT_EQ(-EPERM, look_up("both.example"));
}

/* What one cgroup has learnt allows nothing to another one. */
TEST_F(names_layers, other_cgroups)
{
	ASSERT_EQ(0, govern_enter_path(self->path));
	EXPECT_EQ(DNS_NOERROR, look_up("both.example"));
	EXPECT_EQ(0, try_datagram("127.0.1.1"));
	ASSERT_EQ(0, govern_enter(variant->outer));
	EXPECT_EQ(-EACCES, try_datagram("127.0.1.1"));
	EXPECT_EQ(DNS_NOERROR, look_up("both.example"));
	EXPECT_EQ(0, try_datagram("127.0.1.1"));
}

static int loopback_up(void)
{
	struct ifreq ifr = { .ifr_name = "lo", .ifr_flags = IFF_UP };
	int fd = socket(AF_INET, SOCK_DGRAM, 0), err;

	err = ioctl(fd, SIOCSIFFLAGS, &ifr) ? -errno : 0;
	close(fd);

	return err;
}

/*
 * Root in a network namespace of its own can have a resolver there that says
 * what it likes: that counts there, and nowhere else.
 */
TEST_F(names_layers, other_namespaces)
{
	int own = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	int before;

	ASSERT_EQ(0, unshare(CLONE_NEWNET));
	ASSERT_EQ(0, loopback_up());
	ASSERT_EQ(0, resolver_start(RESOLVER, forged));
	ASSERT_EQ(0, govern_enter_path(self->path));
	before = resolver_queries();
	EXPECT_EQ(DNS_NOERROR, look_up("both.example"));
	EXPECT_EQ(1, resolver_queries() - before);
	EXPECT_EQ(0, try_datagram("127.0.1.66"));
	ASSERT_EQ(0, setns(own, CLONE_NEWNET));
	EXPECT_EQ(-EACCES, try_datagram("127.0.1.66"));
}

/* A socket keeps its layers: one from before an attachment has no names. */
TEST_F(names_layers, older_sockets)
{
	struct inet_addr to = at("127.0.1.9", 9);
	int fd;

	ASSERT_EQ(0, govern_enter(variant->outer));
	policy_begin_open(variant->outer);
	ASSERT_EQ(0, policy_set());
	fd = socket(AF_INET, SOCK_DGRAM, 0);
	ASSERT_EQ(0, try_sendto(fd, &to, 0));
	/* The policy of its own layer changes: it is held to the new one. */
	ASSERT_EQ(0, names(variant->outer, "both.example", "outer.example"));
	EXPECT_EQ(-EACCES, try_sendto(fd, &to, 0));
	to = at(RESOLVER, 53);
	ASSERT_EQ(0, try_connect(fd, &to));
	EXPECT_EQ(DNS_NXDOMAIN, dns_ask(fd, "evil.test", DNS_A));
	EXPECT_EQ(DNS_NOERROR, dns_ask(fd, "both.example", DNS_A));
	EXPECT_EQ(0, try_datagram("127.0.1.1"));
	close(fd);
}

/* A refusal because of host names is that of the layer that has some. */
TEST_F(names_layers, layer_of_refusal)
{
	const struct nlattr *tb[PERSOCK_A_DENIAL_MAX + 1];
	struct inet_addr to = at("127.0.1.9", 9);
	int monitor = policy_monitor();
	int fd, other;

	ASSERT_LE(0, monitor);
	policy_begin_open(variant->inner);
	ASSERT_EQ(0, policy_set());
	policy_begin_open(variant->outer);
	policy_host("both.example", 0, 65535, ANY, ALLOW);
	policy_names(RESOLVER, NULL, PERSOCK_QUERIES_LISTED, 600, 4096);
	ASSERT_EQ(0, policy_set());
	ASSERT_EQ(0, govern_enter_path(self->path));
	fd = socket(AF_INET, SOCK_DGRAM, 0);
	ASSERT_EQ(0, try_connect(fd, &to));
	/* Another descriptor: a send to the first peer may be under way. */
	other = dup(fd);
	to = at(RESOLVER, 53);
	EXPECT_EQ(-EACCES, try_connect(fd, &to));
	EXPECT_EQ(EACCES, policy_denial(monitor, tb));
	ASSERT_NE(NULL, tb[PERSOCK_A_DENIAL_LAYER]);
	EXPECT_EQ(1, mnl_attr_get_u32(tb[PERSOCK_A_DENIAL_LAYER]));
	close(other);
	EXPECT_EQ(0, try_connect(fd, &to));
	close(fd);
	close(monitor);
}

int main(int argc, char **argv)
{
	govern_prepare(1 << NATIVE | 1 << HOSTINET | 1 << GVISOR_NATIVE |
		       1 << GVISOR_HOSTINET);
	return test_harness_run(argc, argv);
}
