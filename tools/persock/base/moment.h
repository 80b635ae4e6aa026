/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Points in time, as nanoseconds of CLOCK_REALTIME. The commands monitor and why
 * print them.
 */
#ifndef _PERSOCK_BASE_MOMENT_H
#define _PERSOCK_BASE_MOMENT_H

#include <stdint.h>
#include <stdio.h>

uint64_t moment_now(void);

/* Local time with milliseconds, and a space. */
void moment_print(FILE *stream, uint64_t moment);

/* The member "time" of the open object: RFC 3339, with microseconds. */
void moment_json(uint64_t moment);

#endif
