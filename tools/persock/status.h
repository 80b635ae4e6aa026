/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _PERSOCK_STATUS_H
#define _PERSOCK_STATUS_H

int status_command(int argc, char **argv);

#endif
