// SPDX-License-Identifier: GPL-2.0
/*
 * The personalities that come with the module.
 */
#include <linux/errno.h>
#include <linux/icmpv6.h>
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/kernel.h>
#include <linux/sockios.h>
#include <linux/socket.h>
#include <linux/tcp.h>
#include <linux/netfilter_ipv4.h>
#include <linux/netfilter_ipv6/ip6_tables.h>
#include <net/sock.h>
#include <asm/ioctls.h>

#include "options.h"
#include "personality.h"

/* The columns of options.h: what each word means. */
#define ENTRY(_level, _name, ...) { .level = _level, .name = _name, __VA_ARGS__ },
#define COLUMN__(level, name)
#define COLUMN_RW(level, name) ENTRY(level, name)
#define COLUMN_RW4(level, name) \
	ENTRY(level, name, .get_size = 4, .set_size = 4)
#define COLUMN_RW4S(level, name) ENTRY(level, name, .set_size = 4)
#define COLUMN_RW4_12(level, name) \
	ENTRY(level, name, .get_size = 4, .set_size = 12)
#define COLUMN_RW8(level, name) \
	ENTRY(level, name, .get_size = 8, .set_size = 8)
#define COLUMN_RW32S(level, name) ENTRY(level, name, .set_size = 32)
#define COLUMN_R4(level, name) \
	ENTRY(level, name, .get_size = 4, .set = PERSOCK_IGNORE)
#define COLUMN_R8(level, name) \
	ENTRY(level, name, .get_size = 8, .set = PERSOCK_IGNORE)
#define COLUMN_R12(level, name) \
	ENTRY(level, name, .get_size = 12, .set = PERSOCK_IGNORE)
#define COLUMN_R104M(level, name) \
	ENTRY(level, name, .get_size = 104, .get_max = 104, \
	      .set = PERSOCK_IGNORE)
#define COLUMN_RE(level, name) ENTRY(level, name, .set = -EINVAL)
#define COLUMN_R4E(level, name) \
	ENTRY(level, name, .get_size = 4, .set = -EINVAL)
#define COLUMN_R16E(level, name) \
	ENTRY(level, name, .get_size = 16, .set = -EINVAL)
#define COLUMN_R28E(level, name) \
	ENTRY(level, name, .get_size = 28, .set = -EINVAL)
#define COLUMN_WE(level, name) ENTRY(level, name, .get = -EINVAL)
#define COLUMN_W4E(level, name) \
	ENTRY(level, name, .get = -EINVAL, .set_size = 4)

#define GVISOR_2020(level, name, gvisor_2020, gvisor, other) \
	COLUMN_##gvisor_2020(level, name)
#define GVISOR(level, name, gvisor_2020, gvisor, other) \
	COLUMN_##gvisor(level, name)
#define OTHER(level, name, gvisor_2020, gvisor, other) \
	COLUMN_##other(level, name)

static const struct persock_option gvisor_2020_options[] = {
	PERSOCK_OPTIONS(GVISOR_2020)
};

static const struct persock_option gvisor_options[] = {
	PERSOCK_OPTIONS(GVISOR)
};

static const struct persock_option other_options[] = {
	PERSOCK_OPTIONS(OTHER)
};

/*
 * Control messages. gvisor-2020 is seed rows H7 and H8, gvisor is what gVisor
 * parses today; what is sent and not known to it is EINVAL there too.
 */
static const struct persock_cmsg gvisor_2020_cmsgs[] = {
	{ SOL_IP, IP_TOS, PERSOCK_ALLOW, PERSOCK_ALLOW },
	{ SOL_IP, IP_PKTINFO, PERSOCK_ALLOW, PERSOCK_ALLOW },
	{ SOL_IPV6, IPV6_TCLASS, PERSOCK_ALLOW, PERSOCK_ALLOW },
};

static const struct persock_cmsg gvisor_cmsgs[] = {
	{ SOL_IP, IP_TOS, PERSOCK_ALLOW, PERSOCK_ALLOW },
	{ SOL_IP, IP_TTL, PERSOCK_ALLOW, PERSOCK_ALLOW },
	{ SOL_IP, IP_PKTINFO, PERSOCK_ALLOW, PERSOCK_ALLOW },
	{ SOL_IP, IP_RECVERR, -EINVAL, PERSOCK_ALLOW },
	{ SOL_IP, IP_ORIGDSTADDR, -EINVAL, PERSOCK_ALLOW },
	{ SOL_SOCKET, SO_TIMESTAMP_OLD, -EINVAL, PERSOCK_ALLOW },
	{ SOL_TCP, TCP_CM_INQ, -EINVAL, PERSOCK_ALLOW },
	{ SOL_IPV6, IPV6_RECVERR, -EINVAL, PERSOCK_ALLOW },
	{ SOL_IPV6, IPV6_PKTINFO, PERSOCK_ALLOW, PERSOCK_ALLOW },
	{ SOL_IPV6, IPV6_HOPLIMIT, PERSOCK_ALLOW, PERSOCK_ALLOW },
	{ SOL_IPV6, IPV6_TCLASS, PERSOCK_ALLOW, PERSOCK_ALLOW },
	{ SOL_IPV6, IPV6_ORIGDSTADDR, -EINVAL, PERSOCK_ALLOW },
};

/* Seed row S16. Receives are not filtered: see cmsg.c about SCM_RIGHTS. */
static const struct persock_cmsg unix_cmsgs[] = {
	{ SOL_SOCKET, SCM_RIGHTS, PERSOCK_ALLOW, PERSOCK_ALLOW },
	{ SOL_SOCKET, SCM_CREDENTIALS, PERSOCK_ALLOW, PERSOCK_ALLOW },
};

/* One receive brings at most that many bytes of them (seed H7). */
#define GVISOR_CMSG_RECV_MAX 1024

/* Seed row H11. */
static const struct persock_ioctl gvisor_2020_ioctls[] = {
	{ FIONREAD, PERSOCK_ALLOW },	/* TIOCINQ, SIOCINQ */
	{ TIOCOUTQ, PERSOCK_ALLOW },	/* SIOCOUTQ */
};

/*
 * Seed row H1, and AF_UNIX for S16. Protocols are those of the seeds; with a
 * type of another family's, no rule matches and the default answers as gVisor
 * does when no provider takes the request (S1).
 */
static const struct persock_socket_rule gvisor_2020_sockets[] = {
	{ AF_INET, SOCK_STREAM, 0, PERSOCK_ALLOW },
	{ AF_INET, SOCK_STREAM, IPPROTO_TCP, PERSOCK_ALLOW },
	{ AF_INET, SOCK_DGRAM, 0, PERSOCK_ALLOW },
	{ AF_INET, SOCK_DGRAM, IPPROTO_UDP, PERSOCK_ALLOW },
	{ AF_INET6, SOCK_STREAM, 0, PERSOCK_ALLOW },
	{ AF_INET6, SOCK_STREAM, IPPROTO_TCP, PERSOCK_ALLOW },
	{ AF_INET6, SOCK_DGRAM, 0, PERSOCK_ALLOW },
	{ AF_INET6, SOCK_DGRAM, IPPROTO_UDP, PERSOCK_ALLOW },
	{ AF_UNIX, PERSOCK_ANY, PERSOCK_ANY, PERSOCK_ALLOW },
};

/* ICMP datagram sockets ("ping sockets") came to hostinet later. */
static const struct persock_socket_rule gvisor_sockets[] = {
	{ AF_INET, SOCK_STREAM, 0, PERSOCK_ALLOW },
	{ AF_INET, SOCK_STREAM, IPPROTO_TCP, PERSOCK_ALLOW },
	{ AF_INET, SOCK_DGRAM, 0, PERSOCK_ALLOW },
	{ AF_INET, SOCK_DGRAM, IPPROTO_UDP, PERSOCK_ALLOW },
	{ AF_INET, SOCK_DGRAM, IPPROTO_ICMP, PERSOCK_ALLOW },
	{ AF_INET6, SOCK_STREAM, 0, PERSOCK_ALLOW },
	{ AF_INET6, SOCK_STREAM, IPPROTO_TCP, PERSOCK_ALLOW },
	{ AF_INET6, SOCK_DGRAM, 0, PERSOCK_ALLOW },
	{ AF_INET6, SOCK_DGRAM, IPPROTO_UDP, PERSOCK_ALLOW },
	{ AF_INET6, SOCK_DGRAM, IPPROTO_ICMPV6, PERSOCK_ALLOW },
	{ AF_UNIX, PERSOCK_ANY, PERSOCK_ANY, PERSOCK_ALLOW },
};

/*
 * Today's hostinet reads the interfaces' configuration; it sets nothing. AF_UNIX
 * sockets read it too: if_nametoindex() asks one.
 */
static const struct persock_ioctl gvisor_ioctls[] = {
	{ FIONREAD, PERSOCK_ALLOW },
	{ TIOCOUTQ, PERSOCK_ALLOW },
	{ SIOCGIFNAME, PERSOCK_ALLOW },
	{ SIOCGIFCONF, PERSOCK_ALLOW },
	{ SIOCGIFFLAGS, PERSOCK_ALLOW },
	{ SIOCGIFADDR, PERSOCK_ALLOW },
	{ SIOCGIFDSTADDR, PERSOCK_ALLOW },
	{ SIOCGIFBRDADDR, PERSOCK_ALLOW },
	{ SIOCGIFNETMASK, PERSOCK_ALLOW },
	{ SIOCGIFMETRIC, PERSOCK_ALLOW },
	{ SIOCGIFMTU, PERSOCK_ALLOW },
	{ SIOCGIFHWADDR, PERSOCK_ALLOW },
	{ SIOCGIFINDEX, PERSOCK_ALLOW },
	{ SIOCGIFTXQLEN, PERSOCK_ALLOW },
	{ SIOCGIFMAP, PERSOCK_ALLOW },
};

/* AF_UNIX is the same in both: nothing of it reaches hostinet. */
#define GVISOR_OTHER_RULES(_ioctls, _option_max) {			\
	.options = other_options,					\
	.nr_options = ARRAY_SIZE(other_options),			\
	.get_default = -ENOPROTOOPT,					\
	.set_default = PERSOCK_IGNORE,					\
	.send = {						/* S14 */ \
		.allow = MSG_DONTWAIT | MSG_EOR | MSG_MORE |		\
			 MSG_NOSIGNAL,					\
		.other = -EINVAL,					\
	},								\
	.recv = {						/* S11 */ \
		.allow = MSG_OOB | MSG_DONTROUTE | MSG_DONTWAIT |	\
			 MSG_NOSIGNAL | MSG_WAITALL | MSG_TRUNC |	\
			 MSG_CTRUNC | MSG_PEEK | MSG_CMSG_CLOEXEC,	\
		.other = -EINVAL,					\
		.errqueue = -EAGAIN,					\
	},								\
	.ioctls = _ioctls,						\
	.nr_ioctls = ARRAY_SIZE(_ioctls),				\
	.ioctl_default = -ENOTTY,					\
	.cmsgs = unix_cmsgs,						\
	.nr_cmsgs = ARRAY_SIZE(unix_cmsgs),				\
	.cmsg_send_default = -EINVAL,					\
	.cmsg_recv_default = PERSOCK_ALLOW,				\
	.mmap = -ENODEV,						\
	.option_max = _option_max,					\
	.control_max = 10 << 20,				/* S11, S14 */ \
}

static const struct persock_policy gvisor_2020 = {
	.sockets = gvisor_2020_sockets,
	.nr_sockets = ARRAY_SIZE(gvisor_2020_sockets),
	.socket_default = -EAFNOSUPPORT,
	.backlog = { .floor = 8, .ceiling = 1024 },		/* S6 */
	.rules = {
		[PERSOCK_CLASS_INET] = {
			.options = gvisor_2020_options,
			.nr_options = ARRAY_SIZE(gvisor_2020_options),
			.get_default = -ENOPROTOOPT,		/* H4 */
			.set_default = PERSOCK_IGNORE,		/* H5 */
			.send = {				/* H9 */
				.allow = MSG_DONTWAIT | MSG_EOR | MSG_FASTOPEN |
					 MSG_MORE | MSG_NOSIGNAL,
				.other = -EINVAL,
			},
			.recv = {				/* H6, S11 */
				.allow = MSG_DONTWAIT | MSG_PEEK | MSG_TRUNC,
				.other = -EINVAL,
				.errqueue = -EAGAIN,
			},
			.ioctls = gvisor_2020_ioctls,
			.nr_ioctls = ARRAY_SIZE(gvisor_2020_ioctls),
			.ioctl_default = -ENOTTY,		/* H11 */
			.cmsgs = gvisor_2020_cmsgs,
			.nr_cmsgs = ARRAY_SIZE(gvisor_2020_cmsgs),
			.cmsg_send_default = -EINVAL,		/* H8 */
			.cmsg_recv_default = PERSOCK_IGNORE,	/* H7 */
			.cmsg_recv_max = GVISOR_CMSG_RECV_MAX,
			.mmap = -ENODEV,	/* FileNoMMap */
			.pair = -EAFNOSUPPORT,			/* H1 */
			.address_max = sizeof(struct sockaddr_in6), /* H2 */
			.option_max = 8192,			/* S9 */
			.control_max = 10 << 20,		/* S11, S14 */
		},
		[PERSOCK_CLASS_OTHER] = GVISOR_OTHER_RULES(gvisor_2020_ioctls,
							   8192),
	},
};

/*
 * What hostinet lets through today, with what its users found missing in
 * mind: receive flags that Linux ignores are ignored here too (MSG_NOSIGNAL),
 * and a short buffer for TCP_INFO is filled as far as it goes.
 */
static const struct persock_policy gvisor = {
	.sockets = gvisor_sockets,
	.nr_sockets = ARRAY_SIZE(gvisor_sockets),
	.socket_default = -EAFNOSUPPORT,
	.backlog = { .floor = 8, .ceiling = 1024 },
	.rules = {
		[PERSOCK_CLASS_INET] = {
			.options = gvisor_options,
			.nr_options = ARRAY_SIZE(gvisor_options),
			.get_default = -ENOPROTOOPT,
			.set_default = PERSOCK_IGNORE,
			.send = {
				.allow = MSG_DONTWAIT | MSG_EOR | MSG_FASTOPEN |
					 MSG_MORE | MSG_NOSIGNAL | MSG_OOB,
				.other = -EINVAL,
			},
			.recv = {
				.allow = MSG_CTRUNC | MSG_DONTWAIT |
					 MSG_ERRQUEUE | MSG_OOB | MSG_PEEK |
					 MSG_TRUNC | MSG_WAITALL,
				.other = PERSOCK_IGNORE,
			},
			.ioctls = gvisor_ioctls,
			.nr_ioctls = ARRAY_SIZE(gvisor_ioctls),
			.ioctl_default = -ENOTTY,
			.cmsgs = gvisor_cmsgs,
			.nr_cmsgs = ARRAY_SIZE(gvisor_cmsgs),
			.cmsg_send_default = -EINVAL,
			.cmsg_recv_default = PERSOCK_IGNORE,
			.cmsg_recv_max = GVISOR_CMSG_RECV_MAX,
			.mmap = -ENODEV,
			.pair = -EAFNOSUPPORT,
			.address_max = sizeof(struct sockaddr_in6),
			.option_max = 32 << 10,
			.control_max = 10 << 20,
		},
		[PERSOCK_CLASS_OTHER] = GVISOR_OTHER_RULES(gvisor_ioctls,
							   32 << 10),
	},
};

/* Everything passes; the counters and the lifetimes of persock remain. */
#define ALLOW_ALL_RULES {						\
	.get_default = PERSOCK_ALLOW, .set_default = PERSOCK_ALLOW,	\
	.send = { .allow = U32_MAX },					\
	.recv = { .allow = U32_MAX },					\
	.ioctl_default = PERSOCK_ALLOW,					\
	.mmap = PERSOCK_ALLOW,						\
}

static const struct persock_policy host = {
	.socket_default = PERSOCK_ALLOW,
	.rules = {
		[PERSOCK_CLASS_INET] = ALLOW_ALL_RULES,
		[PERSOCK_CLASS_OTHER] = ALLOW_ALL_RULES,
	},
};

/*
 * No socket at all. The rules of a socket are never asked, as there is none,
 * but a personality made from this one must not become laxer by omission.
 */
#define DENY_ALL_RULES {						\
	.get_default = -ENOPROTOOPT, .set_default = -ENOPROTOOPT,	\
	.send = { .other = -EINVAL },					\
	.recv = { .other = -EINVAL, .errqueue = -EINVAL },		\
	.ioctl_default = -ENOTTY,					\
	.cmsg_send_default = -EINVAL,					\
	.cmsg_recv_default = PERSOCK_IGNORE,				\
	.cmsg_recv_max = GVISOR_CMSG_RECV_MAX,				\
	.mmap = -ENODEV,						\
	.pair = -EAFNOSUPPORT,						\
}

static const struct persock_policy none = {
	.socket_default = -EAFNOSUPPORT,
	.rules = {
		[PERSOCK_CLASS_INET] = DENY_ALL_RULES,
		[PERSOCK_CLASS_OTHER] = DENY_ALL_RULES,
	},
};

const struct persock_preset persock_presets[] = {
	{ "host", &host, { "native" } },
	{ "none", &none, { } },
	{ "gvisor-2020", &gvisor_2020, { "hostinet", "native" } },
	{ "gvisor", &gvisor, { "native" } },
};

const unsigned int persock_nr_presets = ARRAY_SIZE(persock_presets);
