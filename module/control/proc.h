/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The folder /proc/persock and its file of denials, which a governed program
 * reads. main.c makes and removes them.
 */
#ifndef _PERSOCK_PROC_H
#define _PERSOCK_PROC_H

int persock_proc_init(void);
void persock_proc_exit(void);

#endif /* _PERSOCK_PROC_H */
