// SPDX-License-Identifier: GPL-2.0
/*
 * Compares the prefixes, ports and protocols of rules on addresses.
 */
#include "policy_file/overlap.h"

bool overlap_has(const struct persock_address_rule *rule, int family,
		 const u8 *address)
{
	unsigned int bit;

	if (rule->family != family)
		return false;
	for (bit = 0; bit < rule->prefix; bit++) {
		if ((rule->address[bit / 8] ^ address[bit / 8]) &
		    (0x80 >> bit % 8))
			return false;
	}

	return true;
}

bool overlap_around(const struct persock_address_rule *rule,
		    const struct persock_address_rule *other)
{
	return rule->prefix <= other->prefix &&
	       overlap_has(rule, other->family, other->address) &&
	       rule->first <= other->last && other->first <= rule->last &&
	       overlap_protocols(rule->protocol, other->protocol);
}
