// SPDX-License-Identifier: GPL-2.0
/*
 * Reports of verdicts that are not plain permission: count, monitor, audit.
 * persock_report() in report.h calls this for them; cmsg.c and message.c
 * report what they ignore.
 */
#include <linux/ktime.h>
#include <linux/string.h>

#include "cgroup/attach.h"
#include "cgroup/stack.h"
#include "policy/unix_rule.h"
#include "policy/vsock_rule.h"
#include "report/denial.h"
#include "report/ignored.h"
#include "report/revealed.h"
#include "socket/report.h"
#include "socket/router.h"

/*
 * Rules on host names are numbered after those on addresses, and those on
 * AF_VSOCK after both.
 */
static u32 address_line(const struct persock_policy *policy,
			const struct persock_addresses *addresses,
			unsigned int rule)
{
	unsigned int others = persock_vsock_number(policy, addresses);

	if (rule > others)
		return addresses->vsock[rule - others - 1].line;

	return rule > addresses->nr ?
	       policy->names.rules[rule - addresses->nr - 1].line :
	       addresses->rules[rule - 1].line;
}

/* The line of the policy file, if the section has a list of rules. */
static u32 line_of(const struct persock_policy *policy,
		   enum persock_class class, const struct persock_call *call)
{
	const struct persock_rules *rules = &policy->rules[class];
	unsigned int rule = call->rule;

	if (!rule)
		return 0;

	switch (call->section) {
	case PERSOCK_SECTION_SOCKETS:
		return policy->sockets.rules[rule - 1].line;
	case PERSOCK_SECTION_OPTIONS_GET:
		return rules->get.list[rule - 1].line;
	case PERSOCK_SECTION_OPTIONS_SET:
		return rules->set.list[rule - 1].line;
	case PERSOCK_SECTION_CONTROL_SEND:
		return rules->control_send.list[rule - 1].line;
	case PERSOCK_SECTION_CONTROL_RECEIVE:
		return rules->control_receive.list[rule - 1].line;
	case PERSOCK_SECTION_IOCTLS:
		return rules->ioctls.list[rule - 1].line;
	case PERSOCK_SECTION_CONNECT:
		return address_line(policy, &policy->connect, rule);
	case PERSOCK_SECTION_BIND:
		return address_line(policy, &policy->bind, rule);
	case PERSOCK_SECTION_ACCEPT:
		return address_line(policy, &policy->accept, rule);
	case PERSOCK_SECTION_UNIX_CONNECT:
		return policy->unix_connect.rules[rule - 1].line;
	case PERSOCK_SECTION_UNIX_BIND:
		return policy->unix_bind.rules[rule - 1].line;
	default:
		return 0;
	}
}

static void describe(struct persock_denial *denial,
		     const struct persock_version *version,
		     const struct persock_call *call)
{
	const struct persock_router *router;

	if (call->request) {
		denial->family = call->request->family;
		denial->type = call->request->type;
		denial->protocol = call->request->protocol;
		denial->line = line_of(&version->policy,
				       persock_class_of(denial->family), call);
		return;
	}

	router = persock_router_peek(call->sock);
	denial->line = line_of(&version->policy, router->class, call);
	if (router->provider->ops->type)
		router->provider->ops->type(call->sock, &denial->family,
					    &denial->type, &denial->protocol);
	else
		denial->type = call->sock->type;
}

/* Does a task of the cgroup call, and not one that its socket was passed to? */
static bool is_own(const struct persock_attachment *inner)
{
	const struct persock_stack *stack = persock_stack_current();

	return stack && persock_stack_inner(stack) == inner;
}

/* @monitored: a program listens for this verdict. */
static void queue_denial(const struct persock_version *version,
			 const struct persock_call *call, int verdict, bool enforce,
			 bool monitored)
{
	struct persock_attachment *inner = persock_stack_inner(call->stack);
	const struct persock_attachment *layer = persock_call_attachment(call);
	struct persock_denial denial = {
		.time = ktime_get_real_ns(),
		.cgroup = layer->id,
		.mode = enforce ? PERSOCK_MODE_ENFORCE : PERSOCK_MODE_AUDIT,
		.operation = call->operation,
		.verdict = verdict,
		.section = call->section,
		.rule = call->rule,
		.reason = call->reason,
		.message = call->message,
		.query = call->query,
		.subject = call->subject,
		.detail = call->detail,
		.layer = call->layer,
		.layers = call->stack->nr,
	};

	describe(&denial, version, call);
	if (call->endpoint)
		denial.endpoint = *call->endpoint;
	if (call->local) {
		denial.local = true;
		persock_unix_text(call->local, denial.host,
				  sizeof(denial.host));
	}
	if (call->host)
		strscpy(denial.host, call->host, sizeof(denial.host));
	strscpy(denial.personality, layer->personality->name,
		sizeof(denial.personality));
	if (verdict < 0 && persock_reveals(version) && is_own(inner))
		persock_revealed_note(&inner->revealed, &denial);
	if (monitored)
		persock_denial_queue(&inner->denials, &denial);
}

/**
 * persock_report_verdict() - report a verdict that is not plain permission
 * @version: the version that judged
 * @call: the judged operation
 * @verdict: PERSOCK_IGNORE or a negative errno
 *
 * Context: any; RCU read side for @version; does not sleep.
 * Return: @verdict, or PERSOCK_ALLOW if the policy audits.
 */
int persock_report_verdict(const struct persock_version *version,
			   const struct persock_call *call, int verdict)
{
	struct persock_attachment *attachment = persock_call_attachment(call);
	bool enforce = call->always || persock_enforces(version);
	bool monitored;

	if (!enforce)
		persock_count(attachment->totals, call->operation,
			      PERSOCK_OUTCOME_AUDITED);
	else
		persock_count(attachment->totals, call->operation,
			      verdict < 0 ? PERSOCK_OUTCOME_DENIED : PERSOCK_OUTCOME_IGNORED);
	if (verdict == PERSOCK_IGNORE) {
		persock_report_ignored(version, call);
	} else {
		monitored = persock_denial_wanted(verdict);
		if (monitored || persock_reveals(version))
			queue_denial(version, call, verdict, enforce,
				     monitored);
	}

	return enforce ? verdict : PERSOCK_ALLOW;
}

/**
 * persock_report_ignored() - report an ignored call, or an ignored part of one
 * @version: the version that judged
 * @call: the ignored call or part; of flags only the ignored ones
 *
 * The call itself is counted elsewhere: most go on without the flag or the
 * message. If the policy audits, nothing is ignored, so it is only reported.
 *
 * Context: any; RCU read side for @version; does not sleep.
 */
void persock_report_ignored(const struct persock_version *version,
			    const struct persock_call *call)
{
	bool enforce = persock_enforces(version);

	if (enforce)
		persock_ignored_count(&persock_call_attachment(call)->ignored,
				      call->section,
				      call->subject, call->detail);
	if (persock_denial_wanted(PERSOCK_IGNORE))
		queue_denial(version, call, PERSOCK_IGNORE, enforce, true);
}

/**
 * persock_report_learnt() - report that an address was learnt
 * @stack: the layers of the socket that has received the answer
 * @endpoint: the address
 * @host: its host name
 * @ttl: seconds
 * @inode: inode number of the network namespace
 *
 * Context: any; RCU read side; does not sleep.
 */
void persock_report_learnt(const struct persock_stack *stack,
			   const struct persock_endpoint *endpoint,
			   const char *host, u32 ttl, u32 inode)
{
	struct persock_denial denial = {
		.time = ktime_get_real_ns(),
		.operation = PERSOCK_OP_RECVMSG,
		.verdict = PERSOCK_ALLOW,
		.endpoint = *endpoint,
		.subject = ttl,
		.detail = inode,
	};

	if (!persock_denial_wanted(PERSOCK_ALLOW))
		return;
	denial.cgroup = persock_stack_inner(stack)->id;
	strscpy(denial.host, host, sizeof(denial.host));
	persock_denial_queue(&persock_stack_inner(stack)->denials, &denial);
}
