/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Values that several sections of a policy file have, as nodes of a document.
 * draft_print.c and print_peers.c call it.
 */
#ifndef _PERSOCK_POLICY_FILE_PRINT_VALUE_H
#define _PERSOCK_POLICY_FILE_PRINT_VALUE_H

#include <yaml.h>

/* The errno of a rule that denies, unless the rule has its own. */
#define DEFAULT_ERRNO(fallback)	((fallback) < 0 ? (fallback) : -EACCES)

/* @line: that of the verdict, see document_text_of(). */
int print_verdict(yaml_document_t *document, int value, unsigned int line);
int print_protocol(yaml_document_t *document, int family, int value);

#endif
