/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Verdicts: what a policy says about one socket request, option, flag word or
 * ioctl. Pure functions over immutable tables; they know no socket and no
 * netlink, take no lock and never sleep, which is why KUnit reaches every line.
 */
#ifndef _PERSOCK_VERDICT_H
#define _PERSOCK_VERDICT_H

#include <linux/types.h>

/*
 * A verdict is an int: PERSOCK_ALLOW lets the call go on, PERSOCK_IGNORE
 * answers it with success and without effect (options) or masks it (flags),
 * and a negative errno denies it with that errno.
 */
#define PERSOCK_ALLOW	0
#define PERSOCK_IGNORE	1

/* Matches any family, type or protocol in a socket rule. */
#define PERSOCK_ANY	(-1)

/**
 * struct persock_socket_rule - a verdict on one kind of socket
 * @family: address family, or PERSOCK_ANY
 * @type: socket type without SOCK_NONBLOCK and SOCK_CLOEXEC, or PERSOCK_ANY
 * @protocol: protocol as passed to socket(2), or PERSOCK_ANY
 * @verdict: PERSOCK_ALLOW or a negative errno
 *
 * Rules are tried in order; the first that matches decides.
 */
struct persock_socket_rule {
	s16 family;
	s16 type;
	s32 protocol;
	s16 verdict;
};

/**
 * struct persock_option - the verdicts on one socket option
 * @level: level as in getsockopt(2)
 * @name: option as in getsockopt(2)
 * @get: verdict on reading it
 * @set: verdict on setting it
 * @get_size: shortest buffer for reading in bytes; 0 leaves it to the kernel
 * @get_max: longest answer in bytes; 0 leaves it to the kernel
 * @set_size: size of the value in bytes; a shorter one is EINVAL, the rest of
 *            a longer one is dropped; 0 leaves both to the kernel
 */
struct persock_option {
	int level;
	int name;
	s16 get;
	s16 set;
	u16 get_size;
	u16 get_max;
	u16 set_size;
};

/**
 * struct persock_flags - the verdicts on a word of message flags
 * @allow: flags that go on
 * @ignore: flags that are masked
 * @other: verdict on all other flags: PERSOCK_IGNORE or a negative errno
 * @errqueue: verdict on MSG_ERRQUEUE in a receive, asked before the rest,
 *            since gVisor answers it as an always empty queue (seed S11)
 */
struct persock_flags {
	u32 allow;
	u32 ignore;
	s16 other;
	s16 errqueue;
};

/**
 * struct persock_ioctl - the verdict on one ioctl
 * @cmd: command
 * @verdict: PERSOCK_ALLOW, PERSOCK_IGNORE or a negative errno
 */
struct persock_ioctl {
	u32 cmd;
	s16 verdict;
};

/**
 * struct persock_cmsg - the verdict on one kind of control message
 * @level: cmsg_level
 * @type: cmsg_type
 * @send: verdict on sending it
 * @recv: verdict on receiving it: PERSOCK_ALLOW or PERSOCK_IGNORE (cut)
 */
struct persock_cmsg {
	int level;
	int type;
	s16 send;
	s16 recv;
};

/**
 * struct persock_rules - what a policy says about the sockets of one class
 * @options: sorted by (level, name), see persock_option_find()
 * @nr_options: length of @options
 * @get_default: verdict on reading an option that is not listed
 * @set_default: verdict on setting an option that is not listed
 * @send: flags of send calls
 * @recv: flags of receive calls
 * @ioctls: listed ioctls
 * @nr_ioctls: length of @ioctls
 * @ioctl_default: verdict on an ioctl that is not listed
 * @cmsgs: listed control messages
 * @nr_cmsgs: length of @cmsgs
 * @cmsg_send_default: verdict on sending a control message that is not listed
 * @cmsg_recv_default: verdict on receiving one: allow or ignore
 * @cmsg_recv_max: bytes of control messages that one receive may bring; they
 *		   are filtered in a buffer of that size. 0: not filtered
 * @mmap: verdict on mmap(2) of the socket
 * @pair: verdict on socketpair(2)
 * @address_max: longest address passed on in bytes, the rest is cut; 0: as is
 * @option_max: longest value accepted by setsockopt in bytes; 0: no limit
 * @control_max: longest control buffer of a call in bytes; 0: no limit
 */
struct persock_rules {
	const struct persock_option *options;
	unsigned int nr_options;
	s16 get_default;
	s16 set_default;
	struct persock_flags send;
	struct persock_flags recv;
	const struct persock_ioctl *ioctls;
	unsigned int nr_ioctls;
	s16 ioctl_default;
	const struct persock_cmsg *cmsgs;
	unsigned int nr_cmsgs;
	s16 cmsg_send_default;
	s16 cmsg_recv_default;
	u16 cmsg_recv_max;
	s16 mmap;
	s16 pair;
	u16 address_max;
	u32 option_max;
	u32 control_max;
};

/**
 * enum persock_class - the two classes of sockets that a policy tells apart
 * @PERSOCK_CLASS_INET: AF_INET and AF_INET6
 * @PERSOCK_CLASS_OTHER: all other families
 * @PERSOCK_NR_CLASSES: number of classes
 *
 * gVisor's hostinet limits what reaches the host's network stack, while its
 * own AF_UNIX sockets know options and control messages that hostinet refuses.
 */
enum persock_class {
	PERSOCK_CLASS_INET,
	PERSOCK_CLASS_OTHER,
	PERSOCK_NR_CLASSES,
};

/**
 * struct persock_backlog - how listen(2)'s backlog is clamped
 * @floor: what a backlog of 0 or less becomes; 0 leaves it as it is
 * @ceiling: largest backlog; 0 means no limit
 */
struct persock_backlog {
	int floor;
	int ceiling;
};

enum persock_class persock_class_of(int family);
int persock_judge_socket(const struct persock_socket_rule *rules,
			 unsigned int nr, int fallback, int family, int type,
			 int protocol);
const struct persock_option *
persock_option_find(const struct persock_rules *rules, int level, int name);
int persock_judge_get(const struct persock_rules *rules, int level, int name,
		      unsigned int *size, unsigned int *max);
int persock_judge_get_len(unsigned int size, int len);
bool persock_judges_get_len(const struct persock_rules *rules);
int persock_judge_set(const struct persock_rules *rules, int level, int name,
		      unsigned int *len);
int persock_judge_flags(const struct persock_flags *rule, u32 exempt,
			u32 *flags);
int persock_judge_ioctl(const struct persock_rules *rules, u32 cmd);
int persock_judge_cmsg_send(const struct persock_rules *rules, int level,
			    int type);
int persock_judge_cmsg_recv(const struct persock_rules *rules, int level,
			    int type);
int persock_clamp_backlog(const struct persock_backlog *rule, int backlog);

#endif /* _PERSOCK_VERDICT_H */
