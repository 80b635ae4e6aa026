/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The denials that the module reveals to the tasks of an attachment, in
 * /proc/persock/denials. The command why calls it.
 */
#ifndef _PERSOCK_WIRE_REVEALED_H
#define _PERSOCK_WIRE_REVEALED_H

#include <stdint.h>

#include "wire/denial.h"

/**
 * struct revealed - a denial of the file
 * @time: when it was, in nanoseconds of CLOCK_REALTIME
 * @denial: the denial, without cgroups and layers
 */
struct revealed {
	uint64_t time;
	struct denial denial;
};

/*
 * Call a function with each denial, the oldest first. Returns 0, or an exit
 * status after an error.
 */
int revealed_read(void (*function)(const struct revealed *revealed));

#endif
