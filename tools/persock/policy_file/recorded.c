// SPDX-License-Identifier: GPL-2.0
/*
 * Makes a policy of recorded facts. The command record calls it.
 *
 * Whether a fact needs a rule is asked of the functions that judge, so the same
 * run under the policy is denied nothing. Two kinds of peers need a rule and no
 * data: a UDP socket that is only connected, which passes if any rule allows the
 * address (unsent.c of the module), and a host that is only asked for. Both get
 * a rule on port 0, to which nothing can be sent.
 */
#include "module/policy/address.h"
#include "module/policy/detour.h"
#include "module/policy/host.h"
#include "module/policy/request.h"
#include "policy_file/recorded.h"

#include <stdio.h>
#include <stdlib.h>

#include "policy_file/fact.h"
#include "policy_file/judge.h"
#include "policy_file/recorded_unix.h"
#include "policy_file/recorded_vsock.h"

/* A limit has room for twice as much, and is a power of 2. */
#define SOCKETS_MIN	16
#define BACKLOG_MIN	128
#define LENGTH_MIN	256
#define RECEIVED_MIN	1024

static int family_of(const struct fact *fact)
{
	return fact->class == PERSOCK_CLASS_INET ? AF_INET : AF_UNIX;
}

/* Peers without data: see above. */
static bool is_dataless(const struct fact *fact)
{
	return fact->section == PERSOCK_SECTION_CONNECT &&
	       fact->protocol == IPPROTO_UDP && !fact->endpoint.port;
}

static bool is_resolver(const struct recorded *recorded,
			const struct fact *fact)
{
	const struct persock_names *names = recorded->resolvers;
	unsigned int i;

	if (fact->section != PERSOCK_SECTION_CONNECT ||
	    (fact->protocol != IPPROTO_UDP && fact->protocol != IPPROTO_TCP) ||
	    (fact->endpoint.port && fact->endpoint.port != PERSOCK_DNS_PORT))
		return false;
	for (i = 0; i < names->nr_resolvers; i++) {
		if (names->resolvers[i].family == fact->endpoint.family &&
		    !memcmp(names->resolvers[i].address,
			    fact->endpoint.address,
			    sizeof(fact->endpoint.address)))
			return true;
	}

	return false;
}

/* A rule can name the host. */
static bool is_host(const struct fact *fact)
{
	const char *reason;

	return *fact->host && !persock_host_check(fact->host, &reason);
}

static bool uses_names(const struct recorded *recorded)
{
	unsigned int i;

	for (i = 0; i < recorded->nr; i++) {
		if (*recorded->facts[i].host)
			return true;
	}

	return false;
}

static bool peer_allowed(const struct recorded *recorded,
			 const struct fact *fact)
{
	const struct draft *draft = recorded->draft;
	const struct persock_names *names = &draft->policy.names;
	struct judgement judgement;
	unsigned int rule;
	int verdict;

	if (is_dataless(fact) && is_host(fact))
		return persock_host_has_allowed(names, fact->host) ||
		       (!fact->endpoint.family &&
			names->queries == PERSOCK_QUERIES_ANY);
	if (!fact->endpoint.family)
		return names->queries == PERSOCK_QUERIES_ANY;
	if (is_dataless(fact) &&
	    persock_address_has_allowed(&draft->policy.connect,
					&fact->endpoint, fact->protocol))
		return true;
	if (is_host(fact)) {
		verdict = persock_judge_host(names, fact->host,
					     fact->endpoint.port,
					     fact->protocol, &rule);
		if (verdict != PERSOCK_NO_HOST_RULE)
			return verdict == PERSOCK_ALLOW;
	}
	judge_address(draft, PERSOCK_SECTION_CONNECT, &fact->endpoint,
		      fact->protocol, &judgement);

	return !judgement.verdict;
}

static int verdict_of(const struct recorded *recorded, const struct fact *fact,
		      struct judgement *judgement)
{
	const struct draft *draft = recorded->draft;

	*judgement = (struct judgement){ .section = fact->section };
	if (recorded_is_vsock(fact))
		return recorded_judge_vsock(draft, fact, judgement);
	switch (fact->section) {
	case PERSOCK_SECTION_SOCKETS:
		judge_request(draft, fact->family, fact->type, fact->protocol,
			      judgement);
		break;
	case PERSOCK_SECTION_OPTIONS_GET:
	case PERSOCK_SECTION_OPTIONS_SET:
		judge_option(draft, fact->section, family_of(fact),
			     fact->level, fact->name, -1, judgement);
		break;
	case PERSOCK_SECTION_CONTROL_SEND:
		judge_control_send(draft, family_of(fact), fact->level,
				   fact->name, judgement);
		break;
	case PERSOCK_SECTION_CONTROL_RECEIVE:
		judge_control_receive(draft, family_of(fact), fact->level,
				      fact->name, judgement);
		break;
	case PERSOCK_SECTION_FLAGS_SEND:
	case PERSOCK_SECTION_FLAGS_RECEIVE:
		judge_flags(draft, fact->section, fact->class, fact->flag,
			    judgement);
		break;
	case PERSOCK_SECTION_IOCTLS:
		judge_ioctl(draft, fact->class, fact->command, judgement);
		break;
	case PERSOCK_SECTION_CONNECT:
		return peer_allowed(recorded, fact) ? PERSOCK_ALLOW : -EACCES;
	case PERSOCK_SECTION_BIND:
	case PERSOCK_SECTION_ACCEPT:
		judge_address(draft, fact->section, &fact->endpoint,
			      fact->protocol, judgement);
		break;
	case PERSOCK_SECTION_LIMITS:
		/* See add_limit(). */
		return -EACCES;
	case PERSOCK_SECTION_UNIX_CONNECT:
	case PERSOCK_SECTION_UNIX_BIND:
		recorded_judge_unix(draft, fact, judgement);
		break;
	default:
		judge_default(draft, fact->section, fact->class, judgement);
		/* Whose descriptors they were is not recorded. */
		if (judgement->verdict == PERSOCK_GOVERNED)
			judgement->verdict = PERSOCK_ALLOW;
		break;
	}

	return judgement->verdict;
}

void recorded_drop(struct recorded *recorded)
{
	struct judgement judgement;
	unsigned int i;

	if (recorded->limits)
		recorded_close_unix(&recorded->draft->policy, recorded->facts,
				    recorded->nr);
	draft_index(recorded->draft);
	for (i = 0; i < recorded->nr; i++) {
		struct fact *fact = &recorded->facts[i];

		if (!verdict_of(recorded, fact, &judgement) ||
		    judgement.always)
			fact->dropped = true;
	}
}

static void add_socket(struct recorded *recorded, const struct fact *fact,
		       unsigned int number)
{
	struct persock_socket_rule rule = {
		.family = fact->family,
		.type = fact->type,
		.protocol = fact->protocol,
		.line = number,
	};
	unsigned int i;

	/* A rule on the protocol that 0 stands for is about both. */
	if (persock_class_of(fact->family) == PERSOCK_CLASS_INET &&
	    !fact->protocol) {
		if (fact->type == SOCK_STREAM)
			rule.protocol = IPPROTO_TCP;
		if (fact->type == SOCK_DGRAM)
			rule.protocol = IPPROTO_UDP;
	}
	/* Behind those that were added before, and before those of the base. */
	for (i = 0; i < recorded->draft->policy.sockets.nr; i++) {
		if (!recorded->draft->policy.sockets.rules[i].line)
			break;
	}
	draft_add_socket(recorded->draft, i, &rule);
}

static void add_address(struct recorded *recorded, const struct fact *fact,
			unsigned int number)
{
	struct persock_address_rule rule = {
		.family = fact->endpoint.family,
		.prefix = fact->prefix,
		.first = fact->endpoint.port,
		.last = fact->last,
		.protocol = fact->protocol == IPPROTO_MPTCP ? IPPROTO_TCP :
							      fact->protocol,
		.line = number,
	};

	memcpy(rule.address, fact->endpoint.address, sizeof(rule.address));
	if (fact->section == PERSOCK_SECTION_ACCEPT ||
	    !persock_has_ports(SOCK_STREAM, rule.protocol))
		rule.last = U16_MAX;
	draft_add_address(recorded->draft, fact->section, &rule);
}

static void add_peer(struct recorded *recorded, const struct fact *fact,
		     unsigned int number)
{
	struct persock_host_rule rule = {
		.name = fact->host,
		.below = fact->below,
		.first = fact->endpoint.port,
		.last = fact->last,
		.protocol = fact->protocol == IPPROTO_MPTCP ? IPPROTO_TCP :
							      fact->protocol,
		.line = number,
	};

	if (is_host(fact)) {
		if (!persock_has_ports(SOCK_STREAM, rule.protocol))
			rule.last = U16_MAX;
		draft_add_host(recorded->draft, &rule);
	} else if (fact->endpoint.family) {
		add_address(recorded, fact, number);
	} else {
		recorded->any_query = fact;
		recorded->draft->policy.names.queries = PERSOCK_QUERIES_ANY;
	}
}

/* Nothing but a section that allows everything lets this pass. */
static void open_section(struct recorded *recorded, const struct fact *fact,
			 unsigned int number, enum persock_section section)
{
	struct draft *draft = recorded->draft;
	struct persock_addresses *addresses =
		persock_section_addresses(&draft->policy, section);

	recorded->opened[section != PERSOCK_SECTION_CONNECT] = fact;
	draft_clear(draft, section, PERSOCK_CLASS_INET);
	addresses->fallback = PERSOCK_ALLOW;
	draft->lines[section][PERSOCK_CLASS_INET] = number;
	if (section == PERSOCK_SECTION_CONNECT) {
		draft->policy.names.nr_resolvers = 0;
		draft->system_resolvers = false;
		addresses->names = false;
	}
}

static void add_option(struct recorded *recorded, const struct fact *fact,
		       unsigned int number)
{
	struct persock_option option = {
		.level = fact->level,
		.name = fact->name,
		.line = number,
	};

	draft_add_option(recorded->draft, fact->section, fact->class, &option);
}

static unsigned int with_room(u32 value, unsigned int least)
{
	unsigned int limit = least;

	while (limit < 1U << 30 && limit / 2 < value)
		limit *= 2;

	return max(limit, value);
}

static void raise(const struct recorded *recorded, u32 *limit, u32 value,
		  unsigned int least)
{
	u32 before = *limit;

	if (*limit ? *limit < value : recorded->limits)
		*limit = with_room(value, least);
	if (before != *limit)
		recorded->draft->lines[PERSOCK_SECTION_LIMITS][0] = 1;
}

static void add_limit(struct recorded *recorded, const struct fact *fact)
{
	struct persock_policy *policy = &recorded->draft->policy;
	struct persock_rules *rules = &policy->rules[fact->class];
	u32 limit;

	switch (fact->limit) {
	case PERSOCK_LIMIT_SOCKETS:
		raise(recorded, &policy->max_sockets, fact->value,
		      SOCKETS_MIN);
		if (policy->max_sockets && !policy->max_sockets_verdict)
			policy->max_sockets_verdict = -ENFILE;
		break;
	case PERSOCK_LIMIT_BACKLOG_CEILING:
		limit = policy->backlog.ceiling;
		raise(recorded, &limit, fact->value, BACKLOG_MIN);
		policy->backlog.ceiling = min_t(u32, limit, S32_MAX);
		break;
	case PERSOCK_LIMIT_OPTION:
		raise(recorded, &rules->option_max, fact->value, LENGTH_MIN);
		break;
	case PERSOCK_LIMIT_CONTROL:
		raise(recorded, &rules->control_max, fact->value, LENGTH_MIN);
		break;
	case PERSOCK_LIMIT_RECEIVED_CONTROL:
		/* Without a limit the module has one of its own. */
		limit = rules->received_max ?: RECEIVED_MIN;
		if (limit < fact->value)
			limit = with_room(fact->value, RECEIVED_MIN);
		rules->received_max = min_t(u32, limit, U16_MAX);
		break;
	default:
		break;
	}
}

static void add_fact(struct recorded *recorded, const struct fact *fact)
{
	struct draft *draft = recorded->draft;
	unsigned int number = fact - recorded->facts + 1;
	struct persock_ioctl ioctl = { .cmd = fact->command, .line = number };
	unsigned int bit;

	if (recorded_is_vsock(fact)) {
		recorded_add_vsock(draft, fact, number);
		return;
	}
	switch (fact->section) {
	case PERSOCK_SECTION_SOCKETS:
		add_socket(recorded, fact, number);
		break;
	case PERSOCK_SECTION_OPTIONS_GET:
	case PERSOCK_SECTION_OPTIONS_SET:
	case PERSOCK_SECTION_CONTROL_SEND:
	case PERSOCK_SECTION_CONTROL_RECEIVE:
		add_option(recorded, fact, number);
		break;
	case PERSOCK_SECTION_FLAGS_SEND:
	case PERSOCK_SECTION_FLAGS_RECEIVE:
		draft_add_flags(draft, fact->section, fact->class, fact->flag,
				PERSOCK_ALLOW);
		bit = __builtin_ctz(fact->flag | 1U << 31);
		draft->flag_lines[fact->section ==
				  PERSOCK_SECTION_FLAGS_RECEIVE]
				 [fact->class][bit] = number;
		break;
	case PERSOCK_SECTION_IOCTLS:
		draft_add_ioctl(draft, fact->class, &ioctl);
		break;
	case PERSOCK_SECTION_CONNECT:
		add_peer(recorded, fact, number);
		break;
	case PERSOCK_SECTION_BIND:
	case PERSOCK_SECTION_ACCEPT:
		add_address(recorded, fact, number);
		break;
	case PERSOCK_SECTION_LIMITS:
		add_limit(recorded, fact);
		break;
	case PERSOCK_SECTION_UNIX_CONNECT:
	case PERSOCK_SECTION_UNIX_BIND:
		if (!recorded_add_unix(draft, fact, number))
			recorded->pathless = fact;
		break;
	default:
		*persock_section_fallback(&draft->policy, fact->section,
					  fact->class) = PERSOCK_ALLOW;
		draft->lines[fact->section][fact->class] = number;
		break;
	}
}

/* What is still denied leads around rules on addresses. */
static void open_detours(struct recorded *recorded)
{
	struct judgement judgement;
	unsigned int i;

	draft_index(recorded->draft);
	for (i = 0; i < recorded->nr; i++) {
		const struct fact *fact = &recorded->facts[i];

		if (persock_section_is_address(fact->section) ||
		    fact->class != PERSOCK_CLASS_INET ||
		    !verdict_of(recorded, fact, &judgement) ||
		    judgement.always ||
		    !persock_section_is_address(judgement.section))
			continue;
		open_section(recorded, fact, i + 1, judgement.section);
		draft_index(recorded->draft);
	}
}

/* Sections without addresses; a rule may allow what comes after its fact. */
static void add_plain(struct recorded *recorded)
{
	struct judgement judgement;
	unsigned int i;

	for (i = 0; i < recorded->nr; i++) {
		struct fact *fact = &recorded->facts[i];

		if (fact->dropped || persock_section_is_address(fact->section))
			continue;
		if (!verdict_of(recorded, fact, &judgement) || judgement.always)
			fact->dropped = true;
		else
			add_fact(recorded, fact);
	}
}

static bool is_open(const struct recorded *recorded, const struct fact *fact)
{
	return !persock_restricts(persock_section_addresses(&recorded->draft->policy,
							    fact->section));
}

/* Addresses. No rule that is added allows what another one does. */
static void add_data(struct recorded *recorded)
{
	unsigned int i;

	for (i = 0; i < recorded->nr; i++) {
		struct fact *fact = &recorded->facts[i];

		if (fact->dropped || is_dataless(fact) ||
		    !persock_section_is_address(fact->section))
			continue;
		if (!recorded_is_vsock(fact) && is_open(recorded, fact))
			fact->dropped = true;
		else
			add_fact(recorded, fact);
	}
}

/* At last, as most of them have data, too. */
static void add_dataless(struct recorded *recorded)
{
	unsigned int i;

	for (i = 0; i < recorded->nr; i++) {
		struct fact *fact = &recorded->facts[i];

		if (fact->dropped || !is_dataless(fact))
			continue;
		draft_index(recorded->draft);
		if (is_open(recorded, fact) || peer_allowed(recorded, fact))
			fact->dropped = true;
		else
			add_fact(recorded, fact);
	}
	draft_index(recorded->draft);
}

/* Resolvers need no rule, as long as the policy has names. */
static void begin_names(struct recorded *recorded)
{
	unsigned int i;

	if (!uses_names(recorded))
		return;
	if (!draft_has_names(recorded->draft))
		draft_begin_names(recorded->draft);
	for (i = 0; i < recorded->nr; i++) {
		struct fact *fact = &recorded->facts[i];

		if (fact->endpoint.family && is_resolver(recorded, fact))
			fact->dropped = true;
	}
}

static int compare_texts(const char *a, const char *b)
{
	return strcmp(a ?: "", b ?: "");
}

static int compare_facts(const void *one, const void *other)
{
	const struct fact *a = one, *b = other;
	const int differences[] = {
		a->section - b->section,
		a->family - b->family,
		a->type - b->type,
		a->protocol - b->protocol,
		compare_texts(a->host, b->host),
		a->endpoint.family - b->endpoint.family,
		memcmp(a->endpoint.address, b->endpoint.address,
		       sizeof(a->endpoint.address)),
		a->endpoint.port - b->endpoint.port,
		compare_texts(a->unix_name, b->unix_name),
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(differences); i++) {
		if (differences[i])
			return differences[i];
	}

	return a->first < b->first ? -1 : a->first > b->first;
}

void recorded_sort(struct fact *facts, unsigned int nr)
{
	if (nr)
		qsort(facts, nr, sizeof(*facts), compare_facts);
}

void recorded_add(struct recorded *recorded)
{
	struct persock_policy *policy = &recorded->draft->policy;

	/* A policy whose peers are not restricted learns no names. */
	if (persock_restricts(&policy->connect))
		begin_names(recorded);
	add_plain(recorded);
	open_detours(recorded);
	add_data(recorded);
	add_dataless(recorded);
}
