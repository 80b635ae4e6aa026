/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The names of modes. The parser, and whatever prints a policy, use it.
 */
#ifndef _PERSOCK_POLICY_FILE_MODE_NAME_H
#define _PERSOCK_POLICY_FILE_MODE_NAME_H

#include <stdbool.h>

#include <linux/persock_netlink.h>

/* The name of a mode in a policy file. */
const char *mode_name(enum persock_mode mode);

/* The mode of a name; false: there is none. */
bool mode_find(const char *name, enum persock_mode *mode);

#endif
