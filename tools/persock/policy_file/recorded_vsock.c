// SPDX-License-Identifier: GPL-2.0
/*
 * Makes rules on AF_VSOCK of recorded facts. recorded.c calls it.
 *
 * A section without such rules does not judge AF_VSOCK, so the first fact of a
 * section needs a rule in any case: the others are denied then.
 */
#include "policy_file/recorded_vsock.h"

#include "policy_file/judge_vsock.h"

bool recorded_is_vsock(const struct fact *fact)
{
	return persock_section_is_address(fact->section) &&
	       fact->endpoint.family == AF_VSOCK;
}

int recorded_judge_vsock(const struct draft *draft, const struct fact *fact,
			 struct judgement *judgement)
{
	const struct persock_vsock vsock = persock_vsock_unpack(&fact->endpoint);
	struct persock_policy *policy = (struct persock_policy *)&draft->policy;

	const struct persock_addresses *addresses =
		persock_section_addresses(policy, fact->section);

	judge_vsock(draft, fact->section, &vsock, judgement);
	if (!addresses->nr_vsock && addresses->fallback < 0)
		judgement->verdict = addresses->fallback;

	return judgement->verdict;
}

void recorded_add_vsock(struct draft *draft, const struct fact *fact,
			unsigned int number)
{
	const struct persock_vsock vsock = persock_vsock_unpack(&fact->endpoint);
	struct persock_vsock_rule rule = {
		.cid = vsock.cid,
		.first = vsock.port,
		.last = vsock.port,
		.line = number,
	};

	if (fact->section == PERSOCK_SECTION_ACCEPT)
		rule.first = 0;
	draft_add_vsock(draft, fact->section, &rule);
}
