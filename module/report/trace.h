/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tracepoints, for perf, bpftrace and ftrace: persock:persock_create,
 * persock:persock_verdict and persock:persock_attach. socket/report.h emits
 * the first two, cgroup/attach.c the third; main.c instantiates them. A
 * verdict is 0 (allow), 1 (ignore) or a negative errno.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM persock

#if !defined(_PERSOCK_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define _PERSOCK_TRACE_H

#include <linux/tracepoint.h>

#include "policy/request.h"

/* Called for the first user of persock_verdict, and after the last one. */
int persock_trace_begin(void);
void persock_trace_end(void);

/* The operations of the UAPI, by their names in the specification. */
#define persock_show_operation(operation) __print_symbolic(operation,	\
	{ PERSOCK_OP_CREATE, "create" },				\
	{ PERSOCK_OP_PAIR, "pair" },					\
	{ PERSOCK_OP_CONNECT, "connect" },				\
	{ PERSOCK_OP_ACCEPT, "accept" },				\
	{ PERSOCK_OP_BIND, "bind" },					\
	{ PERSOCK_OP_LISTEN, "listen" },				\
	{ PERSOCK_OP_SHUTDOWN, "shutdown" },				\
	{ PERSOCK_OP_GETSOCKOPT, "getsockopt" },			\
	{ PERSOCK_OP_SETSOCKOPT, "setsockopt" },			\
	{ PERSOCK_OP_GETNAME, "getname" },				\
	{ PERSOCK_OP_SENDMSG, "sendmsg" },				\
	{ PERSOCK_OP_RECVMSG, "recvmsg" },				\
	{ PERSOCK_OP_IOCTL, "ioctl" },					\
	{ PERSOCK_OP_MMAP, "mmap" })

/**
 * persock_create - a socket was requested by a governed task
 * @cgroup: id of the cgroup whose attachment governs; 0 without one
 * @personality: name of its personality
 * @request: the request
 * @verdict: the verdict
 */
TRACE_EVENT(persock_create,
	TP_PROTO(u64 cgroup, const char *personality,
		 const struct persock_request *request, int verdict),
	TP_ARGS(cgroup, personality, request, verdict),
	TP_STRUCT__entry(
		__field(u64, cgroup)
		__array(char, personality, PERSOCK_NAME_MAX + 1)
		__field(int, family)
		__field(int, type)
		__field(int, protocol)
		__field(int, verdict)
	),
	TP_fast_assign(
		__entry->cgroup = cgroup;
		strscpy(__entry->personality, personality,
			sizeof(__entry->personality));
		__entry->family = request->family;
		__entry->type = request->type;
		__entry->protocol = request->protocol;
		__entry->verdict = verdict;
	),
	TP_printk("cgroup=%llu personality=%s family=%d type=%d protocol=%d verdict=%d",
		  __entry->cgroup, __entry->personality, __entry->family,
		  __entry->type, __entry->protocol, __entry->verdict)
);

/**
 * persock_verdict - an operation on a governed socket was judged
 *
 * While it is traced every operation is judged, see socket/straight.c.
 *
 * @cgroup: id of the cgroup under whose attachment the socket was created
 * @personality: name of its personality
 * @operation: the operation
 * @subject: level of an option; flags of a message; command of an ioctl
 * @detail: name of an option; else 0
 * @verdict: the verdict
 */
TRACE_EVENT_FN(persock_verdict,
	TP_PROTO(u64 cgroup, const char *personality,
		 enum persock_operation operation, u32 subject, u32 detail,
		 int verdict),
	TP_ARGS(cgroup, personality, operation, subject, detail, verdict),
	TP_STRUCT__entry(
		__field(u64, cgroup)
		__array(char, personality, PERSOCK_NAME_MAX + 1)
		__field(int, operation)
		__field(u32, subject)
		__field(u32, detail)
		__field(int, verdict)
	),
	TP_fast_assign(
		__entry->cgroup = cgroup;
		strscpy(__entry->personality, personality,
			sizeof(__entry->personality));
		__entry->operation = operation;
		__entry->subject = subject;
		__entry->detail = detail;
		__entry->verdict = verdict;
	),
	TP_printk("cgroup=%llu personality=%s operation=%s subject=%#x detail=%u verdict=%d",
		  __entry->cgroup, __entry->personality,
		  persock_show_operation(__entry->operation), __entry->subject,
		  __entry->detail, __entry->verdict),
	persock_trace_begin, persock_trace_end
);

/**
 * persock_attach - a cgroup was attached or detached
 * @cgroup: its id
 * @personality: name of the personality
 * @attached: true when attached
 */
TRACE_EVENT(persock_attach,
	TP_PROTO(u64 cgroup, const char *personality, bool attached),
	TP_ARGS(cgroup, personality, attached),
	TP_STRUCT__entry(
		__field(u64, cgroup)
		__array(char, personality, PERSOCK_NAME_MAX + 1)
		__field(bool, attached)
	),
	TP_fast_assign(
		__entry->cgroup = cgroup;
		strscpy(__entry->personality, personality,
			sizeof(__entry->personality));
		__entry->attached = attached;
	),
	TP_printk("cgroup=%llu personality=%s attached=%d", __entry->cgroup,
		  __entry->personality, __entry->attached)
);

#endif /* _PERSOCK_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH report
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
