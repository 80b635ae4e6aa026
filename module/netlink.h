/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The control plane: the generic netlink family.
 */
#ifndef _PERSOCK_NETLINK_H
#define _PERSOCK_NETLINK_H

int persock_netlink_init(void);
void persock_netlink_exit(void);

#endif /* _PERSOCK_NETLINK_H */
