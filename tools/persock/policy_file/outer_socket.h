/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Do the layers around a policy deny every socket that one of its rules matches?
 * unreachable.c asks.
 */
#ifndef _PERSOCK_POLICY_FILE_OUTER_SOCKET_H
#define _PERSOCK_POLICY_FILE_OUTER_SOCKET_H

#include "policy_file/outer.h"

bool outer_denies_sockets(struct outer *outer,
			  const struct persock_socket_rule *rule,
			  struct denier *denier);

#endif
