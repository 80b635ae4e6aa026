/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Verdicts of a policy on one socket request, option, flag word or ioctl. The
 * files of socket/ ask for them, and so do request.c, shortcut.c and "persock
 * explain".
 *
 * Pure functions over immutable tables; they know no socket and no netlink,
 * take no lock and never sleep, which is why KUnit reaches every line.
 */
#ifndef _PERSOCK_VERDICT_H
#define _PERSOCK_VERDICT_H

#include <linux/types.h>

#include "policy/policy.h"

/**
 * persock_allows_all() - does a list allow everything?
 * @options: options or control messages of one direction
 *
 * Return: false if anything may be denied, ignored or cut.
 */
static inline bool persock_allows_all(const struct persock_options *options)
{
	return !options->nr && options->fallback == PERSOCK_ALLOW &&
	       options->guard == PERSOCK_GUARD_NONE;
}

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
int persock_judge_control_message(const struct persock_rules *rules, int level,
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
