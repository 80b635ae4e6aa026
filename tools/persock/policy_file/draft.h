/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A policy that is being built, in the kernel's own structure, so that the tool
 * gives the same verdicts as the kernel. The parser, the reader of the module's
 * replies and the commands call it.
 */
#ifndef _PERSOCK_POLICY_FILE_DRAFT_H
#define _PERSOCK_POLICY_FILE_DRAFT_H

#include "module/policy/section.h"

#include <linux/persock.h>

/**
 * struct learnt - an address that a cgroup has learnt for a host name
 * @address: the address; its port has no meaning
 * @host: the name
 * @left: seconds until the TTL ends, negative if it has ended; S64_MAX: it does
 *	  not end
 */
struct learnt {
	struct persock_endpoint address;
	char host[PERSOCK_HOST_LENGTH + 1];
	s64 left;
};

/**
 * struct draft - a personality: its policy, and its other properties
 * @name: its name, or "" if it has none yet
 * @base: the personality that it was made from, or ""
 * @providers: in order
 * @provider_lines: lines of the file; 0: not specified there
 * @nr_providers: length of @providers
 * @network: path of the network namespace of AF_INET and AF_INET6, or ""
 * @network_inode: its inode as the module reports it; 0: not reported
 * @network_line: line of the file; 0: not specified there
 * @from: path of the network namespace whose tasks have their sockets made there,
 *	  or "": that of the first task
 * @from_inode: its inode as the module reports it; 0: not reported
 * @from_line: line of the file; 0: not specified there
 * @system_resolvers: the resolvers of this machine are some of the policy's
 *		      resolvers: see resolver.h
 * @resolvers_line: line of the file; 0: not specified there
 * @queries_line: likewise
 * @learnt: what the cgroup has learnt, for judge.c, which the draft does not
 *	    own; NULL: not known
 * @nr_learnt: length of @learnt
 * @policy: the policy; the draft owns all lists
 * @lines: lines of the file that specify the default of a section, and for the
 *	   section limits the longest option; 0: from the base
 * @flag_lines: the same for each flag of the sections of flags
 */
struct draft {
	char name[PERSOCK_NAME_MAX + 1];
	char base[PERSOCK_NAME_MAX + 1];
	char providers[PERSOCK_MAX_PROVIDERS][PERSOCK_NAME_MAX + 1];
	unsigned int provider_lines[PERSOCK_MAX_PROVIDERS];
	unsigned int nr_providers;
	char network[PERSOCK_NETWORK_MAX + 1];
	unsigned int network_inode;
	unsigned int network_line;
	char from[PERSOCK_NETWORK_MAX + 1];
	unsigned int from_inode;
	unsigned int from_line;
	bool system_resolvers;
	unsigned int resolvers_line;
	unsigned int queries_line;
	const struct learnt *learnt;
	unsigned int nr_learnt;
	struct persock_policy policy;
	unsigned int lines[PERSOCK_NR_SECTIONS][PERSOCK_NR_CLASSES];
	unsigned int flag_lines[2][PERSOCK_NR_CLASSES][PERSOCK_NR_FLAGS];
};

/* Begin with a policy that denies everything, like the preset "none". */
void draft_init(struct draft *draft);
void draft_free(struct draft *draft);

/* Copy the policy and the providers of a preset; false: there is none. */
bool draft_preset(struct draft *draft, const char *name);

/*
 * Append a rule, or insert it at a place. These end the process if there is no
 * memory.
 */
void draft_add_socket(struct draft *draft, unsigned int place,
		      const struct persock_socket_rule *rule);
void draft_add_address(struct draft *draft, enum persock_section section,
		       const struct persock_address_rule *rule);
void draft_add_vsock(struct draft *draft, enum persock_section section,
		     const struct persock_vsock_rule *rule);
/* The name is copied. */
void draft_add_host(struct draft *draft, const struct persock_host_rule *rule);

/* Marks the line of a rule that the current section has listed already. */
#define DRAFT_MARK 0x80000000U

/* These replace an entry with the same key; false if that one is marked. */
bool draft_add_option(struct draft *draft, enum persock_section section,
		      enum persock_class class,
		      const struct persock_option *option);
bool draft_add_ioctl(struct draft *draft, enum persock_class class,
		     const struct persock_ioctl *ioctl);
void draft_add_flags(struct draft *draft, enum persock_section section,
		     enum persock_class class, u32 flags, int verdict);

/* Remove the marks from the rules of a section. */
void draft_unmark(struct draft *draft, enum persock_section section,
		  enum persock_class class);

/* Remove the rules of a section. */
void draft_clear(struct draft *draft, enum persock_section section,
		 enum persock_class class);

/*
 * Prepare for sockets in another network namespace: remove those rules of the
 * base that allow what must be listed there. The base was not written for it.
 */
void draft_guard(struct draft *draft);

/* Put hostinet first if no provider makes such sockets. */
void draft_serve_network(struct draft *draft);

/* The number of rules in all lists, and its maximum. */
#define DRAFT_MAX_RULES 65536

unsigned int draft_rules(const struct draft *draft);

/* Why the kernel would reject the whole policy, or NULL. */
const char *draft_problem(const struct draft *draft);

/* Are two lists equal, except for the lines of files? */
bool draft_same_options(const struct persock_options *a,
			const struct persock_options *b);
bool draft_same_ioctls(const struct persock_ioctls *a,
		       const struct persock_ioctls *b);

/* Are all rules on the same lines? For policies that are equal otherwise. */
bool draft_same_lines(const struct draft *a, const struct draft *b);

/* Does the policy learn addresses of host names? */
bool draft_has_names(const struct draft *draft);

/* Without the key names: its values. */
#define DRAFT_HOLD	600
#define DRAFT_MAX_LEARNT 4096

/* Begin with these values, and with the resolvers of this machine. */
void draft_begin_names(struct draft *draft);

/* Make the indexes of the rules on addresses and hosts, which judge.c needs. */
void draft_index(struct draft *draft);

#endif
