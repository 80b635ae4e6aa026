// SPDX-License-Identifier: GPL-2.0
/*
 * Rules on the CIDs of guests of this machine. A guest is a descriptor of
 * /dev/vhost-vsock that has a CID. It has no processor, so it does not answer: a
 * connect that reaches it fails with another errno than one to a CID that no
 * guest has.
 */
#include <fcntl.h>
#include <linux/vhost.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/time.h>

#include "vsock.h"

#define GUEST	4200
#define OTHER	4201
#define NOBODY	4202

static bool has_guests(void)
{
	return !access("/dev/vhost-vsock", F_OK);
}

/* A guest; closing the descriptor ends it. */
static int guest(__u64 cid)
{
	int fd = open("/dev/vhost-vsock", O_RDWR | O_CLOEXEC);

	if (fd < 0)
		return -1;
	if (ioctl(fd, VHOST_SET_OWNER) ||
	    ioctl(fd, VHOST_VSOCK_SET_GUEST_CID, &cid)) {
		close(fd);
		return -1;
	}

	return fd;
}

/*
 * What a connect answers that has reached a guest: older kernels wait until its
 * time is over, 7.x knows that the guest does not run.
 */
#define REACHED	(-ETIMEDOUT)

/* Connect a new socket within a tenth of a second; 0, REACHED or -errno. */
static int reach_guest(__u32 cid, __u32 port, __u8 flags)
{
	struct sockaddr_vm address = address_of(cid, port);
	struct timeval time = { .tv_usec = 100000 };
	int fd = vsock(SOCK_STREAM), err = 0;

	if (fd < 0)
		return -errno;
	address.svm_flags = flags;
	if (setsockopt(fd, AF_VSOCK, SO_VM_SOCKETS_CONNECT_TIMEOUT, &time,
		       sizeof(time)) ||
	    connect(fd, (struct sockaddr *)&address, sizeof(address)))
		err = -errno;
	close(fd);

	return err == -EHOSTUNREACH ? REACHED : err;
}

/* What a governed connect to a guest answers; ungoverned it reaches the guest. */
#define KEPT_FROM(err) (self->free ? REACHED : -(err))

/* Two guests: GUEST and OTHER. */
#define TWO_GUESTS(one, other) do {	\
	(one) = guest(GUEST);		\
	(other) = guest(OTHER);		\
	ASSERT_LE(0, one);		\
	ASSERT_LE(0, other);		\
} while (0)

/* Only one guest, and one of its ports. */
TEST_F(path, allowed_guest)
{
	int one, other;

	if (!has_guests())
		SKIP(return, "this kernel has no guests");
	TWO_GUESTS(one, other);
	policy_begin_open(self->id);
	policy_default(CONNECTS, ANY, -EACCES);
	policy_vsock(CONNECTS, GUEST, 7000, 7000, ALLOW);
	ASSERT_EQ(0, policy_set());
	EXPECT_EQ(REACHED, reach_guest(GUEST, 7000, 0));
	EXPECT_EQ(KEPT_FROM(EACCES), reach_guest(GUEST, 7001, 0));
	EXPECT_EQ(KEPT_FROM(EACCES), reach_guest(OTHER, 7000, 0));
	EXPECT_EQ(self->free ? -ENODEV : -EACCES, reach_guest(NOBODY, 7000, 0));
	/* The guest goes, and what is allowed is told so. */
	close(one);
	EXPECT_EQ(-ENODEV, reach_guest(GUEST, 7000, 0));
	EXPECT_EQ(self->free ? -ENODEV : -EACCES, reach_guest(GUEST, 7001, 0));
	close(other);
}

/* All but one guest. A flag of the address makes no difference. */
TEST_F(path, denied_guest)
{
	int one, other;

	if (!has_guests())
		SKIP(return, "this kernel has no guests");
	TWO_GUESTS(one, other);
	policy_begin_open(self->id);
	policy_vsock(CONNECTS, GUEST, 0, LAST, -EPERM);
	ASSERT_EQ(0, policy_set());
	EXPECT_EQ(KEPT_FROM(EPERM), reach_guest(GUEST, 7000, 0));
	EXPECT_EQ(self->free ? -ENODEV : -EPERM,
		  reach_guest(GUEST, 7000, VMADDR_FLAG_TO_HOST));
	EXPECT_EQ(REACHED, reach_guest(OTHER, 7000, 0));
	close(one);
	close(other);
}

/* A denied CID 1 is this machine's. Its guests have others. */
TEST_F(path, guest_is_another_machine)
{
	int server, one;

	if (!has_guests())
		SKIP(return, "this kernel has no guests");
	server = server_at(SOCK_STREAM, CID_ANY, 7100);
	one = guest(GUEST);
	ASSERT_LE(0, server);
	ASSERT_LE(0, one);
	policy_begin_open(self->id);
	policy_vsock(CONNECTS, LOCAL, 0, LAST, -EPERM);
	ASSERT_EQ(0, policy_set());
	EXPECT_EQ(REFUSED(EPERM), reach(SOCK_STREAM, LOCAL, 7100));
	EXPECT_EQ(REACHED, reach_guest(GUEST, 7100, 0));
	close(one);
	close(server);
}

/* With it, the machine is a host for the tests that follow. */
static void unload(void)
{
	if (system("modprobe -q -r vhost_vsock"))
		fprintf(stderr, "# vhost_vsock stays\n");
}

int main(int argc, char **argv)
{
	static const char *const modules[] = {
		"vsock", "vsock_loopback", "vhost_vsock", NULL
	};

	/* The harness ends the program. */
	atexit(unload);

	return path_main(argc, argv, modules);
}
