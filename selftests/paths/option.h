/* SPDX-License-Identifier: GPL-2.0 */
/* What the tests of options and control messages share. */
#ifndef SELFTESTS_OPTION_H
#define SELFTESTS_OPTION_H

#include <errno.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>

#include "inet.h"
#include "path.h"

#ifndef SOL_UDPLITE
#define SOL_UDPLITE 136
#endif
#ifndef UDP_GRO
#define UDP_GRO 104
#endif

#define VALUE(x) &(x), sizeof(x)

static const int one = 1, two = 2, lo = 1;
static const __s64 second[2] = { 1 };
static const struct in6_pktinfo info6 = {
	.ipi6_addr = IN6ADDR_LOOPBACK_INIT, .ipi6_ifindex = 1,
};

static inline int set(int fd, int level, int name, const void *value,
		      socklen_t length)
{
	return setsockopt(fd, level, name, value, length) ? -errno : 0;
}

static inline int get(int fd, int level, int name)
{
	char value[64];
	socklen_t len = sizeof(value);

	return getsockopt(fd, level, name, value, &len) ? -errno : 0;
}

/* 7.x has no UDP-Lite, and its UDP sockets not the level. */
static inline bool not_there(int level)
{
	return level == SOL_UDPLITE && kernel_since(7, 0);
}

#endif /* SELFTESTS_OPTION_H */
