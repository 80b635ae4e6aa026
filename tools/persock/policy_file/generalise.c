// SPDX-License-Identifier: GPL-2.0
/*
 * Joins recorded facts. The command record calls it if the user asks for it.
 *
 * A fact that was not data (port 0, see wire/fact.h) is left alone: a rule on
 * port 0 allows no data.
 */
#include "module/policy/section.h"
#include "policy_file/generalise.h"

#include <stdio.h>

#define PREFIX4	24
#define PREFIX6	64

void fact_join(struct fact *fact, struct fact *other)
{
	unsigned int i;

	fact->count += other->count;
	fact->first = min(fact->first, other->first);
	fact->joined += other->joined;
	for (i = 0; i < FACT_COMMS; i++) {
		if (!*fact->comms[1] && *other->comms[i] &&
		    strcmp(fact->comms[0], other->comms[i]))
			memcpy(fact->comms[1], other->comms[i],
			       sizeof(fact->comms[1]));
	}
	other->dropped = true;
}

static bool is_address(const struct fact *fact)
{
	return !fact->dropped && fact->endpoint.family != AF_VSOCK &&
	       (fact->section == PERSOCK_SECTION_CONNECT ||
		fact->section == PERSOCK_SECTION_BIND ||
		fact->section == PERSOCK_SECTION_ACCEPT);
}

static bool same_peer(const struct fact *a, const struct fact *b)
{
	if (a->section != b->section || a->protocol != b->protocol ||
	    strcmp(a->host, b->host) || a->below != b->below)
		return false;

	return *a->host || (a->prefix == b->prefix &&
			    a->endpoint.family == b->endpoint.family &&
			    !memcmp(a->endpoint.address, b->endpoint.address,
				    sizeof(a->endpoint.address)));
}

static bool same_ports(const struct fact *a, const struct fact *b)
{
	return a->section == b->section && a->protocol == b->protocol &&
	       a->endpoint.port == b->endpoint.port && a->last == b->last;
}

/* The ports that this machine's kernel chooses from. */
static void local_ports(u16 *low, u16 *high)
{
	FILE *file = fopen("/proc/sys/net/ipv4/ip_local_port_range", "re");
	unsigned int first, last;

	*low = 32768;
	*high = 60999;
	if (!file)
		return;
	if (fscanf(file, "%u %u", &first, &last) == 2 && first <= last &&
	    last <= U16_MAX) {
		*low = first;
		*high = last;
	}
	fclose(file);
}

static bool is_local(const struct persock_endpoint *endpoint)
{
	static const u8 loopback6[16] = { [15] = 1 };

	return endpoint->family == AF_INET ?
	       endpoint->address[0] == 127 :
	       !memcmp(endpoint->address, loopback6, sizeof(loopback6));
}

/* Has a socket of a protocol been bound, maybe only to a port of the kernel's? */
static bool has_bound(const struct fact *facts, unsigned int nr, int protocol,
		      bool chosen)
{
	unsigned int i;

	for (i = 0; i < nr; i++) {
		if (facts[i].section == PERSOCK_SECTION_BIND &&
		    facts[i].protocol == protocol &&
		    (!chosen || !facts[i].endpoint.port))
			return true;
	}

	return false;
}

void generalise_chosen(struct fact *facts, unsigned int nr)
{
	bool tcp = has_bound(facts, nr, IPPROTO_TCP, true);
	bool udp = has_bound(facts, nr, IPPROTO_UDP, false);
	unsigned int i, j;
	u16 low, high;

	local_ports(&low, &high);
	for (i = 0; i < nr; i++) {
		struct fact *fact = &facts[i];
		bool local = is_local(&fact->endpoint);

		if (fact->dropped || fact->section != PERSOCK_SECTION_CONNECT ||
		    !fact->endpoint.family || *fact->host ||
		    fact->endpoint.port < low ||
		    (local && fact->endpoint.port > high) ||
		    !((tcp && local && fact->protocol == IPPROTO_TCP) ||
		      (udp && fact->protocol == IPPROTO_UDP)))
			continue;
		fact->endpoint.port = low;
		/* Other systems have other ports. */
		fact->last = local ? high : U16_MAX;
		for (j = 0; j < i; j++) {
			if (!facts[j].dropped && same_ports(&facts[j], fact) &&
			    same_peer(&facts[j], fact)) {
				fact_join(&facts[j], fact);
				break;
			}
		}
	}
}

void generalise_ports(struct fact *facts, unsigned int nr)
{
	unsigned int i, j;

	for (i = 0; i < nr; i++) {
		if (!is_address(&facts[i]) || !facts[i].endpoint.port)
			continue;
		for (j = i + 1; j < nr; j++) {
			if (!is_address(&facts[j]) || !facts[j].endpoint.port ||
			    !same_peer(&facts[i], &facts[j]))
				continue;
			facts[i].endpoint.port = min(facts[i].endpoint.port,
						     facts[j].endpoint.port);
			facts[i].last = max(facts[i].last, facts[j].last);
			fact_join(&facts[i], &facts[j]);
		}
	}
}

static unsigned int prefix_of(const struct fact *fact)
{
	return fact->endpoint.family == AF_INET ? PREFIX4 : PREFIX6;
}

static bool is_peer(const struct fact *fact)
{
	return is_address(fact) && !*fact->host &&
	       fact->section != PERSOCK_SECTION_BIND && fact->endpoint.family &&
	       (fact->section == PERSOCK_SECTION_ACCEPT ||
		fact->endpoint.port);
}

void generalise_prefixes(struct fact *facts, unsigned int nr)
{
	unsigned int i, j, bytes;

	for (i = 0; i < nr; i++) {
		if (!is_peer(&facts[i]))
			continue;
		bytes = prefix_of(&facts[i]) / 8;
		for (j = i + 1; j < nr; j++) {
			if (!is_peer(&facts[j]) ||
			    !same_ports(&facts[i], &facts[j]) ||
			    facts[i].endpoint.family !=
			    facts[j].endpoint.family ||
			    memcmp(facts[i].endpoint.address,
				   facts[j].endpoint.address, bytes))
				continue;
			facts[i].prefix = 8 * bytes;
			memset(facts[i].endpoint.address + bytes, 0,
			       sizeof(facts[i].endpoint.address) - bytes);
			fact_join(&facts[i], &facts[j]);
		}
	}
}

/* Length of the folder of an AF_UNIX socket, with its final slash; 0: none. */
static size_t folder_of(const struct fact *fact)
{
	const char *name = fact->unix_name, *slash;

	if (fact->dropped || !persock_section_is_unix(fact->section) ||
	    *name != '/')
		return 0;
	slash = strrchr(name, '/');

	return slash == name ? 0 : slash - name + 1;
}

void generalise_folders(struct fact *facts, unsigned int nr)
{
	unsigned int i, j;

	for (i = 0; i < nr; i++) {
		size_t length = folder_of(&facts[i]);
		bool joined = false;

		for (j = i + 1; length && j < nr; j++) {
			if (facts[j].section != facts[i].section ||
			    folder_of(&facts[j]) != length ||
			    memcmp(facts[i].unix_name, facts[j].unix_name,
				   length))
				continue;
			fact_join(&facts[i], &facts[j]);
			joined = true;
		}
		/* A name of a file is at least as long. */
		if (joined)
			strcpy(facts[i].unix_name + length, "*");
	}
}

/* The name above a host, or NULL if it is a top-level domain. */
static const char *above(const char *host)
{
	const char *dot = strchr(host, '.');

	return dot && strchr(dot + 1, '.') ? dot + 1 : NULL;
}

static bool is_below(const struct fact *fact, const char *name)
{
	const char *host = fact->below ? fact->host : above(fact->host);

	return host && !strcmp(host, name);
}

void generalise_wildcards(struct fact *facts, unsigned int nr)
{
	unsigned int i, j;

	for (i = 0; i < nr; i++) {
		char name[PERSOCK_HOST_LENGTH + 1];

		if (!is_address(&facts[i]) || !*facts[i].host ||
		    !facts[i].endpoint.port || !above(facts[i].host))
			continue;
		snprintf(name, sizeof(name), "%s", above(facts[i].host));
		for (j = i + 1; j < nr; j++) {
			if (!is_address(&facts[j]) || !*facts[j].host ||
			    !same_ports(&facts[i], &facts[j]) ||
			    !is_below(&facts[j], name))
				continue;
			strcpy(facts[i].host, name);
			facts[i].below = true;
			fact_join(&facts[i], &facts[j]);
		}
	}
}
