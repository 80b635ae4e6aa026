/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A policy: everything that a personality says.
 */
#ifndef _PERSOCK_POLICY_H
#define _PERSOCK_POLICY_H

#include <linux/errno.h>

#include "policy/address.h"
#include "policy/verdict.h"

#define PERSOCK_MAX_PROVIDERS	8

/**
 * struct persock_policy - everything that a personality says, immutable
 * @mode: whether verdicts are answers, or are only reported
 * @sockets: requests for sockets
 * @connect: peers, on every road to one
 * @bind: addresses that a socket is bound to
 * @accept: peers that are accepted
 * @unix_rights: verdict on SCM_RIGHTS, sent and received
 * @unix_credentials: verdict on SCM_CREDENTIALS, sent and received
 * @backlog: clamp of listen(2)
 * @max_sockets: live sockets of one attachment; 0: no limit
 * @max_sockets_verdict: a negative errno, for the socket that is too many; 0:
 *			 there is no limit
 * @rules: the rules of each class of sockets
 *
 * The presets are constants of this type; the others are made by parse_policy.c.
 */
struct persock_policy {
	enum persock_mode mode;
	struct persock_sockets sockets;
	struct persock_addresses connect;
	struct persock_addresses bind;
	struct persock_addresses accept;
	s16 unix_rights;
	s16 unix_credentials;
	struct persock_backlog backlog;
	u32 max_sockets;
	s16 max_sockets_verdict;
	struct persock_rules rules[PERSOCK_NR_CLASSES];
};

/**
 * persock_restricts() - may a section of address rules deny anything?
 * @addresses: the section
 *
 * Return: false when every address is allowed, and need not be looked at.
 */
static inline bool persock_restricts(const struct persock_addresses *addresses)
{
	return addresses->nr || addresses->fallback != PERSOCK_ALLOW ||
	       addresses->guard != PERSOCK_GUARD_NONE;
}

/**
 * persock_refusal() - what a section of address rules answers where it cannot
 *		       be asked
 * @addresses: the section, which restricts
 *
 * Return: the errno of its default, or -EACCES where the default allows.
 */
static inline s16 persock_refusal(const struct persock_addresses *addresses)
{
	return addresses->fallback < 0 ? addresses->fallback : -EACCES;
}

/**
 * struct persock_preset - a personality that comes with the module
 * @name: its name
 * @policy: its policy
 * @providers: names of its providers, in order
 */
struct persock_preset {
	const char *name;
	const struct persock_policy *policy;
	const char *providers[PERSOCK_MAX_PROVIDERS];
};

extern const struct persock_preset persock_presets[];
extern const unsigned int persock_nr_presets;

#endif /* _PERSOCK_POLICY_H */
