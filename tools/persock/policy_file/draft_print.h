/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Policies as they are shown: a policy file that says everything, whatever the
 * policy was made from. The commands show, personality show and apply call it.
 */
#ifndef _PERSOCK_POLICY_FILE_DRAFT_PRINT_H
#define _PERSOCK_POLICY_FILE_DRAFT_PRINT_H

#include <stdio.h>

struct draft;

/* A policy file. */
void draft_print_yaml(const struct draft *draft, FILE *stream);

/* The same as a member "policy" of the JSON object that is open. */
void draft_print_json(const struct draft *draft);

#endif
