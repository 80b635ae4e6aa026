/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The sections of a policy: what each may contain, and where a policy keeps
 * it. control/parse_policy.c, control/dump_policy.c, report/ignored.c and the
 * tool use it.
 */
#ifndef _PERSOCK_SECTION_H
#define _PERSOCK_SECTION_H

#include "policy/policy.h"

#define PERSOCK_NR_SECTIONS	(PERSOCK_SECTION_UNIX_BIND + 1)

bool persock_section_by_class(enum persock_section section);
bool persock_section_ignores(enum persock_section section);
bool persock_section_is_address(enum persock_section section);
bool persock_section_is_option(enum persock_section section);
bool persock_section_is_flags(enum persock_section section);
bool persock_section_is_unix(enum persock_section section);
size_t persock_section_rule_size(enum persock_section section);
struct persock_options *persock_section_options(struct persock_rules *rules,
						enum persock_section section);
struct persock_flags *persock_section_flags(struct persock_rules *rules,
					    enum persock_section section);
struct persock_addresses *persock_section_addresses(struct persock_policy *policy,
						    enum persock_section section);
struct persock_unix_rules *persock_section_unix(struct persock_policy *policy,
						enum persock_section section);
s16 *persock_section_fallback(struct persock_policy *policy,
			      enum persock_section section, enum persock_class class);

/**
 * persock_limit_by_class() - is a limit specified per class of sockets?
 * @limit: the limit
 *
 * Return: true if each class has its own.
 */
static inline bool persock_limit_by_class(enum persock_limit limit)
{
	return limit >= PERSOCK_LIMIT_OPTION;
}

#endif /* _PERSOCK_SECTION_H */
