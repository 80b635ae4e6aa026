/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The last denials of an attachment, for its own tasks, where a policy says
 * "reveal: denials". socket/report.c notes them, and control/proc.c lists them.
 */
#ifndef _PERSOCK_REVEALED_H
#define _PERSOCK_REVEALED_H

#include "report/denial.h"

/* So many denials are kept for each attachment. */
#define PERSOCK_REVEALED_MAX	16

struct persock_revealed;

void persock_revealed_note(struct persock_revealed **revealed,
			   const struct persock_denial *denial);
unsigned int persock_revealed_read(struct persock_revealed *revealed,
				   struct persock_denial *denials);

#endif /* _PERSOCK_REVEALED_H */
