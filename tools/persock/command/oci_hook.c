// SPDX-License-Identifier: GPL-2.0
/*
 * persock oci-hook: a createRuntime hook of an OCI runtime, which attaches the
 * cgroup of a container. main.c calls it.
 *
 * The runtime passes the state of the container on stdin; its process exists
 * and has not started yet. If this command fails, the container is not started.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cgroup.h"
#include "base/error.h"
#include "command/arguments.h"
#include "command/commands.h"
#include "runtime/annotation.h"
#include "runtime/json_text.h"
#include "wire/attachment.h"
#include "wire/netlink.h"
#include "wire/personality.h"

/* Is @inner @outer, or below it? */
static bool is_within(const char *inner, const char *outer)
{
	size_t length = strlen(outer);

	return !strncmp(inner, outer, length) &&
	       (!inner[length] || inner[length] == '/');
}

static int attach(const char *pid, const char *personality)
{
	char *container = cgroup_of(pid), *own = cgroup_of("self");
	int status = EXIT_FAILURE, fd = -1;
	struct netlink nl;

	if (!container || !own)
		goto free;
	/* This would govern the runtime and its other children, too. */
	if (is_within(own, container)) {
		report_error("the container has no cgroup of its own: it is in %s, like its runtime",
			     container);
		goto free;
	}
	fd = cgroup_open(container);
	if (fd < 0)
		goto free;
	status = netlink_open(&nl);
	if (status)
		goto free;
	if (attachment_new(&nl, fd, personality, false))
		status = personality_error(&nl, personality);
	netlink_close(&nl);
free:
	if (fd >= 0)
		close(fd);
	free(container);
	free(own);

	return status;
}

static int run(struct json_object *state)
{
	struct json_object *pid;
	const char *personality;
	char number[16];
	int status;

	if (!annotation_find(state, "annotations", "annotation", NULL, &personality))
		return EXIT_FAILURE;
	if (!personality)
		return 0;
	status = command_check_name("personality", personality);
	if (status)
		return EXIT_FAILURE;
	if (!json_text_member(state, "pid", json_type_int, &pid))
		return EXIT_FAILURE;
	if (!pid || json_object_get_int(pid) <= 0)
		return report_error("the state of the container has no process: is this a createRuntime hook?");
	snprintf(number, sizeof(number), "%d", json_object_get_int(pid));

	return attach(number, personality);
}

int oci_hook_command(int argc, char **argv)
{
	struct json_object *state;
	int status;

	status = command_options(argc, argv);
	if (status)
		return status;
	if (optind < argc)
		return usage_error("oci-hook takes the state of a container on stdin, not \"%s\"",
				   argv[optind]);
	/* crun reports that a hook failed, and not what the hook printed. */
	log_errors();
	set_error_prefix("the container is not started: ");
	state = json_text_object(stdin, "the state of the container");
	status = state ? run(state) : EXIT_FAILURE;
	json_object_put(state);
	set_error_prefix(NULL);

	return status;
}
