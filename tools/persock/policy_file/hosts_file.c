// SPDX-License-Identifier: GPL-2.0
/*
 * Reads /etc/hosts, and adds rules on addresses for rules on its names. The
 * rule on an address says what the module would say if DNS had answered it: of
 * the rules on hosts the most specific one decides, after those on addresses.
 */
#include "module/policy/host.h"
#include "policy_file/hosts_file.h"

#include <arpa/inet.h>
#include <stdio.h>

#include "base/error.h"
#include "policy_file/host.h"
#include "policy_file/overlap.h"
#include "policy_file/resolver.h"

/**
 * struct entry - an address and a name of the file
 * @draft: the policy
 * @report: is told what is added
 * @data: its argument
 * @nr_addresses: number of rules on addresses before any was added
 * @told: the last rule that was reported for this address and name, or NULL
 * @address: the address
 * @name: the name, as host.h of the module describes
 */
struct entry {
	struct draft *draft;
	hosts_file_report_fn report;
	void *data;
	unsigned int nr_addresses;
	const struct persock_host_rule *told;
	struct persock_endpoint address;
	char name[PERSOCK_HOST_LENGTH + 1];
};

/**
 * struct ranges - ports for which a rule decides
 * @of: the ranges
 * @nr: length of @of
 */
struct ranges {
	struct { u16 first, last; } *of;
	unsigned int nr;
};

static void add_range(struct ranges *ranges, int first, int last)
{
	if (first > last)
		return;
	ranges->of = need(reallocarray(ranges->of, ranges->nr + 1,
				       sizeof(*ranges->of)));
	ranges->of[ranges->nr].first = first;
	ranges->of[ranges->nr++].last = last;
}

/* Take the ports of a stronger rule away. */
static void cut(struct ranges *ranges, u16 first, u16 last)
{
	struct ranges left = { 0 };
	unsigned int i;

	for (i = 0; i < ranges->nr; i++) {
		int own_first = ranges->of[i].first;
		int own_last = ranges->of[i].last;

		add_range(&left, own_first, min(own_last, first - 1));
		add_range(&left, max(own_first, last + 1), own_last);
	}
	free(ranges->of);
	*ranges = left;
}

static bool more_specific(const struct persock_host_rule *rule,
			  const struct persock_host_rule *other)
{
	if (rule->below != other->below)
		return !rule->below;

	return rule->length > other->length;
}

/*
 * The ports for which no stronger rule decides. If that one is about another
 * protocol, too, the ports are left to it for all protocols.
 */
static void find_ranges(const struct entry *entry,
			const struct persock_host_rule *rule,
			struct ranges *ranges)
{
	const struct persock_policy *policy = &entry->draft->policy;
	unsigned int i;

	add_range(ranges, rule->first, rule->last);
	for (i = 0; i < entry->nr_addresses; i++) {
		const struct persock_address_rule *other =
			&policy->connect.rules[i];

		if (overlap_has(other, entry->address.family,
				entry->address.address) &&
		    overlap_protocols(rule->protocol, other->protocol))
			cut(ranges, other->first, other->last);
	}
	for (i = 0; i < policy->names.nr; i++) {
		const struct persock_host_rule *other = &policy->names.rules[i];

		if (more_specific(other, rule) && host_matches(other, entry->name) &&
		    overlap_protocols(rule->protocol, other->protocol))
			cut(ranges, other->first, other->last);
	}
}

static bool is_loopback(const struct persock_endpoint *address)
{
	static const u8 loopback6[16] = { [15] = 1 };

	return address->family == AF_INET ?
	       address->address[0] == 127 :
	       !memcmp(address->address, loopback6, sizeof(loopback6));
}

static bool is_unspecified(const struct persock_endpoint *address)
{
	static const u8 unspecified[16];

	return !memcmp(address->address, unspecified, sizeof(unspecified));
}

/* Two names of one address may have the same rule. */
static bool is_added(const struct entry *entry,
		     const struct persock_address_rule *rule)
{
	const struct persock_addresses *connect = &entry->draft->policy.connect;
	unsigned int i;

	for (i = entry->nr_addresses; i < connect->nr; i++) {
		const struct persock_address_rule *other = &connect->rules[i];

		if (other->prefix == rule->prefix &&
		    overlap_has(other, entry->address.family,
				entry->address.address) &&
		    other->first == rule->first && other->last == rule->last &&
		    other->protocol == rule->protocol &&
		    other->verdict == rule->verdict)
			return true;
	}

	return false;
}

/* A rule of the file on several ports or protocols is reported once. */
static void report(struct entry *entry, const struct persock_host_rule *rule)
{
	const struct persock_host_rule *told = entry->told;
	char text[INET6_ADDRSTRLEN];

	if (told && told->line == rule->line && told->below == rule->below &&
	    !strcmp(told->name, rule->name))
		return;
	entry->told = rule;
	inet_ntop(entry->address.family, entry->address.address, text,
		  sizeof(text));
	entry->report(rule, entry->name, text, entry->data);
}

static void add_rule(struct entry *entry, const struct persock_host_rule *rule)
{
	struct persock_address_rule added = {
		.family = entry->address.family,
		.prefix = entry->address.family == AF_INET ? 32 : 128,
		.protocol = rule->protocol,
		.verdict = rule->verdict,
		.line = rule->line,
	};
	struct ranges ranges = { 0 };
	unsigned int i;

	memcpy(added.address, entry->address.address, sizeof(added.address));
	find_ranges(entry, rule, &ranges);
	for (i = 0; i < ranges.nr; i++) {
		added.first = ranges.of[i].first;
		added.last = ranges.of[i].last;
		if (!is_added(entry, &added))
			draft_add_address(entry->draft, PERSOCK_SECTION_CONNECT,
					  &added);
	}
	if (ranges.nr)
		report(entry, rule);
	free(ranges.of);
}

static void add_rules(struct entry *entry)
{
	const struct persock_names *names = &entry->draft->policy.names;
	unsigned int i;

	if (!persock_host_listed(names, entry->name))
		return;
	entry->told = NULL;
	for (i = 0; i < names->nr; i++) {
		/* A name that is blocked by its address blocks no other name. */
		if (names->rules[i].verdict < 0 && is_loopback(&entry->address))
			continue;
		if (host_matches(&names->rules[i], entry->name))
			add_rule(entry, &names->rules[i]);
	}
}

static void read_line(struct entry *entry, char *line)
{
	char *word, *rest = line;

	line[strcspn(line, "#\r\n")] = '\0';
	word = strsep(&rest, " \t");
	if (!word || strchr(word, '%') ||
	    !resolver_read(word, &entry->address) ||
	    is_unspecified(&entry->address))
		return;
	while ((word = strsep(&rest, " \t"))) {
		if (*word && !host_read(word, entry->name, NULL) &&
		    draft_rules(entry->draft) <= DRAFT_MAX_RULES)
			add_rules(entry);
	}
}

void hosts_file_add(struct draft *draft, hosts_file_report_fn report,
		    void *data)
{
	struct entry entry = {
		.draft = draft,
		.report = report,
		.data = data,
		.nr_addresses = draft->policy.connect.nr,
	};
	char *line = NULL;
	size_t size = 0;
	FILE *file;

	if (!draft->policy.names.nr)
		return;
	file = fopen(HOSTS_FILE, "re");
	while (file && getline(&line, &size, file) >= 0)
		read_line(&entry, line);
	free(line);
	if (file)
		fclose(file);
	draft_index(draft);
}
