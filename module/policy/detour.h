/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Detours: options and control messages that take a message to another peer
 * than the address that it names, or a socket to another address than the one
 * that it is bound to. socket/option.c, socket/cmsg.c, shortcut.c and "persock
 * explain" ask for them.
 */
#ifndef _PERSOCK_DETOUR_H
#define _PERSOCK_DETOUR_H

#include <linux/types.h>
#include <uapi/linux/persock_netlink.h>

bool persock_detour_get(int level, int optname);
bool persock_detour_set(int level, int optname, unsigned int length,
			enum persock_section *section);
bool persock_detour_message(int level, int type);
bool persock_detour_datagram(int level, int optname);

#endif /* _PERSOCK_DETOUR_H */
