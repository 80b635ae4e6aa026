/* SPDX-License-Identifier: GPL-2.0 */
/*
 * /etc/hosts: programs do not ask DNS for the names that it lists. Commands that
 * load a policy add rules on their addresses.
 */
#ifndef _PERSOCK_POLICY_FILE_HOSTS_FILE_H
#define _PERSOCK_POLICY_FILE_HOSTS_FILE_H

#include "policy_file/draft.h"

#define HOSTS_FILE	"/etc/hosts"

/* Is told a rule on the host @name, for whose @address rules were added. */
typedef void (*hosts_file_report_fn)(const struct persock_host_rule *rule,
				     const char *name, const char *address,
				     void *data);

/*
 * Add rules on the addresses of names that the policy's rules on hosts match.
 * Rules on addresses that the policy has already are not overridden.
 */
void hosts_file_add(struct draft *draft, hosts_file_report_fn report,
		    void *data);

#endif
