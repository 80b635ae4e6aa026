/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The registered providers. The command status lists them, and personality.c
 * checks those of a policy file.
 */
#ifndef _PERSOCK_WIRE_PROVIDER_H
#define _PERSOCK_WIRE_PROVIDER_H

#include "wire/netlink.h"

struct draft;

int provider_list(struct netlink *nl, struct replies *replies);
void provider_print(const struct nlmsghdr *message);
void provider_json(const struct nlmsghdr *message);

/*
 * Are the providers of a policy file registered? Returns 0, or an exit status
 * after an error with the line of the file. (If one is unregistered later, the
 * module rejects the request.)
 */
int provider_check(struct netlink *nl, const struct draft *draft,
		   const char *path);

#endif
