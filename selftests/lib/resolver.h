/* SPDX-License-Identifier: GPL-2.0 */
/*
 * DNS for tests: a resolver that knows a few records, and messages to and from
 * it. Sockets are made before a test is governed, so that no policy concerns
 * them.
 */
#ifndef SELFTESTS_RESOLVER_H
#define SELFTESTS_RESOLVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "inet.h"

enum {
	DNS_A = 1,
	DNS_CNAME = 5,
	DNS_AAAA = 28,
};

enum {
	DNS_NOERROR = 0,
	DNS_NXDOMAIN = 3,
};

/* The value is an address or a name. More of them may have one name. */
struct record {
	const char *name;
	int type;
	const char *value;
	uint32_t ttl;
};

/*
 * Listen at port 53 of @address, by UDP and TCP, and answer from @records,
 * which end with a name of NULL; 0 or -errno. There is one resolver in a
 * process.
 */
int resolver_start(const char *address, const struct record *records);

/* Another address from which answers are sent, to queries that it gets. */
int resolver_also(const char *address, in_port_t port);

/* The number of queries that have arrived so far. */
unsigned int resolver_queries(void);

/* A query; its length. EDNS adds an OPT record. */
size_t dns_query(uint8_t *message, uint16_t id, const char *name, int type,
		 bool edns);

/* The answer code of a message, and its id; -1 for what is no answer. */
int dns_rcode(const uint8_t *message, size_t length, uint16_t id);

/* The number of records of its answer section. */
unsigned int dns_answers(const uint8_t *message);

/* Connect a new UDP socket to a resolver; the socket or -errno. */
int dns_open(const char *resolver, in_port_t port);

/*
 * Send a query on a socket that is connected, and wait for the answer: its
 * code, or -errno. -ETIMEDOUT: there is none within a second.
 */
int dns_ask(int fd, const char *name, int type);

/* The same by TCP, in sends of at most @part bytes. */
int dns_ask_stream(int fd, const char *name, int type, size_t part);

/* Open, ask and close. */
int dns_lookup(const char *resolver, const char *name, int type);

#endif /* SELFTESTS_RESOLVER_H */
