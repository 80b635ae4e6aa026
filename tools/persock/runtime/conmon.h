/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The name of a container of podman. It is in none of the annotations, but
 * podman tells it to conmon, which starts the runtime. The runtime calls it.
 */
#ifndef _PERSOCK_RUNTIME_CONMON_H
#define _PERSOCK_RUNTIME_CONMON_H

/* The name, to be freed, or NULL if no conmon has started this process. */
char *conmon_container(void);

#endif
