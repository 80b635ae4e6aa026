// SPDX-License-Identifier: GPL-2.0
/*
 * Makes rules on AF_UNIX sockets of recorded facts. recorded.c calls it.
 */
#include "policy_file/recorded_unix.h"

#include "policy_file/draft.h"
#include "policy_file/draft_unix.h"
#include "policy_file/fact.h"
#include "policy_file/judge_unix.h"
#include "policy_file/unix_name.h"

static bool uses_unix(const struct fact *facts, unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < nr; i++) {
		if (persock_section_is_unix(facts[i].section) ||
		    (facts[i].section == PERSOCK_SECTION_SOCKETS &&
		     facts[i].family == AF_UNIX))
			return true;
	}

	return false;
}

void recorded_close_unix(struct persock_policy *policy,
			 const struct fact *facts, unsigned int nr)
{
	if (!uses_unix(facts, nr))
		return;
	policy->unix_connect.fallback = -EACCES;
	policy->unix_bind.fallback = -EACCES;
}

void recorded_judge_unix(const struct draft *draft, const struct fact *fact,
			 struct judgement *judgement)
{
	struct unix_name socket;
	struct persock_unix_name name = {
		.kind = PERSOCK_UNIX_PATH,
		.name = "",
		.type = fact->type,
	};

	/* Otherwise its file has no path. Where the peer was created is unknown. */
	if (unix_name_reported(fact->unix_name, &socket)) {
		name.kind = socket.kind;
		name.name = socket.bytes;
		name.length = socket.length;
	}
	judge_unix(draft, fact->section, &name, judgement);
}

bool recorded_add_unix(struct draft *draft, const struct fact *fact,
		       unsigned int number)
{
	struct unix_name socket;
	struct persock_unix_rule rule = {
		.type = PERSOCK_ANY,
		.line = number,
	};

	if (!unix_name_reported(fact->unix_name, &socket))
		return false;
	rule.kind = socket.kind;
	rule.name = socket.bytes;
	rule.length = socket.length;
	rule.prefix = socket.prefix;
	draft_add_unix(&draft->policy, fact->section, &rule);
	draft_sort_unix(&draft->policy);

	return true;
}
