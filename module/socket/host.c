// SPDX-License-Identifier: GPL-2.0
/*
 * Peers by host name. endpoint.c asks for each peer that section connect
 * judges: a rule on addresses decides first, then the names by which the
 * cgroup has learnt the address.
 *
 * No lock: the table of learnt addresses is read under RCU.
 */
#include <linux/rhashtable.h>
#include <linux/string.h>
#include <net/sock.h>

#include "cgroup/learnt.h"
#include "cgroup/stack.h"
#include "policy/address.h"
#include "policy/host.h"
#include "socket/host.h"

static const struct rhlist_head *names_of(const struct persock_identity *who,
					  const struct persock_endpoint *endpoint,
					  const struct persock_call *call)
{
	const struct persock_attachment *inner =
		persock_stack_inner(call->stack);

	return who->sk ? persock_learnt_find(&inner->account->learnt, sock_net(who->sk),
					     endpoint) : NULL;
}

/* Does a policy know the address by this name? */
static bool knows(const struct persock_names *names,
		  const struct persock_learnt *learnt)
{
	if (learnt->resolver.family &&
	    !persock_is_resolver(names, &learnt->resolver))
		return false;

	return persock_learnt_left(learnt) + (s64)names->hold >= 0 ||
	       persock_learnt_left(learnt) == S64_MAX;
}

/*
 * The verdict of the rules on the names of an address. A name that a rule
 * denies goes before one that a rule allows: what is known of the address is
 * that the denied host has it.
 */
static int judge_names(const struct persock_identity *who,
		       const struct persock_names *names,
		       const struct persock_endpoint *endpoint,
		       struct persock_call *call, unsigned int *rule)
{
	const struct rhlist_head *list = names_of(who, endpoint, call);
	const struct rhlist_head *position;
	const struct persock_learnt *learnt;
	int result = PERSOCK_NO_HOST_RULE;

	rhl_for_each_entry_rcu(learnt, position, list, node) {
		unsigned int number;
		int verdict;

		if (!knows(names, learnt))
			continue;
		if (!call->host)
			call->host = learnt->host;
		verdict = persock_judge_host(names, learnt->host,
					     endpoint->port, who->protocol,
					     &number);
		if (verdict == PERSOCK_NO_HOST_RULE ||
		    (verdict == PERSOCK_ALLOW && result <= 0))
			continue;
		result = verdict;
		*rule = number;
		call->host = learnt->host;
		if (verdict < 0)
			break;
	}

	return result;
}

/**
 * persock_host_judge_peer() - the verdict of section connect on a peer
 * @who: the socket
 * @policy: the policy that judges
 * @endpoint: the peer
 * @call: the rule that decided, and a name of the peer, are filled in. The name
 *	  lives as long as the RCU read side
 *
 * Context: any; RCU read side for @policy.
 * Return: PERSOCK_ALLOW or a negative errno.
 */
int persock_host_judge_peer(const struct persock_identity *who,
			    const struct persock_policy *policy,
			    const struct persock_endpoint *endpoint,
			    struct persock_call *call)
{
	const struct persock_names *names = &policy->names;
	unsigned int rule;
	int verdict, by_name;

	verdict = persock_judge_address(&policy->connect, endpoint,
					who->protocol, &call->rule);
	if (likely(!names->nr_resolvers))
		return verdict;
	if (persock_host_speaks_dns(who->type, who->protocol) &&
	    persock_allows_resolver(policy, endpoint, call->rule)) {
		call->rule = 0;
		return PERSOCK_ALLOW;
	}
	if (call->rule)
		return verdict;

	by_name = judge_names(who, names, endpoint, call, &rule);
	if (by_name == PERSOCK_NO_HOST_RULE)
		return verdict;
	call->rule = policy->connect.nr + rule;

	return by_name;
}

/**
 * persock_host_name() - the name for which an address was learnt last
 * @who: the socket
 * @endpoint: the address
 * @call: the call
 *
 * Context: any; RCU read side, which protects the result.
 * Return: the name, or NULL if it is not known by any.
 */
const char *persock_host_name(const struct persock_identity *who,
			      const struct persock_endpoint *endpoint,
			      const struct persock_call *call)
{
	const struct rhlist_head *list = names_of(who, endpoint, call);
	const struct persock_learnt *learnt, *last = NULL;
	const struct rhlist_head *position;

	rhl_for_each_entry_rcu(learnt, position, list, node) {
		if (!last || READ_ONCE(learnt->number) > READ_ONCE(last->number))
			last = learnt;
	}

	return last ? last->host : NULL;
}

/**
 * persock_host_allows_unsent() - does a rule allow a peer on any port and
 *				  protocol?
 * @who: the socket
 * @policy: the policy that judges
 * @call: the call, whose endpoint was denied
 *
 * Context: any; RCU read side for @policy.
 * Return: true if a rule on addresses or on a name of the peer does.
 */
bool persock_host_allows_unsent(const struct persock_identity *who,
				const struct persock_policy *policy,
				const struct persock_call *call)
{
	const struct rhlist_head *list, *position;
	const struct persock_learnt *learnt;

	if (persock_address_has_allowed(&policy->connect, call->endpoint,
					who->protocol))
		return true;
	if (!policy->names.nr_resolvers)
		return false;

	list = names_of(who, call->endpoint, call);
	rhl_for_each_entry_rcu(learnt, position, list, node) {
		if (knows(&policy->names, learnt) &&
		    persock_host_has_allowed(&policy->names, learnt->host))
			return true;
	}

	return false;
}
