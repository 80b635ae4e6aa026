/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Requests for sockets, and the verdict of a whole policy on them.
 * hook/intercept.c, native/interpose.c, socket/af_persock.c and "persock
 * explain" ask for it. Pure functions.
 */
#ifndef _PERSOCK_REQUEST_H
#define _PERSOCK_REQUEST_H

#include "policy/policy.h"

/**
 * struct persock_request - a request for a socket, as socket(2) takes it
 * @family: address family
 * @type: type without flags
 * @protocol: protocol
 */
struct persock_request {
	int family;
	int type;
	int protocol;
};

bool persock_has_ports(int type, int protocol);
bool persock_names_mptcp(const struct persock_sockets *sockets, int family);
int persock_judge_request(const struct persock_policy *policy,
			  const struct persock_request *request,
			  enum persock_section *section, unsigned int *rule);

#endif /* _PERSOCK_REQUEST_H */
