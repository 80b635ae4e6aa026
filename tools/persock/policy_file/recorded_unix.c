// SPDX-License-Identifier: GPL-2.0
/*
 * Makes rules on AF_UNIX sockets of recorded facts. recorded.c calls it.
 */
#include "policy_file/recorded_unix.h"

#include "policy_file/draft_unix.h"
#include "policy_file/fact.h"
#include "policy_file/judge_unix.h"
#include "policy_file/unix_name.h"

static bool has_facts(const struct recorded *recorded)
{
	unsigned int i;

	for (i = 0; i < recorded->nr; i++) {
		if (persock_section_is_unix(recorded->facts[i].section))
			return true;
	}

	return false;
}

void recorded_close_unix(const struct recorded *recorded)
{
	struct persock_policy *policy = &recorded->draft->policy;

	if (!recorded->limits || !has_facts(recorded))
		return;
	policy->unix_connect.fallback = -EACCES;
	policy->unix_bind.fallback = -EACCES;
}

void recorded_judge_unix(const struct recorded *recorded,
			 const struct fact *fact, struct judgement *judgement)
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
	judge_unix(recorded->draft, fact->section, &name, judgement);
}

void recorded_add_unix(struct recorded *recorded, const struct fact *fact,
		       unsigned int number)
{
	struct unix_name socket;
	struct persock_unix_rule rule = {
		.type = PERSOCK_ANY,
		.line = number,
	};

	if (!unix_name_reported(fact->unix_name, &socket)) {
		recorded->pathless = fact;
		return;
	}
	rule.kind = socket.kind;
	rule.name = socket.bytes;
	rule.length = socket.length;
	rule.prefix = socket.prefix;
	draft_add_unix(recorded->draft, fact->section, &rule);
	draft_sort_unix(recorded->draft);
}
