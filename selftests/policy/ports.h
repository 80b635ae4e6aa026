/* SPDX-License-Identifier: GPL-2.0 */
/* Ports that the kernel chooses, and policies that deny some: for tests. */
#ifndef SELFTESTS_PORTS_H
#define SELFTESTS_PORTS_H

#include <errno.h>
#include <sched.h>

#include "inet.h"
#include "path.h"

#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP 262
#endif

#define DENIED		40000

static const int families[] = { AF_INET, AF_INET6 };

static inline int by_bind(int fd, int family)
{
	struct inet_addr addr = loopback(family, 0);

	return bind(fd, &addr.sa, addr.len) ? -errno : 0;
}

static inline int by_bind_any(int fd, int family)
{
	struct inet_addr addr = at(family == AF_INET ? "0.0.0.0" : "::", 0);

	return bind(fd, &addr.sa, addr.len) ? -errno : 0;
}

static inline int by_listen(int fd, int family)
{
	return listen(fd, 1) ? -errno : 0;
}

static inline int by_connect(int fd, int family)
{
	struct inet_addr to = loopback(family, 9);

	return try_connect(fd, &to);
}

static inline int by_sendto(int fd, int family)
{
	struct inet_addr to = loopback(family, 9);

	return try_sendto(fd, &to, 0);
}

static inline unsigned int port_of(int fd)
{
	struct inet_addr addr = { .len = sizeof(addr.in6) };

	if (bound_to(fd, &addr))
		return 0;

	return ntohs(addr.sa.sa_family == AF_INET ? addr.in.sin_port :
						    addr.in6.sin6_port);
}

/* All other ports are allowed. */
static inline int deny_ports(enum govern_id id, unsigned int first,
			     unsigned int last)
{
	policy_begin_open(id);
	policy_address(PERSOCK_SECTION_BIND, "0.0.0.0/0", first, last, ANY,
		       -EACCES);
	policy_address(PERSOCK_SECTION_BIND, "::/0", first, last, ANY, -EACCES);

	return policy_set();
}

/* The ports that the kernel chooses among in this network namespace. */
static inline int set_local_range(const char *range)
{
	return put_text("/proc/sys/net/ipv4/ip_local_port_range", range);
}

/* A network namespace of our own, whose kernel chooses among these ports. */
static inline int choose_from(const char *range)
{
	int err;

	if (unshare(CLONE_NEWNET))
		return -errno;
	err = system("ip link set lo up") ? -EIO : 0;

	return err ?: set_local_range(range);
}

#endif /* SELFTESTS_PORTS_H */
