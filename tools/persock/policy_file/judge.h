/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Judges one operation by a policy, with the functions of the module. The
 * commands explain and check call it, and ways.c.
 */
#ifndef _PERSOCK_POLICY_FILE_JUDGE_H
#define _PERSOCK_POLICY_FILE_JUDGE_H

#include "policy_file/judgement.h"

void judge_socket(const struct draft *draft, int family, int type, int protocol,
		  struct judgement *judgement);
/*
 * The two parts of it: what the rules say, and whether a provider of @server
 * serves an allowed request, in the network namespace of @network, if that is
 * not NULL and names one. The latter changes an existing judgement.
 */
void judge_request(const struct draft *draft, int family, int type,
		   int protocol, struct judgement *judgement);
void judge_provider(const struct draft *server, const struct draft *network,
		    int family, int type, int protocol,
		    struct judgement *judgement);
/* @section is connect, bind or accept. */
void judge_address(const struct draft *draft, enum persock_section section,
		   const struct persock_endpoint *endpoint, int protocol,
		   struct judgement *judgement);
/* @size is the length of the value or buffer, negative if not specified. */
void judge_option(const struct draft *draft, enum persock_section section,
		  int family, int level, int name, int size,
		  struct judgement *judgement);
void judge_control_send(const struct draft *draft, int family, int level,
			int name, struct judgement *judgement);
void judge_control_receive(const struct draft *draft, int family, int level,
			   int name, struct judgement *judgement);
void judge_flags(const struct draft *draft, enum persock_section section,
		 enum persock_class class, u32 flags,
		 struct judgement *judgement);
void judge_ioctl(const struct draft *draft, enum persock_class class,
		 u32 command, struct judgement *judgement);
/* For sections that have only a default. */
void judge_default(const struct draft *draft, enum persock_section section,
		   enum persock_class class, struct judgement *judgement);

#endif
