// SPDX-License-Identifier: GPL-2.0
/*
 * Reports of verdicts that are not plain permission: count, monitor, audit.
 * persock_report() in report.h calls this for them; cmsg.c and message.c
 * report what they ignore.
 */
#include "report/denial.h"
#include "report/ignored.h"
#include "socket/report.h"
#include "socket/router.h"

static u32 address_line(const struct persock_addresses *addresses,
			unsigned int rule)
{
	return addresses->rules[rule - 1].line;
}

/* The line of the policy file, if the section has a list of rules. */
static u32 line_of(const struct persock_policy *policy,
		   enum persock_class class, const struct persock_event *event)
{
	const struct persock_rules *rules = &policy->rules[class];
	unsigned int rule = event->rule;

	if (!rule)
		return 0;

	switch (event->section) {
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
		return address_line(&policy->connect, rule);
	case PERSOCK_SECTION_BIND:
		return address_line(&policy->bind, rule);
	case PERSOCK_SECTION_ACCEPT:
		return address_line(&policy->accept, rule);
	default:
		return 0;
	}
}

static void describe(struct persock_denial *denial,
		     const struct persock_version *version,
		     const struct persock_event *event)
{
	const struct persock_router *router;

	if (event->request) {
		denial->family = event->request->family;
		denial->type = event->request->type;
		denial->protocol = event->request->protocol;
		denial->line = line_of(&version->policy,
				       persock_class_of(denial->family), event);
		return;
	}

	router = persock_router_peek(event->sock);
	denial->line = line_of(&version->policy, router->class, event);
	if (router->provider->ops->type)
		router->provider->ops->type(event->sock, &denial->family,
					    &denial->type, &denial->protocol);
	else
		denial->type = event->sock->type;
}

static void tell(struct persock_attachment *attachment,
		 const struct persock_version *version,
		 const struct persock_event *event, int verdict, bool enforce)
{
	struct persock_denial denial = {
		.mode = enforce ? PERSOCK_MODE_ENFORCE : PERSOCK_MODE_AUDIT,
		.operation = event->operation,
		.verdict = verdict,
		.section = event->section,
		.rule = event->rule,
		.message = event->message,
		.subject = event->subject,
		.detail = event->detail,
	};

	describe(&denial, version, event);
	if (event->endpoint)
		denial.endpoint = *event->endpoint;
	persock_denial_tell(&attachment->denials, &denial);
}

/**
 * persock_report_other() - report a verdict that is not plain permission
 * @attachment: the attachment that governs
 * @version: the version that judged
 * @event: the judged operation
 * @verdict: PERSOCK_IGNORE or a negative errno
 *
 * Context: any; RCU read side for @version; does not sleep.
 * Return: @verdict, or PERSOCK_ALLOW if the policy audits.
 */
int persock_report_other(struct persock_attachment *attachment,
			 const struct persock_version *version,
			 const struct persock_event *event, int verdict)
{
	bool enforce = event->always || persock_enforces(version);

	if (!enforce)
		persock_count(attachment->totals, event->operation,
			      PERSOCK_AUDITED);
	else
		persock_count(attachment->totals, event->operation,
			      verdict < 0 ? PERSOCK_DENIED : PERSOCK_IGNORED);
	if (verdict == PERSOCK_IGNORE)
		persock_report_ignored(attachment, version, event);
	else if (persock_denial_wanted(verdict))
		tell(attachment, version, event, verdict, enforce);

	return enforce ? verdict : PERSOCK_ALLOW;
}

/**
 * persock_report_ignored() - report an ignored call, or an ignored part of one
 * @attachment: the attachment that governs
 * @version: the version that judged
 * @event: the ignored call or part; of flags only the ignored ones
 *
 * The call itself is counted elsewhere: most go on without the flag or the
 * message. If the policy audits, nothing is ignored, so it is only reported.
 *
 * Context: any; RCU read side for @version; does not sleep.
 */
void persock_report_ignored(struct persock_attachment *attachment,
			    const struct persock_version *version,
			    const struct persock_event *event)
{
	bool enforce = persock_enforces(version);

	if (enforce)
		persock_ignored_count(&attachment->ignored, event->section,
				      event->subject, event->detail);
	if (persock_denial_wanted(PERSOCK_IGNORE))
		tell(attachment, version, event, PERSOCK_IGNORE, enforce);
}
