// SPDX-License-Identifier: GPL-2.0
/*
 * Judges addresses by the names of a policy, as socket/host.c of the module does.
 * judge.c calls it, and judge_host.c.
 */
#include "module/policy/host.h"
#include "policy_file/judge_names.h"

#include <stdio.h>
#include <netinet/in.h>

#include "policy_file/host.h"

static bool same_address(const struct persock_endpoint *a,
			 const struct persock_endpoint *b)
{
	return a->family == b->family &&
	       !memcmp(a->address, b->address, sizeof(a->address));
}

/* May the address be used for this name, although its TTL has ended? */
static bool lasts(const struct learnt *learnt,
		  const struct persock_names *names)
{
	return learnt->left >= -(s64)names->hold;
}

void judge_by_host(const struct draft *draft, unsigned int rule, int verdict,
		   struct judgement *judgement)
{
	const struct persock_host_rule *found =
		&draft->policy.names.rules[rule - 1];

	judgement->verdict = verdict;
	judgement->section = PERSOCK_SECTION_CONNECT;
	judgement->rule = draft->policy.connect.nr + rule;
	judgement->line = found->line & ~DRAFT_MARK;
	judgement->host = host_text(found);
	judgement->remark = NULL;
}

static void remark_learnt(const char *host, struct judgement *judgement)
{
	static char text[PERSOCK_HOST_LENGTH + 32];

	snprintf(text, sizeof(text), "learnt for %s", host);
	judgement->remark = text;
}

/* A name that is denied goes before one that is allowed, as in the module. */
static bool judge_learnt(const struct draft *draft,
			 const struct persock_endpoint *endpoint, int protocol,
			 struct judgement *judgement)
{
	const struct persock_names *names = &draft->policy.names;
	bool found = false;
	unsigned int i;

	for (i = 0; i < draft->nr_learnt; i++) {
		const struct learnt *learnt = &draft->learnt[i];
		unsigned int rule;
		int verdict;

		if (!same_address(&learnt->address, endpoint) ||
		    !lasts(learnt, names))
			continue;
		verdict = persock_judge_host(names, learnt->host,
					     endpoint->port, protocol, &rule);
		if (verdict == PERSOCK_NO_HOST_RULE ||
		    (found && verdict == PERSOCK_ALLOW))
			continue;
		found = true;
		judge_by_host(draft, rule, verdict, judgement);
		remark_learnt(learnt->host, judgement);
		if (verdict < 0)
			break;
	}

	return found;
}

/* Is there a rule on hosts of the other verdict, for this port and protocol? */
static bool could_differ(const struct persock_names *names, u16 port,
			 int protocol, int verdict)
{
	unsigned int i;

	for (i = 0; i < names->nr; i++) {
		const struct persock_host_rule *rule = &names->rules[i];

		if ((rule->verdict < 0) != (verdict < 0) &&
		    port >= rule->first && port <= rule->last &&
		    (rule->protocol == PERSOCK_ANY ||
		     rule->protocol == protocol))
			return true;
	}

	return false;
}

void judge_names(const struct draft *draft,
		 const struct persock_endpoint *endpoint, int protocol,
		 struct judgement *judgement)
{
	const struct persock_names *names = &draft->policy.names;

	if (!draft_has_names(draft))
		return;
	if ((protocol == IPPROTO_UDP || protocol == IPPROTO_TCP) &&
	    persock_allows_resolver(&draft->policy, endpoint,
				    judgement->rule)) {
		judgement->verdict = PERSOCK_ALLOW;
		judgement->rule = 0;
		judgement->line = draft->resolvers_line;
		judgement->key = "names.resolvers";
		judgement->remark = NULL;
		return;
	}
	if (judgement->rule ||
	    judge_learnt(draft, endpoint, protocol, judgement) ||
	    !could_differ(names, endpoint->port, protocol, judgement->verdict))
		return;
	if (draft->learnt)
		judgement->remark = "the cgroup has learnt it for no host that a rule matches";
	else if (judgement->verdict < 0)
		judgement->remark = "unless DNS answers it for a host that a rule allows";
	else
		judgement->remark = "unless DNS answers it for a host that a rule denies";
}

bool judge_has_allowed(const struct draft *draft,
		       const struct persock_endpoint *endpoint)
{
	const struct persock_names *names = &draft->policy.names;
	unsigned int i;

	for (i = 0; i < draft->nr_learnt; i++) {
		if (same_address(&draft->learnt[i].address, endpoint) &&
		    lasts(&draft->learnt[i], names) &&
		    persock_host_has_allowed(names, draft->learnt[i].host))
			return true;
	}

	return false;
}
