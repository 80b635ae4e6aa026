// SPDX-License-Identifier: GPL-2.0
/*
 * Verdicts on addresses, at a cost that hardly depends on the number of rules.
 * socket/endpoint.c asks for them, and so does "persock explain".
 * address_index.h describes the search.
 *
 * The index cannot resolve all rules ahead in memory that is linear in the
 * rules if rules nest deeply, or if a prefix has many rules on ports or
 * protocols. The worst case is nested prefixes of every length, none of which
 * has the ranges of the next shorter one: this takes 33 searches for a port
 * with IPv4, and 129 with IPv6.
 */
#include <linux/limits.h>
#include <linux/socket.h>

#include "policy/address.h"
#include "policy/address_index.h"
#include "policy/guard.h"
#include "policy/verdict.h"

#define FIRST_USER_PORT	1024

/*
 * Find the last start that is not after the address. It is among the last top4
 * intervals, or else among the first top4. From there on each step halves an
 * even number.
 */
static u32 find_node4(const struct persock_address_index *index, u32 address)
{
	const u32 *starts = index->starts4;
	u32 start = 0, half;

	if (starts[index->rest4] <= address)
		start = index->rest4;
	for (half = index->top4 / 2; half; half /= 2) {
		if (starts[start + half] <= address)
			start += half;
	}

	return index->nodes4[start];
}

static u32 find_node6(const struct persock_address_index *index,
		      struct address_place address)
{
	const struct address_place *starts = index->starts6;
	u32 start = 0, half;

	if (!address_after(&starts[index->rest6], &address))
		start = index->rest6;
	for (half = index->top6 / 2; half; half /= 2) {
		if (!address_after(&starts[start + half], &address))
			start += half;
	}

	return index->nodes6[start];
}

static u32 find_port(const struct persock_address_index *index,
		     const struct address_list *list, u16 port)
{
	const struct address_range *range = index->ranges + list->ranges;
	unsigned int left = list->nr;

	while (left > 1) {
		unsigned int half = left / 2;

		if (range[half].first <= port)
			range += half;
		left -= half;
	}

	return range->first <= port && port <= range->last ? range->rank :
							     NO_RANK;
}

/* The lowest rank of the rules of a node that match. */
static u32 find_rank(const struct persock_address_index *index,
		     const struct address_node *node, u32 protocol, u16 port)
{
	const struct address_list *any = index->lists + node->lists;
	const struct address_list *list = any;
	unsigned int left = node->nr;
	u32 rank = NO_RANK, other;

	while (left > 1) {
		unsigned int half = left / 2;

		if (list[half].protocol <= protocol)
			list += half;
		left -= half;
	}

	if (list->protocol == protocol) {
		rank = find_port(index, list, port);
		if (!node->plain)
			return rank;
	}
	if (any->protocol != protocol_key(PERSOCK_ANY))
		return rank;

	other = find_port(index, any, port);
	return other < rank ? other : rank;
}

static int judge(const struct persock_addresses *addresses,
		 const struct persock_endpoint *endpoint, int protocol,
		 unsigned int *rule)
{
	const struct persock_address_index *index = addresses->index;
	u32 node = 0, key = protocol_key(protocol);

	*rule = 0;
	if (!index)
		return addresses->fallback;

	if (endpoint->family == AF_INET)
		node = find_node4(index, ipv4_of(endpoint->address));
	else if (endpoint->family == AF_INET6)
		node = find_node6(index, ipv6_of(endpoint->address));

	for (; node; node = index->nodes[node].parent) {
		u32 rank = find_rank(index, &index->nodes[node], key,
				     endpoint->port);

		if (rank == NO_RANK)
			continue;
		if (rank >= index->nr)
			rank -= index->nr;
		*rule = rank + 1;
		return addresses->rules[rank].verdict;
	}

	return addresses->fallback;
}

/**
 * persock_judge_address() - may this address be used?
 * @addresses: the rules and their index
 * @endpoint: the address
 * @protocol: protocol of the socket
 * @rule: number of the rule that decided, from 1; 0: none did
 *
 * Context: Any. Takes no lock and does not sleep.
 * Return: PERSOCK_ALLOW or a negative errno.
 */
int persock_judge_address(const struct persock_addresses *addresses,
			  const struct persock_endpoint *endpoint,
			  int protocol, unsigned int *rule)
{
	int verdict = judge(addresses, endpoint, protocol, rule);

	if (verdict || likely(addresses->guard == PERSOCK_GUARD_NONE))
		return verdict;
	verdict = persock_guard_address(addresses->guard, endpoint,
					*rule ? &addresses->rules[*rule - 1] :
						NULL);
	/* A rule that allows did not decide then. */
	if (verdict)
		*rule = 0;

	return verdict;
}

/*
 * Is a rule about particular ports? A rule about all ports that the kernel may
 * choose is not: it would leave no port to choose.
 */
static bool picks_ports(const struct persock_address_rule *rule)
{
	return rule->first > FIRST_USER_PORT || rule->last != U16_MAX;
}

/**
 * persock_judge_chosen() - may a socket keep a port that the kernel has
 *			    chosen?
 * @addresses: the rules and their index
 * @endpoint: the address, with that port
 * @protocol: protocol of the socket
 * @rule: number of the rule that decided, from 1; 0: none did
 *
 * The verdict on port 0 decides whether the kernel may choose a port at all.
 * Only rules on particular ports deny a port that it has chosen. The kernel
 * chooses no port below 1024 by itself: a program has asked for it, so such a
 * port is judged like any other.
 *
 * Context: Any. Takes no lock and does not sleep.
 * Return: PERSOCK_ALLOW or a negative errno.
 */
int persock_judge_chosen(const struct persock_addresses *addresses,
			 const struct persock_endpoint *endpoint, int protocol,
			 unsigned int *rule)
{
	int verdict = persock_judge_address(addresses, endpoint, protocol,
					    rule);

	if (verdict == PERSOCK_ALLOW || endpoint->port < FIRST_USER_PORT ||
	    (*rule && picks_ports(&addresses->rules[*rule - 1])))
		return verdict;

	*rule = 0;
	return PERSOCK_ALLOW;
}

/* The answer is no after that many ranges of ports. */
#define LOOKS 256

/* Does the rule that decides on the first port of a range allow it? */
static bool range_allows(const struct persock_addresses *addresses,
			 const struct persock_endpoint *endpoint, int protocol,
			 const struct address_range *range)
{
	struct persock_endpoint other = *endpoint;
	unsigned int rule;

	if (range->rank == NO_RANK || range->rank < addresses->index->nr)
		return false;
	other.port = range->first;

	return !persock_judge_address(addresses, &other, protocol, &rule) &&
	       rule;
}

/**
 * persock_address_has_allowed() - does a rule allow an address on any port and
 *				   protocol?
 * @addresses: the rules and their index
 * @endpoint: the address
 * @protocol: protocol of the socket, for rules on any protocol
 *
 * The search may miss rules that come after very many others. It only looks at
 * the first port of a range, so it may miss ports that are allowed after it.
 *
 * Context: Any. Takes no lock and does not sleep.
 * Return: true if a rule does; an address that only the default allows does
 * not count.
 */
bool persock_address_has_allowed(const struct persock_addresses *addresses,
				 const struct persock_endpoint *endpoint,
				 int protocol)
{
	const struct persock_address_index *index = addresses->index;
	unsigned int looks = LOOKS, i, j;
	u32 node;

	if (!index)
		return false;
	if (endpoint->family == AF_INET)
		node = find_node4(index, ipv4_of(endpoint->address));
	else
		node = find_node6(index, ipv6_of(endpoint->address));

	for (; node; node = index->nodes[node].parent) {
		const struct address_list *list =
			index->lists + index->nodes[node].lists;

		for (i = 0; i < index->nodes[node].nr; i++, list++) {
			int asked = list->protocol == protocol_key(PERSOCK_ANY) ?
				    protocol :
				    (int)(list->protocol + (u32)PERSOCK_ANY);

			for (j = 0; j < list->nr && looks; j++, looks--) {
				if (range_allows(addresses, endpoint, asked,
						 index->ranges +
						 list->ranges + j))
					return true;
			}
		}
	}

	return false;
}
