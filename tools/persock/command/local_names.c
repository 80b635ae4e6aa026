// SPDX-License-Identifier: GPL-2.0
/*
 * Adapts a policy with host names to the machine where it is loaded, and warns
 * where names will not work. personality_load.c and apply.c call it, and
 * check.c for the warnings.
 */
#include "command/local_names.h"

#include <stdio.h>
#include <unistd.h>

#include "base/error.h"
#include "policy_file/host.h"
#include "policy_file/hosts_file.h"
#include "policy_file/judge.h"
#include "policy_file/resolver.h"

#define NSSWITCH	"/etc/nsswitch.conf"
#define NSCD_SOCKET	"/run/nscd/socket"

static void report_added(const struct persock_host_rule *rule, const char *name,
			 const char *address, void *path)
{
	report_warning("%s:%u: %s has %s for %s: a rule on that address is added for \"%s\"",
		       (const char *)path, rule->line, HOSTS_FILE, address,
		       name, host_text(rule));
}

int local_names_add(struct draft *draft, const char *path)
{
	const char *problem;

	if (!draft_has_names(draft))
		return 0;
	resolver_resolve(draft);
	hosts_file_add(draft, report_added, (void *)path);
	local_names_warn(draft, path);
	problem = draft_problem(draft);

	return problem ? report_error("%s: with the addresses of %s %s", path,
				      HOSTS_FILE, problem) : 0;
}

/* Does the line "hosts:" of nsswitch.conf have this service? */
static bool looks_up_by(const char *service)
{
	FILE *file = fopen(NSSWITCH, "re");
	char *line = NULL, *word, *rest;
	bool found = false;
	size_t size = 0;

	while (file && getline(&line, &size, file) >= 0) {
		line[strcspn(line, "#\n")] = '\0';
		rest = line;
		word = strtok_r(rest, " \t", &rest);
		if (!word || strcmp(word, "hosts:"))
			continue;
		while ((word = strtok_r(NULL, " \t", &rest)))
			found = found || !strcmp(word, service);
	}
	free(line);
	if (file)
		fclose(file);

	return found;
}

static bool allows_socket(const struct draft *draft, int family, int type)
{
	struct judgement judgement;

	judge_socket(draft, family, type, 0, &judgement);

	return !judgement.verdict;
}

/* Only names below .local are looked up by multicast DNS. */
static bool names_local(const struct draft *draft)
{
	const struct persock_names *names = &draft->policy.names;
	unsigned int i;

	for (i = 0; i < names->nr; i++) {
		const char *dot = strrchr(names->rules[i].name, '.');

		if (!strcmp(dot ? dot + 1 : names->rules[i].name, "local"))
			return true;
	}

	return false;
}

static void warn_of_mdns(const char *path)
{
	static const char *const services[] = {
		"mdns", "mdns_minimal", "mdns4", "mdns4_minimal", "mdns6",
		"mdns6_minimal",
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(services); i++) {
		if (!looks_up_by(services[i]))
			continue;
		report_warning("%s: warning: programs look names below .local up by %s (%s), over AF_UNIX: persock does not see the answers",
			       path, services[i], NSSWITCH);
		return;
	}
}

void local_names_warn(const struct draft *draft, const char *path)
{
	if (!draft_has_names(draft))
		return;
	if (!allows_socket(draft, AF_INET, SOCK_DGRAM) &&
	    !allows_socket(draft, AF_INET6, SOCK_DGRAM))
		report_warning("%s: warning: the policy has host names, but allows no UDP sockets: programs cannot ask DNS",
			       path);
	/* Without AF_UNIX sockets, programs fall back to DNS. */
	if (!allows_socket(draft, AF_UNIX, SOCK_STREAM))
		return;
	if (looks_up_by("resolve"))
		report_warning("%s: warning: programs look names up by nss-resolve (%s), over AF_UNIX: persock does not see the answers; deny AF_UNIX sockets, or remove \"resolve\"",
			       path, NSSWITCH);
	if (!access(NSCD_SOCKET, F_OK))
		report_warning("%s: warning: programs look names up by nscd (%s), over AF_UNIX: persock does not see the answers; deny AF_UNIX sockets, or stop nscd",
			       path, NSCD_SOCKET);
	if (names_local(draft))
		warn_of_mdns(path);
}
