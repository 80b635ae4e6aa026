/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The index of address rules: its layout, for the builder and for the search.
 * address_index.c builds it and address.c searches it. control/parse_policy.c
 * and cgroup/version.c own the indexes of a policy.
 *
 * The prefixes of the rules are nodes. The most specific node can change only
 * at an address where a prefix begins or ends. These addresses cut the address
 * space of a family into intervals, each with its node, and a binary search
 * finds the interval of an address. A node has a list of port ranges for each
 * protocol that its rules name, and one for the rules on any protocol. The
 * ranges of a list are disjoint: the builder settles which of several rules
 * decides a port, and another binary search finds the range of a port.
 *
 * Ports that no rule of a prefix matches are left to the next shorter prefix
 * that covers it. The builder copies the ranges of that prefix into the node
 * as long as they are few, so that most searches need one node only. Ranges
 * that are not copied are found through the node's parent.
 */
#ifndef _PERSOCK_ADDRESS_INDEX_H
#define _PERSOCK_ADDRESS_INDEX_H

#include <linux/limits.h>
#include <linux/socket.h>
#include <linux/string.h>
#include <linux/types.h>
#include <asm/byteorder.h>

#include "policy/policy.h"

/* A rank that no rule has. */
#define NO_RANK	U32_MAX

/* A place in the address space of a family. IPv4 takes the top 32 bits. */
struct address_place {
	u64 high;
	u64 low;
};

/*
 * Ports that one rule decides. Of two rules the one of lower rank decides. The
 * rank of a rule that denies is its index; the rank of a rule that allows is
 * its index plus the number of rules.
 */
struct address_range {
	u16 first;
	u16 last;
	u32 rank;
};

/* Disjoint ranges for one protocol, sorted; nodes may share them. */
struct address_list {
	u32 protocol;
	u32 ranges;
	u32 nr;
};

/*
 * A prefix that rules have. Its lists are sorted by protocol. A protocol
 * without a list of its own uses the list for any protocol. In a plain node, a
 * search must compare the list of a protocol with the list for any protocol.
 * In other nodes the list of a protocol already includes the rules on any
 * protocol. Node 0 stands for addresses that no prefix covers.
 */
struct address_node {
	u32 parent;
	u32 lists;
	u32 nr : 31;
	u32 plain : 1;
};

/*
 * An index is one allocation. The first interval of each family starts at
 * address 0, so each family has at least one. The number of intervals is the
 * sum of the highest power of two in it (top) and a rest.
 */
struct persock_address_index {
	unsigned int nr;
	u32 top4;
	u32 rest4;
	u32 top6;
	u32 rest6;
	const u32 *starts4;
	const u32 *nodes4;
	const struct address_place *starts6;
	const u32 *nodes6;
	const struct address_node *nodes;
	const struct address_list *lists;
	const struct address_range *ranges;
};

/* Sorts PERSOCK_ANY first. */
static inline u32 protocol_key(int protocol)
{
	return (u32)protocol - (u32)PERSOCK_ANY;
}

static inline u32 ipv4_of(const u8 *address)
{
	__be32 word;

	memcpy(&word, address, sizeof(word));
	return be32_to_cpu(word);
}

static inline struct address_place ipv6_of(const u8 *address)
{
	__be64 halves[2];

	memcpy(halves, address, sizeof(halves));
	return (struct address_place){
		.high = be64_to_cpu(halves[0]),
		.low = be64_to_cpu(halves[1]),
	};
}

/* The first address of a prefix. */
static inline struct address_place
address_first_of(const struct persock_address_rule *rule)
{
	if (rule->family == AF_INET)
		return (struct address_place){
			.high = (u64)ipv4_of(rule->address) << 32,
		};

	return ipv6_of(rule->address);
}

/* All bits behind the prefix are 1. */
static inline struct address_place
address_last_of(const struct persock_address_rule *rule)
{
	struct address_place place = address_first_of(rule);

	if (rule->prefix < 64) {
		place.high |= U64_MAX >> rule->prefix;
		place.low = U64_MAX;
	} else if (rule->prefix < 128) {
		place.low |= U64_MAX >> (rule->prefix - 64);
	}

	return place;
}

static inline bool address_after(const struct address_place *a,
				 const struct address_place *b)
{
	return a->high > b->high || (a->high == b->high && a->low > b->low);
}

struct persock_address_index *
persock_address_index(const struct persock_address_rule *rules,
		      unsigned int nr);
void persock_address_index_free(const struct persock_address_index *index);

#endif /* _PERSOCK_ADDRESS_INDEX_H */
