// SPDX-License-Identifier: GPL-2.0
/*
 * Verdicts on socket requests, options, flags, ioctls and the backlog.
 * option.c, message.c, cmsg.c, ioctl.c and operations.c of socket/ ask for
 * them, request.c asks for the verdict on a request, and "persock explain"
 * asks, too.
 */
#include <linux/bitops.h>
#include <linux/errno.h>
#include <linux/in.h>
#include <linux/limits.h>
#include <linux/net.h>
#include <linux/socket.h>

#include "policy/guard.h"
#include "policy/meaning.h"
#include "policy/verdict.h"

static bool matches(int rule, int value)
{
	return rule == PERSOCK_ANY || rule == value;
}

/*
 * The protocol that inet_create() substitutes for 0, or that a raw socket has
 * on the wire, where it has eight bits.
 */
static int effective_protocol(int family, int type, int protocol)
{
	if (persock_class_of(family) != PERSOCK_CLASS_INET)
		return protocol;
	if (type == SOCK_RAW)
		return protocol & U8_MAX;
	if (protocol)
		return protocol;

	switch (type) {
	case SOCK_STREAM:
		return IPPROTO_TCP;
	case SOCK_DGRAM:
		return IPPROTO_UDP;
	case SOCK_SEQPACKET:
		return IPPROTO_SCTP;
	case SOCK_DCCP:
		return IPPROTO_DCCP;
	default:
		return protocol;
	}
}

/**
 * persock_judge_socket() - may a socket of this kind be created?
 * @sockets: the rules
 * @family: requested family
 * @type: requested type, without flags
 * @protocol: requested protocol
 * @rule: number of the rule that decided, from 1; 0: none did
 *
 * Return: PERSOCK_ALLOW or a negative errno.
 */
int persock_judge_socket(const struct persock_sockets *sockets, int family,
			 int type, int protocol, unsigned int *rule)
{
	int effective = effective_protocol(family, type, protocol);
	unsigned int i;

	for (i = 0; i < sockets->nr; i++) {
		const struct persock_socket_rule *entry = &sockets->rules[i];

		if (matches(entry->family, family) &&
		    matches(entry->type, type) &&
		    (matches(entry->protocol, protocol) ||
		     entry->protocol == effective)) {
			*rule = i + 1;
			return entry->verdict;
		}
	}

	*rule = 0;
	return sockets->fallback;
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
 * persock_option_find() - the entry of an option or control message
 * @options: the list
 * @level: its level
 * @name: its name
 *
 * Return: the entry, or NULL if it is not listed.
 */
const struct persock_option *
persock_option_find(const struct persock_options *options, int level, int name)
{
	unsigned int low = 0, high = options->nr;

	while (low < high) {
		unsigned int middle = low + (high - low) / 2;
		const struct persock_option *option = &options->list[middle];
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

/*
 * The verdict of the entry, or else of the default and the guard. The caller's
 * key is looked up first, then the other key if @alias knows one.
 */
static __always_inline int judge_as_one(const struct persock_options *options,
					int level, int name,
					bool (*alias)(int *level, int *name),
					unsigned int *rule)
{
	const struct persock_option *option = NULL;
	int level2 = level, name2 = name;

	if (options->nr) {
		option = persock_option_find(options, level, name);
		if (!option && alias(&level2, &name2))
			option = persock_option_find(options, level2, name2);
	}
	if (!option) {
		*rule = 0;
		return persock_guard_option(options->guard, level, name,
					    options->fallback);
	}

	*rule = option - options->list + 1;
	return option->verdict;
}

/**
 * persock_judge_option() - the verdict of a list on an option
 * @options: the list
 * @level: its level
 * @name: its name
 * @rule: number of the entry that decided, from 1; 0: none did
 *
 * An option with two keys is one option: see PERSOCK_ALIASES. The entry of the
 * caller's key takes precedence.
 *
 * Return: PERSOCK_ALLOW, PERSOCK_IGNORE or a negative errno.
 */
int persock_judge_option(const struct persock_options *options, int level,
			 int name, unsigned int *rule)
{
	return judge_as_one(options, level, name, persock_alias, rule);
}

/**
 * persock_judge_control() - the verdict of a list on a control message
 * @options: the list, for messages that are sent or that are received
 * @level: its level
 * @type: its type
 * @rule: number of the entry that decided, from 1; 0: none did
 *
 * A message with two types is one message: see PERSOCK_MESSAGE_ALIASES.
 *
 * Return: PERSOCK_ALLOW, PERSOCK_IGNORE or a negative errno.
 */
int persock_judge_control(const struct persock_options *options, int level,
			  int type, unsigned int *rule)
{
	return judge_as_one(options, level, type, persock_message_alias, rule);
}

/**
 * persock_judge_set_option() - may this option be set, regardless of the
 *				value?
 * @rules: rules of the socket's class
 * @level: its level
 * @name: its name
 * @rule: number of the entry that decided, from 1; 0: none did
 *
 * A default that ignores does not ignore an option that protects: a program
 * would believe that it is protected.
 *
 * Return: PERSOCK_ALLOW, PERSOCK_IGNORE or a negative errno.
 */
int persock_judge_set_option(const struct persock_rules *rules, int level,
			     int name, unsigned int *rule)
{
	int verdict = persock_judge_option(&rules->set, level, name, rule);

	if (verdict == PERSOCK_IGNORE && !*rule &&
	    persock_protects(level, name))
		return -ENOPROTOOPT;

	return verdict;
}

/**
 * persock_judge_control_message() - may this control message be sent?
 * @rules: rules of the socket's class
 * @level: its level
 * @type: its type
 * @rule: number of the entry that decided, from 1; 0: none did
 *
 * Return: PERSOCK_ALLOW, PERSOCK_IGNORE or a negative errno, see
 * persock_judge_set_option().
 */
int persock_judge_control_message(const struct persock_rules *rules, int level,
				  int type, unsigned int *rule)
{
	int verdict = persock_judge_control(&rules->control_send, level, type,
					    rule);

	if (verdict == PERSOCK_IGNORE && !*rule &&
	    persock_protects_message(level, type))
		return -EINVAL;

	return verdict;
}

/**
 * persock_judge_get() - may this option be read?
 * @rules: rules of the socket's class
 * @level: level of the option
 * @name: name of the option
 * @size: on allow, the shortest buffer that is accepted; 0: any
 * @max: on allow, the longest answer that is given; 0: any
 * @rule: number of the entry that decided, from 1; 0: none did
 *
 * Return: PERSOCK_ALLOW, or the errno of the entry or of the default.
 */
int persock_judge_get(const struct persock_rules *rules, int level, int name,
		      unsigned int *size, unsigned int *max,
		      unsigned int *rule)
{
	int verdict = persock_judge_option(&rules->get, level, name, rule);

	*size = 0;
	*max = 0;
	if (*rule) {
		*size = rules->get.list[*rule - 1].size;
		*max = rules->get.list[*rule - 1].max;
	}

	return verdict;
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
 * persock_judges_get_len() - does any rule judge the length of a buffer?
 * @rules: rules of the socket's class
 *
 * If all options may be read, only the kernel judges lengths: some options
 * accept -1 as a long buffer, and programs must not notice persock.
 *
 * Return: false if every option may be read with any length.
 */
bool persock_judges_get_len(const struct persock_rules *rules)
{
	return !persock_allows_all(&rules->get);
}

/**
 * persock_judge_set() - may this option be set?
 * @rules: rules of the socket's class
 * @level: level of the option
 * @name: name of the option
 * @len: the caller's length; cut to the option's size if it is longer
 * @rule: number of the entry that decided, from 1; 0: none did
 *
 * Return: PERSOCK_ALLOW, PERSOCK_IGNORE, -EINVAL for a value that is longer
 * than the longest allowed one (seed S9) or shorter than the option (seed H5),
 * or the errno of the entry or of the default.
 */
int persock_judge_set(const struct persock_rules *rules, int level, int name,
		      unsigned int *len, unsigned int *rule)
{
	unsigned int size;
	int verdict;

	*rule = 0;
	if (rules->option_max && *len > rules->option_max)
		return -EINVAL;

	verdict = persock_judge_set_option(rules, level, name, rule);
	size = *rule ? rules->set.list[*rule - 1].size : 0;
	if (verdict != PERSOCK_ALLOW || !size)
		return verdict;
	if (*len < size)
		return -EINVAL;

	*len = size;
	return PERSOCK_ALLOW;
}

/**
 * persock_judge_flags() - may a message carry these flags?
 * @rule: the verdicts for the direction
 * @exempt: flags that the kernel itself adds, never judged
 * @flags: the flags; those to be ignored are cleared
 *
 * Return: PERSOCK_ALLOW; PERSOCK_IGNORE if flags were cleared; or the errno of
 * the lowest flag that has its own errno, or of the default.
 */
int persock_judge_flags(const struct persock_flags *rule, u32 exempt,
			u32 *flags)
{
	u32 judged = *flags & ~exempt;
	u32 other = judged & ~rule->allow;

	if (likely(!other))
		return PERSOCK_ALLOW;
	if (other & rule->deny)
		return rule->errnos[__ffs(other & rule->deny)];
	if (other & ~rule->ignore) {
		if (rule->fallback < 0)
			return rule->fallback;
		if (rule->fallback == PERSOCK_ALLOW)
			other &= rule->ignore;
	}

	*flags &= ~other;
	return other ? PERSOCK_IGNORE : PERSOCK_ALLOW;
}

static const struct persock_ioctl *
ioctl_find(const struct persock_ioctls *ioctls, u32 cmd)
{
	unsigned int low = 0, high = ioctls->nr;

	while (low < high) {
		unsigned int middle = low + (high - low) / 2;
		const struct persock_ioctl *ioctl = &ioctls->list[middle];

		if (ioctl->cmd == cmd)
			return ioctl;
		if (cmd < ioctl->cmd)
			high = middle;
		else
			low = middle + 1;
	}

	return NULL;
}

/**
 * persock_judge_ioctl() - may this ioctl be issued?
 * @ioctls: the verdicts of the socket's class
 * @cmd: command
 * @rule: number of the entry that decided, from 1; 0: none did
 *
 * An ioctl with two commands is one ioctl: see PERSOCK_COMMAND_ALIASES.
 *
 * Return: PERSOCK_ALLOW, PERSOCK_IGNORE or a negative errno.
 */
int persock_judge_ioctl(const struct persock_ioctls *ioctls, u32 cmd,
			unsigned int *rule)
{
	const struct persock_ioctl *ioctl = ioctl_find(ioctls, cmd);
	u32 other = persock_command_alias(cmd);

	if (!ioctl && other != cmd)
		ioctl = ioctl_find(ioctls, other);
	if (!ioctl) {
		*rule = 0;
		return persock_guard_ioctl(ioctls->guard, cmd,
					   ioctls->fallback);
	}

	*rule = ioctl - ioctls->list + 1;
	return ioctl->verdict;
}

/**
 * persock_clamp_backlog() - the backlog that listen(2) passes on
 * @rule: how to clamp
 * @backlog: the backlog that the caller requests
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
