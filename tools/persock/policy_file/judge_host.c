// SPDX-License-Identifier: GPL-2.0
/*
 * Judges peers by host names as socket/host.c of the module does, and DNS
 * queries. judge.c calls it, and the command explain.
 */
#include "module/policy/dns.h"
#include "module/policy/host.h"
#include "policy_file/judge_host.h"

#include <stdio.h>
#include <netinet/in.h>

#include "module/policy/request.h"
#include "policy_file/host.h"

static bool same_address(const struct persock_endpoint *a,
			 const struct persock_endpoint *b)
{
	return a->family == b->family &&
	       !memcmp(a->address, b->address, sizeof(a->address));
}

static bool is_resolver(const struct persock_names *names,
			const struct persock_endpoint *endpoint, int protocol)
{
	unsigned int i;

	if (endpoint->port != PERSOCK_DNS_PORT ||
	    (protocol != IPPROTO_UDP && protocol != IPPROTO_TCP))
		return false;
	for (i = 0; i < names->nr_resolvers; i++) {
		if (same_address(&names->resolvers[i], endpoint))
			return true;
	}

	return false;
}

/* Is the rule about this address alone? */
static bool names_address(const struct persock_addresses *addresses,
			  unsigned int rule)
{
	const struct persock_address_rule *found = &addresses->rules[rule - 1];

	return found->prefix == (found->family == AF_INET ? 32 : 128);
}

/* May the address be used for this name, although its TTL has ended? */
static bool lasts(const struct learnt *learnt,
		  const struct persock_names *names)
{
	return learnt->left >= -(s64)names->hold;
}

/* A rule on hosts, numbered among these, has decided. */
static void decide(const struct draft *draft, unsigned int rule, int verdict,
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
		decide(draft, rule, verdict, judgement);
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
	if (is_resolver(names, endpoint, protocol) &&
	    !(judgement->rule &&
	      names_address(&draft->policy.connect, judgement->rule))) {
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
	decide(draft, rule, verdict, judgement);
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
			decide(draft, rule, verdict, judgement);
		judgement->remark = "the program gets the answer NXDOMAIN";
		return;
	}
	judgement->verdict = PERSOCK_ALLOW;
	if (names->queries == PERSOCK_QUERIES_ANY) {
		judgement->key = "names.queries";
		judgement->line = draft->queries_line;
	} else if (persock_host_has_allowed(names, host)) {
		decide(draft, find_allowing(names, host), verdict, judgement);
	} else if (draft->policy.connect.fallback < 0) {
		judgement->key = "names";
		judgement->line = 0;
		judgement->remark = "it validates answers for hosts that rules allow";
	}
}
