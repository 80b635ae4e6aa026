// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of the addresses that are found in DNS answers: whose they are, how
 * long they hold, and that nothing is found in a malformed message. KUnit runs
 * the suite against module/policy/dns.c.
 */
#include <kunit/test.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/limits.h>
#include <linux/socket.h>
#include <linux/string.h>

#include "dns_message.h"
#include "policy/dns.h"

#define A	PERSOCK_DNS_A

static struct dns_message message;

/* What was found, in order: family, last byte of the address, and TTL. */
struct address {
	int family;
	u8 last;
	u32 ttl;
};

#define MOST	8

struct addresses {
	struct kunit *test;
	unsigned int nr;
	struct address list[MOST];
};

static void add(int family, const u8 *address, u32 ttl, void *data)
{
	static const u8 first4[] = { 192, 0, 2 };
	static const u8 first6[15] = { 0x20, 1, 0x0d, 0xb8 };
	struct addresses *addresses = data;
	bool four = family == AF_INET;

	KUNIT_EXPECT_EQ(addresses->test, family, four ? AF_INET : AF_INET6);
	KUNIT_EXPECT_EQ(addresses->test,
			four ? memcmp(address, first4, sizeof(first4)) :
			       memcmp(address, first6, sizeof(first6)), 0);
	if (addresses->nr < MOST)
		addresses->list[addresses->nr] = (struct address){
			.family = family,
			.last = address[four ? 3 : 15],
			.ttl = ttl,
		};
	addresses->nr++;
}

/* Read the message; the list ends with a family of 0. */
static void expect(struct kunit *test, const char *what, int expected,
		   const struct address *list)
{
	struct addresses addresses = { .test = test };
	struct persock_question question;
	unsigned int i;

	KUNIT_EXPECT_EQ_MSG(test,
			    persock_dns_answer(message.bytes, message.length,
					       &question, add, &addresses),
			    expected, "%s", what);
	for (i = 0; list && list[i].family; i++) {
		if (i >= addresses.nr)
			break;
		KUNIT_EXPECT_EQ_MSG(test, addresses.list[i].family,
				    list[i].family, "%s: %u", what, i);
		KUNIT_EXPECT_EQ_MSG(test, addresses.list[i].last, list[i].last,
				    "%s: %u", what, i);
		KUNIT_EXPECT_EQ_MSG(test, addresses.list[i].ttl, list[i].ttl,
				    "%s: %u", what, i);
	}
	for (i = 0; list && list[i].family; i++)
		;
	KUNIT_EXPECT_EQ_MSG(test, addresses.nr, i, "%s: addresses", what);
}

#define EXPECT(test, what, ...) \
	expect(test, what, 0, (const struct address[]){ __VA_ARGS__, { 0 } })
#define EXPECT_NONE(test, what)	expect(test, what, 0, NULL)
#define EXPECT_BAD(test, what)	expect(test, what, -EBADMSG, NULL)

static void begin(void)
{
	dns_header(&message, 0xabcd, DNS_RESPONSE);
	dns_question(&message, "www.example.com", A);
}

/* A record of an address of the name that was asked for. */
static void put_a(u8 last)
{
	dns_pointer(&message, PERSOCK_DNS_HEADER);
	dns_a(&message, DNS_ANSWER, 60, last);
}

/* A record with these data, given as a string. */
#define PUT_DATA(type, data) put_data(type, data, sizeof(data) - 1)

static void put_data(u16 type, const char *data, u16 length)
{
	dns_pointer(&message, PERSOCK_DNS_HEADER);
	dns_record(&message, DNS_ANSWER, type, 60, length);
	dns_put(&message, data, length);
}

/* Owners by pointers or in full, in either case; other records do not count. */
static void addresses_found(struct kunit *test)
{
	struct persock_question question;

	begin();
	EXPECT_NONE(test, "no record");

	put_a(1);
	EXPECT(test, "an address", { AF_INET, 1, 60 });

	dns_name(&message, "WWW.example.COM");
	dns_aaaa(&message, DNS_ANSWER, 0, 2);
	EXPECT(test, "two addresses", { AF_INET, 1, 60 }, { AF_INET6, 2, 0 });

	/* Other owners: longer, shorter, above, below, the root. */
	dns_name(&message, "wwww.example.com");
	dns_a(&message, DNS_ANSWER, 60, 3);
	dns_name(&message, "ww.example.com");
	dns_a(&message, DNS_ANSWER, 60, 3);
	dns_name(&message, "www.example.co");
	dns_a(&message, DNS_ANSWER, 60, 3);
	dns_name(&message, "a.www.example.com");
	dns_a(&message, DNS_ANSWER, 60, 3);
	dns_name(&message, "vww.example.com");
	dns_a(&message, DNS_ANSWER, 60, 3);
	dns_pointer(&message, PERSOCK_DNS_HEADER + 4);
	dns_a(&message, DNS_ANSWER, 60, 3);
	dns_name(&message, "");
	dns_a(&message, DNS_ANSWER, 60, 3);
	EXPECT(test, "other owners", { AF_INET, 1, 60 }, { AF_INET6, 2, 0 });

	/* Another type with such data, and another class. */
	PUT_DATA(16, "\xc0\0\2\1");
	put_a(4);
	message.bytes[message.length - 4 - 7] = 3;
	PUT_DATA(PERSOCK_DNS_CNAME, "\xff");
	message.bytes[message.length - 1 - 7] = 3;
	EXPECT(test, "other records", { AF_INET, 1, 60 }, { AF_INET6, 2, 0 });

	/* What is behind the records that answer is not even read. */
	dns_pointer(&message, PERSOCK_DNS_HEADER);
	dns_a(&message, DNS_AUTHORITY, 60, 5);
	dns_pointer(&message, PERSOCK_DNS_HEADER);
	dns_a(&message, DNS_ADDITIONAL, 60, 6);
	dns_put(&message, "\xff\xff", 2);
	EXPECT(test, "other sections", { AF_INET, 1, 60 }, { AF_INET6, 2, 0 });

	/* TC, AA, AD and CD. */
	message.bytes[2] |= 6;
	message.bytes[3] |= 0x30;
	EXPECT(test, "other bits", { AF_INET, 1, 60 }, { AF_INET6, 2, 0 });

	KUNIT_EXPECT_EQ(test, persock_dns_answer(message.bytes, message.length,
						 &question, add,
						 &(struct addresses){ test }),
			0);
	KUNIT_EXPECT_EQ(test, question.id, 0xabcd);
	KUNIT_EXPECT_EQ(test, question.type, A);
	KUNIT_EXPECT_EQ(test, question.end, 33);
	KUNIT_EXPECT_FALSE(test, question.edns);
	KUNIT_EXPECT_STREQ(test, question.host, "www.example.com");

	dns_rich_answer(&message);
	EXPECT(test, "all of them", { AF_INET, 1, 60 }, { AF_INET6, 2, 300 },
	       { AF_INET, 3, 120 }, { AF_INET, 4, 120 }, { AF_INET6, 5, 120 });
}

/* A number of seconds has 31 bits. */
static void ttls(struct kunit *test)
{
	begin();
	dns_name(&message, "www.example.com");
	dns_a(&message, DNS_ANSWER, 0x7fffffff, 1);
	dns_name(&message, "www.example.com");
	dns_a(&message, DNS_ANSWER, 0x80000000, 2);
	dns_name(&message, "www.example.com");
	dns_a(&message, DNS_ANSWER, 0xffffffff, 3);
	EXPECT(test, "long", { AF_INET, 1, 0x7fffffff }, { AF_INET, 2, 0 },
	       { AF_INET, 3, 0 });

	begin();
	dns_alias(&message, "www.example.com", 0xffffffff, "a");
	dns_name(&message, "a");
	dns_a(&message, DNS_ANSWER, 60, 1);
	EXPECT(test, "of an alias", { AF_INET, 1, 0 });
}

static void put_chain(unsigned int length, bool backwards)
{
	static const char names[] = "www.example.com\0b\0c\0d\0e\0f\0g\0h\0"
				    "i\0j\0k\0l\0m\0n\0o\0p\0q\0r";
	unsigned int i;

	begin();
	if (backwards) {
		dns_name(&message, names + 14 + 2 * length);
		dns_a(&message, DNS_ANSWER, 1000, 1);
	}
	for (i = 0; i < length; i++) {
		unsigned int step = backwards ? length - 1 - i : i;

		dns_alias(&message, step ? names + 14 + 2 * step : names,
			  100 + step, names + 16 + 2 * step);
	}
	if (!backwards) {
		dns_name(&message, names + 14 + 2 * length);
		dns_a(&message, DNS_ANSWER, 1000, 1);
	}
}

/* The chain begins with the question, in any order, up to its limit. */
static void chains(struct kunit *test)
{
	static const unsigned int lengths[] = {
		1, 2, 8, PERSOCK_DNS_CHAIN_MAX
	};
	unsigned int i, backwards;

	for (backwards = 0; backwards < 2; backwards++) {
		for (i = 0; i < ARRAY_SIZE(lengths); i++) {
			put_chain(lengths[i], backwards);
			EXPECT(test, "a chain", { AF_INET, 1, 100 });
		}
		put_chain(PERSOCK_DNS_CHAIN_MAX + 1, backwards);
		EXPECT_BAD(test, "a chain that is too long");
	}

	/* Only the end has addresses; the lowest TTL is in the middle. */
	begin();
	put_a(1);
	dns_alias(&message, "b", 20, "c");
	dns_name(&message, "b");
	dns_a(&message, DNS_ANSWER, 10, 2);
	dns_alias(&message, "www.example.com", 30, "B");
	dns_name(&message, "C");
	dns_a(&message, DNS_ANSWER, 40, 3);
	dns_name(&message, "d");
	dns_a(&message, DNS_ANSWER, 40, 4);
	EXPECT(test, "a chain with other records", { AF_INET, 3, 20 });

	/* One that does not begin with the question, and one to nowhere. */
	begin();
	dns_alias(&message, "b", 20, "c");
	dns_name(&message, "c");
	dns_a(&message, DNS_ANSWER, 10, 1);
	EXPECT_NONE(test, "the alias of another name");
	dns_alias(&message, "www.example.com", 20, "d");
	EXPECT_NONE(test, "an alias without addresses");

	/* Aliases of other sections do not count. */
	begin();
	put_a(1);
	dns_pointer(&message, PERSOCK_DNS_HEADER);
	dns_record(&message, DNS_AUTHORITY, PERSOCK_DNS_CNAME, 60, 3);
	dns_name(&message, "a");
	EXPECT(test, "an alias of an authority", { AF_INET, 1, 60 });
}

/* Aliases that go round in a circle have no end. */
static void loops(struct kunit *test)
{
	unsigned int i;

	begin();
	dns_alias(&message, "www.example.com", 60, "WWW.example.com");
	put_a(1);
	EXPECT_BAD(test, "a loop of one");

	begin();
	dns_alias(&message, "www.example.com", 60, "b");
	dns_alias(&message, "b", 60, "c");
	dns_alias(&message, "c", 60, "b");
	dns_name(&message, "b");
	dns_a(&message, DNS_ANSWER, 60, 1);
	EXPECT_BAD(test, "a loop of two");

	/* The longest chain, but its end is its beginning. */
	put_chain(PERSOCK_DNS_CHAIN_MAX - 1, false);
	dns_alias(&message, "p", 60, "www.example.com");
	EXPECT_BAD(test, "a loop of sixteen");

	/* A loop elsewhere does not matter. */
	begin();
	dns_alias(&message, "b", 60, "b");
	put_a(1);
	EXPECT(test, "another loop", { AF_INET, 1, 60 });

	/* Of several aliases of a name the first one is taken. */
	begin();
	for (i = 0; i < PERSOCK_DNS_CHAIN_MAX; i++)
		dns_alias(&message, "www.example.com", 60, i ? "b" : "a");
	dns_name(&message, "a");
	dns_a(&message, DNS_ANSWER, 60, 1);
	EXPECT(test, "many aliases", { AF_INET, 1, 60 });
}

/* Messages that are no answers, and answers that are errors. */
static void no_answers(struct kunit *test)
{
	unsigned int i;

	for (i = 3; i < 8; i++) {
		begin();
		put_a(1);
		message.bytes[2] ^= 1 << i;
		EXPECT_BAD(test, "no QR, or an opcode");
	}
	for (i = 1; i < 16; i++) {
		begin();
		put_a(1);
		message.bytes[3] |= i;
		expect(test, "an error", -ENODATA, NULL);
	}
	for (i = 0; i < 3; i += 2) {
		begin();
		put_a(1);
		message.bytes[DNS_QUESTION + 1] = i;
		EXPECT_BAD(test, "no question, or two");
	}
	begin();
	message.bytes[message.length - 1] = 3;
	put_a(1);
	EXPECT_BAD(test, "a question of class CH");
	begin();
	put_a(1);
	message.length = sizeof(message.bytes);
	EXPECT_BAD(test, "a message that is too long");
	message.length = U16_MAX;
	EXPECT(test, "the longest message", { AF_INET, 1, 60 });
}

/* Numbers and lengths that are not true: nothing is found, not even before. */
static void lies(struct kunit *test)
{
	static const char zeros[17];
	static const struct {
		u16 type, length;
	} lengths[] = {
		{ A, 0 }, { A, 3 }, { A, 5 }, { A, 16 },
		{ PERSOCK_DNS_AAAA, 0 }, { PERSOCK_DNS_AAAA, 4 },
		{ PERSOCK_DNS_AAAA, 15 }, { PERSOCK_DNS_AAAA, 17 },
		{ PERSOCK_DNS_CNAME, 0 }, { PERSOCK_DNS_CNAME, 2 },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(lengths); i++) {
		begin();
		put_a(1);
		put_data(lengths[i].type, zeros, lengths[i].length);
		EXPECT_BAD(test, "a length that its type does not have");
	}

	begin();
	put_a(1);
	dns_count(&message, DNS_ANSWER);
	EXPECT_BAD(test, "a record that is not there");
	begin();
	put_a(1);
	message.bytes[DNS_ANSWER] = 0xff;
	EXPECT_BAD(test, "65281 records");
	begin();
	put_a(1);
	message.bytes[message.length - 5]++;
	EXPECT_BAD(test, "data behind the end");
	begin();
	put_a(1);
	PUT_DATA(16, "");
	message.bytes[message.length - 2] = 0xff;
	message.bytes[message.length - 1] = 0xff;
	EXPECT_BAD(test, "much data behind the end");
	begin();
	put_a(1);
	PUT_DATA(PERSOCK_DNS_CNAME, "\2a");
	EXPECT_BAD(test, "a target that ends with the message");
	begin();
	put_a(1);
	PUT_DATA(PERSOCK_DNS_CNAME, "\1a");
	put_a(2);
	EXPECT_BAD(test, "a target that goes on in the next record");
	begin();
	put_a(1);
	PUT_DATA(PERSOCK_DNS_CNAME, "\1a\0\0");
	EXPECT_BAD(test, "a target that ends before its data");
}

static void expect_owner(struct kunit *test, const char *what, bool good)
{
	dns_a(&message, DNS_ANSWER, 60, 2);
	if (good)
		EXPECT(test, what, { AF_INET, 1, 60 });
	else
		EXPECT_BAD(test, what);
	begin();
	put_a(1);
}

/* Owners that are not names; a good record before them is not found. */
static void owners(struct kunit *test)
{
	unsigned int i, offset;

	begin();
	put_a(1);
	for (i = 0; i < PERSOCK_DNS_HEADER; i++) {
		dns_pointer(&message, i);
		expect_owner(test, "a pointer into the header", false);
	}
	dns_pointer(&message, message.length);
	expect_owner(test, "a pointer to itself", false);
	dns_pointer(&message, message.length + 2);
	expect_owner(test, "a pointer forward", false);
	dns_pointer(&message, 0x3fff);
	expect_owner(test, "a pointer behind the end", false);
	offset = message.length;
	dns_put(&message, "\1a", 2);
	dns_pointer(&message, offset);
	expect_owner(test, "a name that contains itself", false);
	dns_put(&message, "\1a", 2);
	dns_pointer(&message, offset + 1);
	expect_owner(test, "a pointer into its own label", false);

	/* Data of other records: a pointer forward, and two in a circle. */
	dns_name(&message, "");
	offset = dns_record(&message, DNS_ANSWER, 16, 60, 4);
	dns_pointer(&message, offset + 2);
	dns_pointer(&message, offset);
	dns_pointer(&message, offset);
	expect_owner(test, "a pointer to one that goes forward", false);
	dns_name(&message, "");
	offset = dns_record(&message, DNS_ANSWER, 16, 60, 4);
	dns_pointer(&message, offset + 2);
	dns_pointer(&message, offset);
	dns_pointer(&message, offset + 2);
	expect_owner(test, "pointers in a circle", false);

	for (i = 64; i < 0xc0; i += 64) {
		dns_put8(&message, i);
		expect_owner(test, "a reserved length", false);
	}

	/* 127 pointers one after the other, the last one to the root. */
	dns_name(&message, "");
	offset = dns_record(&message, DNS_ANSWER, 16, 60, 1 + 2 * 127);
	dns_put8(&message, 0);
	for (i = 0; i < 127; i++)
		dns_pointer(&message, i ? offset + 2 * i - 1 : offset);
	dns_pointer(&message, offset + 1 + 2 * 125);
	expect_owner(test, "127 pointers", true);
	dns_name(&message, "");
	offset = dns_record(&message, DNS_ANSWER, 16, 60, 1 + 2 * 127);
	dns_put8(&message, 0);
	for (i = 0; i < 127; i++)
		dns_pointer(&message, i ? offset + 2 * i - 1 : offset);
	dns_pointer(&message, offset + 1 + 2 * 126);
	expect_owner(test, "128 pointers", false);

	/* With what a pointer adds a name has 255 bytes, or 256. */
	for (i = 0; i < 2; i++) {
		unsigned int length;

		for (length = 17 + 1 + i; length + 64 < 255; length += 64) {
			dns_put8(&message, 63);
			memset(message.bytes + message.length, 'x', 63);
			message.length += 63;
		}
		dns_put8(&message, 255 - 17 - 3 * 64 - 1 + i);
		memset(message.bytes + message.length, 'x', 45 + i);
		message.length += 45 + i;
		dns_pointer(&message, PERSOCK_DNS_HEADER);
		expect_owner(test, "a long name", !i);
	}

	/* Half of a pointer at the end. */
	dns_put8(&message, 0xc0);
	dns_count(&message, DNS_ANSWER);
	EXPECT_BAD(test, "half of a pointer");
}

/* Hints of HTTPS and SVCB records. */
static void hints(struct kunit *test)
{
	/* Parameters that are malformed, behind a priority and the root. */
	static const struct {
		const char *data;
		u16 length;
	} bad[] = {
		{ "", 0 },
		{ "\0", 1 },
		{ "\0\1", 2 },
		{ "\0\1\2a", 4 },
		{ "\0\1\0\0\4\0", 6 },
		{ "\0\1\0\0\4\0\1", 7 },
		{ "\0\1\0\0\4\0\4\1\2\3", 10 },
		{ "\0\1\0\0\4\0\3\1\2\3", 10 },
		{ "\0\1\0\0\4\0\5\1\2\3\4\5", 12 },
		{ "\0\1\0\0\6\0\4\1\2\3\4", 11 },
		{ "\0\1\0\0\1\xff\xff\1\2\3\4", 11 },
		/* Those of an alias are not used, but they are checked. */
		{ "\0\0\0\0\4\0\5\1\2\3\4\5", 12 },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		begin();
		put_a(1);
		put_data(i % 2 ? PERSOCK_DNS_SVCB : PERSOCK_DNS_HTTPS,
			 bad[i].data, bad[i].length);
		put_a(2);
		EXPECT_BAD(test, "malformed parameters");
	}

	begin();
	PUT_DATA(PERSOCK_DNS_SVCB, "\0\1\0");
	PUT_DATA(PERSOCK_DNS_SVCB, "\0\1\0\0\4\0\0\0\6\0\0");
	EXPECT_NONE(test, "no address");
	PUT_DATA(PERSOCK_DNS_SVCB, "\0\1\1a\0\0\4\0\4\xc0\0\2\1");
	EXPECT(test, "a service with another name", { AF_INET, 1, 60 });
	PUT_DATA(PERSOCK_DNS_HTTPS, "\0\0\1b\0\0\4\0\4\xc0\0\2\2");
	EXPECT(test, "an alias", { AF_INET, 1, 60 });
	PUT_DATA(PERSOCK_DNS_HTTPS, "\1\0\0\0\4\0\4\xc0\0\2\3");
	EXPECT(test, "a high priority", { AF_INET, 1, 60 },
	       { AF_INET, 3, 60 });

	/* Of another owner, and of another class. */
	dns_name(&message, "a");
	dns_record(&message, DNS_ANSWER, PERSOCK_DNS_HTTPS, 60, 11);
	dns_put(&message, "\0\1\0\0\4\0\4\xc0\0\2\4", 11);
	PUT_DATA(PERSOCK_DNS_HTTPS, "\0\1\0\0\4\0\4\xc0\0\2\5");
	message.bytes[message.length - 11 - 7] = 4;
	EXPECT(test, "other records", { AF_INET, 1, 60 }, { AF_INET, 3, 60 });
}

/* Nothing is found in a part of an answer that lacks some of its records. */
static void truncated(struct kunit *test)
{
	size_t length, end = SIZE_MAX;

	dns_rich_answer(&message);
	for (length = 0; length <= message.length; length++) {
		struct addresses addresses = { .test = test };
		struct persock_question question;
		int result = persock_dns_answer(message.bytes, length,
						&question, add, &addresses);

		if (!result && length < end)
			end = length;
		KUNIT_EXPECT_EQ(test, result, length < end ? -EBADMSG : 0);
		KUNIT_EXPECT_EQ(test, addresses.nr, length < end ? 0 : 5);
	}

	/* The last hint is the last of what answers. */
	KUNIT_ASSERT_LT(test, end, message.length);
	KUNIT_EXPECT_EQ(test, message.bytes[end - 1], 5);
	KUNIT_EXPECT_EQ(test, message.bytes[end], strlen("example"));
}

/* The longest message, of as many records as there can be, and long owners. */
static void longest(struct kunit *test)
{
	struct addresses addresses = { .test = test };
	struct persock_question question;
	unsigned int nr = 0, i;

	dns_header(&message, 1, DNS_RESPONSE);
	for (i = 0; i < 127; i++)
		dns_put(&message, "\1a", 2);
	dns_put(&message, "\0\0\1\0\1", 5);
	dns_count(&message, DNS_QUESTION);
	for (i = 0; i < PERSOCK_DNS_CHAIN_MAX; i++) {
		/* All differ from the name in their last label only. */
		dns_put(&message, "\1b", 2);
		dns_pointer(&message, 14);
		dns_record(&message, DNS_ANSWER, PERSOCK_DNS_CNAME, 60, 2);
		dns_pointer(&message, 12);
	}
	for (; message.length + 16 <= U16_MAX; nr++)
		put_a(1);

	KUNIT_EXPECT_EQ(test, persock_dns_answer(message.bytes, message.length,
						 &question, add, &addresses),
			0);
	KUNIT_EXPECT_EQ(test, addresses.nr, nr);
	KUNIT_EXPECT_GT(test, nr, 4000);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(addresses_found),
	KUNIT_CASE(ttls),
	KUNIT_CASE(chains),
	KUNIT_CASE(loops),
	KUNIT_CASE(no_answers),
	KUNIT_CASE(lies),
	KUNIT_CASE(owners),
	KUNIT_CASE(hints),
	KUNIT_CASE(truncated),
	KUNIT_CASE(longest),
	{ }
};

static struct kunit_suite suite = {
	.name = "persock_dns_answer",
	.test_cases = cases,
};

kunit_test_suite(suite);
