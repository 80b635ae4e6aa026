/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What is effective in a cgroup: the policies of all its layers. show.c asks for
 * it.
 */
#ifndef _PERSOCK_COMMAND_SHOW_EFFECTIVE_H
#define _PERSOCK_COMMAND_SHOW_EFFECTIVE_H

/* Show the layers of a cgroup. Returns 0, or an exit status after an error. */
int show_effective(const char *cgroup);

#endif
