/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The JSON Schema of policy files, for editors. The command keys prints it.
 */
#ifndef _PERSOCK_POLICY_FILE_SCHEMA_H
#define _PERSOCK_POLICY_FILE_SCHEMA_H

#include <stdio.h>

/* Print it, made from the table of keys. */
void schema_print(FILE *stream);

#endif
