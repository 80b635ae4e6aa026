/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _PERSOCK_COMMAND_KEYS_H
#define _PERSOCK_COMMAND_KEYS_H

int keys_command(int argc, char **argv);

#endif
