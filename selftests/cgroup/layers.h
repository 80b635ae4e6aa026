/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The fixture of tests of layers: an outer cgroup that is attached, a middle one
 * in it that is not, and an inner one that is.
 */
#ifndef SELFTESTS_LAYERS_H
#define SELFTESTS_LAYERS_H

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>

#include "harness.h"
#include "inet.h"
#include "policy.h"

/* A middle cgroup for tests of three layers; not attached at first. */
FIXTURE(layers)
{
	char middle[PATH_MAX + 32];
	char path[PATH_MAX + 64];
};

FIXTURE_VARIANT(layers)
{
	enum govern_id outer, inner, third;
};

FIXTURE_VARIANT_ADD(layers, native)
{
	.outer = NATIVE,
	.inner = GVISOR_NATIVE,
	.third = GVISOR2020_NATIVE,
};

FIXTURE_VARIANT_ADD(layers, hostinet)
{
	.outer = HOSTINET,
	.inner = GVISOR_HOSTINET,
	.third = GVISOR2020_HOSTINET,
};

static inline int detach(const char *path)
{
	return govern_tool(NULL, 0, "detach", path, NULL);
}

FIXTURE_SETUP(layers)
{
	ASSERT_EQ(0, policy_open());
	govern_setup(_metadata, variant->outer);
	if (_metadata->exit_code)
		return;
	ASSERT_EQ(0, govern_leave());
	snprintf(self->middle, sizeof(self->middle), "%s/middle-%d",
		 govern_path(variant->outer), getpid());
	ASSERT_EQ(0, mkdir(self->middle, 0755));
	snprintf(self->path, sizeof(self->path), "%s/inner", self->middle);
	ASSERT_EQ(0, mkdir(self->path, 0755));
	ASSERT_EQ(0, policy_attach_path(self->path, govern_personality(variant->inner)));
}

FIXTURE_TEARDOWN(layers)
{
	govern_leave();
	policy_begin_open(variant->outer);
	policy_set();
	rmdir(self->path);
	rmdir(self->middle);
}

/* Replace the policy of a layer by one that allows all but this peer. */
static inline int deny_peer(enum govern_id id, const char *prefix, int verdict)
{
	policy_begin_open(id);
	if (prefix)
		policy_prefix(PERSOCK_SECTION_CONNECT, prefix, verdict);

	return policy_set();
}

static inline int sends_on(int fd, in_addr_t peer)
{
	struct inet_addr addr = loopback(AF_INET, 9);

	addr.in.sin_addr.s_addr = htonl(peer);
	return sendto(fd, "x", 1, 0, &addr.sa, addr.len) == 1 ? 0 : -errno;
}

static inline int sends(in_addr_t peer)
{
	int fd = socket(AF_INET, SOCK_DGRAM, 0), err;

	if (fd < 0)
		return -errno;
	err = sends_on(fd, peer);
	close(fd);

	return err;
}

#define FIRST	0x7f000001
#define SECOND	0x7f000002
#define THIRD	0x7f000003

static inline int layers_main(int argc, char **argv)
{
	govern_prepare(1 << NATIVE | 1 << HOSTINET | 1 << GVISOR_NATIVE |
		       1 << GVISOR_HOSTINET | 1 << GVISOR2020_NATIVE |
		       1 << GVISOR2020_HOSTINET);
	return test_harness_run(argc, argv);
}

#endif /* SELFTESTS_LAYERS_H */
