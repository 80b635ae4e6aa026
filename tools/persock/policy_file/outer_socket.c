// SPDX-License-Identifier: GPL-2.0
/*
 * Tries requests for sockets that a rule matches. unreachable.c calls it.
 *
 * Requests that no rule of any layer tells apart get the same answer, so one of
 * them stands for all: see effective_protocol() in verdict.c of the module, and
 * request.c. More requests are tried than the kernel serves; if one of those is
 * not denied, the answer is that some socket passes.
 */
#include "policy_file/outer_socket.h"

#include <linux/persock.h>

#include "base/error.h"
#include "module/policy/request.h"
#include "module/policy/verdict.h"
#include "policy_file/judge.h"

/* The kernel cuts a type to four bits before the module sees it. */
#define NR_TYPES	16

/* On the wire, the protocol of a raw socket has eight bits. */
#define NR_WIRE		256

/**
 * struct numbers - numbers to try, each once
 * @outer: has the steps that a search in @list takes
 * @list: the numbers
 * @nr: length of @list
 */
struct numbers {
	struct outer *outer;
	int *list;
	unsigned int nr;
};

static bool has(const struct numbers *numbers, int number)
{
	unsigned int i;

	for (i = 0; i < numbers->nr; i++) {
		if (numbers->list[i] == number)
			return true;
	}

	return false;
}

static void add(struct numbers *numbers, int number)
{
	if (number < 0 || !outer_step(numbers->outer, 1 + numbers->nr) ||
	    has(numbers, number))
		return;
	numbers->list = need(reallocarray(numbers->list, numbers->nr + 1,
					  sizeof(*numbers->list)));
	numbers->list[numbers->nr++] = number;
}

/* The first number from @number on, in steps, that is not in the list. */
static int another(const struct numbers *numbers, int number, int step)
{
	while (has(numbers, number))
		number += step;

	return number;
}

/* The rules on a section of the layers that enforce. */
static const struct persock_sockets *rules_of(const struct outer *outer,
					      unsigned int layer)
{
	static const struct persock_sockets none;

	return outer_enforces(outer, layer) ?
	       &outer->layers[layer]->policy.sockets : &none;
}

static void list_families(const struct outer *outer,
			  const struct persock_socket_rule *rule,
			  struct numbers *families)
{
	/* Those that request.c knows by name. */
	static const int known[] = {
		AF_INET, AF_INET6, AF_UNIX, AF_NETLINK, AF_KEY, AF_ALG,
	};
	unsigned int i, j;

	if (rule->family != PERSOCK_ANY) {
		add(families, rule->family);
		return;
	}
	for (i = 0; i < ARRAY_SIZE(known); i++)
		add(families, known[i]);
	for (i = 0; i < outer->nr; i++) {
		const struct persock_sockets *sockets = rules_of(outer, i);

		for (j = 0; j < sockets->nr; j++)
			add(families, sockets->rules[j].family);
	}
	add(families, another(families, AF_UNSPEC + 1, 1));
}

static void list_types(const struct persock_socket_rule *rule,
		       struct numbers *types)
{
	int type;

	for (type = 0; type < NR_TYPES; type++) {
		if (rule->type == PERSOCK_ANY || rule->type == type)
			add(types, type);
	}
}

static void list_protocols(const struct outer *outer,
			   const struct persock_socket_rule *rule,
			   struct numbers *protocols)
{
	unsigned int i, j, nr;

	/* 0 requests the default of the type. */
	add(protocols, 0);
	add(protocols, rule->protocol);
	for (i = 0; i < outer->nr; i++) {
		const struct persock_sockets *sockets = rules_of(outer, i);

		for (j = 0; j < sockets->nr; j++)
			add(protocols, sockets->rules[j].protocol);
	}
	/* Raw sockets with another number, and the same on the wire. */
	nr = protocols->nr;
	for (i = 0; i < nr; i++)
		add(protocols,
		    another(protocols, protocols->list[i] % NR_WIRE + NR_WIRE,
			    NR_WIRE));
	/* Of no rule: on the wire, and as a number. */
	add(protocols, another(protocols, 1, 1));
	add(protocols, another(protocols, NR_WIRE * NR_WIRE, 1));
}

static bool matches(const struct persock_socket_rule *rule,
		    const struct persock_request *request)
{
	const struct persock_sockets alone = { .rules = rule, .nr = 1 };
	unsigned int matched;

	persock_judge_socket(&alone, request->family, request->type,
			     request->protocol, &matched);

	return matched;
}

static bool is_denied(struct outer *outer,
		      const struct persock_request *request,
		      struct denier *denier)
{
	unsigned int i;

	for (i = 0; i < outer->nr; i++) {
		const struct persock_sockets *sockets = rules_of(outer, i);
		struct judgement judgement = { 0 };

		if (!outer_enforces(outer, i))
			continue;
		if (!outer_step(outer, 1 + sockets->nr))
			return false;
		judgement.verdict =
			persock_judge_request(&outer->layers[i]->policy,
					      request, &judgement.section,
					      &judgement.rule);
		if (judgement.verdict >= 0)
			continue;
		if (judgement.rule)
			judgement.line = sockets->rules[judgement.rule - 1].line &
					 ~DRAFT_MARK;
		denier_add(denier, i, &judgement);
		return true;
	}

	return false;
}

static bool all_denied(struct outer *outer,
		       const struct persock_socket_rule *rule,
		       const struct numbers *families,
		       const struct numbers *types,
		       const struct numbers *protocols, struct denier *denier)
{
	unsigned int i, j, k;

	for (i = 0; i < families->nr; i++) {
		for (j = 0; j < types->nr; j++) {
			for (k = 0; k < protocols->nr; k++) {
				struct persock_request request = {
					families->list[i], types->list[j],
					protocols->list[k],
				};

				if (matches(rule, &request) &&
				    !is_denied(outer, &request, denier))
					return false;
			}
		}
	}

	return denier->found;
}

bool outer_denies_sockets(struct outer *outer,
			  const struct persock_socket_rule *rule,
			  struct denier *denier)
{
	struct numbers families = { .outer = outer };
	struct numbers types = { .outer = outer };
	struct numbers protocols = { .outer = outer };
	bool denied;

	list_families(outer, rule, &families);
	list_types(rule, &types);
	list_protocols(outer, rule, &protocols);
	denied = all_denied(outer, rule, &families, &types, &protocols, denier);
	free(families.list);
	free(types.list);
	free(protocols.list);

	return denied;
}
