/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _PERSOCK_COMMAND_SHOW_H
#define _PERSOCK_COMMAND_SHOW_H

int show_command(int argc, char **argv);

#endif
