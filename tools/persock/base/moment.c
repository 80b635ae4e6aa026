// SPDX-License-Identifier: GPL-2.0
/*
 * Prints points in time, for people and in JSON. The commands monitor and why
 * call it.
 */
#include "base/moment.h"

#include <time.h>

#include "base/json.h"

#define SECOND	1000000000ULL

uint64_t moment_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);

	return now.tv_sec * SECOND + now.tv_nsec;
}

void moment_print(FILE *stream, uint64_t moment)
{
	time_t seconds = moment / SECOND;
	struct tm parts;
	char text[64];

	localtime_r(&seconds, &parts);
	strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", &parts);
	fprintf(stream, "%s.%03u ", text,
		(unsigned int)(moment % SECOND / 1000000));
}

void moment_json(uint64_t moment)
{
	time_t seconds = moment / SECOND;
	char text[64], stamp[128];
	struct tm parts;

	gmtime_r(&seconds, &parts);
	strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &parts);
	snprintf(stamp, sizeof(stamp), "%s.%06uZ", text,
		 (unsigned int)(moment % SECOND / 1000));
	json_string("time", stamp);
}
