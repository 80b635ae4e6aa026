/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Writes recorded facts as JSON. record.c calls it.
 */
#ifndef _PERSOCK_COMMAND_RECORD_FACTS_H
#define _PERSOCK_COMMAND_RECORD_FACTS_H

#include <stdio.h>

struct persock_names;
struct record_file;

/* As they were recorded. @resolvers: those whose answers were read. */
void record_facts_json(const struct record_file *file,
		       const struct persock_names *resolvers, FILE *stream);

#endif
