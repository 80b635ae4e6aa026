/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The resolvers of a policy: addresses, and "system", those that this machine
 * uses. The parser reads them. Commands that judge or load a policy replace
 * "system" by addresses.
 */
#ifndef _PERSOCK_POLICY_FILE_RESOLVER_H
#define _PERSOCK_POLICY_FILE_RESOLVER_H

#include "policy_file/draft.h"

#define RESOLVER_CONF	"/etc/resolv.conf"

/* Read an address; an IPv4-mapped one becomes IPv4. False: it is none. */
bool resolver_read(const char *text, struct persock_endpoint *resolver);

/*
 * Add an address, unless the list has it. Returns false if there is no room.
 */
bool resolver_add(struct persock_names *names,
		  const struct persock_endpoint *resolver);

/*
 * Replace "system" by the addresses of /etc/resolv.conf, as far as there is
 * room. Without any it is 127.0.0.1, as for the C library.
 */
void resolver_resolve(struct draft *draft);

#endif
