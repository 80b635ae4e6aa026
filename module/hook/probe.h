/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The probe: does governance hold?
 */
#ifndef _PERSOCK_PROBE_H
#define _PERSOCK_PROBE_H

int persock_probe(const char **failed);

#endif /* _PERSOCK_PROBE_H */
