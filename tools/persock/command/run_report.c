// SPDX-License-Identifier: GPL-2.0
/*
 * Counts the host names and the AF_UNIX sockets that are refused while a command
 * runs, and prints them at its end. run.c calls it.
 */
#include <linux/genetlink.h>

#include "command/run_report.h"

#include <inttypes.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/error.h"
#include "base/json.h"
#include "wire/denial.h"

/* The module sends the last denials soon after the calls. */
#define LAST_MS	200

/* What was refused: a DNS query, calls to a host's addresses, an AF_UNIX socket. */
enum refused { QUERY, HOST, SOCKET };

/**
 * struct refused_name - a name that was refused
 * @name: the host name, or that of the AF_UNIX socket
 * @kind: what was refused
 * @operation: which operations on an AF_UNIX socket, or ""
 * @audited: it was only reported
 * @count: how often
 */
struct refused_name {
	char *name;
	enum refused kind;
	const char *operation;
	bool audited;
	uint64_t count;
};

int run_report_open(struct run_report *report, struct netlink *nl,
		    uint64_t cgroup)
{
	struct groups groups;
	int status = groups_find(nl, &groups);

	if (status)
		return status;
	report->family = nl->family;
	report->cgroup = cgroup;
	report->socket = group_socket();
	if (!report->socket)
		return EXIT_FAILURE;

	return group_join(report->socket, PERSOCK_GENL_GROUP_DENIALS,
			  groups.denials);
}

int run_report_fd(const struct run_report *report)
{
	return mnl_socket_get_fd(report->socket);
}

static void count(struct run_report *report, const struct refused_name *refused)
{
	struct refused_name *name;
	size_t i;

	for (i = 0; i < report->nr; i++) {
		name = &report->names[i];
		if (name->kind == refused->kind &&
		    name->audited == refused->audited &&
		    !strcmp(name->operation, refused->operation) &&
		    !strcmp(name->name, refused->name)) {
			name->count++;
			return;
		}
	}
	report->names = need(reallocarray(report->names, report->nr + 1,
					  sizeof(*report->names)));
	name = &report->names[report->nr++];
	*name = *refused;
	name->name = need(strdup(refused->name));
	name->count = 1;
}

static void read_denial(void *data, const struct nlattr *nest)
{
	struct run_report *report = data;
	struct refused_name refused;
	const char *host, *socket;
	struct denial denial;

	denial_parse(&denial, nest);
	if (denial_cgroup(&denial) != report->cgroup)
		return;
	host = denial_host(&denial);
	socket = denial_unix_name(&denial);
	if (!host && !socket)
		return;
	refused = (struct refused_name){
		.name = (char *)(host ?: socket),
		.kind = socket ? SOCKET :
			denial_is_query(&denial) ? QUERY : HOST,
		.operation = socket ? denial_operation(&denial) : "",
		.audited = denial_is_audited(&denial),
	};
	count(report, &refused);
}

void run_report_read(struct run_report *report)
{
	report->lost |= group_denials(report->socket, report->family,
				      read_denial, report);
}

static void print_json(const struct run_report *report)
{
	size_t i;

	json_start(stderr);
	json_object(NULL);
	json_array("refused");
	for (i = 0; i < report->nr; i++) {
		const struct refused_name *name = &report->names[i];

		json_object(NULL);
		if (name->kind == SOCKET) {
			json_string("unix_name", name->name);
			json_string("operation", name->operation);
		} else {
			json_string("host", name->name);
			json_bool("query", name->kind == QUERY);
		}
		json_string("mode", name->audited ? "audit" : "enforce");
		json_u64("count", name->count);
		json_object_end();
	}
	json_array_end();
	json_bool("complete", !report->lost);
	json_object_end();
	json_finish();
}

static void print_name(const struct refused_name *name)
{
	static const char *const whats[] = {
		[QUERY] = "DNS queries for ",
		[HOST] = "calls for ",
		[SOCKET] = ", AF_UNIX socket ",
	};

	report_warning("%s%s%s%s: %" PRIu64 " %s",
		       name->audited ? "would be refused: " : "refused: ",
		       name->operation, whats[name->kind],
		       *name->name ? name->name : "unnamed", name->count,
		       name->count == 1 ? "time" : "times");
}

static void print(const struct run_report *report)
{
	size_t i;

	if (!report->nr)
		report_warning("no host name was refused, and no AF_UNIX socket");
	for (i = 0; i < report->nr; i++)
		print_name(&report->names[i]);
	if (report->lost)
		report_warning("denials were dropped: more names may have been refused");
}

void run_report_print(struct run_report *report)
{
	struct pollfd wait = {
		.fd = run_report_fd(report), .events = POLLIN,
	};

	do
		run_report_read(report);
	while (poll(&wait, 1, LAST_MS) > 0);
	if (json_wanted)
		print_json(report);
	else
		print(report);
}

void run_report_close(struct run_report *report)
{
	while (report->nr)
		free(report->names[--report->nr].name);
	free(report->names);
	if (report->socket)
		mnl_socket_close(report->socket);
}
