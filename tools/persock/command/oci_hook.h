/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _PERSOCK_COMMAND_OCI_HOOK_H
#define _PERSOCK_COMMAND_OCI_HOOK_H

int oci_hook_command(int argc, char **argv);

#endif
