/* SPDX-License-Identifier: GPL-2.0 */
/*
 * AF_VSOCK: verdicts on a context id (CID) and a port. socket/vsock.c asks for
 * them, and so does "persock explain". control/parse_vsock.c checks the rules.
 *
 * Of the rules that match, one on the very CID decides before one on any CID.
 * For the same, a rule that denies goes first, and then the earlier one. Pure
 * functions: no socket, no netlink, no lock.
 */
#ifndef _PERSOCK_VSOCK_RULE_H
#define _PERSOCK_VSOCK_RULE_H

#include <linux/limits.h>
#include <linux/socket.h>
#include <linux/string.h>
#include <linux/types.h>

#include "policy/policy.h"

/* They are searched one by one. */
#define PERSOCK_MAX_VSOCK	1024

/* VMADDR_CID_LOCAL and VMADDR_CID_HOST. */
#define PERSOCK_CID_LOCAL	1
#define PERSOCK_CID_HOST	2

/* The kernel chooses from this port on. */
#define PERSOCK_VSOCK_USER_PORT	1024

/**
 * struct persock_vsock - an address of AF_VSOCK
 * @cid: context id; PERSOCK_VSOCK_ANY: every one of this machine
 * @port: port; PERSOCK_VSOCK_ANY: one that the kernel chooses
 */
struct persock_vsock {
	u32 cid;
	u32 port;
};

int persock_judge_vsock(const struct persock_addresses *addresses,
			const struct persock_vsock *vsock, unsigned int *rule);
int persock_judge_vsock_peer(const struct persock_addresses *addresses,
			     const struct persock_vsock *vsock, bool own,
			     unsigned int *rule);
int persock_judge_vsock_bind(const struct persock_addresses *addresses,
			     const struct persock_vsock *vsock,
			     unsigned int *rule);
int persock_judge_vsock_chosen(const struct persock_addresses *addresses,
			       const struct persock_vsock *vsock,
			       unsigned int *rule);

/**
 * persock_vsock_number() - the number of the first rule on AF_VSOCK
 * @policy: the policy
 * @addresses: its section
 *
 * They are numbered after the section's rules on addresses and on hosts.
 *
 * Return: the number of rules before it.
 */
static inline unsigned int
persock_vsock_number(const struct persock_policy *policy,
		     const struct persock_addresses *addresses)
{
	return addresses->nr +
	       (addresses == &policy->connect ? policy->names.nr : 0);
}

/**
 * persock_vsock_pack() - write an address as an endpoint
 * @endpoint: filled in
 * @vsock: the address
 */
static inline void persock_vsock_pack(struct persock_endpoint *endpoint,
				      const struct persock_vsock *vsock)
{
	memset(endpoint, 0, sizeof(*endpoint));
	endpoint->family = AF_VSOCK;
	memcpy(endpoint->address, vsock, sizeof(*vsock));
}

/**
 * persock_vsock_unpack() - read an address from an endpoint
 * @endpoint: an endpoint of AF_VSOCK
 *
 * Return: the address.
 */
static inline struct persock_vsock
persock_vsock_unpack(const struct persock_endpoint *endpoint)
{
	struct persock_vsock vsock;

	memcpy(&vsock, endpoint->address, sizeof(vsock));

	return vsock;
}

#endif /* _PERSOCK_VSOCK_RULE_H */
