/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _PERSOCK_COMMAND_EXPLAIN_H
#define _PERSOCK_COMMAND_EXPLAIN_H

int explain_command(int argc, char **argv);
int check_command(int argc, char **argv);

#endif
