// SPDX-License-Identifier: GPL-2.0
/*
 * Verdicts on socket requests, options, flags, ioctls and the backlog.
 */
#include <linux/errno.h>
#include <linux/module.h>
#include <linux/socket.h>

#include "verdict.h"

/**
 * persock_class_of() - the class whose rules govern a family
 * @family: the application's address family (never AF_PERSOCK)
 *
 * Return: the class.
 */
enum persock_class persock_class_of(int family)
{
	return family == AF_INET || family == AF_INET6 ? PERSOCK_CLASS_INET :
							 PERSOCK_CLASS_OTHER;
}

static bool matches(int rule, int value)
{
	return rule == PERSOCK_ANY || rule == value;
}

/**
 * persock_judge_socket() - may a socket of this kind be created?
 * @rules: tried in order, the first match decides
 * @nr: length of @rules
 * @fallback: verdict when no rule matches
 * @family: requested family
 * @type: requested type, without flags
 * @protocol: requested protocol
 *
 * Return: PERSOCK_ALLOW or a negative errno.
 */
int persock_judge_socket(const struct persock_socket_rule *rules,
			 unsigned int nr, int fallback, int family, int type,
			 int protocol)
{
	unsigned int i;

	for (i = 0; i < nr; i++) {
		if (matches(rules[i].family, family) &&
		    matches(rules[i].type, type) &&
		    matches(rules[i].protocol, protocol))
			return rules[i].verdict;
	}

	return fallback;
}

static int compare(int level, int name, const struct persock_option *option)
{
	if (level != option->level)
		return level < option->level ? -1 : 1;
	if (name != option->name)
		return name < option->name ? -1 : 1;
	return 0;
}

/**
 * persock_option_find() - the entry of an option
 * @rules: rules whose options are sorted by (level, name)
 * @level: level of the option
 * @name: name of the option
 *
 * Return: the entry, or NULL when the option is not listed.
 */
const struct persock_option *
persock_option_find(const struct persock_rules *rules, int level, int name)
{
	unsigned int low = 0, high = rules->nr_options;

	while (low < high) {
		unsigned int middle = low + (high - low) / 2;
		const struct persock_option *option = &rules->options[middle];
		int order = compare(level, name, option);

		if (!order)
			return option;
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}

	return NULL;
}

/**
 * persock_judge_get() - may this option be read?
 * @rules: rules of the socket's class
 * @level: level of the option
 * @name: name of the option
 * @size: on allow, the shortest buffer that is accepted; 0: any
 * @max: on allow, the longest answer that is given; 0: any
 *
 * Return: PERSOCK_ALLOW, or the errno of the entry or of the default.
 */
int persock_judge_get(const struct persock_rules *rules, int level, int name,
		      unsigned int *size, unsigned int *max)
{
	const struct persock_option *option;

	*size = 0;
	*max = 0;
	option = persock_option_find(rules, level, name);
	if (!option)
		return rules->get_default;

	*size = option->get_size;
	*max = option->get_max;
	return option->get;
}

/**
 * persock_judge_get_len() - is the caller's buffer long enough?
 * @size: from persock_judge_get()
 * @len: the caller's length
 *
 * Return: PERSOCK_ALLOW, or -EINVAL for a negative length (seed S8) and for
 * one below @size (seed H4).
 */
int persock_judge_get_len(unsigned int size, int len)
{
	if (len < 0 || (unsigned int)len < size)
		return -EINVAL;

	return PERSOCK_ALLOW;
}

/**
 * persock_judges_get_len() - does any rule ask for the length of a buffer?
 * @rules: rules of the socket's class
 *
 * Where all may be read the kernel alone judges lengths: it takes -1 for a
 * long buffer here and there, and programs are not to notice persock.
 *
 * Return: false when every option may be read with every length.
 */
bool persock_judges_get_len(const struct persock_rules *rules)
{
	return rules->nr_options || rules->get_default != PERSOCK_ALLOW;
}

/**
 * persock_judge_set() - may this option be set?
 * @rules: rules of the socket's class
 * @level: level of the option
 * @name: name of the option
 * @len: the caller's length; cut to the option's size when it is longer
 *
 * Return: PERSOCK_ALLOW, PERSOCK_IGNORE, -EINVAL for a value that is longer
 * than any (seed S9) or shorter than the option (seed H5), or the errno of the
 * entry or of the default.
 */
int persock_judge_set(const struct persock_rules *rules, int level, int name,
		      unsigned int *len)
{
	const struct persock_option *option;

	if (rules->option_max && *len > rules->option_max)
		return -EINVAL;

	option = persock_option_find(rules, level, name);
	if (!option)
		return rules->set_default;
	if (option->set != PERSOCK_ALLOW || !option->set_size)
		return option->set;
	if (*len < option->set_size)
		return -EINVAL;

	*len = option->set_size;
	return PERSOCK_ALLOW;
}

/**
 * persock_judge_flags() - may a message carry these flags?
 * @rule: rule for the direction
 * @exempt: flags that the kernel itself adds, never judged
 * @flags: the flags; those to be ignored are cleared
 *
 * Return: PERSOCK_ALLOW, or the errno of the rule.
 */
int persock_judge_flags(const struct persock_flags *rule, u32 exempt,
			u32 *flags)
{
	u32 judged = *flags & ~exempt;
	u32 other = judged & ~(rule->allow | rule->ignore);

	if (unlikely(other && rule->other < 0))
		return rule->other;

	*flags &= ~(other | (judged & rule->ignore));
	return PERSOCK_ALLOW;
}

/**
 * persock_judge_ioctl() - may this ioctl be issued?
 * @rules: rules of the socket's class
 * @cmd: command
 *
 * Return: PERSOCK_ALLOW, PERSOCK_IGNORE or a negative errno.
 */
int persock_judge_ioctl(const struct persock_rules *rules, u32 cmd)
{
	unsigned int i;

	for (i = 0; i < rules->nr_ioctls; i++) {
		if (rules->ioctls[i].cmd == cmd)
			return rules->ioctls[i].verdict;
	}

	return rules->ioctl_default;
}

static const struct persock_cmsg *cmsg_find(const struct persock_rules *rules,
					    int level, int type)
{
	unsigned int i;

	for (i = 0; i < rules->nr_cmsgs; i++) {
		if (rules->cmsgs[i].level == level &&
		    rules->cmsgs[i].type == type)
			return &rules->cmsgs[i];
	}

	return NULL;
}

/**
 * persock_judge_cmsg_send() - may this control message be sent?
 * @rules: rules of the socket's class
 * @level: its cmsg_level
 * @type: its cmsg_type
 *
 * Return: PERSOCK_ALLOW, PERSOCK_IGNORE (it is taken out) or a negative errno.
 */
int persock_judge_cmsg_send(const struct persock_rules *rules, int level,
			    int type)
{
	const struct persock_cmsg *cmsg = cmsg_find(rules, level, type);

	return cmsg ? cmsg->send : rules->cmsg_send_default;
}

/**
 * persock_judge_cmsg_recv() - may this control message be received?
 * @rules: rules of the socket's class
 * @level: its cmsg_level
 * @type: its cmsg_type
 *
 * Return: PERSOCK_ALLOW or PERSOCK_IGNORE (it is cut).
 */
int persock_judge_cmsg_recv(const struct persock_rules *rules, int level,
			    int type)
{
	const struct persock_cmsg *cmsg = cmsg_find(rules, level, type);

	return cmsg ? cmsg->recv : rules->cmsg_recv_default;
}

/**
 * persock_clamp_backlog() - the backlog that listen(2) passes on
 * @rule: how to clamp
 * @backlog: as the caller wants it
 *
 * Return: the clamped backlog (seed S6).
 */
int persock_clamp_backlog(const struct persock_backlog *rule, int backlog)
{
	if (rule->floor && backlog <= 0)
		backlog = rule->floor;
	if (rule->ceiling && backlog > rule->ceiling)
		backlog = rule->ceiling;

	return backlog;
}
