// SPDX-License-Identifier: GPL-2.0
/*
 * Reads and prints the counters of a message. attachment.c calls it, and
 * personality.c and the command show for those of personalities.
 */
#include <linux/genetlink.h>

#include "wire/counters.h"

#include <inttypes.h>
#include <libmnl/libmnl.h>

#include "base/json.h"
#include "module/policy/word.h"
#include "wire/netlink.h"

#define WORD(value, word) [value] = word,

static const char * const names[] = {
	PERSOCK_OPERATION_WORDS(WORD)
};

_Static_assert(sizeof(names) / sizeof(names[0]) == PERSOCK_OP_MMAP + 1,
	       "name each of the operations");

/* A newer module may have operations without a name here. */
const char *operation_name(unsigned int operation)
{
	static char number[32];

	if (operation < sizeof(names) / sizeof(names[0]) && names[operation])
		return names[operation];
	snprintf(number, sizeof(number), "operation-%u", operation);
	return number;
}

unsigned int operation_count(void)
{
	return sizeof(names) / sizeof(names[0]);
}

void counters_parse(struct counters *counters, const struct nlattr *nest)
{
	const struct nlattr *attribute;
	struct counter counter = { .present = true };
	uint64_t operation = COUNTERS_MAX;

	mnl_attr_for_each_nested(attribute, nest) {
		uint64_t value = attribute_number(attribute);

		switch (mnl_attr_get_type(attribute)) {
		case PERSOCK_A_COUNTER_OPERATION:
			operation = value;
			break;
		case PERSOCK_A_COUNTER_ALLOWED:
			counter.allowed = value;
			break;
		case PERSOCK_A_COUNTER_IGNORED:
			counter.ignored = value;
			break;
		case PERSOCK_A_COUNTER_DENIED:
			counter.denied = value;
			break;
		case PERSOCK_A_COUNTER_AUDITED:
			counter.audited = value;
			break;
		}
	}
	if (operation < COUNTERS_MAX)
		counters->of[operation] = counter;
}

void counters_print(FILE *stream, const struct counters *counters, int indent)
{
	const struct counter *counter;
	bool header = false;
	int operation;

	for (operation = 0; operation < COUNTERS_MAX; operation++) {
		counter = &counters->of[operation];
		if (!counter->allowed && !counter->ignored &&
		    !counter->denied && !counter->audited)
			continue;
		if (!header)
			fprintf(stream, "%*s%-12s %12s %12s %12s %12s\n",
				indent, "", "operation", "allowed", "ignored",
				"denied", "audited");
		header = true;
		fprintf(stream, "%*s%-12s %12" PRIu64 " %12" PRIu64
			" %12" PRIu64 " %12" PRIu64 "\n",
			indent, "", operation_name(operation), counter->allowed,
			counter->ignored, counter->denied, counter->audited);
	}
}

void counters_json(const struct counters *counters)
{
	const struct counter *counter;
	int operation;

	json_object("counters");
	for (operation = 0; operation < COUNTERS_MAX; operation++) {
		counter = &counters->of[operation];
		if (!counter->present)
			continue;
		json_object(operation_name(operation));
		json_u64("allowed", counter->allowed);
		json_u64("ignored", counter->ignored);
		json_u64("denied", counter->denied);
		json_u64("audited", counter->audited);
		json_object_end();
	}
	json_object_end();
}
