// SPDX-License-Identifier: GPL-2.0
/*
 * Tries addresses of AF_VSOCK that a rule matches. unreachable.c calls it.
 *
 * The CIDs and port ranges of all layers cut the addresses of the rule into
 * pieces, and one address of a piece stands for all. A port that a bind leaves
 * to the kernel passes although the default denies it, see vsock_rule.c of the
 * module.
 */
#include "policy_file/outer_vsock.h"

#include "module/policy/vsock_rule.h"
#include "policy_file/judgement.h"

/**
 * struct search - the addresses of a rule
 * @outer: the layers around the rule's policy
 * @section: section of the rule
 * @rule: the rule
 * @denier: what denies the pieces so far
 */
struct search {
	struct outer *outer;
	enum persock_section section;
	const struct persock_vsock_rule *rule;
	struct denier *denier;
};

static const struct persock_addresses *addresses_of(const struct search *search,
						    unsigned int layer)
{
	struct persock_policy *policy =
		(struct persock_policy *)&search->outer->layers[layer]->policy;

	return persock_section_addresses(policy, search->section);
}

static bool judges(const struct search *search, unsigned int layer)
{
	return outer_enforces(search->outer, layer) &&
	       addresses_of(search, layer)->nr_vsock;
}

/* A peer with the CID of the host may be this machine, as the module sees it. */
static int judge(const struct search *search, unsigned int layer,
		 const struct persock_vsock *vsock, unsigned int *rule)
{
	const struct persock_addresses *addresses = addresses_of(search, layer);

	if (search->section == PERSOCK_SECTION_CONNECT &&
	    vsock->cid == PERSOCK_CID_HOST)
		return persock_judge_vsock_peer(addresses, vsock, true, rule);

	return persock_judge_vsock(addresses, vsock, rule);
}

/* Judge by all layers that enforce. @denier notes the first that denies. */
static bool all_allow(const struct search *search,
		      const struct persock_vsock *vsock, struct denier *denier)
{
	unsigned int i;

	for (i = 0; i < search->outer->nr; i++) {
		const struct persock_addresses *addresses =
			addresses_of(search, i);
		struct judgement judgement = { .section = search->section };

		if (!judges(search, i) ||
		    judge(search, i, vsock, &judgement.rule) >= 0)
			continue;
		judgement.line = judgement.rule ?
			addresses->vsock[judgement.rule - 1].line & ~DRAFT_MARK :
			search->outer->layers[i]->lines[search->section]
						       [PERSOCK_CLASS_INET];
		if (denier)
			denier_add(denier, i, &judgement);
		return false;
	}

	return true;
}

/* Can the kernel choose the port? */
static bool is_chosen(const struct search *search,
		      const struct persock_vsock *vsock)
{
	struct persock_vsock any = { vsock->cid, PERSOCK_VSOCK_ANY };
	unsigned int i, rule;

	if (search->section != PERSOCK_SECTION_BIND ||
	    vsock->port < PERSOCK_VSOCK_USER_PORT ||
	    !all_allow(search, &any, NULL))
		return false;
	for (i = 0; i < search->outer->nr; i++) {
		if (judges(search, i) &&
		    persock_judge_vsock_chosen(addresses_of(search, i), vsock,
					       &rule) < 0)
			return false;
	}

	return true;
}

static bool passes(const struct search *search, u32 cid, u32 port)
{
	const struct persock_vsock vsock = { cid, port };

	if (port < search->rule->first || port > search->rule->last ||
	    (search->rule->cid != PERSOCK_VSOCK_ANY && search->rule->cid != cid))
		return false;

	return all_allow(search, &vsock, search->denier) ||
	       is_chosen(search, &vsock);
}

/* Does an address with the CID pass? The pieces begin where ranges do. */
static bool passes_cid(struct search *search, u32 cid)
{
	unsigned int i, j;

	if (passes(search, cid, search->rule->first))
		return true;
	for (i = 0; i < search->outer->nr; i++) {
		const struct persock_addresses *addresses =
			addresses_of(search, i);

		for (j = 0; j < addresses->nr_vsock; j++) {
			const struct persock_vsock_rule *other =
				&addresses->vsock[j];

			/* Out of steps: it is not known. */
			if (!outer_step(search->outer, search->outer->nr) ||
			    passes(search, cid, other->first) ||
			    (other->last != PERSOCK_VSOCK_ANY &&
			     passes(search, cid, other->last + 1)))
				return true;
		}
	}
	/* The kernel's choice begins here. */
	return passes(search, cid, PERSOCK_VSOCK_USER_PORT);
}

bool outer_denies_vsock(struct outer *outer, enum persock_section section,
			const struct persock_vsock_rule *rule,
			struct denier *denier)
{
	struct search search = {
		.outer = outer, .section = section, .rule = rule,
		.denier = denier,
	};
	unsigned int i, j;

	/* With any CID that stands for those that no rule names. */
	if (passes_cid(&search, rule->cid))
		return false;
	for (i = 0; i < outer->nr && rule->cid == PERSOCK_VSOCK_ANY; i++) {
		const struct persock_addresses *addresses =
			addresses_of(&search, i);

		for (j = 0; j < addresses->nr_vsock; j++) {
			if (passes_cid(&search, addresses->vsock[j].cid))
				return false;
		}
	}

	return denier->found;
}
