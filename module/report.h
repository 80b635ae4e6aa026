/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What becomes of a verdict: it is counted and traced.
 */
#ifndef _PERSOCK_REPORT_H
#define _PERSOCK_REPORT_H

#include "counters.h"
#include "trace.h"

/**
 * persock_report() - tell of a verdict on an operation of a governed socket
 * @attachment: under which the socket was created
 * @operation: what was judged
 * @subject: level of an option; flags of a message; command of an ioctl; or 0
 * @detail: name of an option; or 0
 * @verdict: PERSOCK_ALLOW, PERSOCK_IGNORE or a negative errno
 *
 * Context: any; does not sleep.
 */
static inline void persock_report(struct persock_attachment *attachment,
				  enum persock_operation operation,
				  u32 subject, u32 detail, int verdict)
{
	persock_count(attachment->totals, operation, verdict);
	trace_persock_verdict(attachment, operation, subject, detail, verdict);
}

/**
 * persock_report_create() - tell of a verdict on a request for a socket
 * @attachment: what governs
 * @request: what was requested
 * @verdict: PERSOCK_ALLOW or a negative errno
 *
 * Context: any; does not sleep.
 */
static inline void
persock_report_create(struct persock_attachment *attachment,
		      const struct persock_request *request, int verdict)
{
	persock_count(attachment->totals, PERSOCK_OP_CREATE, verdict);
	trace_persock_create(attachment, request, verdict);
}

#endif /* _PERSOCK_REPORT_H */
