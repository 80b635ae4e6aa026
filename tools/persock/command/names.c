// SPDX-License-Identifier: GPL-2.0
/*
 * persock names: lists the addresses that cgroups have learnt for host names,
 * adds and removes them. main.c calls it.
 */
#include <linux/genetlink.h>

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cgroup.h"
#include "base/error.h"
#include "base/json.h"
#include "base/terminal.h"
#include "base/text.h"
#include "command/arguments.h"
#include "command/commands.h"
#include "policy_file/host.h"
#include "policy_file/resolver.h"
#include "wire/cgroup_path.h"
#include "wire/attachment.h"
#include "wire/name.h"
#include "wire/netlink.h"

/* The widths of the columns; @narrow: cgroup and host have lines of their own. */
struct widths {
	int cgroup;
	int host;
	int address;
	bool narrow;
};

/* Returns false after an error. */
static bool find_cgroup(const char *name, uint64_t *id)
{
	int fd;

	if (cgroup_parse_id(name, id))
		return true;
	fd = cgroup_open(name);
	if (fd < 0)
		return false;
	*id = cgroup_id(fd);
	close(fd);

	return *id;
}

static void widen(int *width, int needed)
{
	if (needed > *width)
		*width = needed;
}

static void measure(struct netlink *nl, const struct replies *replies,
		    struct widths *widths)
{
	int columns = terminal_width(stdout);
	const struct nlmsghdr *message;
	struct name name;

	*widths = (struct widths){ 6, 4, 7, false };
	replies_for_each(message, replies) {
		name_parse(message, &name);
		widen(&widths->cgroup, text_width(cgroup_text(nl, name.cgroup_id)));
		widen(&widths->host, text_width(name.host));
		widen(&widths->address, strlen(name_address(&name)));
	}
	widths->narrow = columns && widths->cgroup + widths->host +
				    widths->address + 28 > columns;
}

/* A cgroup or a host: a column, or a line if it is not that of the last row. */
static void print_name(const char *name, int width, int indent, bool narrow,
		       bool changed)
{
	if (!narrow) {
		text_column(stdout, name, width);
		fputs("  ", stdout);
	} else if (changed) {
		printf("%*s", indent, "");
		text_print(stdout, name);
		putchar('\n');
	}
}

/* @last: the name of the row before, or NULL */
static void print_row(struct netlink *nl, const struct name *name,
		      const struct name *last, const struct widths *widths)
{
	bool other = !last || last->cgroup_id != name->cgroup_id;
	char ttl[16] = "none";

	if (!name->fixed)
		snprintf(ttl, sizeof(ttl), "%d", name->ttl);
	print_name(cgroup_text(nl, name->cgroup_id), widths->cgroup, 0,
		   widths->narrow, other);
	print_name(name->host, widths->host, 2, widths->narrow,
		   other || strcmp(last->host, name->host));
	printf("%*s%-*s  %10s  %10u\n", widths->narrow ? 4 : 0, "",
	       widths->address, name_address(name), ttl, name->network_inode);
}

/* Each message may repeat how many addresses its cgroup has lost. */
static void print_lost(struct netlink *nl, const struct replies *replies)
{
	const struct nlmsghdr *message;
	uint64_t last = 0;
	struct name name;

	replies_for_each(message, replies) {
		name_parse(message, &name);
		if (!name.lost || name.cgroup_id == last)
			continue;
		last = name.cgroup_id;
		text_print(stdout, cgroup_text(nl, name.cgroup_id));
		printf(": %" PRIu64 " %s dropped before the time: see max of names\n",
		       name.lost, name.lost == 1 ? "address was" :
						   "addresses were");
	}
}

static void print_table(struct netlink *nl, const struct replies *replies)
{
	const struct nlmsghdr *message;
	struct name name, last;
	struct widths widths;
	bool any = false;

	measure(nl, replies, &widths);
	print_name("cgroup", widths.cgroup, 0, widths.narrow, true);
	print_name("host", widths.host, 2, widths.narrow, true);
	printf("%*s%-*s  %10s  %10s\n", widths.narrow ? 4 : 0, "",
	       widths.address, "address", "TTL", "network");
	replies_for_each(message, replies) {
		name_parse(message, &name);
		if (!name.address)
			continue;
		print_row(nl, &name, any ? &last : NULL, &widths);
		last = name;
		any = true;
	}
	print_lost(nl, replies);
}

static void print_json(struct netlink *nl, const struct replies *replies)
{
	const struct nlmsghdr *message;
	struct name name;

	json_start(stdout);
	json_array(NULL);
	replies_for_each(message, replies) {
		const char *path;

		name_parse(message, &name);
		path = cgroup_path(nl, name.cgroup_id);
		json_object(NULL);
		json_u64("cgroup_id", name.cgroup_id);
		if (path)
			json_string("path", path);
		if (name.address)
			name_json(&name);
		if (name.lost)
			json_u64("lost", name.lost);
		json_object_end();
	}
	json_array_end();
	json_finish();
}

static int list(struct netlink *nl, int argc, char **argv)
{
	struct replies replies;
	uint64_t id = 0;
	int status;

	if (argc > 1)
		return usage_error("names takes one cgroup at most, not also \"%s\"",
				   argv[1]);
	if (argc && !find_cgroup(argv[0], &id))
		return EXIT_FAILURE;
	status = name_list(nl, id, &replies);
	if (status)
		return status;
	if (json_wanted)
		print_json(nl, &replies);
	else
		print_table(nl, &replies);
	replies_free(&replies);

	return 0;
}

/**
 * struct entry - what the arguments of add and del say
 * @name: in the form of a request
 * @host: the memory of its host
 * @endpoint: the memory of its address
 */
struct entry {
	struct name name;
	char host[PERSOCK_HOST_LENGTH + 1];
	struct persock_endpoint endpoint;
};

static int read_host(const char *text, struct entry *entry)
{
	const char *reason = host_is_address(text) ?
			     "it looks like an address" :
			     host_read(text, entry->host, NULL);

	if (reason)
		return usage_error("\"%s\" is no host name: %s", text, reason);
	entry->name.host = entry->host;

	return 0;
}

static int read_address(const char *text, struct entry *entry)
{
	if (!resolver_read(text, &entry->endpoint))
		return usage_error("\"%s\" is no address: 192.0.2.1 and 2001:db8::1 are",
				   text);
	entry->name.address = entry->endpoint.address;
	entry->name.length = entry->endpoint.family == AF_INET ? 4 : 16;

	return 0;
}

static int read_ttl(const char *text, struct entry *entry)
{
	unsigned long value;
	char *rest;

	errno = 0;
	value = strtoul(text, &rest, 10);
	if (*text < '0' || *text > '9' || *rest || errno || value > S32_MAX)
		return usage_error("\"%s\" is no TTL: a number of seconds",
				   text);
	entry->name.ttl = value;
	entry->name.fixed = false;

	return 0;
}

static int add(struct netlink *nl, int argc, char **argv)
{
	struct entry entry = { .name.fixed = true };
	int status;

	if (argc < 3)
		return usage_error("names add needs a cgroup, a host and an address: persock names add CGROUP HOST ADDRESS [TTL]");
	if (argc > 4)
		return usage_error("names add takes one TTL, not also \"%s\"",
				   argv[4]);
	status = read_host(argv[1], &entry);
	if (!status)
		status = read_address(argv[2], &entry);
	if (!status && argc > 3)
		status = read_ttl(argv[3], &entry);
	if (status)
		return status;
	if (!find_cgroup(argv[0], &entry.name.cgroup_id))
		return EXIT_FAILURE;

	return name_add(nl, &entry.name) ? attachment_error(nl, argv[0]) : 0;
}

/* What was learnt in the network namespace of the caller: others stay. */
static int del_all(struct netlink *nl, uint64_t cgroup)
{
	const struct nlmsghdr *message;
	struct replies replies;
	struct stat own;
	struct name name;
	int status;

	if (stat("/proc/self/ns/net", &own))
		return report_error("cannot find the network namespace (%s)",
				    strerror(errno));
	status = name_list(nl, cgroup, &replies);
	if (status)
		return status;
	replies_for_each(message, &replies) {
		name_parse(message, &name);
		if (!name.address || name.network_inode != own.st_ino)
			continue;
		/* It may have been replaced since. */
		if (name_remove(nl, &name) && nl->error != ENOENT)
			status = netlink_error(nl);
	}
	replies_free(&replies);

	return status;
}

/* A host, an address or both; without them everything. */
static int del(struct netlink *nl, int argc, char **argv)
{
	struct entry entry = { 0 };
	int status = 0;

	if (!argc)
		return usage_error("names del needs a cgroup: persock names del CGROUP [HOST] [ADDRESS]");
	if (argc > 3)
		return usage_error("names del takes a host and an address, not also \"%s\"",
				   argv[3]);
	if (argc == 3 || (argc == 2 && !host_is_address(argv[1])))
		status = read_host(argv[1], &entry);
	if (!status && (argc == 3 || (argc == 2 && host_is_address(argv[1]))))
		status = read_address(argv[argc - 1], &entry);
	if (status)
		return status;
	if (!find_cgroup(argv[0], &entry.name.cgroup_id))
		return EXIT_FAILURE;
	if (argc == 1)
		return del_all(nl, entry.name.cgroup_id);

	return name_remove(nl, &entry.name) ? attachment_error(nl, argv[0]) : 0;
}

static int dispatch(struct netlink *nl, int argc, char **argv)
{
	if (argc && !strcmp(argv[0], "add"))
		return add(nl, argc - 1, argv + 1);
	if (argc && !strcmp(argv[0], "del"))
		return del(nl, argc - 1, argv + 1);

	return list(nl, argc, argv);
}

int names_command(int argc, char **argv)
{
	struct netlink nl;
	int status;

	status = command_options(argc, argv);
	if (!status)
		status = netlink_open(&nl);
	if (status)
		return status;
	status = dispatch(&nl, argc - optind, argv + optind);
	cgroup_path_forget();
	netlink_close(&nl);

	return status;
}
