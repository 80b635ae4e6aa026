/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _PERSOCK_COMMAND_DOCTOR_H
#define _PERSOCK_COMMAND_DOCTOR_H

int doctor_command(int argc, char **argv);

#endif
