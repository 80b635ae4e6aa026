/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The sections of a policy file that are about peers: rules on addresses and on
 * hosts, and how hosts are learnt. draft_print.c calls it.
 */
#ifndef _PERSOCK_POLICY_FILE_PRINT_PEERS_H
#define _PERSOCK_POLICY_FILE_PRINT_PEERS_H

#include <yaml.h>

#include "policy_file/draft.h"

/*
 * A section of rules. @names: its rules on hosts, or NULL. @line: that of the
 * default, or 0. @only: leave out what has no line.
 */
void print_peers(yaml_document_t *document, int root, const char *key,
		 const struct persock_addresses *addresses,
		 const struct persock_names *names, unsigned int line, bool only);

/* The section names, if the policy has names. */
void print_names(yaml_document_t *document, int root,
		 const struct draft *draft);

#endif
