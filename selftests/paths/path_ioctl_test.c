// SPDX-License-Identifier: GPL-2.0
/*
 * Ways around a policy by ioctls: those that the socket layer answers before it
 * asks a socket's operations, by 64-bit and 32-bit calls, by sockets of several
 * families and by a ring. And those that the file system answers itself.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/ethtool.h>
#include <linux/if_vlan.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <net/route.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/un.h>

#include "inet.h"
#include "ring.h"
#include "path.h"

#ifndef SIOCGSKNS
#define SIOCGSKNS	0x894C
#endif
#ifndef SIOCUNIXFILE
#define SIOCUNIXFILE	0x89E0
#endif
#define WIRELESS_NAME	0x8B01	/* SIOCGIWNAME; its header fits no other */
#define COMPAT_IOCTL	54	/* its number among the 32-bit calls */
#define BRIDGE		"persock-br"
#define URING_SIOCINQ	0	/* SOCKET_URING_OP_SIOCINQ, since 6.7 */
#define URING_SIOCOUTQ	1
#define URING_TX_TIMESTAMP	4	/* since 6.17 */

/* What an ioctl is given. */
enum argument { NOTHING, SELF, CONF, INTERFACE, LINK, NAME, VLAN, ROUTE };

/* Each is asked of a TCP socket; what it answers where nothing is denied. */
static const struct call {
	const char *text;
	unsigned int command;
	enum argument argument;
	int answer;
} calls[] = {
	{ "SIOCGSKNS", SIOCGSKNS, NOTHING, 0 },
	{ "FIOSETOWN", FIOSETOWN, SELF, 0 },
	{ "SIOCSPGRP", SIOCSPGRP, SELF, 0 },
	{ "FIOGETOWN", FIOGETOWN, NOTHING, 0 },
	{ "SIOCGPGRP", SIOCGPGRP, NOTHING, 0 },
	{ "FIONREAD", FIONREAD, NOTHING, 0 },
	{ "SIOCOUTQ", SIOCOUTQ, NOTHING, 0 },
	{ "SIOCATMARK", SIOCATMARK, NOTHING, 0 },
	{ "SIOCGSTAMP", SIOCGSTAMP_NEW, NOTHING, -ENOENT },
	{ "SIOCGIFCONF", SIOCGIFCONF, CONF, 0 },
	{ "SIOCGIFINDEX", SIOCGIFINDEX, INTERFACE, 0 },
	{ "SIOCGIFADDR", SIOCGIFADDR, INTERFACE, 0 },
	{ "SIOCGIFFLAGS", SIOCGIFFLAGS, INTERFACE, 0 },
	{ "SIOCSIFFLAGS", SIOCSIFFLAGS, INTERFACE, 0 },
	{ "SIOCETHTOOL", SIOCETHTOOL, LINK, 0 },
	{ "SIOCBRADDBR", SIOCBRADDBR, NAME, 0 },
	{ "SIOCBRDELBR", SIOCBRDELBR, NAME, 0 },
	{ "SIOCSIFVLAN", SIOCSIFVLAN, VLAN, 0 },
	{ "SIOCADDRT", SIOCADDRT, ROUTE, 0 },
	{ "SIOCDELRT", SIOCDELRT, ROUTE, 0 },
	/* The loopback interface is not of that kind. */
	{ "SIOCGIWNAME", WIRELESS_NAME, INTERFACE, -EOPNOTSUPP },
	{ "SIOCDEVPRIVATE", SIOCDEVPRIVATE, INTERFACE, -EOPNOTSUPP },
};

/* One page that 32-bit calls can name, too. */
static union {
	char bytes[4096];
	int value;
	struct ifreq ifr;
	struct ifconf ifc;
	struct rtentry route;
	struct vlan_ioctl_args vlan;
	struct {
		int length;
		__u32 pointer;
	} compat_ifc;
} *argument;

static void fill(enum argument kind)
{
	struct sockaddr_in *destination = (void *)&argument->route.rt_dst;
	struct sockaddr_in *mask = (void *)&argument->route.rt_genmask;
	struct ethtool_value *link = (void *)(argument->bytes + 1024);

	memset(argument, 0, sizeof(*argument));
	strcpy(argument->bytes + 2048, "lo");
	switch (kind) {
	case NOTHING:
		break;
	case SELF:
		argument->value = getpid();
		break;
	case CONF:
		/* A 32-bit call has its pointer where this has padding. */
		argument->ifc.ifc_len = 1024;
		argument->ifc.ifc_buf = argument->bytes + 1024;
		argument->compat_ifc.pointer =
			(uintptr_t)argument->bytes + 1024;
		break;
	case LINK:
		link->cmd = ETHTOOL_GLINK;
		strcpy(argument->ifr.ifr_name, "lo");
		argument->ifr.ifr_data = (char *)link;
		break;
	case INTERFACE:
		strcpy(argument->ifr.ifr_name, "lo");
		argument->ifr.ifr_flags = IFF_UP | IFF_LOOPBACK | IFF_RUNNING;
		break;
	case NAME:
		strcpy(argument->bytes, BRIDGE);
		break;
	case VLAN:
		argument->vlan.cmd = SET_VLAN_NAME_TYPE_CMD;
		argument->vlan.u.name_type = VLAN_NAME_TYPE_RAW_PLUS_VID_NO_PAD;
		break;
	case ROUTE:
		*destination = at("203.0.113.0", 0).in;
		*mask = at("255.255.255.0", 0).in;
		argument->route.rt_flags = RTF_UP;
		argument->route.rt_dev = argument->bytes + 2048;
		break;
	}
}

/*
 * The same call as a 32-bit program makes it: 0 or more, or -errno. Only x86 lets
 * a program of 64 bits make one.
 */
#ifdef __x86_64__
#define WIDTHS		2
#define LOW		MAP_32BIT

static int compat_ioctl(int fd, unsigned int command, const void *pointer)
{
	long result;

	asm volatile("int $0x80"
		     : "=a" (result)
		     : "a" (COMPAT_IOCTL), "b" ((long)fd),
		       "c" ((long)command), "d" (pointer)
		     : "memory", "r8", "r9", "r10", "r11");
	return (int)result;
}
#else
#define WIDTHS		1
#define LOW		0

static int compat_ioctl(int fd, unsigned int command, const void *pointer)
{
	return -ENOSYS;
}
#endif

/* What @call answers on @fd, descriptors closed: 0 or -errno. */
static int ask(int fd, const struct call *call, bool compat)
{
	int result;

	fill(call->argument);
	if (compat)
		result = compat_ioctl(fd, call->command, argument);
	else
		result = ioctl(fd, call->command, argument) < 0 ? -errno : 0;
	if (result > 0) {
		close(result);
		result = 0;
	}

	return result;
}

/* The structure of a route is another one there. */
static bool has_compat(const struct call *call)
{
	return call->argument != ROUTE;
}

static int prepare(void)
{
	argument = mmap(NULL, sizeof(*argument), PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS | LOW, -1, 0);

	return argument == MAP_FAILED ? -errno : 0;
}

/* Where none is denied, each of them does what it does ungoverned. */
TEST_F(path, allowed)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0), compat;
	size_t i;

	ASSERT_EQ(0, prepare());
	for (compat = 0; compat < WIDTHS; compat++) {
		for (i = 0; i < ARRAY_SIZE(calls); i++) {
			if (compat && !has_compat(&calls[i]))
				continue;
			EXPECT_EQ(calls[i].answer, ask(fd, &calls[i], compat))
				TH_LOG("%s, %d bits", calls[i].text,
				       compat ? 32 : 64);
		}
	}
	close(fd);
}

/* If no ioctl is listed, none of them gets through. */
TEST_F(path, unlisted)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0), compat;
	size_t i;

	ASSERT_EQ(0, prepare());
	policy_begin_open(self->id);
	policy_default(PERSOCK_SECTION_IOCTLS, ANY, -EPERM);
	ASSERT_EQ(0, policy_set());
	for (compat = 0; compat < WIDTHS; compat++) {
		for (i = 0; i < ARRAY_SIZE(calls); i++) {
			if (compat && !has_compat(&calls[i]))
				continue;
			EXPECT_EQ(self->free ? calls[i].answer : -EPERM,
				  ask(fd, &calls[i], compat))
				TH_LOG("%s, %d bits", calls[i].text,
				       compat ? 32 : 64);
		}
	}
	EXPECT_EQ(0, if_nametoindex(BRIDGE));
	close(fd);
}

/* A rule about one of them is about this one, whoever calls it. */
TEST_F(path, by_rule)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	const struct call *call, *other;
	size_t i;

	ASSERT_EQ(0, prepare());
	for (i = 0; i < ARRAY_SIZE(calls); i++) {
		call = &calls[i];
		other = &calls[(i + 4) % ARRAY_SIZE(calls)];
		policy_begin_open(self->id);
		policy_ioctl(ANY, call->command, -EPERM);
		ASSERT_EQ(0, policy_set());
		EXPECT_EQ(self->free ? call->answer : -EPERM,
			  ask(fd, call, false))
			TH_LOG("%s", call->text);
		/* What takes away needs what was there: not asked of those. */
		if (other->argument == NAME || other->argument == ROUTE)
			continue;
		EXPECT_EQ(other->answer, ask(fd, other, false))
			TH_LOG("%s, where %s is denied", other->text,
			       call->text);
	}
	/* Only the ungoverned ones have been made, and removed again. */
	EXPECT_EQ(0, if_nametoindex(BRIDGE));
	close(fd);
}

/* Two commands that are the same are judged as one, unless both are named. */
TEST_F(path, aliases)
{
	static const unsigned int pairs[][2] = {
		{ FIOSETOWN, SIOCSPGRP },
		{ FIOGETOWN, SIOCGPGRP },
		{ SIOCGSTAMP_OLD, SIOCGSTAMP_NEW },
		{ SIOCGSTAMPNS_OLD, SIOCGSTAMPNS_NEW },
	};
	int fd = socket(AF_INET, SOCK_STREAM, 0), answer, own;
	size_t i;

	ASSERT_EQ(0, prepare());
	for (i = 0; i < ARRAY_SIZE(pairs) * 2; i++) {
		unsigned int listed = pairs[i / 2][i % 2];
		const struct call call = {
			"", pairs[i / 2][!(i % 2)],
			i < 2 ? SELF : NOTHING, 0,
		};

		/* Nothing has been received that has a time. */
		answer = i < 4 ? 0 : -ENOENT;
		policy_begin_open(self->id);
		policy_ioctl(ANY, listed, -EPERM);
		ASSERT_EQ(0, policy_set());
		EXPECT_EQ(self->free ? answer : -EPERM, ask(fd, &call, false))
			TH_LOG("%#x where %#x is denied", call.command, listed);

		for (own = 0; own < 2; own++) {
			policy_begin_open(self->id);
			policy_default(PERSOCK_SECTION_IOCTLS, ANY, -EPERM);
			policy_ioctl(ANY, listed, ALLOW);
			if (own)
				policy_ioctl(ANY, call.command, -EACCES);
			ASSERT_EQ(0, policy_set());
			EXPECT_EQ(own && !self->free ? -EACCES : answer,
				  ask(fd, &call, false))
				TH_LOG("%#x where %#x is allowed, %d",
				       call.command, listed, own);
		}
	}
	close(fd);
}

/* Interfaces can be asked for by any socket: a rule for every class holds. */
TEST_F(path, by_another_family)
{
	const struct {
		int family, type;
	} kinds[] = {
		{ AF_INET, SOCK_DGRAM }, { AF_INET6, SOCK_STREAM },
		{ AF_UNIX, SOCK_STREAM }, { AF_UNIX, SOCK_DGRAM },
		{ AF_NETLINK, SOCK_RAW }, { AF_PACKET, SOCK_RAW },
	};
	const unsigned int commands[] = {
		SIOCGIFINDEX, SIOCGIFCONF, SIOCGSKNS, SIOCSIFFLAGS,
	};
	const struct call *call;
	size_t i, j;
	int fd;

	ASSERT_EQ(0, prepare());
	policy_begin_open(self->id);
	for (j = 0; j < ARRAY_SIZE(commands); j++)
		policy_ioctl(ANY, commands[j], -EPERM);
	ASSERT_EQ(0, policy_set());
	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		fd = socket(kinds[i].family, kinds[i].type, 0);
		ASSERT_GE(fd, 0);
		for (j = 0; j < ARRAY_SIZE(commands); j++) {
			for (call = calls; call->command != commands[j];)
				call++;
			EXPECT_EQ(REFUSED(EPERM), ask(fd, call, false))
				TH_LOG("family %d: %s", kinds[i].family,
				       call->text);
		}
		close(fd);
	}
}

/* Open if only class inet is listed: another class has the same answer. */
TEST_F(path, open_by_another_class)
{
	int inet = socket(AF_INET, SOCK_DGRAM, 0);
	int local = socket(AF_UNIX, SOCK_DGRAM, 0);
	const struct call call = {
		"SIOCGIFINDEX", SIOCGIFINDEX, INTERFACE, 0
	};

	ASSERT_EQ(0, prepare());
	policy_begin_open(self->id);
	policy_ioctl(PERSOCK_CLASS_INET, SIOCGIFINDEX, -EPERM);
	ASSERT_EQ(0, policy_set());
	EXPECT_EQ(REFUSED(EPERM), ask(inet, &call, false));
	EXPECT_EQ(0, ask(local, &call, false));
	close(inet);
	close(local);
}

/* The file that a socket of AF_UNIX is bound to, as a descriptor. */
TEST_F(path, file_of_a_name)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	const struct call call = { "SIOCUNIXFILE", SIOCUNIXFILE, NOTHING, 0 };

	ASSERT_EQ(0, prepare());
	snprintf(addr.sun_path, sizeof(addr.sun_path), "/tmp/persock-path-%d",
		 getpid());
	ASSERT_EQ(0, bind(fd, (void *)&addr, sizeof(addr)));
	EXPECT_EQ(0, ask(fd, &call, false));
	policy_begin_open(self->id);
	policy_ioctl(PERSOCK_CLASS_OTHER, SIOCUNIXFILE, -EPERM);
	ASSERT_EQ(0, policy_set());
	EXPECT_EQ(REFUSED(EPERM), ask(fd, &call, false));
	unlink(addr.sun_path);
	close(fd);
}

/* A descriptor that is shared, duplicated, or opened by another task. */
TEST_F(path, by_a_duplicate)
{
	const struct call call = { "SIOCGSKNS", SIOCGSKNS, NOTHING, 0 };
	int fd = socket(AF_INET, SOCK_STREAM, 0), copy = dup(fd), status;
	pid_t pid;

	ASSERT_EQ(0, prepare());
	policy_begin_open(self->id);
	policy_default(PERSOCK_SECTION_IOCTLS, ANY, -EPERM);
	ASSERT_EQ(0, policy_set());
	close(fd);
	EXPECT_EQ(REFUSED(EPERM), ask(copy, &call, false));
	/* The socket counts, and not who asks. */
	pid = fork();
	ASSERT_GE(pid, 0);
	if (!pid)
		_exit(govern_leave() || ask(copy, &call, false) !=
					REFUSED(EPERM));
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(0, status);
	close(copy);
}

/* Two ioctls of io_uring's own; before 6.7 there is none. */
TEST_F(path, uring)
{
	static const struct {
		int op;
		unsigned int command;
	} ops[] = {
		{ URING_SIOCINQ, SIOCINQ }, { URING_SIOCOUTQ, SIOCOUTQ },
	};
	int allowed[ARRAY_SIZE(ops)], flags;
	struct ring ring;
	struct tcp tcp;
	size_t i;

	ASSERT_EQ(0, ring_open(&ring, 0));
	ASSERT_EQ(0, tcp_open(&tcp, AF_INET));
	ASSERT_EQ(1, send(tcp.server, "x", 1, 0));
	ASSERT_EQ(POLLIN, wait_for(tcp.client, POLLIN, SOON_MS));
	for (i = 0; i < ARRAY_SIZE(ops); i++) {
		struct io_uring_sqe sqe = {
			.opcode = IORING_OP_URING_CMD, .fd = tcp.client,
			.cmd_op = ops[i].op,
		};

		allowed[i] = ring_do(&ring, sqe);
		if (allowed[i] != -EOPNOTSUPP)
			EXPECT_EQ(ops[i].op == URING_SIOCINQ, allowed[i]);
	}
	EXPECT_EQ(allowed[0] == -EOPNOTSUPP, allowed[1] == -EOPNOTSUPP);

	for (i = 0; i < ARRAY_SIZE(ops); i++) {
		policy_begin_open(self->id);
		policy_ioctl(PERSOCK_CLASS_INET, ops[i].command, -EPERM);
		ASSERT_EQ(0, policy_set());
		/* At once, and by a worker. */
		for (flags = 0; flags <= IOSQE_ASYNC; flags += IOSQE_ASYNC) {
			struct io_uring_sqe sqe = {
				.opcode = IORING_OP_URING_CMD, .flags = flags,
				.fd = tcp.client, .cmd_op = ops[i].op,
			};

			EXPECT_EQ(allowed[i] == -EOPNOTSUPP || self->free ?
				  allowed[i] : -EPERM, ring_do(&ring, sqe));
		}
	}
	close(ring.fd);
	tcp_close(&tcp);
}

/*
 * Time stamps of what was sent are read from the error queue, past recvmsg(), on
 * 7.x: a policy that denies the queue denies that. Where it passes, the kernel
 * refuses a ring whose completions are too short for it.
 */
TEST_F(path, uring_timestamps)
{
	struct io_uring_sqe sqe = {
		.opcode = IORING_OP_URING_CMD, .cmd_op = URING_TX_TIMESTAMP,
	};
	struct ring ring;
	struct tcp tcp;
	int allowed;

	ASSERT_EQ(0, ring_open(&ring, 0));
	ASSERT_EQ(0, tcp_open(&tcp, AF_INET));
	sqe.fd = tcp.client;
	policy_begin_open(self->id);
	ASSERT_EQ(0, policy_set());
	allowed = ring_do(&ring, sqe);
	/* hostinet's own queue is another one than the command reads. */
	EXPECT_EQ(kernel_since(6, 17) && !is_hostinet(self->id) ?
		  -EINVAL : -EOPNOTSUPP, allowed);

	policy_begin_open(self->id);
	policy_flags(PERSOCK_SECTION_FLAGS_RECEIVE, PERSOCK_CLASS_INET,
		     MSG_ERRQUEUE, -EPERM);
	ASSERT_EQ(0, policy_set());
	EXPECT_EQ(self->free || allowed == -EOPNOTSUPP ? allowed : -EPERM,
		  ring_do(&ring, sqe));
	close(ring.fd);
	tcp_close(&tcp);
}

/*
 * Open, and harmless: the file system answers these by itself. They are about
 * the descriptor and its signals, and never about the network.
 */
TEST_F(path, open_answered_by_the_file_system)
{
	int fd = socket(AF_INET, SOCK_DGRAM, 0), on = 1;
	struct inet_addr addr;

	ASSERT_EQ(0, prepare());
	policy_begin_open(self->id);
	policy_default(PERSOCK_SECTION_IOCTLS, ANY, -EPERM);
	ASSERT_EQ(0, policy_set());
	EXPECT_EQ(0, ioctl(fd, FIOCLEX));
	EXPECT_EQ(FD_CLOEXEC, fcntl(fd, F_GETFD));
	EXPECT_EQ(0, ioctl(fd, FIONCLEX));
	EXPECT_EQ(0, ioctl(fd, FIONBIO, &on));
	EXPECT_EQ(O_NONBLOCK, fcntl(fd, F_GETFL) & O_NONBLOCK);
	EXPECT_EQ(0, ioctl(fd, FIOASYNC, &on));
	EXPECT_EQ(O_ASYNC, fcntl(fd, F_GETFL) & O_ASYNC);
	EXPECT_EQ(0, fcntl(fd, F_SETFL, 0));
	/* The owner, which FIOSETOWN would not set. */
	EXPECT_EQ(0, fcntl(fd, F_SETOWN, getpid()));
	EXPECT_EQ(getpid(), fcntl(fd, F_GETOWN));
	/* The descriptor of no socket is none of persock's business. */
	EXPECT_LT(ioctl(STDERR_FILENO, SIOCGIFCONF, argument), 0);
	EXPECT_NE(EPERM, errno);
	EXPECT_EQ(0, bound_to(fd, &addr));
	close(fd);
}

int main(int argc, char **argv)
{
	static const char *const modules[] = { "bridge", "8021q", NULL };

	return path_main(argc, argv, modules);
}
