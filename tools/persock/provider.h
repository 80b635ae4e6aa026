/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The providers that are registered now, as persock status lists them.
 */
#ifndef _PERSOCK_PROVIDER_H
#define _PERSOCK_PROVIDER_H

#include "netlink.h"

int provider_list(struct netlink *nl, struct replies *replies);
void provider_print(const struct nlmsghdr *message);
void provider_json(const struct nlmsghdr *message);

#endif
