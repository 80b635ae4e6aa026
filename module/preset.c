// SPDX-License-Identifier: GPL-2.0
/*
 * The personalities that come with the module.
 */
#include <linux/errno.h>
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/kernel.h>
#include <linux/sockios.h>
#include <linux/socket.h>
#include <linux/tcp.h>
#include <net/sock.h>
#include <asm/ioctls.h>

#include "options.h"
#include "personality.h"

#define OPTION(_level, _name, _get, _get_size, _get_max, _set, _set_size) \
	{ .level = _level, .name = _name, \
	  .get = PERSOCK_##_get, .get_size = _get_size, .get_max = _get_max, \
	  .set = PERSOCK_##_set, .set_size = _set_size },

static const struct persock_option gvisor_2020_inet_options[] = {
	PERSOCK_OPTIONS_GVISOR_2020_INET(OPTION)
};

static const struct persock_option gvisor_2020_other_options[] = {
	PERSOCK_OPTIONS_GVISOR_2020_OTHER(OPTION)
};

#undef OPTION

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

static const struct persock_policy gvisor_2020 = {
	.sockets = gvisor_2020_sockets,
	.nr_sockets = ARRAY_SIZE(gvisor_2020_sockets),
	.socket_default = -EAFNOSUPPORT,
	.backlog = { .floor = 8, .ceiling = 1024 },		/* S6 */
	.rules = {
		[PERSOCK_CLASS_INET] = {
			.options = gvisor_2020_inet_options,
			.nr_options = ARRAY_SIZE(gvisor_2020_inet_options),
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
			.mmap = -ENODEV,	/* FileNoMMap */
			.address_max = sizeof(struct sockaddr_in6), /* H2 */
			.option_max = 8192,			/* S9 */
			.control_max = 10 << 20,		/* S14 */
		},
		[PERSOCK_CLASS_OTHER] = {
			.options = gvisor_2020_other_options,
			.nr_options = ARRAY_SIZE(gvisor_2020_other_options),
			.get_default = -ENOPROTOOPT,
			.set_default = PERSOCK_IGNORE,
			.send = {				/* S14 */
				.allow = MSG_DONTWAIT | MSG_EOR | MSG_MORE |
					 MSG_NOSIGNAL,
				.other = -EINVAL,
			},
			.recv = {				/* S11 */
				.allow = MSG_OOB | MSG_DONTROUTE |
					 MSG_DONTWAIT | MSG_NOSIGNAL |
					 MSG_WAITALL | MSG_TRUNC | MSG_CTRUNC |
					 MSG_PEEK | MSG_CMSG_CLOEXEC,
				.other = -EINVAL,
				.errqueue = -EAGAIN,
			},
			.ioctls = gvisor_2020_ioctls,
			.nr_ioctls = ARRAY_SIZE(gvisor_2020_ioctls),
			.ioctl_default = -ENOTTY,
			.mmap = -ENODEV,
			.option_max = 8192,
			.control_max = 10 << 20,
		},
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
	.mmap = -ENODEV,						\
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
};

const unsigned int persock_nr_presets = ARRAY_SIZE(persock_presets);
