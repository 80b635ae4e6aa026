// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of the ring of revealed denials: it is made with the first one, and has
 * the last ones in their order. KUnit runs the suite against
 * module/report/revealed.c.
 */
#include <kunit/test.h>
#include <linux/pid.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "report/revealed.h"

static struct persock_denial *room(struct kunit *test)
{
	struct persock_denial *denials;

	denials = kunit_kcalloc(test, PERSOCK_REVEALED_MAX, sizeof(*denials),
				GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, denials);

	return denials;
}

static void note(struct persock_revealed **revealed, u64 from, u64 to)
{
	struct persock_denial denial = { .verdict = -EACCES };

	for (denial.time = from; denial.time <= to; denial.time++)
		persock_revealed_note(revealed, &denial);
}

/* Without a denial there is no ring. */
static void empty(struct kunit *test)
{
	struct persock_denial *denials = room(test);

	KUNIT_EXPECT_EQ(test, persock_revealed_read(NULL, denials), 0);
}

static void first(struct kunit *test)
{
	struct persock_denial *denials = room(test);
	struct persock_revealed *revealed = NULL;

	note(&revealed, 1, 2);
	KUNIT_ASSERT_NOT_NULL(test, revealed);
	KUNIT_EXPECT_EQ(test, persock_revealed_read(revealed, denials), 2);
	KUNIT_EXPECT_EQ(test, denials[0].time, 1);
	KUNIT_EXPECT_EQ(test, denials[1].time, 2);
	KUNIT_EXPECT_EQ(test, denials[1].verdict, -EACCES);
	KUNIT_EXPECT_STREQ(test, denials[1].comm, current->comm);
	KUNIT_EXPECT_EQ(test, denials[1].pid, task_tgid_vnr(current));
	kfree(revealed);
}

/* The oldest ones give way, however many there were. */
static void last(struct kunit *test)
{
	struct persock_denial *denials = room(test);
	struct persock_revealed *revealed = NULL, *made;
	unsigned int nr, i, end;

	note(&revealed, 1, PERSOCK_REVEALED_MAX);
	made = revealed;
	for (end = PERSOCK_REVEALED_MAX; end < 3 * PERSOCK_REVEALED_MAX; end++) {
		nr = persock_revealed_read(revealed, denials);
		KUNIT_ASSERT_EQ(test, nr, PERSOCK_REVEALED_MAX);
		for (i = 0; i < nr; i++)
			KUNIT_EXPECT_EQ(test, denials[i].time, end - nr + 1 + i);
		note(&revealed, end + 1, end + 1);
	}
	KUNIT_EXPECT_PTR_EQ(test, revealed, made);
	kfree(revealed);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(empty),
	KUNIT_CASE(first),
	KUNIT_CASE(last),
	{}
};

static struct kunit_suite suite = {
	.name = "persock_revealed",
	.test_cases = cases,
};

kunit_test_suite(suite);
