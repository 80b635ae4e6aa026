// SPDX-License-Identifier: GPL-2.0
/*
 * Tries addresses that a rule matches. unreachable.c calls it.
 *
 * The prefixes and port ranges of all layers cut the addresses of the rule into
 * pieces. All addresses of a piece get the same answer from each rule, so one
 * of them stands for all. Three things pass although the rules that judge an
 * address deny it, see address.h, unsent.c and port.c of the module:
 *
 * - A UDP socket may be connected to a peer that some rule allows on another
 *   port or protocol, as long as nothing is sent.
 * - A port that the kernel has chosen is denied only by rules on particular
 *   ports. It chooses one if port 0 is allowed.
 * - It chooses one for a UDP socket that sends without a bind, in any case.
 *
 * What a policy allowed before it was replaced is not considered: a socket may
 * have been bound by it.
 */
#include "policy_file/outer_address.h"

#include <linux/persock.h>

#include "base/error.h"
#include "module/policy/address.h"
#include "module/policy/address_index.h"
#include "module/policy/request.h"
#include "policy_file/judge.h"

#define FIRST_USER_PORT	1024

/**
 * struct search - the addresses of a rule
 * @outer: the layers around the rule's policy
 * @section: section of the rule
 * @rule: the rule
 * @first: its first address
 * @last: its last address
 * @starts: first addresses of the pieces
 * @nr_starts: length of @starts
 * @ports: first ports of the pieces
 * @nr_ports: length of @ports
 * @protocols: the protocols to try
 * @nr_protocols: length of @protocols
 * @denier: what denies the pieces so far
 */
struct search {
	struct outer *outer;
	enum persock_section section;
	const struct persock_address_rule *rule;
	struct address_place first;
	struct address_place last;
	struct address_place *starts;
	unsigned int nr_starts;
	u16 *ports;
	unsigned int nr_ports;
	int *protocols;
	unsigned int nr_protocols;
	struct denier *denier;
};

static struct address_place place_after(struct address_place place)
{
	if (!++place.low)
		place.high++;

	return place;
}

static void endpoint_at(const struct search *search, struct address_place place,
			u16 port, struct persock_endpoint *endpoint)
{
	unsigned int i;

	*endpoint = (struct persock_endpoint){
		.family = search->rule->family, .port = port,
	};
	for (i = 0; i < 8; i++)
		endpoint->address[i] = place.high >> (56 - 8 * i);
	for (i = 0; i < 8 && endpoint->family == AF_INET6; i++)
		endpoint->address[8 + i] = place.low >> (56 - 8 * i);
	if (endpoint->family == AF_INET)
		memset(endpoint->address + 4, 0, 12);
}

static const struct persock_addresses *addresses_of(const struct search *search,
						    unsigned int layer)
{
	struct persock_policy *policy =
		(struct persock_policy *)&search->outer->layers[layer]->policy;

	return persock_section_addresses(policy, search->section);
}

static bool is_unspecified(const struct persock_endpoint *endpoint)
{
	static const u8 unspecified[16];

	return !memcmp(endpoint->address, unspecified, sizeof(unspecified));
}

/*
 * May a name allow what rules on addresses deny? DNS may answer any address for
 * a host, and any address may be that of a resolver.
 */
static bool may_be_named(const struct search *search, unsigned int layer,
			 const struct persock_endpoint *endpoint,
			 unsigned int rule)
{
	const struct draft *draft = search->outer->layers[layer];
	const struct persock_address_rule *rules = draft->policy.connect.rules;

	if (search->section != PERSOCK_SECTION_CONNECT ||
	    !draft_has_names(draft))
		return false;
	if (!rule)
		return true;

	return endpoint->port == PERSOCK_DNS_PORT &&
	       rules[rule - 1].prefix !=
	       (endpoint->family == AF_INET ? 32 : 128);
}

/*
 * Judge by all layers that enforce. Returns false if one denies; then @denier,
 * if not NULL, notes it.
 */
static bool all_allow(const struct search *search,
		      const struct persock_endpoint *endpoint, int protocol,
		      struct denier *denier)
{
	unsigned int i;

	for (i = 0; i < search->outer->nr; i++) {
		const struct persock_addresses *addresses =
			addresses_of(search, i);
		struct judgement judgement = { .section = search->section };

		if (!outer_enforces(search->outer, i))
			continue;
		judgement.verdict =
			persock_judge_address(addresses, endpoint, protocol,
					      &judgement.rule);
		if (judgement.verdict >= 0 ||
		    may_be_named(search, i, endpoint, judgement.rule))
			continue;
		if (judgement.rule)
			judgement.line =
				addresses->rules[judgement.rule - 1].line &
				~DRAFT_MARK;
		else
			judgement.line = search->outer->layers[i]->lines
				[search->section][PERSOCK_CLASS_INET];
		if (denier)
			denier_add(denier, i, &judgement);
		return false;
	}

	return true;
}

/* A UDP connect without a send: see judge_connect() of the module. */
static bool all_connect(const struct search *search,
			const struct persock_endpoint *endpoint)
{
	unsigned int i, rule;

	for (i = 0; i < search->outer->nr; i++) {
		const struct persock_addresses *addresses =
			addresses_of(search, i);

		if (outer_enforces(search->outer, i) &&
		    persock_judge_address(addresses, endpoint, IPPROTO_UDP,
					  &rule) < 0 &&
		    !persock_address_has_allowed(addresses, endpoint,
						 IPPROTO_UDP))
			return false;
	}

	return true;
}

static bool all_keep(const struct search *search,
		     const struct persock_endpoint *endpoint, int protocol)
{
	unsigned int i, rule;

	for (i = 0; i < search->outer->nr; i++) {
		if (outer_enforces(search->outer, i) &&
		    persock_judge_chosen(addresses_of(search, i), endpoint,
					 protocol, &rule) < 0)
			return false;
	}

	return true;
}

/* Can the kernel choose the port? */
static bool is_chosen(const struct search *search,
		      const struct persock_endpoint *endpoint, int protocol)
{
	struct persock_endpoint requested = *endpoint;

	if (endpoint->port < FIRST_USER_PORT ||
	    !all_keep(search, endpoint, protocol))
		return false;
	if (is_unspecified(endpoint) &&
	    (protocol == IPPROTO_UDP || protocol == IPPROTO_UDPLITE))
		return true;
	requested.port = 0;

	return all_allow(search, &requested, protocol, NULL);
}

static bool passes(const struct search *search, struct address_place place,
		   u16 port, int protocol)
{
	struct persock_endpoint endpoint;

	endpoint_at(search, place, port, &endpoint);
	if (all_allow(search, &endpoint, protocol, search->denier))
		return true;
	if (search->section == PERSOCK_SECTION_CONNECT &&
	    protocol == IPPROTO_UDP)
		return all_connect(search, &endpoint);
	if (search->section == PERSOCK_SECTION_BIND)
		return is_chosen(search, &endpoint, protocol);

	return false;
}

/* Addresses of other protocols, and of raw sockets, have port 0. */
static bool exists(u16 port, int protocol)
{
	return !port || persock_has_ports(SOCK_STREAM, protocol);
}

/* Do all pieces of one address fail? */
static bool denies_place(struct search *search, struct address_place place)
{
	unsigned int i, j;

	for (i = 0; i < search->nr_protocols; i++) {
		for (j = 0; j < search->nr_ports; j++) {
			if (!exists(search->ports[j], search->protocols[i]))
				continue;
			if (!outer_step(search->outer, search->outer->nr) ||
			    passes(search, place, search->ports[j],
				   search->protocols[i]))
				return false;
		}
	}

	return true;
}

static bool matches_family(const struct search *search,
			   const struct persock_address_rule *other)
{
	struct address_place first = address_first_of(other), last = address_last_of(other);

	/* One of two prefixes contains the other, or they have no address. */
	return other->family == search->rule->family &&
	       !address_after(&first, &search->last) && !address_after(&search->first, &last);
}

static void add_start(struct search *search, struct address_place place)
{
	if (!address_after(&search->first, &place) && !address_after(&place, &search->last))
		search->starts[search->nr_starts++] = place;
}

static void add_port(struct search *search, unsigned int port)
{
	unsigned int i;

	if (port < search->rule->first || port > search->rule->last)
		return;
	for (i = 0; i < search->nr_ports; i++) {
		if (search->ports[i] == port)
			return;
	}
	search->ports[search->nr_ports++] = port;
}

static bool has_protocol(const struct search *search, int protocol)
{
	unsigned int i;

	for (i = 0; i < search->nr_protocols; i++) {
		if (search->protocols[i] == protocol)
			return true;
	}

	return false;
}

static void add_protocol(struct search *search, int protocol)
{
	if (search->rule->protocol != PERSOCK_ANY &&
	    search->rule->protocol != protocol)
		return;
	if (!has_protocol(search, protocol))
		search->protocols[search->nr_protocols++] = protocol;
}

/* What is told apart without a rule: guards, ports, the unspecified address. */
static void add_own(struct search *search)
{
	static const int protocols[] = {
		IPPROTO_TCP, IPPROTO_UDP, IPPROTO_UDPLITE, IPPROTO_SCTP,
		IPPROTO_DCCP, 0,
	};
	unsigned int i;

	add_start(search, search->first);
	add_start(search, (struct address_place){
		.high = search->rule->family == AF_INET ? 1ULL << 32 : 0,
		.low = search->rule->family == AF_INET ? 0 : 1,
	});
	/* Multicast: 224.0.0.0/4, ff00::/8. */
	add_start(search, (struct address_place){
		.high = search->rule->family == AF_INET ? 0xe0ULL << 56 :
							  0xffULL << 56,
	});
	if (search->rule->family == AF_INET)
		add_start(search, (struct address_place){ .high = 0xf0ULL << 56 });
	add_port(search, search->rule->first);
	add_port(search, 0);
	add_port(search, 1);
	add_port(search, FIRST_USER_PORT);
	add_port(search, PERSOCK_DNS_PORT);
	add_port(search, PERSOCK_DNS_PORT + 1);
	for (i = 0; i < ARRAY_SIZE(protocols); i++)
		add_protocol(search, protocols[i]);
	if (search->rule->protocol != PERSOCK_ANY)
		add_protocol(search, search->rule->protocol);
}

/* Cut where a rule of the layers begins or ends. Returns false to give up. */
static bool add_rules(struct search *search, unsigned int layer)
{
	const struct persock_addresses *addresses = addresses_of(search, layer);
	unsigned int i;

	if (!outer_enforces(search->outer, layer))
		return true;
	for (i = 0; i < addresses->nr; i++) {
		const struct persock_address_rule *rule = &addresses->rules[i];

		if (!outer_step(search->outer, 1))
			return false;
		if (!matches_family(search, rule))
			continue;
		if (!outer_step(search->outer, search->nr_ports +
					       search->nr_protocols))
			return false;
		add_start(search, address_first_of(rule));
		add_start(search, place_after(address_last_of(rule)));
		add_port(search, rule->first);
		add_port(search, (unsigned int)rule->last + 1);
		if (rule->protocol != PERSOCK_ANY)
			add_protocol(search, rule->protocol);
	}

	return true;
}

static int order(const void *left, const void *right)
{
	const struct address_place *a = left, *b = right;

	return address_after(a, b) - address_after(b, a);
}

/* The pieces: returns false to give up. */
static bool cut(struct search *search)
{
	unsigned int i, nr, protocol = 1;

	for (i = 0; i < search->outer->nr; i++) {
		if (!add_rules(search, i))
			return false;
	}
	/* One of which no rule knows. */
	while (has_protocol(search, protocol))
		protocol++;
	add_protocol(search, protocol);
	qsort(search->starts, search->nr_starts, sizeof(*search->starts), order);
	for (i = nr = 1; i < search->nr_starts; i++) {
		if (order(&search->starts[i], &search->starts[i - 1]))
			search->starts[nr++] = search->starts[i];
	}
	search->nr_starts = nr;

	return true;
}

static bool all_denied(struct search *search)
{
	unsigned int i;

	/* Mostly this one passes, and there is no need for the pieces. */
	if (!denies_place(search, search->first))
		return false;
	if (!cut(search))
		return false;
	*search->denier = (struct denier){ 0 };
	for (i = 0; i < search->nr_starts; i++) {
		if (!denies_place(search, search->starts[i]))
			return false;
	}

	return search->denier->found;
}

bool outer_denies_addresses(struct outer *outer, enum persock_section section,
			    const struct persock_address_rule *rule,
			    struct denier *denier)
{
	struct search search = {
		.outer = outer, .section = section, .rule = rule,
		.first = address_first_of(rule), .last = address_last_of(rule),
		.denier = denier,
	};
	size_t room = 16;
	unsigned int i;
	bool denied;

	for (i = 0; i < outer->nr; i++)
		room += 2 * (size_t)addresses_of(&search, i)->nr;
	search.starts = need(calloc(room, sizeof(*search.starts)));
	search.ports = need(calloc(room, sizeof(*search.ports)));
	search.protocols = need(calloc(room, sizeof(*search.protocols)));
	add_own(&search);
	denied = all_denied(&search);
	free(search.starts);
	free(search.ports);
	free(search.protocols);

	return denied;
}
