/* SPDX-License-Identifier: GPL-2.0 */
/*
 * AF_UNIX: verdicts on names of sockets, and on where a peer was created.
 * socket/local.c asks for them, and so does "persock explain".
 * control/parse_unix.c checks and sorts the rules.
 *
 * Of the rules that match, the one on the most specific name decides: a rule
 * on the whole name, then the one on the longest prefix, then one that leaves
 * the name open. For the same name, a rule that also says where the peer was
 * created goes first, then one that says a type, then one that denies, and then
 * the earlier one. A file without a path is denied by any rule that denies a
 * path, unless one on where its socket was created decides. Pure functions: no
 * socket, no netlink, no lock.
 */
#ifndef _PERSOCK_UNIX_RULE_H
#define _PERSOCK_UNIX_RULE_H

#include <linux/types.h>

#include "policy/policy.h"

/**
 * struct persock_unix_name - a name of an AF_UNIX socket, as it is judged
 * @kind: its kind, not PERSOCK_UNIX_ANY
 * @name: the path, or the abstract name without its first zero byte; a file
 *	  that has no path in the initial mount namespace has an empty one
 * @length: length of @name in bytes
 * @type: type of the socket that is used or bound
 * @cgroup: path of the cgroup in which the peer was created; NULL if no
 *	    rule needs it, or there is no peer
 * @same: the peer was created in the cgroup of the layer that judges, or below
 */
struct persock_unix_name {
	enum persock_unix_kind kind;
	const char *name;
	unsigned int length;
	int type;
	const char *cgroup;
	bool same;
};

/* "@", and four bytes for each one of the name. */
#define PERSOCK_UNIX_TEXT_MAX	(1 + 4 * PERSOCK_PATH_MAX)

void persock_unix_sort(struct persock_unix_rules *rules,
		       struct persock_unix_entry *sorted);
int persock_judge_unix(const struct persock_unix_rules *rules,
		       const struct persock_unix_name *name,
		       unsigned int *rule);
size_t persock_unix_text(const struct persock_unix_name *name, char *text,
			 size_t size);

#endif /* _PERSOCK_UNIX_RULE_H */
