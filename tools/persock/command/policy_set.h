/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Policies of several files and folders, complete with what the machine says of
 * names. The commands apply and diff read them.
 */
#ifndef _PERSOCK_COMMAND_POLICY_SET_H
#define _PERSOCK_COMMAND_POLICY_SET_H

#include "policy_file/folder.h"

/*
 * Read all of them, and report the errors of each. Returns false after an error.
 * The caller frees the folder in either case.
 */
bool policy_set_read(struct folder *folder, char *const *paths, int nr);

#endif
