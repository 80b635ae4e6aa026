/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The probe, which tests whether governance holds. main.c runs it once when
 * the module is loaded, and control/netlink.c when user space asks for the
 * status.
 */
#ifndef _PERSOCK_PROBE_H
#define _PERSOCK_PROBE_H

int persock_probe(const char **failed);

#endif /* _PERSOCK_PROBE_H */
