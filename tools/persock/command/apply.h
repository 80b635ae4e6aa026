/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _PERSOCK_COMMAND_APPLY_H
#define _PERSOCK_COMMAND_APPLY_H

int apply_command(int argc, char **argv);

#endif
