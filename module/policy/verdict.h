/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Verdicts: what a policy says about one socket request, option, flag word or
 * ioctl. Pure functions over immutable tables; they know no socket and no
 * netlink, take no lock and never sleep, which is why KUnit reaches every line.
 */
#ifndef _PERSOCK_VERDICT_H
#define _PERSOCK_VERDICT_H

#include <linux/types.h>
#include <uapi/linux/persock_netlink.h>

#include "policy/guard.h"

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
 * @protocol: protocol as passed to socket(2), or PERSOCK_ANY; a rule on the
 *	      protocol that 0 stands for matches a request with 0 as well
 * @verdict: PERSOCK_ALLOW or a negative errno
 * @line: of the policy file, for messages; 0: not told
 */
struct persock_socket_rule {
	s16 family;
	s16 type;
	s32 protocol;
	s16 verdict;
	u32 line;
};

/**
 * struct persock_sockets - the verdicts on requests for sockets
 * @rules: tried in order, the first match decides
 * @nr: length of @rules
 * @fallback: verdict when no rule matches
 * @guard: what has to be named, whatever @fallback says
 */
struct persock_sockets {
	const struct persock_socket_rule *rules;
	unsigned int nr;
	s16 fallback;
	enum persock_guard guard;
};

/**
 * struct persock_option - the verdict on one socket option or control message
 * @level: level as in getsockopt(2), or cmsg_level
 * @name: option as in getsockopt(2), or cmsg_type
 * @verdict: on the direction whose list this is in
 * @size: size of an option's value in bytes: a shorter buffer or value is
 *	  EINVAL, and the rest of a longer value is dropped; 0 leaves both to
 *	  the kernel
 * @max: longest answer in bytes when it is read; 0 leaves it to the kernel
 * @line: of the policy file, for messages; 0: not told
 */
struct persock_option {
	int level;
	int name;
	s16 verdict;
	u16 size;
	u16 max;
	u32 line;
};

/**
 * struct persock_options - the verdicts on one direction of options or of
 *			    control messages
 * @list: sorted by (level, name), each pair once
 * @nr: length of @list
 * @fallback: verdict on what is not listed
 * @guard: what has to be listed to be allowed
 */
struct persock_options {
	const struct persock_option *list;
	unsigned int nr;
	s16 fallback;
	enum persock_guard guard;
};

#define PERSOCK_NR_FLAGS	32

/**
 * struct persock_flags - the verdicts on a word of message flags
 * @allow: flags that go on
 * @ignore: flags that are masked
 * @deny: flags that are denied with an errno of their own, asked before the
 *	  rest: gVisor answers MSG_ERRQUEUE as an always empty queue (seed S11)
 * @fallback: verdict on all other flags
 * @errnos: by bit, for those of @deny: a negative errno
 */
struct persock_flags {
	u32 allow;
	u32 ignore;
	u32 deny;
	s16 fallback;
	s16 errnos[PERSOCK_NR_FLAGS];
};

/**
 * struct persock_ioctl - the verdict on one ioctl
 * @cmd: command
 * @verdict: PERSOCK_ALLOW, PERSOCK_IGNORE or a negative errno
 * @line: of the policy file, for messages; 0: not told
 */
struct persock_ioctl {
	u32 cmd;
	s16 verdict;
	u32 line;
};

/**
 * struct persock_ioctls - the verdicts on ioctls
 * @list: sorted by @cmd, each once
 * @nr: length of @list
 * @fallback: verdict on what is not listed
 * @guard: what has to be listed to be allowed
 */
struct persock_ioctls {
	const struct persock_ioctl *list;
	unsigned int nr;
	s16 fallback;
	enum persock_guard guard;
};

/**
 * struct persock_rules - what a policy says about the sockets of one class
 * @get: options that are read
 * @set: options that are set
 * @send: flags of send calls
 * @receive: flags of receive calls
 * @control_send: control messages that are sent; those ignored are taken out
 * @control_receive: control messages that are received: allowed or ignored
 *		     (cut); class inet only, see cmsg.c
 * @ioctls: ioctls
 * @listen: verdict on listen(2)
 * @pair: verdict on socketpair(2)
 * @mmap: verdict on mmap(2) of the socket
 * @received_max: bytes of control messages that one receive may bring; they
 *		  are filtered in a buffer of that size. 0: not filtered
 * @address_max: longest address passed on in bytes, the rest is cut; 0: as is
 * @option_max: longest value accepted by setsockopt in bytes; 0: no limit
 * @control_max: longest control buffer of a call in bytes; 0: no limit
 */
struct persock_rules {
	struct persock_options get;
	struct persock_options set;
	struct persock_flags send;
	struct persock_flags receive;
	struct persock_options control_send;
	struct persock_options control_receive;
	struct persock_ioctls ioctls;
	s16 listen;
	s16 pair;
	s16 mmap;
	u16 received_max;
	u16 address_max;
	u32 option_max;
	u32 control_max;
};

#define PERSOCK_NR_CLASSES	(PERSOCK_CLASS_OTHER + 1)

/**
 * struct persock_backlog - how listen(2)'s backlog is clamped
 * @floor: what a backlog of 0 or less becomes; 0 leaves it as it is
 * @ceiling: largest backlog; 0 means no limit
 */
struct persock_backlog {
	int floor;
	int ceiling;
};

/**
 * persock_allows_all() - does a list allow everything?
 * @options: options or control messages of one direction
 *
 * Return: false when anything may be denied, ignored or cut.
 */
static inline bool persock_allows_all(const struct persock_options *options)
{
	return !options->nr && options->fallback == PERSOCK_ALLOW &&
	       options->guard == PERSOCK_GUARD_NONE;
}

enum persock_class persock_class_of(int family);
int persock_judge_socket(const struct persock_sockets *sockets, int family,
			 int type, int protocol, unsigned int *rule);
const struct persock_option *
persock_option_find(const struct persock_options *options, int level,
		    int name);
int persock_judge_option(const struct persock_options *options, int level,
			 int name, unsigned int *rule);
int persock_judge_control(const struct persock_options *options, int level,
			  int type, unsigned int *rule);
int persock_judge_set_option(const struct persock_rules *rules, int level,
			     int name, unsigned int *rule);
int persock_judge_message(const struct persock_rules *rules, int level,
			  int type, unsigned int *rule);
int persock_judge_get(const struct persock_rules *rules, int level, int name,
		      unsigned int *size, unsigned int *max,
		      unsigned int *rule);
int persock_judge_get_len(unsigned int size, int len);
bool persock_judges_get_len(const struct persock_rules *rules);
int persock_judge_set(const struct persock_rules *rules, int level, int name,
		      unsigned int *len, unsigned int *rule);
int persock_judge_flags(const struct persock_flags *rule, u32 exempt,
			u32 *flags);
int persock_judge_ioctl(const struct persock_ioctls *ioctls, u32 cmd,
			unsigned int *rule);
int persock_clamp_backlog(const struct persock_backlog *rule, int backlog);

#endif /* _PERSOCK_VERDICT_H */
