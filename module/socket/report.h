/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Reports of verdicts: a verdict is counted, traced, and reported to programs
 * that monitor denials. If the policy only audits, it is then allowed. Every
 * file that judges calls persock_report().
 */
#ifndef _PERSOCK_REPORT_H
#define _PERSOCK_REPORT_H

#include "cgroup/attachment.h"
#include "report/counters.h"
#include "report/trace.h"

/**
 * struct persock_call - a judged operation, and what decided
 * @operation: the judged operation
 * @section: the part of the policy that decided
 * @rule: number of the rule that decided, from 1; 0: the default, or a limit
 * @sock: the governed socket; NULL for a request for one
 * @request: the requested socket, or NULL
 * @always: no policy can allow the operation, so audit mode does not either
 * @message: a control message decided: @subject and @detail are its level and
 *	     type
 * @subject: level of an option; flags of a message; command of an ioctl
 * @detail: name of an option
 * @endpoint: the address that was judged, or NULL
 */
struct persock_call {
	enum persock_operation operation;
	enum persock_section section;
	unsigned int rule;
	struct socket *sock;
	const struct persock_request *request;
	bool always;
	bool message;
	u32 subject;
	u32 detail;
	const struct persock_endpoint *endpoint;
};

int persock_report_verdict(struct persock_attachment *attachment,
			   const struct persock_version *version,
			   const struct persock_call *call, int verdict);

void persock_report_ignored(struct persock_attachment *attachment,
			    const struct persock_version *version,
			    const struct persock_call *call);

/**
 * persock_report() - report the verdict on an operation
 * @attachment: the attachment that governs
 * @version: the version that judged
 * @call: the judged operation
 * @verdict: PERSOCK_ALLOW, PERSOCK_IGNORE or a negative errno
 *
 * Context: any; RCU read side for @version; does not sleep.
 * Return: @verdict, or PERSOCK_ALLOW if the policy audits.
 */
static inline int persock_report(struct persock_attachment *attachment,
				 const struct persock_version *version,
				 const struct persock_call *call, int verdict)
{
	/* Asked first: who does not trace reads no arguments. */
	if (call->request) {
		if (trace_persock_create_enabled())
			trace_persock_create(attachment->id,
					     attachment->personality->name,
					     call->request, verdict);
	} else if (trace_persock_verdict_enabled()) {
		trace_persock_verdict(attachment->id,
				      attachment->personality->name,
				      call->operation, call->subject,
				      call->detail, verdict);
	}
	if (unlikely(verdict))
		return persock_report_verdict(attachment, version, call,
					      verdict);

	persock_count(attachment->totals, call->operation, PERSOCK_ALLOWED);
	return PERSOCK_ALLOW;
}

/**
 * persock_enforces() - are verdicts applied?
 * @version: the version that judges
 *
 * Return: false if the policy only audits.
 */
static inline bool persock_enforces(const struct persock_version *version)
{
	return version->policy.mode == PERSOCK_MODE_ENFORCE;
}

#endif /* _PERSOCK_REPORT_H */
