// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of the table of recorded facts: facts are counted, and the table is
 * bounded. KUnit runs the suite against module/report/record.c.
 */
#include <kunit/test.h>
#include <linux/limits.h>
#include <linux/socket.h>
#include <linux/string.h>

#include "report/record.h"
#include "state.h"

static struct persock_fact peer(u32 address)
{
	struct persock_fact fact = {
		.section = PERSOCK_SECTION_CONNECT,
		.endpoint = { .family = AF_INET, .port = 443 },
	};

	memcpy(fact.endpoint.address, &address, sizeof(address));

	return fact;
}

static const struct persock_fact limit = {
	.section = PERSOCK_SECTION_LIMITS,
	.subject = PERSOCK_LIMIT_SOCKETS,
};

static unsigned int length_of(struct persock_record *record)
{
	const struct persock_entry *entry = NULL;
	unsigned int nr = 0;

	while ((entry = persock_record_next(record, entry)))
		nr++;

	return nr;
}

static void begin(void)
{
	mutex_lock(&persock_mutex);
}

static void end(struct persock_record *record)
{
	persock_record_free(record);
	mutex_unlock(&persock_mutex);
}

/* The same fact is counted, another host of it is another fact. */
static void counted(struct kunit *test)
{
	const struct persock_fact fact = peer(1);
	const struct persock_entry *entry;
	struct persock_record *record = NULL;
	struct persock_entry copy;

	begin();
	KUNIT_EXPECT_NULL(test, persock_record_next(record, NULL));
	KUNIT_EXPECT_EQ(test, persock_record_lost(record), 0);
	persock_record_note(&record, &fact, NULL, 0);
	persock_record_note(&record, &fact, "", 0);
	persock_record_note(&record, &fact, "host", 0);
	persock_record_note(&record, &fact, "host", 0);
	persock_record_note(&record, &fact, "host", 0);
	KUNIT_EXPECT_EQ(test, length_of(record), 2);

	entry = persock_record_next(record, NULL);
	KUNIT_ASSERT_NOT_NULL(test, entry);
	persock_record_copy(record, entry, &copy);
	KUNIT_EXPECT_EQ(test, copy.count, 2);
	KUNIT_EXPECT_STREQ(test, entry->host, "");
	KUNIT_EXPECT_STREQ(test, copy.comms[0], current->comm);
	KUNIT_EXPECT_STREQ(test, copy.comms[1], "");
	KUNIT_EXPECT_NE(test, copy.first, 0);
	entry = persock_record_next(record, entry);
	KUNIT_ASSERT_NOT_NULL(test, entry);
	persock_record_copy(record, entry, &copy);
	KUNIT_EXPECT_EQ(test, copy.count, 3);
	KUNIT_EXPECT_STREQ(test, entry->host, "host");
	KUNIT_EXPECT_NULL(test, persock_record_next(record, entry));
	end(record);
}

static void largest(struct kunit *test)
{
	struct persock_record *record = NULL;
	struct persock_entry copy;

	begin();
	persock_record_note(&record, &limit, NULL, 5);
	persock_record_note(&record, &limit, NULL, U32_MAX);
	persock_record_note(&record, &limit, NULL, 7);
	KUNIT_ASSERT_EQ(test, length_of(record), 1);
	persock_record_copy(record, persock_record_next(record, NULL), &copy);
	KUNIT_EXPECT_EQ(test, copy.value, U32_MAX);
	KUNIT_EXPECT_EQ(test, copy.count, 3);
	end(record);
}

/* A section leaves room for others, and all together are bounded. */
static void bounded(struct kunit *test)
{
	struct persock_record *record = NULL;
	struct persock_fact fact;
	unsigned int i;

	begin();
	for (i = 0; i < PERSOCK_FACTS_SECTION + 10; i++) {
		fact = peer(i);
		persock_record_note(&record, &fact, NULL, 0);
	}
	KUNIT_EXPECT_EQ(test, length_of(record), PERSOCK_FACTS_SECTION);
	KUNIT_EXPECT_EQ(test, persock_record_lost(record), 10);
	/* What is known is counted. */
	fact = peer(0);
	persock_record_note(&record, &fact, NULL, 0);
	KUNIT_EXPECT_EQ(test, persock_record_lost(record), 10);
	for (i = 0; i < PERSOCK_FACTS_SECTION; i++) {
		fact = peer(i);
		fact.section = PERSOCK_SECTION_ACCEPT;
		persock_record_note(&record, &fact, NULL, 0);
	}
	KUNIT_EXPECT_EQ(test, length_of(record), PERSOCK_FACTS_MAX);
	persock_record_note(&record, &limit, NULL, 1);
	KUNIT_EXPECT_EQ(test, length_of(record), PERSOCK_FACTS_MAX);
	KUNIT_EXPECT_EQ(test, persock_record_lost(record),
			2 * PERSOCK_FACTS_SECTION - PERSOCK_FACTS_MAX + 11);
	end(record);
}

static void cleared(struct kunit *test)
{
	struct persock_record *record = NULL;
	const struct persock_fact fact = peer(1);

	begin();
	persock_record_clear(record);
	persock_record_note(&record, &fact, NULL, 0);
	persock_record_note(&record, &limit, NULL, 1);
	persock_record_clear(record);
	KUNIT_EXPECT_EQ(test, length_of(record), 0);
	persock_record_note(&record, &fact, NULL, 0);
	KUNIT_EXPECT_EQ(test, length_of(record), 1);
	end(record);
}

static struct kunit_case record_cases[] = {
	KUNIT_CASE(counted),
	KUNIT_CASE(largest),
	KUNIT_CASE(bounded),
	KUNIT_CASE(cleared),
	{ }
};

static struct kunit_suite record_suite = {
	.name = "persock_record",
	.test_cases = record_cases,
};

kunit_test_suite(record_suite);
