// SPDX-License-Identifier: GPL-2.0
/*
 * Compares denials with the options of persock monitor. The command monitor calls
 * it.
 */
#include <linux/genetlink.h>

#include "command/monitor_filter.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cgroup.h"
#include "base/error.h"
#include "base/word.h"
#include "command/arguments.h"
#include "wire/cgroup_path.h"
#include "wire/counters.h"
#include "wire/denial.h"
#include "wire/netlink.h"

static int check_operation(const char *text)
{
	const char *names[COUNTERS_MAX], *like;
	unsigned int i;

	for (i = 0; i < operation_count(); i++) {
		names[i] = operation_name(i);
		if (!strcmp(names[i], text))
			return 0;
	}
	like = word_like(names, i, text);

	return usage_error("there is no operation \"%s\"%s%s%s", text,
			   like ? ": did you mean " : "", like ?: "",
			   like ? "?" : "");
}

int monitor_filter_check(const struct monitor_filter *filter)
{
	int status = 0;

	if (filter->personality)
		status = command_check_name("personality", filter->personality);
	if (!status && filter->operation)
		status = check_operation(filter->operation);

	return status;
}

int monitor_filter_open(struct monitor_filter *filter, struct netlink *nl)
{
	const char *path;
	int fd;

	if (!filter->cgroup)
		return 0;
	if (!cgroup_parse_id(filter->cgroup, &filter->id)) {
		fd = cgroup_open(filter->cgroup);
		if (fd < 0)
			return EXIT_FAILURE;
		filter->id = cgroup_id(fd);
		close(fd);
	}
	path = cgroup_path(nl, filter->id);
	filter->path = path ? need(strdup(path)) : NULL;

	return 0;
}

void monitor_filter_close(struct monitor_filter *filter)
{
	free(filter->path);
}

bool monitor_filter_cgroup(const struct monitor_filter *filter,
			   struct netlink *nl, uint64_t id)
{
	const char *path;
	size_t length;

	if (!filter->cgroup || id == filter->id || filter->id == CGROUP_ROOT_ID)
		return true;
	path = filter->path ? cgroup_path(nl, id) : NULL;
	if (!path)
		return false;
	length = strlen(filter->path);

	return !strncmp(path, filter->path, length) && path[length] == '/';
}

bool monitor_filter_denial(const struct monitor_filter *filter,
			   struct netlink *nl, const struct denial *denial)
{
	if (filter->personality &&
	    strcmp(filter->personality, denial_personality(denial)))
		return false;
	if (filter->operation &&
	    strcmp(filter->operation, denial_operation(denial)))
		return false;

	return monitor_filter_cgroup(filter, nl, denial_cgroup(denial));
}
