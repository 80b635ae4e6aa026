// SPDX-License-Identifier: GPL-2.0
/*
 * Verdicts on addresses of AF_VSOCK. socket/vsock.c asks for them, and so does
 * "persock explain". vsock_rule.h says which rule decides.
 *
 * This machine has more than one CID: that of loopback, its own as a guest, and
 * that of the host where it is one. So what a rule denies on one of them would
 * be reached by another, and by a socket that is bound to all of them. Therefore
 * a rule that denies decides about these as well, unless a rule names them.
 */
#include <linux/errno.h>

#include "policy/vsock_rule.h"

static bool has_port(const struct persock_vsock_rule *rule, u32 port)
{
	return port >= rule->first && port <= rule->last;
}

/* Is the rule on fewer ports than all that the kernel chooses from? */
static bool picks_ports(const struct persock_vsock_rule *rule)
{
	return rule->first > PERSOCK_VSOCK_USER_PORT ||
	       rule->last != PERSOCK_VSOCK_ANY;
}

static bool names_cid(const struct persock_vsock_rule *rule)
{
	return rule->cid != PERSOCK_VSOCK_ANY;
}

/* Does @rule go before @best, which comes before it in the policy? */
static bool goes_first(const struct persock_vsock_rule *rule,
		       const struct persock_vsock_rule *best)
{
	if (!best || names_cid(rule) != names_cid(best))
		return !best || names_cid(rule);

	return rule->verdict < 0 && best->verdict >= 0;
}

static const struct persock_vsock_rule *
find_rule(const struct persock_addresses *addresses,
	  const struct persock_vsock *vsock)
{
	const struct persock_vsock_rule *best = NULL;
	unsigned int i;

	for (i = 0; i < addresses->nr_vsock; i++) {
		const struct persock_vsock_rule *rule = &addresses->vsock[i];

		if (has_port(rule, vsock->port) &&
		    (!names_cid(rule) || rule->cid == vsock->cid) &&
		    goes_first(rule, best))
			best = rule;
	}

	return best;
}

/* The first rule that denies a port of a CID. @cid: that one; or any. */
static const struct persock_vsock_rule *
find_denial(const struct persock_addresses *addresses, u32 cid, u32 port)
{
	unsigned int i;

	for (i = 0; i < addresses->nr_vsock; i++) {
		const struct persock_vsock_rule *rule = &addresses->vsock[i];

		if (rule->verdict < 0 && names_cid(rule) &&
		    has_port(rule, port) &&
		    (cid == PERSOCK_VSOCK_ANY || rule->cid == cid))
			return rule;
	}

	return NULL;
}

static int verdict_of(const struct persock_addresses *addresses,
		      const struct persock_vsock_rule *found, unsigned int *rule)
{
	*rule = found ? found - addresses->vsock + 1 : 0;

	return found ? found->verdict : addresses->fallback;
}

/**
 * persock_judge_vsock() - judge an address
 * @addresses: the section
 * @vsock: the address
 * @rule: number of the rule that decided among those on AF_VSOCK, from 1; 0:
 *	  the default did
 *
 * Context: Any. Takes no lock and does not sleep. The same holds for all
 * functions here.
 * Return: PERSOCK_ALLOW or a negative errno.
 */
int persock_judge_vsock(const struct persock_addresses *addresses,
			const struct persock_vsock *vsock, unsigned int *rule)
{
	return verdict_of(addresses, find_rule(addresses, vsock), rule);
}

/**
 * persock_judge_vsock_peer() - judge a peer
 * @addresses: the section
 * @vsock: the peer
 * @own: its CID is one of this machine, or may be
 * @rule: as persock_judge_vsock()
 *
 * Return: PERSOCK_ALLOW or a negative errno; that of the section for a peer
 * without a CID.
 */
int persock_judge_vsock_peer(const struct persock_addresses *addresses,
			     const struct persock_vsock *vsock, bool own,
			     unsigned int *rule)
{
	const struct persock_vsock_rule *found = find_rule(addresses, vsock);
	const struct persock_vsock_rule *other;

	if (vsock->cid == PERSOCK_VSOCK_ANY) {
		*rule = 0;
		return persock_unjudged_errno(addresses);
	}
	if (own && (!found || !names_cid(found)) &&
	    verdict_of(addresses, found, rule) == PERSOCK_ALLOW) {
		other = find_denial(addresses, PERSOCK_CID_LOCAL, vsock->port);
		found = other ?: found;
	}

	return verdict_of(addresses, found, rule);
}

/**
 * persock_judge_vsock_bind() - judge an address that is bound
 * @addresses: the section
 * @vsock: the address
 * @rule: as persock_judge_vsock()
 *
 * Return: PERSOCK_ALLOW or a negative errno.
 */
int persock_judge_vsock_bind(const struct persock_addresses *addresses,
			     const struct persock_vsock *vsock,
			     unsigned int *rule)
{
	const struct persock_vsock_rule *found = find_rule(addresses, vsock);
	const struct persock_vsock_rule *other;

	/* Any port is none yet: persock_judge_vsock_chosen() judges it. */
	if (vsock->cid == PERSOCK_VSOCK_ANY &&
	    vsock->port != PERSOCK_VSOCK_ANY &&
	    verdict_of(addresses, found, rule) == PERSOCK_ALLOW) {
		other = find_denial(addresses, PERSOCK_VSOCK_ANY, vsock->port);
		found = other ?: found;
	}

	return verdict_of(addresses, found, rule);
}

/**
 * persock_judge_vsock_chosen() - judge a port that the kernel has chosen, or
 *				  would
 * @addresses: the section, which allows the CID with any port
 * @vsock: the address, with that port
 * @rule: as persock_judge_vsock()
 *
 * Return: PERSOCK_ALLOW or a negative errno; the default and rules on all ports
 * do not deny it.
 */
int persock_judge_vsock_chosen(const struct persock_addresses *addresses,
			       const struct persock_vsock *vsock,
			       unsigned int *rule)
{
	int verdict = persock_judge_vsock_bind(addresses, vsock, rule);

	if (verdict == PERSOCK_ALLOW || vsock->port < PERSOCK_VSOCK_USER_PORT ||
	    (*rule && picks_ports(&addresses->vsock[*rule - 1])))
		return verdict;

	*rule = 0;
	return PERSOCK_ALLOW;
}
