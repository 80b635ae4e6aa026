/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A policy that is being put together, in the kernel's own structure: what the
 * tool says of a policy is what the kernel will say. The parser, the reader of
 * the module's replies and the commands call it.
 */
#ifndef _PERSOCK_POLICY_FILE_DRAFT_H
#define _PERSOCK_POLICY_FILE_DRAFT_H

#include "module/policy/section.h"

#include <linux/persock.h>

/**
 * struct draft - a personality: its policy, and what the policy does not say
 * @name: its name, "" when it has none yet
 * @base: the personality that it was made from, or ""
 * @providers: in order
 * @provider_lines: of the file; 0: not told there
 * @nr_providers: length of @providers
 * @network: path of the network namespace of AF_INET and AF_INET6, or ""
 * @network_inode: of what the module holds; 0: it has not told
 * @network_line: of the file; 0: not told there
 * @from: path of the network namespace whose tasks have their sockets made there,
 *	  or "": the first task's
 * @from_inode: of what the module knows; 0: it has not told
 * @from_line: of the file; 0: not told there
 * @policy: the policy; all lists are the draft's own
 * @lines: of the file where a section's default was told, and of limits the
 *	   longest option; 0: from the base
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
	struct persock_policy policy;
	unsigned int lines[PERSOCK_NR_SECTIONS][PERSOCK_NR_CLASSES];
	unsigned int flag_lines[2][PERSOCK_NR_CLASSES][PERSOCK_NR_FLAGS];
};

/* Everything is denied, as by the preset "none". */
void draft_init(struct draft *draft);
void draft_free(struct draft *draft);

/* Take over the policy and the providers of a preset; false: there is none. */
bool draft_preset(struct draft *draft, const char *name);

/*
 * Append a rule, or put it at a place; a list that is too long ends the
 * process: there is no memory.
 */
void draft_add_socket(struct draft *draft, unsigned int place,
		      const struct persock_socket_rule *rule);
void draft_add_address(struct draft *draft, enum persock_section section,
		       const struct persock_address_rule *rule);
/* Set in the line of a rule that the section being read has told of. */
#define DRAFT_MARK 0x80000000U

/* These replace an entry for the same; false when that one is marked. */
bool draft_add_option(struct draft *draft, enum persock_section section,
		      enum persock_class class,
		      const struct persock_option *option);
bool draft_add_ioctl(struct draft *draft, enum persock_class class,
		     const struct persock_ioctl *ioctl);
void draft_add_flags(struct draft *draft, enum persock_section section,
		     enum persock_class class, u32 flags, int verdict);

/* Take the marks off the rules of a section. */
void draft_unmark(struct draft *draft, enum persock_section section,
		  enum persock_class class);

/* Remove the rules of a section. */
void draft_clear(struct draft *draft, enum persock_section section,
		 enum persock_class class);

/*
 * The sockets are to be made in another network namespace. What the base lists
 * without a thought of that does not name what is guarded there: it is dropped.
 */
void draft_guard(struct draft *draft);

/* Name hostinet first, where there is no provider that makes such sockets. */
void draft_serve_network(struct draft *draft);

/* Rules in all lists, and the most that a policy may have. */
#define DRAFT_MAX_RULES 65536

unsigned int draft_rules(const struct draft *draft);

/* What is wrong with the whole, or NULL: what the kernel would report_error. */
const char *draft_problem(const struct draft *draft);

/* Do two lists say the same, lines of files apart? */
bool draft_same_options(const struct persock_options *a,
			const struct persock_options *b);
bool draft_same_ioctls(const struct persock_ioctls *a,
		       const struct persock_ioctls *b);

/* Are all rules on the same lines? For policies that say the same. */
bool draft_same_lines(const struct draft *a, const struct draft *b);

/* Make the indexes of the address rules, for judging. */
void draft_index(struct draft *draft);

#endif
