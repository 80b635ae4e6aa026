// SPDX-License-Identifier: GPL-2.0
/*
 * persock check: checks whether a policy file is valid, and warns of rules that
 * probably do not do what was meant. main.c calls it. The module is needed only
 * if the base is a loaded personality.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/error.h"
#include "base/json.h"
#include "base/text.h"
#include "command/arguments.h"
#include "command/check_reach.h"
#include "command/check_unix.h"
#include "command/commands.h"
#include "command/local_names.h"
#include "command/source.h"
#include "command/warn_line.h"
#include "module/policy/vsock_rule.h"
#include "policy_file/host.h"
#include "policy_file/judge.h"
#include "policy_file/mode_name.h"
#include "policy_file/overlap.h"
#include "policy_file/ways.h"

static void warn_json(const struct way_left *way, void *data)
{
	(void)data;
	json_object(NULL);
	json_u64("line", way->line);
	json_string("denied", way->denied);
	json_string("allowed", way->left);
	json_object_end();
}

static void warn_way(const struct way_left *way, void *data)
{
	warn_line(data, way->line, "%s is denied, but %s does much the same and is allowed",
	     way->denied, way->left);
}

/* Does a rule deny a part of what @rule allows? */
static bool denied_around(const struct persock_addresses *addresses,
			  const struct persock_address_rule *rule)
{
	unsigned int i;

	for (i = 0; i < addresses->nr; i++) {
		const struct persock_address_rule *other = &addresses->rules[i];

		if (other->verdict && overlap_around(other, rule))
			return true;
	}

	return false;
}

/* Warn of rules that change nothing: probably the rest was to be denied. */
static void warn_of_idle(const struct draft *draft, const char *path,
			 const char *name,
			 const struct persock_addresses *addresses)
{
	unsigned int i;

	/* In another network namespace a rule allows what a guard denies. */
	if (addresses->fallback || *draft->network)
		return;
	for (i = 0; i < addresses->nr; i++) {
		const struct persock_address_rule *rule = &addresses->rules[i];

		if (!rule->verdict && !denied_around(addresses, rule))
			warn_line(path, rule->line,
			     "allows what the default of %s allows already: to deny the rest add \"default: EACCES\"",
			     name);
	}
}

/* Does a rule deny addresses of AF_VSOCK around those that @rule allows? */
static bool denied_beside_vsock(const struct persock_addresses *addresses,
				const struct persock_vsock_rule *rule)
{
	unsigned int i;

	for (i = 0; i < addresses->nr_vsock; i++) {
		const struct persock_vsock_rule *other = &addresses->vsock[i];

		if (other->verdict && other->first <= rule->last &&
		    rule->first <= other->last &&
		    (other->cid == rule->cid ||
		     other->cid == PERSOCK_VSOCK_ANY ||
		     rule->cid == PERSOCK_VSOCK_ANY ||
		     other->cid == PERSOCK_CID_LOCAL))
			return true;
	}

	return false;
}

static void warn_of_idle_vsock(const char *path, const char *name,
			       const struct persock_addresses *addresses)
{
	unsigned int i;

	for (i = 0; !addresses->fallback && i < addresses->nr_vsock; i++) {
		const struct persock_vsock_rule *rule = &addresses->vsock[i];

		if (!rule->verdict && !denied_beside_vsock(addresses, rule))
			warn_line(path, rule->line,
			     "allows what the default of %s allows already: to deny the rest add \"default: EACCES\"",
			     name);
	}
}

/* Does a rule deny names around those that @rule allows? */
static bool denied_beside(const struct persock_names *names,
			  const struct persock_host_rule *rule)
{
	unsigned int i;

	for (i = 0; i < names->nr; i++) {
		const struct persock_host_rule *other = &names->rules[i];

		if (other->verdict && (!strcmp(other->name, rule->name) ||
				       host_matches(other, rule->name)))
			return true;
	}

	return false;
}

static void warn_of_idle_hosts(const struct draft *draft, const char *path)
{
	const struct persock_names *names = &draft->policy.names;
	unsigned int i;

	if (draft->policy.connect.fallback || *draft->network)
		return;
	for (i = 0; i < names->nr; i++) {
		const struct persock_host_rule *rule = &names->rules[i];

		if (!rule->verdict && !denied_beside(names, rule))
			warn_line(path, rule->line,
			     "allows what the default of connect allows already: to deny the rest add \"default: EACCES\"");
	}
}

static bool has_sockets(const struct draft *draft, int family)
{
	struct judgement stream, datagram;

	judge_socket(draft, family, SOCK_STREAM, 0, &stream);
	judge_socket(draft, family, SOCK_DGRAM, 0, &datagram);

	return !stream.verdict || !datagram.verdict;
}

/* On a socket for both families, "::" includes every IPv4 address. */
static void warn_of_one_family(const struct draft *draft, const char *path)
{
	const struct persock_addresses *bind = &draft->policy.bind;
	unsigned int i, line[2] = { 0 };
	bool allowed[2] = { false };

	if (!bind->fallback)
		return;
	for (i = 0; i < bind->nr; i++) {
		bool six = bind->rules[i].family == AF_INET6;

		if (bind->rules[i].verdict || allowed[six])
			continue;
		allowed[six] = true;
		line[six] = bind->rules[i].line;
	}
	if (allowed[0] && !allowed[1] && has_sockets(draft, AF_INET6))
		warn_line(path, line[0],
		     "bind allows addresses of IPv4 only: programs that bind [::] for both families fail, unless sockets have no inet6");
	if (allowed[1] && !allowed[0] && has_sockets(draft, AF_INET))
		warn_line(path, line[1],
		     "bind allows addresses of IPv6 only: programs that bind 0.0.0.0, or [::] for both families, fail");
}

static void warn_of(const struct draft *draft, const char *path)
{
	warn_of_idle(draft, path, "connect", &draft->policy.connect);
	warn_of_idle(draft, path, "bind", &draft->policy.bind);
	warn_of_idle(draft, path, "accept", &draft->policy.accept);
	warn_of_idle_vsock(path, "connect", &draft->policy.connect);
	warn_of_idle_vsock(path, "bind", &draft->policy.bind);
	warn_of_idle_vsock(path, "accept", &draft->policy.accept);
	warn_of_idle_hosts(draft, path);
	warn_of_one_family(draft, path);
	check_unix(draft, path);
	check_reach(draft, path);
	local_names_warn(draft, path);
}

static void print_result(const struct draft *draft, const char *path)
{
	unsigned int rules = draft_rules(draft);
	bool audit = draft->policy.mode == PERSOCK_MODE_AUDIT;
	bool record = draft->policy.mode == PERSOCK_MODE_RECORD;

	if (json_wanted) {
		json_start(stdout);
		json_object(NULL);
		json_string("file", path);
		json_string("name", draft->name);
		json_string("base", draft->base);
		json_string("mode", mode_name(draft->policy.mode));
		json_u64("rules", rules);
		json_array("warnings");
		ways_left(draft, warn_json, NULL);
		json_array_end();
		json_object_end();
		json_finish();
		return;
	}
	ways_left(draft, warn_way, (void *)path);
	text_print(stdout, path);
	fputs(": valid, ", stdout);
	if (*draft->name)
		printf("personality \"%s\", ", draft->name);
	printf("%u %s%s\n", rules, rules == 1 ? "rule" : "rules",
	       audit ? ", mode audit: nothing is denied" :
	       record ? ", mode record: nothing is denied" : "");
}

int check_command(int argc, char **argv)
{
	struct draft draft;
	const char *path;
	int status;
	bool good;

	status = command_options(argc, argv);
	if (status)
		return status;
	if (argc - optind > 1)
		return usage_error("check takes one file, not also \"%s\"",
				   argv[optind + 1]);
	path = optind < argc ? argv[optind] : "-";
	good = source_file(&draft, path);
	if (good) {
		warn_of(&draft, source_name(path));
		print_result(&draft, source_name(path));
	}
	draft_free(&draft);

	return good ? 0 : EXIT_FAILURE;
}
