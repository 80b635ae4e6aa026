// SPDX-License-Identifier: GPL-2.0
/*
 * The parser of rules on host names, and of the section that says how their
 * addresses are learnt. parse_policy.c calls it; netlink_name.c reads
 * addresses with it.
 *
 * Rules, their order and their names are parts of the memory that
 * parse_policy.c allocates for all lists.
 */
#include <linux/errno.h>
#include <linux/netlink.h>
#include <linux/socket.h>
#include <linux/string.h>
#include <net/netlink.h>

#include "control/netlink-gen.h"
#include "control/parse_names.h"
#include "control/parse_rule.h"
#include "policy/host.h"

/* Defaults, and what they may be at most. */
#define HOLD		600
#define HOLD_MAX	(7 * 24 * 60 * 60)
#define LIMIT		4096
#define LIMIT_MAX	65536

/**
 * persock_names_count() - count a rule on a host name
 * @load: what was counted before
 * @extack: reports the reason of a refusal
 * @tb: its attributes
 *
 * Return: 0, or -EINVAL for an invalid name.
 */
int persock_names_count(struct persock_names_load *load,
			struct netlink_ext_ack *extack, struct nlattr **tb)
{
	const struct nlattr *host = tb[PERSOCK_A_RULE_HOST];
	const char *reason;

	if (persock_host_check(nla_data(host), &reason))
		return persock_reject(extack, host, reason);
	load->nr++;
	load->text += strlen(nla_data(host)) + 1;

	return 0;
}

/**
 * persock_names_size() - the memory that the counted rules need
 * @load: the rules
 *
 * Return: bytes, a multiple of the alignment of any list.
 */
size_t persock_names_size(const struct persock_names_load *load)
{
	return ALIGN(load->nr * (sizeof(*load->rules) + sizeof(*load->sorted)) +
		     load->text, sizeof(u64));
}

/**
 * persock_names_place() - give the counted rules their memory
 * @load: the rules; from now on it counts those that are filled in
 * @memory: aligned for any type
 *
 * Return: what follows their memory.
 */
void *persock_names_place(struct persock_names_load *load, void *memory)
{
	void *end = memory + persock_names_size(load);

	load->rules = memory;
	load->sorted = (u32 *)(load->rules + load->nr);
	load->names = (char *)(load->sorted + load->nr);
	load->nr = 0;
	load->text = 0;

	return end;
}

/**
 * persock_names_fill() - read a rule on a host name
 * @load: the rules; this one is appended
 * @extack: reports the reason of a refusal
 * @nest: the rule
 * @tb: its attributes; the host was checked
 * @verdict: its verdict
 *
 * Return: 0 or -EINVAL.
 */
int persock_names_fill(struct persock_names_load *load,
		       struct netlink_ext_ack *extack,
		       const struct nlattr *nest, struct nlattr **tb,
		       s16 verdict)
{
	struct persock_host_rule *rule = &load->rules[load->nr];
	const char *host = nla_data(tb[PERSOCK_A_RULE_HOST]);
	char *name = load->names + load->text;
	int err;

	if (tb[PERSOCK_A_RULE_ADDRESS] || tb[PERSOCK_A_RULE_PREFIX_LENGTH])
		return persock_reject(extack, nest,
			      "a rule has an address or a host, not both");
	err = persock_rule_ports(extack, nest, tb, &rule->first, &rule->last,
				 &rule->protocol);
	if (err)
		return err;

	rule->below = host[0] == '*';
	if (rule->below)
		host += 2;
	rule->length = strlen(host);
	memcpy(name, host, rule->length + 1);
	rule->name = name;
	rule->verdict = verdict;
	rule->line = persock_rule_line(tb);
	load->text += rule->length + 1;
	load->nr++;

	return 0;
}

/**
 * persock_address_read() - read an address
 * @extack: reports the reason of a refusal
 * @attribute: 4 or 16 bytes
 * @endpoint: filled in, with port 0; an IPv4-mapped address becomes IPv4
 *
 * Return: 0 or -EINVAL.
 */
int persock_address_read(struct netlink_ext_ack *extack,
			 const struct nlattr *attribute,
			 struct persock_endpoint *endpoint)
{
	static const u8 mapped[12] = { [10] = 0xff, [11] = 0xff };
	const u8 *bytes = nla_data(attribute);
	unsigned int length = nla_len(attribute);

	if (length != 4 && length != 16)
		return persock_reject(extack, attribute,
			      "an address has 4 or 16 bytes");
	if (length == 16 && !memcmp(bytes, mapped, sizeof(mapped))) {
		bytes += sizeof(mapped);
		length = 4;
	}
	memset(endpoint, 0, sizeof(*endpoint));
	endpoint->family = length == 4 ? AF_INET : AF_INET6;
	memcpy(endpoint->address, bytes, length);

	return 0;
}

static int read_resolvers(struct netlink_ext_ack *extack,
			  const struct nlattr *nest, struct persock_names *names)
{
	const struct nlattr *attribute;
	int err, left;

	nla_for_each_nested(attribute, nest, left) {
		if (nla_type(attribute) != PERSOCK_A_NAMES_RESOLVER)
			continue;
		if (names->nr_resolvers == PERSOCK_MAX_RESOLVERS)
			return persock_reject(extack, attribute,
				      "there are at most 16 resolvers");
		err = persock_address_read(extack, attribute,
					   &names->resolvers[names->nr_resolvers]);
		if (err)
			return err;
		names->resolvers[names->nr_resolvers++].port = PERSOCK_DNS_PORT;
	}
	if (!names->nr_resolvers)
		return persock_reject(extack, nest, "a resolver is needed");

	return 0;
}

static int read_number(struct netlink_ext_ack *extack,
		       const struct nlattr *attribute, u32 min, u32 max,
		       u32 *value, const char *why)
{
	if (!attribute)
		return 0;
	*value = nla_get_u32(attribute);

	return *value < min || *value > max ?
	       persock_reject(extack, attribute, why) : 0;
}

/**
 * persock_names_publish() - put rules and settings into the policy
 * @load: the rules
 * @extack: reports the reason of a refusal
 * @attribute: how addresses are learnt, or NULL
 * @policy: filled in
 *
 * Return: 0 or -EINVAL.
 */
int persock_names_publish(struct persock_names_load *load,
			  struct netlink_ext_ack *extack,
			  const struct nlattr *attribute,
			  struct persock_policy *policy)
{
	struct nlattr *tb[PERSOCK_A_NAMES_MAX + 1];
	struct persock_names *names = &policy->names;
	int err;

	if (!attribute)
		return load->nr ? persock_reject(extack, NULL,
				  "rules on hosts need resolvers") : 0;
	err = nla_parse_nested(tb, PERSOCK_A_NAMES_MAX, attribute,
			       persock_names_nl_policy, extack);
	if (err)
		return err;
	err = read_resolvers(extack, attribute, names);
	if (err)
		return err;

	if (tb[PERSOCK_A_NAMES_QUERIES])
		names->queries = nla_get_u32(tb[PERSOCK_A_NAMES_QUERIES]);
	names->hold = HOLD;
	names->max = LIMIT;
	err = read_number(extack, tb[PERSOCK_A_NAMES_HOLD], 0, HOLD_MAX,
			  &names->hold, "hold is at most 604800 seconds") ?:
	      read_number(extack, tb[PERSOCK_A_NAMES_LIMIT], 1, LIMIT_MAX,
			  &names->max, "the limit is 1 to 65536 addresses");
	if (err)
		return err;

	persock_hosts_sort(load->rules, load->nr, load->sorted);
	names->rules = load->rules;
	names->sorted = load->sorted;
	names->nr = load->nr;
	policy->connect.names = true;

	return 0;
}
