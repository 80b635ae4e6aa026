/* SPDX-License-Identifier: GPL-2.0 */
/*
 * persock's netlink family, request by request: what policy.h puts together is
 * always well-formed, and what this sends need not be.
 */
#ifndef SELFTESTS_CONTROL_H
#define SELFTESTS_CONTROL_H

#include <stdbool.h>
#include <stddef.h>

#include <linux/netlink.h>
#include <linux/types.h>

#include <linux/persock_netlink.h>

#define CONTROL_NAME	(PERSOCK_NAME_MAX + 1)

struct control_answer {
	bool ended;		/* by an acknowledgement or the end of a dump */
	int err;		/* 0 or a negative errno */
	unsigned int messages;	/* other than that */
	char sentence[128];	/* of the extended acknowledgement */
};

typedef void (*control_read)(const struct nlmsghdr *message, void *data);

/* Open the socket, and learn the number of the family; 0 or -errno. */
int control_open(void);
__u16 control_family(void);

/*
 * Send @size bytes as they are. The answers to @nr messages whose sequence
 * numbers begin at @first go to @answers, their messages to @read. Everything
 * that the kernel has to say to them has been read afterwards. 0 or -errno.
 */
int control_exchange(const void *request, size_t size, __u32 first,
		     unsigned int nr, struct control_answer *answers,
		     control_read read, void *data);

/* Sequence numbers for @nr messages; the first one. */
__u32 control_sequence(unsigned int nr);

/*
 * One command, about a personality when @name is not NULL and about a cgroup
 * when @fd is not -1. The errno of the answer, negative.
 */
int control_do(int command, const char *name, int fd);

/* A list, one message after the other; of one cgroup when @id is not 0. */
int control_list(int command, control_read read, void *data);
int control_list_of(int command, __u64 id, control_read read, void *data);

/* A policy as policy-get returns it: its name, base and network apart. */
struct control_policy {
	bool split;		/* a message named another personality */
	char name[CONTROL_NAME];
	char base[CONTROL_NAME];
	char network[PERSOCK_NETWORK_MAX + 1];
	__u32 inode;		/* of that network namespace; 0: none is named */
	char from[PERSOCK_NETWORK_MAX + 1];
	__u32 from_inode;	/* the same of the one whose tasks it is for */
	size_t length;
	__u32 attributes[1 << 16];
};

int control_policy_get(const char *name, struct control_policy *policy);
int control_policy_put(int command, const char *name, const char *base,
		       const struct control_policy *policy);

#endif /* SELFTESTS_CONTROL_H */
