/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Reports of verdicts: a verdict is counted, traced, and reported to programs
 * that monitor denials. If the policy only audits, it is then allowed. judge.c
 * calls persock_report() for each layer that judges.
 */
#ifndef _PERSOCK_REPORT_H
#define _PERSOCK_REPORT_H

#include "cgroup/layer.h"
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
 * @reason: why, if the module can tell
 * @message: a control message decided: @subject and @detail are its level and
 *	     type
 * @subject: level of an option; flags of a message; command of an ioctl
 * @detail: name of an option
 * @endpoint: the address that was judged, or NULL
 * @host: a host name of @endpoint, or the one that a query is for; NULL: none
 * @local: the AF_UNIX name that was judged, or NULL
 * @own: the peer is of AF_VSOCK, and its CID may be one of this machine
 * @query: a DNS query was judged
 * @final: whatever the verdict is, layers further in are not asked
 * @stack: the layers that govern; judge.c sets this and the next one
 * @layer: index of the layer that judges
 */
struct persock_call {
	enum persock_operation operation;
	enum persock_section section;
	unsigned int rule;
	struct socket *sock;
	const struct persock_request *request;
	bool always;
	enum persock_reason reason;
	bool message;
	u32 subject;
	u32 detail;
	const struct persock_endpoint *endpoint;
	const char *host;
	const struct persock_unix_name *local;
	bool own;
	bool query;
	bool final;
	const struct persock_stack *stack;
	unsigned int layer;
};

int persock_report_verdict(const struct persock_version *version,
			   const struct persock_call *call, int verdict);

void persock_report_learnt(const struct persock_stack *stack,
			   const struct persock_endpoint *endpoint,
			   const char *host, u32 ttl, u32 inode);

void persock_report_ignored(const struct persock_version *version,
			    const struct persock_call *call);

/**
 * persock_call_attachment() - the attachment whose layer judges a call
 * @call: the judged call
 *
 * Return: the attachment.
 */
static inline struct persock_attachment *
persock_call_attachment(const struct persock_call *call)
{
	return call->stack->layers[call->layer].attachment;
}

/* Is an allowed call of this kind counted, whatever the policies say? */
static inline bool persock_always_counted(enum persock_operation operation)
{
	return operation != PERSOCK_OP_SENDMSG &&
	       operation != PERSOCK_OP_RECVMSG &&
	       operation != PERSOCK_OP_GETSOCKOPT &&
	       operation != PERSOCK_OP_SETSOCKOPT;
}

/**
 * persock_report() - report a layer's verdict on an operation
 * @view: the view whose version of the layer judged
 * @call: the judged operation
 * @verdict: PERSOCK_ALLOW, PERSOCK_IGNORE or a negative errno
 *
 * Context: any; RCU read side for @view; does not sleep.
 * Return: @verdict, or PERSOCK_ALLOW if the policy audits.
 */
static inline int persock_report(const struct persock_view *view,
				 const struct persock_call *call, int verdict)
{
	struct persock_attachment *attachment = persock_call_attachment(call);
	const struct persock_version *version = view->layers[call->layer];

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
		return persock_report_verdict(version, call, verdict);

	if (view->counts || persock_always_counted(call->operation))
		persock_count(attachment->totals, call->operation,
			      PERSOCK_OUTCOME_ALLOWED);
	return PERSOCK_ALLOW;
}

#endif /* _PERSOCK_REPORT_H */
