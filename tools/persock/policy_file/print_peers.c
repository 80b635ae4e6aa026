// SPDX-License-Identifier: GPL-2.0
/*
 * Prints the sections connect, bind, accept and names. draft_print.c calls it.
 */
#include "policy_file/print_peers.h"

#include <arpa/inet.h>
#include <stdio.h>

#include "policy_file/document.h"
#include "policy_file/host.h"
#include "policy_file/print_value.h"
#include "policy_file/vsock_name.h"

/**
 * struct peers - the rules of a section, while they are printed
 * @document: the document
 * @rules: the list
 * @fallback: the default of the section
 * @only: leave out rules without a line
 */
struct peers {
	yaml_document_t *document;
	int rules;
	int fallback;
	bool only;
};

/* @most: the last port of all. */
static void print_ports(yaml_document_t *document, int item, u32 first,
			u32 last, u32 most)
{
	char text[32];

	if (!first && last == most)
		return;
	if (first == PERSOCK_VSOCK_ANY) {
		document_set(document, item, "ports",
			     document_text(document, "any"));
		return;
	}
	if (first == last) {
		document_set(document, item, "ports",
			     document_number(document, first));
		return;
	}
	snprintf(text, sizeof(text), "%u-%s", first, vsock_text(last));
	document_set(document, item, "ports", document_text(document, text));
}

/* @peer: the prefix or the host. */
static void print_rule(struct peers *peers, const char *peer, u32 first,
		       u32 last, u32 most, s32 protocol, s16 verdict,
		       unsigned int line)
{
	yaml_document_t *document = peers->document;
	int item;

	if (peers->only && !line)
		return;
	item = document_mapping(document, true);
	document_set(document, item, verdict ? "deny" : "allow",
		     document_text_of(document, peer, line));
	print_ports(document, item, first, last, most);
	if (protocol != PERSOCK_ANY)
		document_set(document, item, "protocol",
			     print_protocol(document, AF_INET, protocol));
	if (verdict < 0 && verdict != DEFAULT_ERRNO(peers->fallback))
		document_set(document, item, "errno",
			     print_verdict(document, verdict, 0));
	document_append(document, peers->rules, item);
}

static void print_addresses(struct peers *peers,
			    const struct persock_addresses *addresses)
{
	unsigned int i;

	for (i = 0; i < addresses->nr; i++) {
		const struct persock_address_rule *rule = &addresses->rules[i];
		char address[INET6_ADDRSTRLEN], text[64];

		inet_ntop(rule->family, rule->address, address,
			  sizeof(address));
		snprintf(text, sizeof(text), "%s/%u", address, rule->prefix);
		print_rule(peers, text, rule->first, rule->last, U16_MAX,
			   rule->protocol, rule->verdict, rule->line);
	}
}

static void print_hosts(struct peers *peers, const struct persock_names *names)
{
	unsigned int i;

	for (i = 0; i < names->nr; i++) {
		const struct persock_host_rule *rule = &names->rules[i];

		print_rule(peers, host_text(rule), rule->first, rule->last,
			   U16_MAX, rule->protocol, rule->verdict, rule->line);
	}
}

static void print_vsock(struct peers *peers,
			const struct persock_addresses *addresses)
{
	unsigned int i;

	for (i = 0; i < addresses->nr_vsock; i++) {
		const struct persock_vsock_rule *rule = &addresses->vsock[i];
		char text[32];

		snprintf(text, sizeof(text), "vsock:%s", vsock_text(rule->cid));
		print_rule(peers, text, rule->first, rule->last,
			   PERSOCK_VSOCK_ANY, PERSOCK_ANY, rule->verdict,
			   rule->line);
	}
}

void print_peers(yaml_document_t *document, int root, const char *key,
		 const struct persock_addresses *addresses,
		 const struct persock_names *names, unsigned int line, bool only)
{
	int section = document_mapping(document, false);
	struct peers peers = {
		.document = document,
		.fallback = addresses->fallback,
		.only = only,
	};

	if (!only || line)
		document_set(document, section, "default",
			     print_verdict(document, addresses->fallback,
					   line));
	peers.rules = document_list(document, false);
	print_addresses(&peers, addresses);
	if (names)
		print_hosts(&peers, names);
	print_vsock(&peers, addresses);
	if (document_filled(document, peers.rules))
		document_set(document, section, "rules", peers.rules);
	if (document_filled(document, section))
		document_set(document, root, key, section);
}

/* As 10m: in the largest unit of which it is a multiple. */
static int print_time(yaml_document_t *document, u32 seconds)
{
	static const struct {
		u32 seconds;
		char name;
	} units[] = {
		{ 24 * 60 * 60, 'd' }, { 60 * 60, 'h' }, { 60, 'm' }, { 1, 's' },
	};
	unsigned int i = seconds ? 0 : ARRAY_SIZE(units) - 1;
	char text[16];

	while (seconds % units[i].seconds)
		i++;
	snprintf(text, sizeof(text), "%u%c", seconds / units[i].seconds,
		 units[i].name);

	return document_text(document, text);
}

void print_names(yaml_document_t *document, int root,
		 const struct draft *draft)
{
	const struct persock_names *names = &draft->policy.names;
	int section, resolvers;
	unsigned int i;

	if (!draft_has_names(draft))
		return;
	section = document_mapping(document, false);
	resolvers = document_list(document, true);
	document_set(document, root, "names", section);
	document_set(document, section, "resolvers", resolvers);
	for (i = 0; i < names->nr_resolvers; i++) {
		char text[INET6_ADDRSTRLEN];

		inet_ntop(names->resolvers[i].family,
			  names->resolvers[i].address, text, sizeof(text));
		document_append(document, resolvers,
				document_text(document, text));
	}
	if (draft->system_resolvers)
		document_append(document, resolvers,
				document_text(document, "system"));
	document_set(document, section, "queries",
		     document_text(document,
				   names->queries == PERSOCK_QUERIES_ANY ?
				   "any" : "listed"));
	document_set(document, section, "hold",
		     print_time(document, names->hold));
	document_set(document, section, "max",
		     document_number(document, names->max));
}
