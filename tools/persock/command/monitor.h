/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _PERSOCK_COMMAND_MONITOR_H
#define _PERSOCK_COMMAND_MONITOR_H

int monitor_command(int argc, char **argv);

#endif
