/* SPDX-License-Identifier: GPL-2.0 */
/*
 * DNS messages (RFC 1035, 6891, 8914, 9460): a query is read, a query is
 * answered in the resolver's place, and the addresses of an answer are found.
 * socket/query.c and socket/answer.c call these functions.
 *
 * Pure functions over a buffer: each access is checked against its length, a
 * compression pointer only goes backwards, nothing recurses. KUnit reaches
 * every line, and a fuzzer (selftests/names/) runs on the host.
 */
#ifndef _PERSOCK_DNS_H
#define _PERSOCK_DNS_H

#include <linux/types.h>

#include "policy/policy.h"

/* Types of records. */
#define PERSOCK_DNS_A		1
#define PERSOCK_DNS_NS		2
#define PERSOCK_DNS_CNAME	5
#define PERSOCK_DNS_SOA		6
#define PERSOCK_DNS_AAAA	28
#define PERSOCK_DNS_OPT		41
#define PERSOCK_DNS_DS		43
#define PERSOCK_DNS_DNSKEY	48
#define PERSOCK_DNS_SVCB	64
#define PERSOCK_DNS_HTTPS	65

#define PERSOCK_DNS_HEADER	12

/* The longest query that is read, in bytes. */
#define PERSOCK_DNS_QUERY_MAX	1024

/* The longest answer of persock_dns_refuse(): header, question, OPT, EDE. */
#define PERSOCK_DNS_REFUSAL_MAX	(PERSOCK_DNS_HEADER + 255 + 4 + 11 + 6)

/* Longest chain of aliases that is followed, and most aliases of an answer. */
#define PERSOCK_DNS_CHAIN_MAX	16

/**
 * struct persock_question - the question of a DNS message
 * @id: id of the message
 * @type: type of the records that are asked for
 * @end: offset of what follows the question, in bytes
 * @edns: the message has an OPT record
 * @host: the name, as host.h describes. A byte that no host name has (other
 *	  than letters, digits, "-" and "_") is written as "\\DDD"; if the name
 *	  does not fit then, each such byte is only "\\"
 */
struct persock_question {
	u16 id;
	u16 type;
	u16 end;
	bool edns;
	char host[PERSOCK_HOST_LENGTH + 1];
};

/**
 * typedef persock_dns_found_t - is told an address of the name that was asked
 *				 for
 * @family: AF_INET or AF_INET6
 * @address: in network order, 4 or 16 bytes
 * @ttl: the lowest TTL in seconds from the question to the address, at most
 *	 2^31 - 1
 * @data: argument of persock_dns_answer()
 */
typedef void (*persock_dns_found_t)(int family, const u8 *address, u32 ttl,
				    void *data);

int persock_dns_query(const u8 *message, size_t length,
		      struct persock_question *question);
size_t persock_dns_refuse(const u8 *query,
			  const struct persock_question *question, u8 *answer);
int persock_dns_answer(const u8 *message, size_t length,
		       struct persock_question *question,
		       persock_dns_found_t found, void *data);

#endif /* _PERSOCK_DNS_H */
