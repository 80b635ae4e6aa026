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
#include "policy_file/yaml.h"
#include "wire/attachment.h"
#include "wire/netlink.h"
#include "wire/personality.h"

#define PREFIX		"io.persock."
#define ANNOTATION	PREFIX "personality"

/* Find the annotation of the personality, if any. False after an error. */
static bool read_annotations(struct yaml *yaml, yaml_node_t *state,
			     const char **personality)
{
	yaml_node_t *annotations = yaml_find(yaml, state, "annotations");
	unsigned int i;

	*personality = NULL;
	if (!annotations || annotations->type != YAML_MAPPING_NODE)
		return true;
	for (i = 0; i < yaml_size(annotations); i++) {
		const char *key = yaml_text(yaml, yaml_key(yaml, annotations, i),
					    "a key");

		if (!key)
			return false;
		if (strncmp(key, PREFIX, strlen(PREFIX)))
			continue;
		/* A misspelt annotation must not look effective. */
		if (strcmp(key, ANNOTATION)) {
			report_error("unknown annotation \"%s\": only \"" ANNOTATION "\" is known",
				     key);
			return false;
		}
		if (*personality) {
			report_error("the annotation \"" ANNOTATION "\" is listed twice");
			return false;
		}
		*personality = yaml_text(yaml, yaml_value(yaml, annotations, i),
					 "the name of a personality");
		if (!*personality)
			return false;
	}

	return true;
}

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

static int run(struct yaml *yaml)
{
	yaml_node_t *state, *pid;
	const char *personality, *number;
	int status;

	state = yaml_root(yaml);
	if (state->type != YAML_MAPPING_NODE)
		return report_error("the state of a container must be an object");
	if (!read_annotations(yaml, state, &personality))
		return EXIT_FAILURE;
	if (!personality)
		return 0;
	status = command_check_name("personality", personality);
	if (status)
		return EXIT_FAILURE;
	pid = yaml_find(yaml, state, "pid");
	number = pid ? yaml_text(yaml, pid, "a process id") : NULL;
	if (!number || atoi(number) <= 0 || number[strspn(number, "0123456789")])
		return report_error("the state of the container has no process: is this a createRuntime hook?");

	return attach(number, personality);
}

int oci_hook_command(int argc, char **argv)
{
	struct yaml yaml;
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
	status = yaml_open(&yaml, "-") ? run(&yaml) : EXIT_FAILURE;
	yaml_close(&yaml);
	set_error_prefix(NULL);

	return status;
}
