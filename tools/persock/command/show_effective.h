/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What is effective together: the policies of all layers of a cgroup, or of
 * several policies. show.c asks for it.
 */
#ifndef _PERSOCK_COMMAND_SHOW_EFFECTIVE_H
#define _PERSOCK_COMMAND_SHOW_EFFECTIVE_H

/*
 * Show the layers of a cgroup, if there is one argument, or several policies.
 * Returns 0, or an exit status after an error.
 */
int show_effective(char **arguments, unsigned int nr);

#endif
