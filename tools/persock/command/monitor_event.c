// SPDX-License-Identifier: GPL-2.0
/*
 * Writes the events of persock monitor: lines, JSON, entries of the journal.
 * monitor.c calls it. An entry has the line as its message, and as its fields
 * what the JSON object has.
 */
#include <linux/genetlink.h>

#include "command/monitor_event.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include "base/error.h"
#include "base/json.h"
#include "base/moment.h"
#include "base/text.h"
#include "command/journal.h"
#include "wire/cgroup_path.h"
#include "wire/denial.h"
#include "wire/name.h"

/* What follows the time. */
static void print(FILE *stream, const struct monitor_event *event,
		  struct netlink *nl)
{
	if (event->denial) {
		denial_print(stream, event->denial, nl);
	} else if (event->learnt) {
		cgroup_print(stream, event->cgroup, nl);
		fputs(" learnt ", stream);
		name_print(stream, event->learnt);
	} else if (event->more) {
		cgroup_print(stream, event->cgroup, nl);
		fprintf(stream, " %" PRIu64 " %s dropped", event->more,
			event->more == 1 ? "denial was" : "denials were");
	} else {
		fputs("the reader was too slow: denials were dropped", stream);
	}
}

static void json(const struct monitor_event *event, struct netlink *nl)
{
	moment_json(event->time);
	if (event->denial) {
		denial_json(event->denial, nl);
		return;
	}
	if (event->overrun) {
		json_bool("overrun", true);
		return;
	}
	cgroup_json(event->cgroup, nl);
	if (event->learnt) {
		json_bool("learnt", true);
		name_json(event->learnt);
	} else {
		json_u64("not_told", event->more);
		json_u64("lost", event->lost);
	}
}

void monitor_event_print(const struct monitor_event *event, struct netlink *nl)
{
	if (json_wanted) {
		json_start(stdout);
		json_object(NULL);
		json(event, nl);
		json_object_end();
		json_finish();
		return;
	}
	/* It is on stderr. */
	if (event->overrun)
		return;
	moment_print(stdout, event->time);
	print(stdout, event, nl);
	putchar('\n');
}

/* Denials that are applied, and what was lost of them, are warnings. */
static int priority(const struct monitor_event *event)
{
	if (event->learnt)
		return LOG_INFO;
	if (event->denial && (denial_is_audited(event->denial) ||
			      !strcmp(denial_verdict(event->denial), "ignored")))
		return LOG_NOTICE;

	return LOG_WARNING;
}

/* Fields by which one searches, beside those of the JSON object. */
static void add_names(const struct monitor_event *event, struct netlink *nl)
{
	const char *path;
	uint64_t cgroup = event->denial ? denial_cgroup(event->denial) :
					  event->cgroup;

	if (event->overrun)
		return;
	path = cgroup_path(nl, cgroup);
	if (path)
		journal_field("PERSOCK_CGROUP", path);
	if (event->denial)
		journal_field("PERSOCK_VERDICT",
			      denial_verdict(event->denial));
}

int monitor_event_log(const struct monitor_event *event, struct netlink *nl)
{
	char *message = NULL, level[2] = { '0' + priority(event) };
	size_t length;
	FILE *stream;
	int result;

	stream = need(open_memstream(&message, &length));
	print(stream, event, nl);
	fclose(stream);
	journal_field("MESSAGE", need(message));
	journal_field("PRIORITY", level);
	journal_field("SYSLOG_IDENTIFIER", "persock");
	add_names(event, nl);
	json_fields(journal_json);
	json(event, nl);
	json_fields(NULL);
	free(message);
	result = journal_send();

	return result < 0 ? report_error("cannot write to the journal (%s)",
					 strerror(-result)) : 0;
}
