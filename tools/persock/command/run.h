/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _PERSOCK_COMMAND_RUN_H
#define _PERSOCK_COMMAND_RUN_H

int run_command(int argc, char **argv);

#endif
