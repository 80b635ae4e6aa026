/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Address rules: prefix, port range and protocol.
 *
 * Among the rules that match port and protocol the one with the longest prefix
 * decides; at the same prefix a rule that denies goes before one that allows,
 * and then the earlier one. Pure functions: no socket, no netlink, no lock.
 */
#ifndef _PERSOCK_ADDRESS_H
#define _PERSOCK_ADDRESS_H

#include <linux/in6.h>
#include <linux/types.h>

#include "policy/guard.h"

/**
 * struct persock_endpoint - an address that is judged
 * @family: AF_INET or AF_INET6; an IPv4-mapped address is AF_INET
 * @port: in host order
 * @address: in network order; IPv4 takes the first 4 bytes, the rest is 0
 */
struct persock_endpoint {
	u16 family;
	u16 port;
	u8 address[16];
};

/**
 * struct persock_address_rule - the verdict on some addresses
 * @family: AF_INET or AF_INET6
 * @prefix: leading bits of @address that count, 0 to 32 or 128
 * @address: in network order as in struct persock_endpoint; what @prefix does
 *	     not cover is 0
 * @first: first port
 * @last: last port, not below @first
 * @protocol: protocol of the socket, or PERSOCK_ANY
 * @verdict: PERSOCK_ALLOW or a negative errno
 * @line: of the policy file, for messages; 0: not told
 */
struct persock_address_rule {
	u16 family;
	u8 prefix;
	u8 address[16];
	u16 first;
	u16 last;
	s32 protocol;
	s16 verdict;
	u32 line;
};

struct persock_address_index;

/**
 * struct persock_addresses - one section of address rules
 * @rules: in the order of the policy
 * @nr: length of @rules
 * @fallback: verdict where no rule matches
 * @index: of @rules, from persock_address_index(); NULL when @nr is 0
 * @guard: what a rule has to name to be allowed
 */
struct persock_addresses {
	const struct persock_address_rule *rules;
	unsigned int nr;
	s16 fallback;
	const struct persock_address_index *index;
	enum persock_guard guard;
};

struct persock_address_index *
persock_address_index(const struct persock_address_rule *rules,
		      unsigned int nr);
void persock_address_index_free(const struct persock_address_index *index);
bool persock_address_has_allowed(const struct persock_addresses *addresses,
				 const struct persock_endpoint *endpoint,
				 int protocol);
int persock_judge_address(const struct persock_addresses *addresses,
			  const struct persock_endpoint *endpoint,
			  int protocol, unsigned int *rule);
int persock_judge_chosen(const struct persock_addresses *addresses,
			 const struct persock_endpoint *endpoint, int protocol,
			 unsigned int *rule);

#endif /* _PERSOCK_ADDRESS_H */
