// SPDX-License-Identifier: GPL-2.0
/*
 * Judges addresses of AF_VSOCK. The command explain calls it, and recorded.c.
 */
#include "policy_file/judge_vsock.h"

void judge_vsock(const struct draft *draft, enum persock_section section,
		 const struct persock_vsock *vsock, struct judgement *judgement)
{
	struct persock_policy *policy = (struct persock_policy *)&draft->policy;
	const struct persock_addresses *addresses =
		persock_section_addresses(policy, section);
	bool own = vsock->cid == PERSOCK_CID_HOST &&
		   section == PERSOCK_SECTION_CONNECT;

	*judgement = (struct judgement){ .section = section };
	if (!addresses->nr_vsock) {
		judgement->remark = "the section has no rules on AF_VSOCK, and so does not judge it";
		return;
	}
	if (section == PERSOCK_SECTION_BIND)
		judgement->verdict =
			persock_judge_vsock_bind(addresses, vsock,
						 &judgement->rule);
	else
		judgement->verdict =
			persock_judge_vsock_peer(addresses, vsock, own,
						 &judgement->rule);
	if (judgement->rule) {
		judgement->line =
			addresses->vsock[judgement->rule - 1].line & ~DRAFT_MARK;
		judgement->rule += persock_vsock_number(policy, addresses);
	} else {
		judgement->line = draft->lines[section][PERSOCK_CLASS_INET];
	}
	if (section == PERSOCK_SECTION_BIND && !judgement->verdict &&
	    vsock->port == PERSOCK_VSOCK_ANY)
		judgement->remark = "rules on particular ports judge the port that the kernel chooses";
	if (section == PERSOCK_SECTION_CONNECT && !judgement->verdict &&
	    vsock->cid > PERSOCK_CID_HOST)
		judgement->remark = "if the CID is this machine's own, a rule that denies CID 1 denies it";
}
