// SPDX-License-Identifier: GPL-2.0
/*
 * The presets: the personalities that come with the module.
 * cgroup/personality.c lists them when the module is loaded. The tool takes
 * them as the base of a policy file.
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

#include "policy/options.h"
#include "policy/policy.h"

#define LIST(entries, otherwise) \
	{ .list = entries, .nr = ARRAY_SIZE(entries), .fallback = otherwise }

/*
 * The columns of options.h: what each word means when an option is read (GET)
 * and when it is set (SET).
 */
#define ENTRY(_level, _name, ...) { .level = _level, .name = _name, __VA_ARGS__ },
#define GET__(level, name)
#define SET__(level, name)
#define GET_RW(level, name) ENTRY(level, name)
#define SET_RW(level, name) ENTRY(level, name)
#define GET_RW4(level, name) ENTRY(level, name, .size = 4)
#define SET_RW4(level, name) ENTRY(level, name, .size = 4)
#define GET_RW4S(level, name) ENTRY(level, name)
#define SET_RW4S(level, name) ENTRY(level, name, .size = 4)
#define GET_RW4_12(level, name) ENTRY(level, name, .size = 4)
#define SET_RW4_12(level, name) ENTRY(level, name, .size = 12)
#define GET_RW8(level, name) ENTRY(level, name, .size = 8)
#define SET_RW8(level, name) ENTRY(level, name, .size = 8)
#define GET_RW32S(level, name) ENTRY(level, name)
#define SET_RW32S(level, name) ENTRY(level, name, .size = 32)
#define GET_R4(level, name) ENTRY(level, name, .size = 4)
#define SET_R4(level, name) ENTRY(level, name, .verdict = PERSOCK_IGNORE)
#define GET_R8(level, name) ENTRY(level, name, .size = 8)
#define SET_R8(level, name) ENTRY(level, name, .verdict = PERSOCK_IGNORE)
#define GET_R12(level, name) ENTRY(level, name, .size = 12)
#define SET_R12(level, name) ENTRY(level, name, .verdict = PERSOCK_IGNORE)
#define GET_R104M(level, name) ENTRY(level, name, .size = 104, .max = 104)
#define SET_R104M(level, name) ENTRY(level, name, .verdict = PERSOCK_IGNORE)
#define GET_RE(level, name) ENTRY(level, name)
#define SET_RE(level, name) ENTRY(level, name, .verdict = -EINVAL)
#define GET_R4E(level, name) ENTRY(level, name, .size = 4)
#define SET_R4E(level, name) ENTRY(level, name, .verdict = -EINVAL)
#define GET_R16E(level, name) ENTRY(level, name, .size = 16)
#define SET_R16E(level, name) ENTRY(level, name, .verdict = -EINVAL)
#define GET_R28E(level, name) ENTRY(level, name, .size = 28)
#define SET_R28E(level, name) ENTRY(level, name, .verdict = -EINVAL)
#define GET_WE(level, name) ENTRY(level, name, .verdict = -EINVAL)
#define SET_WE(level, name) ENTRY(level, name)
#define GET_W4E(level, name) ENTRY(level, name, .verdict = -EINVAL)
#define SET_W4E(level, name) ENTRY(level, name, .size = 4)

#define GVISOR_2020_GET(level, name, gvisor_2020, gvisor, other) \
	GET_##gvisor_2020(level, name)
#define GVISOR_2020_SET(level, name, gvisor_2020, gvisor, other) \
	SET_##gvisor_2020(level, name)
#define GVISOR_GET(level, name, gvisor_2020, gvisor, other) \
	GET_##gvisor(level, name)
#define GVISOR_SET(level, name, gvisor_2020, gvisor, other) \
	SET_##gvisor(level, name)
#define OTHER_GET(level, name, gvisor_2020, gvisor, other) \
	GET_##other(level, name)
#define OTHER_SET(level, name, gvisor_2020, gvisor, other) \
	SET_##other(level, name)

static const struct persock_option gvisor_2020_get[] = {
	PERSOCK_OPTIONS(GVISOR_2020_GET)
};

static const struct persock_option gvisor_2020_set[] = {
	PERSOCK_OPTIONS(GVISOR_2020_SET)
};

static const struct persock_option gvisor_get[] = {
	PERSOCK_OPTIONS(GVISOR_GET)
};

static const struct persock_option gvisor_set[] = {
	PERSOCK_OPTIONS(GVISOR_SET)
};

static const struct persock_option other_get[] = {
	PERSOCK_OPTIONS(OTHER_GET)
};

static const struct persock_option other_set[] = {
	PERSOCK_OPTIONS(OTHER_SET)
};

/*
 * Control messages. gvisor-2020 is seed rows H7 and H8. gvisor is the set that
 * gVisor parses today; there, too, sending an unknown message is EINVAL.
 */
static const struct persock_option gvisor_2020_control[] = {
	{ SOL_IP, IP_TOS },
	{ SOL_IP, IP_PKTINFO },
	{ SOL_IPV6, IPV6_TCLASS },
};

static const struct persock_option gvisor_control_send[] = {
	{ SOL_IP, IP_TOS },
	{ SOL_IP, IP_TTL },
	{ SOL_IP, IP_PKTINFO },
	{ SOL_IPV6, IPV6_PKTINFO },
	{ SOL_IPV6, IPV6_HOPLIMIT },
	{ SOL_IPV6, IPV6_TCLASS },
};

static const struct persock_option gvisor_control_receive[] = {
	{ SOL_IP, IP_TOS },
	{ SOL_IP, IP_TTL },
	{ SOL_IP, IP_PKTINFO },
	{ SOL_IP, IP_RECVERR },
	{ SOL_IP, IP_ORIGDSTADDR },
	{ SOL_SOCKET, SO_TIMESTAMP_OLD },
	{ SOL_TCP, TCP_CM_INQ },
	{ SOL_IPV6, IPV6_RECVERR },
	{ SOL_IPV6, IPV6_PKTINFO },
	{ SOL_IPV6, IPV6_HOPLIMIT },
	{ SOL_IPV6, IPV6_TCLASS },
	{ SOL_IPV6, IPV6_ORIGDSTADDR },
};

/* Seed row S16. Receives are not filtered: see cmsg.c about SCM_RIGHTS. */
static const struct persock_option unix_control[] = {
	{ SOL_SOCKET, SCM_RIGHTS },
	{ SOL_SOCKET, SCM_CREDENTIALS },
};

/* One receive returns at most that many bytes of them (seed H7). */
#define GVISOR_RECEIVED_MAX 1024

/* Seed row H11. */
static const struct persock_ioctl gvisor_2020_ioctls[] = {
	{ TIOCOUTQ, PERSOCK_ALLOW },	/* SIOCOUTQ */
	{ FIONREAD, PERSOCK_ALLOW },	/* TIOCINQ, SIOCINQ */
};

/*
 * Seed row H1, and AF_UNIX for S16. Protocols are those of the seeds. For
 * other types no rule matches, and the default answers like gVisor if no
 * provider takes the request (S1).
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
 * Today's hostinet reads the interfaces' configuration and sets nothing.
 * AF_UNIX sockets read it, too: if_nametoindex() uses one.
 */
static const struct persock_ioctl gvisor_ioctls[] = {
	{ TIOCOUTQ, PERSOCK_ALLOW },
	{ FIONREAD, PERSOCK_ALLOW },
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

/* The number of a flag's bit, for struct persock_flags. */
#define ERRQUEUE_BIT 13
static_assert(1U << ERRQUEUE_BIT == MSG_ERRQUEUE);

/* AF_UNIX is the same in both presets: hostinet does not serve it. */
#define GVISOR_OTHER_RULES(_ioctls, _option_max) {			\
	.get = LIST(other_get, -ENOPROTOOPT),				\
	.set = LIST(other_set, PERSOCK_IGNORE),				\
	.send = {						/* S14 */ \
		.allow = MSG_DONTWAIT | MSG_EOR | MSG_MORE |		\
			 MSG_NOSIGNAL,					\
		.fallback = -EINVAL,					\
	},								\
	.receive = {						/* S11 */ \
		.allow = MSG_OOB | MSG_DONTROUTE | MSG_DONTWAIT |	\
			 MSG_NOSIGNAL | MSG_WAITALL | MSG_TRUNC |	\
			 MSG_CTRUNC | MSG_PEEK | MSG_CMSG_CLOEXEC,	\
		.deny = MSG_ERRQUEUE,					\
		.errnos[ERRQUEUE_BIT] = -EAGAIN,			\
		.fallback = -EINVAL,					\
	},								\
	.control_send = LIST(unix_control, -EINVAL),			\
	.ioctls = LIST(_ioctls, -ENOTTY),				\
	.mmap = -ENODEV,						\
	.option_max = _option_max,					\
	.control_max = 10 << 20,				/* S11, S14 */ \
}

static const struct persock_policy gvisor_2020 = {
	.sockets = {
		.rules = gvisor_2020_sockets,
		.nr = ARRAY_SIZE(gvisor_2020_sockets),
		.fallback = -EAFNOSUPPORT,
	},
	.backlog = { .floor = 8, .ceiling = 1024 },		/* S6 */
	.rules = {
		[PERSOCK_CLASS_INET] = {
			.get = LIST(gvisor_2020_get, -ENOPROTOOPT), /* H4 */
			.set = LIST(gvisor_2020_set, PERSOCK_IGNORE), /* H5 */
			.send = {				/* H9 */
				.allow = MSG_DONTWAIT | MSG_EOR | MSG_FASTOPEN |
					 MSG_MORE | MSG_NOSIGNAL,
				.fallback = -EINVAL,
			},
			.receive = {				/* H6, S11 */
				.allow = MSG_DONTWAIT | MSG_PEEK | MSG_TRUNC,
				.deny = MSG_ERRQUEUE,
				.errnos[ERRQUEUE_BIT] = -EAGAIN,
				.fallback = -EINVAL,
			},
			.control_send = LIST(gvisor_2020_control, -EINVAL), /* H8 */
			.control_receive = LIST(gvisor_2020_control,
						PERSOCK_IGNORE), /* H7 */
			.ioctls = LIST(gvisor_2020_ioctls, -ENOTTY), /* H11 */
			.mmap = -ENODEV,	/* FileNoMMap */
			.pair = -EAFNOSUPPORT,			/* H1 */
			.received_max = GVISOR_RECEIVED_MAX,
			.address_max = sizeof(struct sockaddr_in6), /* H2 */
			.option_max = 8192,			/* S9 */
			.control_max = 10 << 20,		/* S11, S14 */
		},
		[PERSOCK_CLASS_OTHER] = GVISOR_OTHER_RULES(gvisor_2020_ioctls,
							   8192),
	},
};

/*
 * The calls that hostinet passes today, with two additions that its users
 * needed: receive flags that Linux ignores are ignored here too
 * (MSG_NOSIGNAL), and a short buffer for TCP_INFO is filled up to its end.
 */
static const struct persock_policy gvisor = {
	.sockets = {
		.rules = gvisor_sockets,
		.nr = ARRAY_SIZE(gvisor_sockets),
		.fallback = -EAFNOSUPPORT,
	},
	.backlog = { .floor = 8, .ceiling = 1024 },
	.rules = {
		[PERSOCK_CLASS_INET] = {
			.get = LIST(gvisor_get, -ENOPROTOOPT),
			.set = LIST(gvisor_set, PERSOCK_IGNORE),
			.send = {
				.allow = MSG_DONTWAIT | MSG_EOR | MSG_FASTOPEN |
					 MSG_MORE | MSG_NOSIGNAL | MSG_OOB,
				.fallback = -EINVAL,
			},
			.receive = {
				.allow = MSG_CTRUNC | MSG_DONTWAIT |
					 MSG_ERRQUEUE | MSG_OOB | MSG_PEEK |
					 MSG_TRUNC | MSG_WAITALL,
				.fallback = PERSOCK_IGNORE,
			},
			.control_send = LIST(gvisor_control_send, -EINVAL),
			.control_receive = LIST(gvisor_control_receive,
						PERSOCK_IGNORE),
			.ioctls = LIST(gvisor_ioctls, -ENOTTY),
			.mmap = -ENODEV,
			.pair = -EAFNOSUPPORT,
			.received_max = GVISOR_RECEIVED_MAX,
			.address_max = sizeof(struct sockaddr_in6),
			.option_max = 32 << 10,
			.control_max = 10 << 20,
		},
		[PERSOCK_CLASS_OTHER] = GVISOR_OTHER_RULES(gvisor_ioctls,
							   32 << 10),
	},
};

/* Everything passes; the counters and the lifetimes of persock remain. */
static const struct persock_policy host = {
	.rules = {
		[PERSOCK_CLASS_INET] = {
			.send = { .allow = U32_MAX },
			.receive = { .allow = U32_MAX },
		},
		[PERSOCK_CLASS_OTHER] = {
			.send = { .allow = U32_MAX },
			.receive = { .allow = U32_MAX },
		},
	},
};

/*
 * No socket at all. No call uses the rules for sockets, as there is none, but
 * a personality that is made from this one must not become less strict by
 * omission.
 */
#define DENY_ALL_RULES							\
	.get = { .fallback = -ENOPROTOOPT },				\
	.set = { .fallback = -ENOPROTOOPT },				\
	.send = { .fallback = -EINVAL },				\
	.receive = { .fallback = -EINVAL },				\
	.control_send = { .fallback = -EINVAL },			\
	.ioctls = { .fallback = -ENOTTY },				\
	.listen = -EACCES,						\
	.mmap = -ENODEV,						\
	.pair = -EAFNOSUPPORT

static const struct persock_policy none = {
	.sockets = { .fallback = -EAFNOSUPPORT },
	.connect = { .fallback = -EACCES },
	.bind = { .fallback = -EACCES },
	.accept = { .fallback = -EACCES },
	.unix_rights = -EACCES,
	.unix_credentials = -EACCES,
	.rules = {
		[PERSOCK_CLASS_INET] = {
			DENY_ALL_RULES,
			.control_receive = { .fallback = PERSOCK_IGNORE },
			.received_max = GVISOR_RECEIVED_MAX,
		},
		[PERSOCK_CLASS_OTHER] = { DENY_ALL_RULES },
	},
};

const struct persock_preset persock_presets[] = {
	{ "host", &host, { "native" } },
	{ "none", &none, { } },
	{ "gvisor-2020", &gvisor_2020, { "hostinet", "native" } },
	{ "gvisor", &gvisor, { "native" } },
};

const unsigned int persock_nr_presets = ARRAY_SIZE(persock_presets);
