/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How a loaded policy differs from a policy file. The commands apply and diff ask
 * for each file.
 */
#ifndef _PERSOCK_COMMAND_DIFFERENCE_H
#define _PERSOCK_COMMAND_DIFFERENCE_H

#include "policy_file/folder.h"

/* Do they differ? */
bool difference(const struct draft *loaded, const struct policy *wanted);

/* Do both have the same keys and values? Then lines or namespaces differ. */
bool difference_same_text(const struct draft *loaded,
			  const struct policy *wanted);

/* Print what differs, by diff(1). Returns false after an error. */
bool difference_print(const struct draft *loaded, const struct policy *wanted);

#endif
