/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The providers that are registered now. The command status lists them, and
 * personality.c checks those that a policy file names.
 */
#ifndef _PERSOCK_WIRE_PROVIDER_H
#define _PERSOCK_WIRE_PROVIDER_H

#include "wire/netlink.h"

struct draft;

int provider_list(struct netlink *nl, struct replies *replies);
void provider_print(const struct nlmsghdr *message);
void provider_json(const struct nlmsghdr *message);

/*
 * Are the providers registered that a policy file names? 0, or an exit status
 * after a complaint with the file's line. (One that is unregistered right
 * afterwards the module refuses, in its own words.)
 */
int provider_check(struct netlink *nl, const struct draft *draft,
		   const char *path);

#endif
