/* SPDX-License-Identifier: GPL-2.0 */
/* /proc/persock: main.c makes and removes it. */
#ifndef _PERSOCK_PROC_H
#define _PERSOCK_PROC_H

int persock_proc_init(void);
void persock_proc_exit(void);

#endif /* _PERSOCK_PROC_H */
