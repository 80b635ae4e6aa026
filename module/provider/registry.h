/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The registry of providers, as the module itself uses it.
 * cgroup/personality.c looks providers up by name, and control/netlink.c lists
 * them.
 */
#ifndef _PERSOCK_REGISTRY_H
#define _PERSOCK_REGISTRY_H

#include "provider.h"

bool persock_name_valid(const char *name);
const struct persock_provider *persock_provider_get(const char *name);
void persock_provider_put(const struct persock_provider *provider);
struct persock_provider *
persock_provider_next(struct persock_provider *previous);
bool persock_provider_knows(const struct persock_provider *provider,
			    int family);
bool persock_provider_serves(const struct persock_provider *provider,
			     int family, int type, int protocol,
			     bool elsewhere);

#endif /* _PERSOCK_REGISTRY_H */
