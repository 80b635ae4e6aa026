// SPDX-License-Identifier: GPL-2.0
/*
 * Judges host names and DNS queries, with the functions of the module. The
 * command explain calls it.
 */
#include "module/policy/dns.h"
#include "module/policy/host.h"
#include "policy_file/judge_host.h"

#include "module/policy/request.h"
#include "policy_file/host.h"
#include "policy_file/judge.h"
#include "policy_file/judge_names.h"

static void remark_no_rule(const struct draft *draft, const char *host,
			   struct judgement *judgement)
{
	struct judgement query;

	judgement->remark = "no rule is about the host";
	if (!draft_has_names(draft)) {
		judgement->remark = "the policy names no hosts, and rules on addresses go before the default";
		return;
	}
	judge_query(draft, host, PERSOCK_DNS_A, &query);
	if (query.verdict < 0)
		judgement->remark = "no rule is about the host, and DNS is not asked for it";
}

/* Is there a rule on addresses for this port and protocol? */
static bool has_addresses(const struct draft *draft, u16 port, int protocol)
{
	const struct persock_addresses *connect = &draft->policy.connect;
	unsigned int i;

	for (i = 0; i < connect->nr; i++) {
		const struct persock_address_rule *rule = &connect->rules[i];

		if (port >= rule->first && port <= rule->last &&
		    (rule->protocol == PERSOCK_ANY ||
		     rule->protocol == protocol))
			return true;
	}

	return false;
}

void judge_host(const struct draft *draft, const char *host, u16 port,
		int protocol, struct judgement *judgement)
{
	const struct persock_names *names = &draft->policy.names;
	unsigned int rule;
	int verdict;

	if (protocol == IPPROTO_MPTCP)
		protocol = IPPROTO_TCP;
	if (!persock_has_ports(SOCK_STREAM, protocol))
		port = 0;
	judge_default(draft, PERSOCK_SECTION_CONNECT, PERSOCK_CLASS_INET,
		      judgement);
	verdict = persock_judge_host(names, host, port, protocol, &rule);
	if (verdict == PERSOCK_NO_HOST_RULE) {
		remark_no_rule(draft, host, judgement);
		return;
	}
	judge_by_host(draft, rule, verdict, judgement);
	if (verdict == PERSOCK_ALLOW)
		judgement->condition = "if DNS answers";
	if (has_addresses(draft, port, protocol))
		judgement->remark = "unless a rule on addresses matches the answer";
}

/* The most specific rule that allows the host, by number from 1; 0: none does. */
static unsigned int find_allowing(const struct persock_names *names,
				  const char *host)
{
	unsigned int i, best = 0;

	for (i = 0; i < names->nr; i++) {
		const struct persock_host_rule *rule = &names->rules[i];
		const struct persock_host_rule *found =
			best ? &names->rules[best - 1] : NULL;

		if (rule->verdict < 0 || !host_matches(rule, host))
			continue;
		if (!found || (found->below && !rule->below) ||
		    (found->below == rule->below &&
		     rule->length > found->length))
			best = i + 1;
	}

	return best;
}

void judge_query(const struct draft *draft, const char *host, u16 type,
		 struct judgement *judgement)
{
	const struct persock_names *names = &draft->policy.names;
	unsigned int rule;
	int verdict;

	judge_default(draft, PERSOCK_SECTION_CONNECT, PERSOCK_CLASS_INET,
		      judgement);
	if (!draft_has_names(draft)) {
		judgement->verdict = PERSOCK_ALLOW;
		judgement->key = "names";
		judgement->line = 0;
		judgement->remark = "the policy names no hosts: queries are not judged";
		return;
	}
	verdict = persock_judge_query(&draft->policy, host, type, &rule);
	if (verdict < 0) {
		judgement->verdict = verdict;
		if (rule)
			judge_by_host(draft, rule, verdict, judgement);
		judgement->remark = "the program gets the answer NXDOMAIN";
		return;
	}
	judgement->verdict = PERSOCK_ALLOW;
	if (names->queries == PERSOCK_QUERIES_ANY) {
		judgement->key = "names.queries";
		judgement->line = draft->queries_line;
	} else if (persock_host_has_allowed(names, host)) {
		judge_by_host(draft, find_allowing(names, host), verdict, judgement);
	} else if (draft->policy.connect.fallback < 0) {
		judgement->key = "names";
		judgement->line = 0;
		judgement->remark = "it validates answers for hosts that rules allow";
	}
}
