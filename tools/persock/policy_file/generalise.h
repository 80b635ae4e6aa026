/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Joins recorded facts, so that a policy allows more than what was recorded. The
 * command record calls it if the user asks for it.
 */
#ifndef _PERSOCK_POLICY_FILE_GENERALISE_H
#define _PERSOCK_POLICY_FILE_GENERALISE_H

#include "policy_file/fact.h"

/* Add the calls of a fact to another one, which stands for both from now on. */
void fact_join(struct fact *fact, struct fact *other);

/*
 * Ports that the kernel chooses differ each time, so peers on such a port get a
 * rule on all of them: peers of this machine if a server lets the kernel choose
 * its port, and peers of UDP if a server answers them.
 */
void generalise_chosen(struct fact *facts, unsigned int nr);

/* The ports of a peer, or of a bound address, become a range. */
void generalise_ports(struct fact *facts, unsigned int nr);

/*
 * Several peers in one /24 (IPv6: /64) become that prefix, if they have the same
 * ports and protocol.
 */
void generalise_prefixes(struct fact *facts, unsigned int nr);

/* Several AF_UNIX sockets in one folder become all sockets below that folder. */
void generalise_folders(struct fact *facts, unsigned int nr);

/*
 * Several hosts below one name of at least two labels become "*.name", if they
 * have the same ports and protocol.
 */
void generalise_wildcards(struct fact *facts, unsigned int nr);

#endif
