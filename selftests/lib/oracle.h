/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the specification says about a request: a judge that a test can hold
 * the module against.
 *
 * It is written from Documentation/netlink/specs/persock.yaml and
 * Documentation/personalities.rst, and has nothing of module/control/parse_policy.c: where the
 * two differ, one of them is wrong. Where the documents are silent, what is
 * assumed is said in a comment.
 */
#ifndef SELFTESTS_ORACLE_H
#define SELFTESTS_ORACLE_H

#include <stdbool.h>
#include <stddef.h>

#include <linux/types.h>

#include <linux/persock.h>
#include <linux/persock_netlink.h>

#define ORACLE_PROVIDERS	8

/* The address of a host name that a request is about. */
struct oracle_learnt {
	const char *wrong;	/* there is no such thing; or NULL */
	bool specified;
	bool named;		/* a host is named */
	char host[PERSOCK_HOST_MAX + 1];
	__u32 length;		/* of the address; 0: there is none */
	unsigned char address[16];
	bool ends;		/* after @ttl seconds */
	int ttl;
};

struct oracle_request {
	/* No request has attributes like these, whatever the command; or NULL. */
	const char *malformed;
	/* This is no policy; or NULL. Only commands that carry one care. */
	const char *wrong;

	bool named;		/* a personality is named */
	char personality[PERSOCK_NAME_MAX + 1];
	bool based;		/* a base is named */
	char base[PERSOCK_NAME_MAX + 1];
	unsigned int nr_providers;
	char providers[ORACLE_PROVIDERS][PERSOCK_NAME_MAX + 1];
	bool has_policy;	/* part of a policy is specified */
	/* Equal for policies that say the same, in whatever words. */
	__u64 policy;
	/* The most addresses that it has a cgroup learn; 0: it has no names. */
	__u32 limit;

	bool has_fd;
	__u32 fd;
	bool has_id;
	__u64 id;

	bool pathed;		/* a network namespace's path is given */
	char path[PERSOCK_NETWORK_MAX + 1];
	bool has_network;
	__u32 network;		/* its descriptor */
	bool from_pathed;	/* the same of the one whose tasks it is for */
	char from_path[PERSOCK_NETWORK_MAX + 1];
	bool has_from;
	__u32 from;

	bool anew;		/* no attached ancestor governs the cgroup */
	bool hold;		/* the change waits for commit */

	struct oracle_learnt learnt;
};

/* Read the attributes of a request, from the first one on. */
void oracle_read(const void *attributes, int length,
		 struct oracle_request *request);

/* May a personality have this name? */
bool oracle_name(const char *name);

#endif /* SELFTESTS_ORACLE_H */
