// SPDX-License-Identifier: GPL-2.0
/*
 * Judges names and peers of AF_UNIX sockets. The command explain calls it,
 * recorded.c and outer_unix.c.
 */
#include "policy_file/judge_unix.h"

static const struct persock_unix_rules *rules_of(const struct draft *draft,
						 enum persock_section section)
{
	return persock_section_unix((struct persock_policy *)&draft->policy,
				    section);
}

void judge_unix(const struct draft *draft, enum persock_section section,
		const struct persock_unix_name *name,
		struct judgement *judgement)
{
	const struct persock_unix_rules *rules = rules_of(draft, section);

	*judgement = (struct judgement){ .section = section };
	judgement->verdict = persock_judge_unix(rules, name, &judgement->rule);
	if (judgement->rule)
		judgement->line = rules->rules[judgement->rule - 1].line &
				  ~DRAFT_MARK;
	else
		judgement->line = draft->lines[section][0];
}

bool judge_unix_asks_peer(const struct draft *draft,
			  enum persock_section section,
			  const struct persock_unix_name *name)
{
	const struct persock_unix_rules *rules = rules_of(draft, section);
	struct persock_unix_name other = *name;
	unsigned int i, rule;
	int verdict;

	verdict = persock_judge_unix(rules, name, &rule);
	for (i = 0; i < rules->nr; i++) {
		const char *peer = rules->rules[i].peer;

		if (!peer)
			continue;
		other.same = !*peer;
		other.cgroup = *peer ? peer : NULL;
		if (persock_judge_unix(rules, &other, &rule) != verdict)
			return true;
	}

	return false;
}
