// SPDX-License-Identifier: GPL-2.0
/*
 * persock-runtime, an OCI runtime: the tool under another name. It has the
 * bundle of a new container started governed, and hands everything on to runc or
 * crun. main.c calls it.
 *
 * What cannot be governed is not handed on. The hook asks the module once more,
 * so what changes in between does not matter; but engines show what a runtime
 * says, and often not what a hook says.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "command/arguments.h"
#include "command/commands.h"
#include "runtime/annotation.h"
#include "runtime/bundle.h"
#include "runtime/configuration.h"
#include "runtime/conmon.h"
#include "runtime/docker.h"
#include "runtime/invocation.h"
#include "runtime/log.h"
#include "wire/netlink.h"
#include "wire/personality.h"

/* The path of a program in PATH, or NULL. */
static char *in_path(const char *name)
{
	const char *path = getenv("PATH");
	size_t length;
	char *file;

	if (!path)
		path = "/usr/sbin:/usr/bin:/sbin:/bin";
	for (; *path; path += length + (path[length] == ':')) {
		length = strcspn(path, ":");
		if (!length || *path != '/')
			continue;
		if (asprintf(&file, "%.*s/%s", (int)length, path, name) < 0)
			return need(NULL);
		if (!access(file, X_OK))
			return file;
		free(file);
	}

	return NULL;
}

/* The runtime that everything goes to, or NULL after an error. */
static char *find_runtime(const struct configuration *configuration,
			  const char *own)
{
	const char *wanted = configuration->runtime;
	char *file, *real;

	if (wanted)
		file = strchr(wanted, '/') ? need(strdup(wanted)) : in_path(wanted);
	else
		file = in_path("runc") ?: in_path("crun");
	if (!file) {
		report_error("there is no %s in PATH", wanted ? wanted : "runc or crun");
		return NULL;
	}
	real = realpath(file, NULL);
	if (real && strcmp(real, own)) {
		free(real);
		return file;
	}
	if (real)
		report_error("the runtime %s is persock-runtime itself", file);
	else
		report_error("runtime %s: %s", file, strerror(errno));
	free(real);
	free(file);

	return NULL;
}

/* The container's personality, to be freed, or NULL after an error. */
static char *choose(const struct bundle *bundle,
		    const struct invocation *invocation,
		    const struct configuration *configuration)
{
	const char *name;
	char *label = NULL, *container = conmon_container();
	bool good;

	good = annotation_find(bundle->specification, "annotations",
			       "annotation", container, &name);
	free(container);
	if (!good)
		return NULL;
	if (!name && configuration->docker_containers &&
	    !docker_label(configuration->docker_containers, invocation->id,
			  &label))
		return NULL;
	if (label)
		return label;
	if (!name)
		name = invocation->personality;
	if (!name)
		name = configuration->personality;
	if (name)
		return need(strdup(name));
	report_error("no annotation \"" ANNOTATION "\" names a personality, and there is no default");

	return NULL;
}

static bool is_loaded(const char *personality)
{
	struct netlink nl;
	int status;

	if (command_check_name("personality", personality) || netlink_open(&nl))
		return false;
	status = personality_check_loaded(&nl, personality);
	netlink_close(&nl);

	return !status;
}

static bool govern(const struct invocation *invocation,
		   const struct configuration *configuration, const char *own)
{
	struct bundle bundle;
	char *personality;
	bool good;

	if (!bundle_open(&bundle, invocation->bundle))
		return false;
	personality = choose(&bundle, invocation, configuration);
	good = personality && is_loaded(personality) &&
	       bundle_govern(&bundle, personality, own);
	free(personality);
	bundle_close(&bundle);

	return good;
}

static int hand_on(int argc, char **argv, struct invocation *invocation,
		   const char *own)
{
	struct configuration configuration;
	bool good;

	good = invocation_read(argc, argv, invocation);
	if (invocation->log)
		log_open(invocation->log, invocation->log_json);
	/* The log is known now: say it there, too. */
	if (!good)
		return report_error("%s", invocation->wrong);
	if (!configuration_read(invocation->configuration, &configuration))
		return EXIT_FAILURE;
	if (invocation->starts)
		set_error_prefix("the container is not started: ");
	invocation->words[0] = find_runtime(&configuration, own);
	if (!invocation->words[0])
		return EXIT_FAILURE;
	if (invocation->starts && !govern(invocation, &configuration, own))
		return EXIT_FAILURE;
	execv(invocation->words[0], invocation->words);

	return report_error("%s: %s", invocation->words[0], strerror(errno));
}

int oci_runtime_command(int argc, char **argv)
{
	struct invocation invocation;
	char *own = realpath("/proc/self/exe", NULL);

	if (!own)
		return report_error("/proc/self/exe: %s", strerror(errno));
	log_errors();

	return hand_on(argc, argv, &invocation, own);
}
