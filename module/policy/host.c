// SPDX-License-Identifier: GPL-2.0
/*
 * Verdicts on host names, and on DNS queries for them. socket/endpoint.c and
 * socket/query.c ask for them, and so does "persock explain".
 * control/parse_policy.c checks and sorts the rules. host.h says which rule
 * decides.
 *
 * The rules are sorted by name, from its last byte to its first: all names
 * below one name are neighbours. A name has at most 127 labels, and each of
 * them takes one binary search. The rules on one name are tried in turn.
 */
#include <linux/errno.h>
#include <linux/limits.h>
#include <linux/sort.h>
#include <linux/string.h>

#include "policy/dns.h"
#include "policy/host.h"

#define LABEL_LENGTH	63

/* What a rule is about: a name, or all names below it. */
struct pattern {
	const char *name;
	unsigned int length;
	bool below;
};

/* A way through all rules that match a host, in the order of precedence. */
struct walk {
	const struct persock_names *names;
	struct pattern pattern;
	unsigned int next;
	bool odd;
};

static bool is_host_byte(char byte)
{
	return (byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9') ||
	       byte == '-' || byte == '_';
}

static const char *check_labels(const char *text)
{
	unsigned int label = 0, length;

	for (length = 0; text[length]; length++) {
		if (text[length] == '*')
			return "\"*\" stands only before the first dot";
		if (text[length] == '.') {
			if (!label)
				return "a label is empty";
			label = 0;
			continue;
		}
		if (!is_host_byte(text[length]))
			return "a host name has only lower case letters, digits, \"-\" and \"_\"";
		if (++label > LABEL_LENGTH)
			return "a label has at most 63 bytes";
		if (length >= PERSOCK_HOST_LENGTH)
			return "a host name has at most 253 bytes";
	}

	return label ? NULL : "a host name has no final dot here";
}

/**
 * persock_host_check() - is a text the host of a rule, as the module keeps it?
 * @text: a name in lower case, perhaps after "*."
 * @reason: if it is not, a sentence that says why; a constant
 *
 * Return: 0 or -EINVAL.
 */
int persock_host_check(const char *text, const char **reason)
{
	if (!*text)
		*reason = "a host name is empty";
	else if (!strcmp(text, "*."))
		*reason = "a name must follow \"*.\"";
	else
		*reason = check_labels(strncmp(text, "*.", 2) ? text : text + 2);

	return *reason ? -EINVAL : 0;
}

/* From the last byte to the first. */
static int order_names(const char *a, unsigned int a_length, const char *b,
		       unsigned int b_length)
{
	while (a_length && b_length) {
		u8 left = a[--a_length], right = b[--b_length];

		if (left != right)
			return left < right ? -1 : 1;
	}

	return (int)a_length - (int)b_length;
}

static int order_pattern(const struct persock_host_rule *rule,
			 const struct pattern *pattern)
{
	int order = order_names(rule->name, rule->length, pattern->name,
				pattern->length);

	return order ? order : (int)rule->below - (int)pattern->below;
}

static bool is_of_pattern(const struct persock_host_rule *rule,
			  const struct pattern *pattern)
{
	return rule->length == pattern->length &&
	       rule->below == pattern->below &&
	       !memcmp(rule->name, pattern->name, pattern->length);
}

static bool denies(const struct persock_host_rule *rule)
{
	return rule->verdict < 0;
}

/* The rules of a pattern are sorted by rank. */
static int order_rules(const void *left, const void *right, const void *data)
{
	const struct persock_host_rule *rules = data, *a, *b;
	struct pattern pattern;
	int order;

	a = &rules[*(const u32 *)left];
	b = &rules[*(const u32 *)right];

	pattern = (struct pattern){ b->name, b->length, b->below };
	order = order_pattern(a, &pattern);
	if (order)
		return order;
	if (denies(a) != denies(b))
		return denies(a) ? -1 : 1;

	return a < b ? -1 : 1;
}

/**
 * persock_hosts_sort() - sort rules on host names
 * @rules: the rules
 * @nr: length of @rules
 * @sorted: the indexes of @rules in the order in which this file searches them
 */
void persock_hosts_sort(const struct persock_host_rule *rules,
			unsigned int nr, u32 *sorted)
{
	unsigned int i;

	for (i = 0; i < nr; i++)
		sorted[i] = i;
	sort_r(sorted, nr, sizeof(*sorted), order_rules, NULL, rules);
}

static const struct persock_host_rule *
rule_at(const struct persock_names *names, unsigned int place)
{
	return &names->rules[names->sorted[place]];
}

/* The place of the first rule that does not sort before a pattern. */
static unsigned int find_first(const struct persock_names *names,
			       const struct pattern *pattern)
{
	unsigned int low = 0, high = names->nr;

	while (low < high) {
		unsigned int middle = low + (high - low) / 2;

		if (order_pattern(rule_at(names, middle), pattern) < 0)
			low = middle + 1;
		else
			high = middle;
	}

	return low;
}

static void start_walk(struct walk *walk, const struct persock_names *names,
		       const char *host)
{
	walk->names = names;
	walk->pattern = (struct pattern){ host, strlen(host), false };
	walk->next = find_first(names, &walk->pattern);
	walk->odd = strchr(host, '\\');
}

/* On to the names below the next shorter suffix. */
static bool shorten(struct walk *walk)
{
	struct pattern *pattern = &walk->pattern;
	const char *dot = strchr(pattern->name, '.');

	if (!dot)
		return false;
	pattern->length -= dot + 1 - pattern->name;
	pattern->name = dot + 1;
	pattern->below = true;
	walk->next = find_first(walk->names, pattern);

	return true;
}

/* The next rule, or NULL. No rule allows a name that no host has. */
static const struct persock_host_rule *next_rule(struct walk *walk)
{
	do {
		while (walk->next < walk->names->nr) {
			const struct persock_host_rule *rule;

			rule = rule_at(walk->names, walk->next);
			if (!is_of_pattern(rule, &walk->pattern))
				break;
			walk->next++;
			if (denies(rule) || !walk->odd)
				return rule;
		}
	} while (shorten(walk));

	return NULL;
}

/**
 * persock_host_listed() - is a rule about this name?
 * @names: the rules
 * @host: the name
 *
 * Context: Any. Takes no lock and does not sleep.
 * Return: true if a rule matches the name on some port and protocol, whatever
 * its verdict.
 */
bool persock_host_listed(const struct persock_names *names, const char *host)
{
	struct walk walk;

	start_walk(&walk, names, host);

	return next_rule(&walk);
}

/**
 * persock_judge_host() - may the addresses of this name be used?
 * @names: the rules
 * @host: the name
 * @port: port of the peer, in host order
 * @protocol: protocol of the socket
 * @rule: number of the rule that decided, from 1; 0: none did
 *
 * Context: Any. Takes no lock and does not sleep.
 * Return: PERSOCK_ALLOW, a negative errno, or PERSOCK_NO_HOST_RULE.
 */
int persock_judge_host(const struct persock_names *names, const char *host,
		       u16 port, int protocol, unsigned int *rule)
{
	const struct persock_host_rule *entry;
	struct walk walk;

	start_walk(&walk, names, host);
	while ((entry = next_rule(&walk))) {
		if (port < entry->first || port > entry->last ||
		    (entry->protocol != PERSOCK_ANY &&
		     entry->protocol != protocol))
			continue;
		*rule = entry - names->rules + 1;
		return entry->verdict;
	}

	*rule = 0;
	return PERSOCK_NO_HOST_RULE;
}

/* Is a rule about all ports and protocols? */
static bool covers_all(const struct persock_host_rule *rule)
{
	return !rule->first && rule->last == U16_MAX &&
	       rule->protocol == PERSOCK_ANY;
}

/* Is a rule about all ports and protocols that another one is about? */
static bool covers(const struct persock_host_rule *rule,
		   const struct persock_host_rule *other)
{
	return rule->first <= other->first && rule->last >= other->last &&
	       (rule->protocol == PERSOCK_ANY ||
		rule->protocol == other->protocol);
}

/* The answer is yes after that many comparisons of rules. */
#define LOOKS	64

/* Does a rule that goes before @allow deny all that @allow allows? */
static bool hidden(const struct persock_names *names, const char *host,
		   const struct persock_host_rule *allow, unsigned int *looks)
{
	const struct persock_host_rule *rule;
	struct walk walk;

	/* @allow matches the host, too: the walk comes to it. */
	start_walk(&walk, names, host);
	while (*looks && (rule = next_rule(&walk)) != allow) {
		(*looks)--;
		if (denies(rule) && covers(rule, allow))
			return true;
	}

	return false;
}

/**
 * persock_host_has_allowed() - do the rules allow a name on any port and
 *				protocol?
 * @names: the rules
 * @host: the name
 *
 * A rule that allows does not count if one that denies goes before it, and is
 * about all of its ports and protocols. It counts, even so, if several rules
 * together deny all of them, or if the one that does comes after very many
 * others.
 *
 * Context: Any. Takes no lock and does not sleep.
 * Return: true if a rule does.
 */
bool persock_host_has_allowed(const struct persock_names *names,
			      const char *host)
{
	const struct persock_host_rule *rule;
	unsigned int looks = LOOKS;
	bool denied = false;
	struct walk walk;

	start_walk(&walk, names, host);
	while ((rule = next_rule(&walk))) {
		if (denies(rule)) {
			if (covers_all(rule))
				return false;
			denied = true;
		} else if (!denied || !hidden(names, host, rule, &looks)) {
			return true;
		}
	}

	return false;
}

/* The first rule that denies a host on all ports and protocols, or NULL. */
static const struct persock_host_rule *
find_denial(const struct persock_names *names, const char *host)
{
	const struct persock_host_rule *rule;
	struct walk walk;

	start_walk(&walk, names, host);
	while ((rule = next_rule(&walk))) {
		if (denies(rule) && covers_all(rule))
			return rule;
	}

	return NULL;
}

/*
 * Does a rule allow names below this one? The search only goes over rules on
 * such names; at worst it goes over all rules, if they deny.
 */
static bool allows_below(const struct persock_names *names, const char *host)
{
	unsigned int length = strlen(host), i;
	char suffix[PERSOCK_HOST_LENGTH + 2] = ".";
	struct pattern pattern = { host, length, true };
	const struct persock_host_rule *rule;

	for (i = find_first(names, &pattern); i < names->nr; i++) {
		rule = rule_at(names, i);
		if (order_pattern(rule, &pattern))
			break;
		if (!denies(rule))
			return true;
	}

	if (length > PERSOCK_HOST_LENGTH)
		return false;
	memcpy(suffix + 1, host, length);
	pattern = (struct pattern){ suffix, length + 1, false };
	for (i = find_first(names, &pattern); i < names->nr; i++) {
		rule = rule_at(names, i);
		if (rule->length <= length ||
		    memcmp(rule->name + rule->length - pattern.length, suffix,
			   pattern.length))
			break;
		if (!denies(rule))
			return true;
	}

	return false;
}

/*
 * May a resolver that validates answers need this query for a name that a rule
 * allows? It asks for keys and signers of all zones around that name. Their
 * names are fixed by the policy: no data leaves with them.
 */
static bool validates(const struct persock_names *names, const char *host,
		      u16 type)
{
	switch (type) {
	case PERSOCK_DNS_DNSKEY:
	case PERSOCK_DNS_DS:
	case PERSOCK_DNS_NS:
	case PERSOCK_DNS_SOA:
		return !*host || allows_below(names, host);
	default:
		return false;
	}
}

/**
 * persock_judge_query() - may a DNS query leave the machine?
 * @policy: the policy
 * @host: the name that is asked for
 * @type: type of the records that are asked for
 * @rule: number of the rule that decided against it, from 1; 0: none did
 *
 * A query is refused if its name is not allowed on any port: the name itself
 * could carry data to whoever serves its zone. Names that only the default of
 * section connect allows are allowed here, too.
 *
 * Context: Any. Takes no lock and does not sleep.
 * Return: PERSOCK_ALLOW or a negative errno.
 */
int persock_judge_query(const struct persock_policy *policy, const char *host,
			u16 type, unsigned int *rule)
{
	const struct persock_names *names = &policy->names;
	const struct persock_host_rule *denial;

	*rule = 0;
	if (names->queries == PERSOCK_QUERIES_ANY ||
	    persock_host_has_allowed(names, host))
		return PERSOCK_ALLOW;

	denial = find_denial(names, host);
	if (!denial && policy->connect.fallback == PERSOCK_ALLOW)
		return PERSOCK_ALLOW;
	if (validates(names, host, type))
		return PERSOCK_ALLOW;
	if (!denial)
		return persock_unjudged_errno(&policy->connect);

	*rule = denial - names->rules + 1;
	return denial->verdict;
}

static bool same_endpoint(const struct persock_endpoint *a,
			  const struct persock_endpoint *b)
{
	return a->family == b->family && a->port == b->port &&
	       !memcmp(a->address, b->address, sizeof(a->address));
}

/**
 * persock_is_resolver() - is an endpoint a resolver of a policy?
 * @names: the names of the policy
 * @endpoint: the endpoint
 *
 * Return: true if it is.
 */
bool persock_is_resolver(const struct persock_names *names,
			 const struct persock_endpoint *endpoint)
{
	unsigned int i;

	if (endpoint->port != PERSOCK_DNS_PORT)
		return false;
	for (i = 0; i < names->nr_resolvers; i++) {
		if (same_endpoint(&names->resolvers[i], endpoint))
			return true;
	}

	return false;
}

/**
 * persock_allows_resolver() - may a peer be reached because it is a resolver?
 * @policy: the policy
 * @endpoint: the peer
 * @rule: number of the rule on addresses that decided on it, from 1; 0: none
 *
 * A resolver is allowed without a rule. Only a rule on its very address goes
 * before that. The caller knows whether the socket speaks DNS.
 *
 * Return: true if it may, whatever the rule says.
 */
bool persock_allows_resolver(const struct persock_policy *policy,
			     const struct persock_endpoint *endpoint,
			     unsigned int rule)
{
	const struct persock_address_rule *found;

	if (!persock_is_resolver(&policy->names, endpoint))
		return false;
	if (!rule)
		return true;
	found = &policy->connect.rules[rule - 1];

	return found->prefix != (found->family == AF_INET ? 32 : 128);
}
