/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Makes a policy of recorded facts: it adds the rules without which a policy
 * would deny them. The command record calls it.
 */
#ifndef _PERSOCK_POLICY_FILE_RECORDED_H
#define _PERSOCK_POLICY_FILE_RECORDED_H

#include <stdbool.h>

struct draft;
struct fact;
struct persock_names;

/**
 * struct recorded - a policy that is made of facts
 * @draft: begins as the policy that is extended. Each rule that is added has the
 *	   number of its fact, from 1, in place of a line
 * @facts: the facts; those that need no rule are dropped
 * @nr: length of @facts
 * @resolvers: the resolvers that were watched
 * @limits: add limits, and do not only raise those that the policy has
 * @opened: the fact for which section connect or bind allows everything, by
 *	    section, or NULL: an option or message leads around its rules
 * @any_query: a fact for which any host may be asked for: no rule can name its
 *	       host; or NULL
 * @pathless: a fact on an AF_UNIX socket that no rule can name, or NULL
 */
struct recorded {
	struct draft *draft;
	struct fact *facts;
	unsigned int nr;
	const struct persock_names *resolvers;
	bool limits;
	const struct fact *opened[2];
	const struct fact *any_query;
	const struct fact *pathless;
};

/* Drop facts that the policy allows. Call it before facts are joined. */
void recorded_drop(struct recorded *recorded);

/*
 * Sort facts by what they are about. Rules get their order, so that two records of
 * a program compare well. Call it before recorded_add().
 */
void recorded_sort(struct fact *facts, unsigned int nr);

/* Add what is left. */
void recorded_add(struct recorded *recorded);

#endif
