// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of DNS queries: which messages are queries, which names they have,
 * and the answer that refuses them. KUnit runs the suite against
 * module/policy/dns.c; dns_answer_test.c has the tests of answers.
 */
#include <kunit/test.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "dns_message.h"
#include "policy/dns.h"

#define A	PERSOCK_DNS_A

static struct dns_message message;

/* An address that is found where none may be. */
static void none(int family, const u8 *address, u32 ttl, void *data)
{
	struct kunit *test = data;

	KUNIT_FAIL(test, "an address of family %d", family);
}

static void begin(void)
{
	dns_header(&message, 0xabcd, DNS_QUERY);
	dns_question(&message, "www.example.com", A);
}

static int read_it(struct persock_question *question)
{
	memset(question, 0xaa, sizeof(*question));

	return persock_dns_query(message.bytes, message.length, question);
}

static void expect_bad(struct kunit *test, const char *what)
{
	struct persock_question question;

	KUNIT_EXPECT_EQ_MSG(test, read_it(&question), -EBADMSG, "%s", what);
}

/* What is read of queries with and without an OPT record. */
static void fields(struct kunit *test)
{
	struct persock_question question;

	begin();
	KUNIT_EXPECT_EQ(test, read_it(&question), 0);
	KUNIT_EXPECT_EQ(test, question.id, 0xabcd);
	KUNIT_EXPECT_EQ(test, question.type, A);
	KUNIT_EXPECT_EQ(test, question.end, message.length);
	KUNIT_EXPECT_FALSE(test, question.edns);
	KUNIT_EXPECT_STREQ(test, question.host, "www.example.com");

	/* AD and CD; a type of two bytes; letters of both cases. */
	dns_header(&message, 1, DNS_QUERY | 0x30);
	dns_question(&message, "_AZ-az09.EXAMPLE", 0x1234);
	dns_opt(&message, 0x8000, 0);
	KUNIT_EXPECT_EQ(test, read_it(&question), 0);
	KUNIT_EXPECT_EQ(test, question.type, 0x1234);
	KUNIT_EXPECT_EQ(test, question.end, message.length - 11);
	KUNIT_EXPECT_TRUE(test, question.edns);
	KUNIT_EXPECT_STREQ(test, question.host, "_az-az09.example");

	dns_header(&message, 1, DNS_QUERY);
	dns_question(&message, "", PERSOCK_DNS_NS);
	KUNIT_EXPECT_EQ(test, read_it(&question), 0);
	KUNIT_EXPECT_STREQ(test, question.host, "");
}

/* Bytes that no host has are told apart from the dots and from each other. */
static void odd_bytes(struct kunit *test)
{
	struct persock_question question;
	char *host = question.host;
	unsigned int i;

	dns_header(&message, 1, DNS_QUERY);
	dns_put8(&message, 9);
	dns_put(&message, "a.\0\\@[`{/", 9);
	dns_put8(&message, 2);
	dns_put(&message, ":\xff", 2);
	dns_put(&message, "\0\0\1\0\1", 5);
	dns_count(&message, DNS_QUESTION);
	KUNIT_EXPECT_EQ(test, read_it(&question), 0);
	KUNIT_EXPECT_STREQ(test, host,
			   "a\\046\\000\\092\\064\\091\\096\\123\\047.\\058\\255");

	/* 253 bytes with the values of 62 odd bytes. */
	dns_header(&message, 1, DNS_QUERY);
	dns_put8(&message, 62);
	memset(message.bytes + message.length, ' ', 62);
	message.length += 62;
	dns_put(&message, "\4abcd\0\0\1\0\1", 10);
	dns_count(&message, DNS_QUESTION);
	KUNIT_EXPECT_EQ(test, read_it(&question), 0);
	KUNIT_EXPECT_EQ(test, strlen(host), PERSOCK_HOST_LENGTH);
	KUNIT_EXPECT_EQ(test, memcmp(host, "\\032\\032", 8), 0);
	KUNIT_EXPECT_STREQ(test, host + 62 * 4, ".abcd");

	/* One byte more does not fit, and the values are left out. */
	dns_header(&message, 1, DNS_QUERY);
	dns_put8(&message, 62);
	memset(message.bytes + message.length, ' ', 62);
	message.length += 62;
	dns_put(&message, "\5abcde\0\0\1\0\1", 11);
	dns_count(&message, DNS_QUESTION);
	KUNIT_EXPECT_EQ(test, read_it(&question), 0);
	for (i = 0; i < 62; i++)
		KUNIT_EXPECT_EQ(test, host[i], '\\');
	KUNIT_EXPECT_STREQ(test, host + 62, ".abcde");
}

/* A name of labels of 63 bytes, and the last one of @last bytes. */
static void put_long_name(unsigned int last, u8 byte)
{
	unsigned int i;

	for (i = 0; i < 4; i++) {
		unsigned int length = i < 3 ? 63 : last;

		dns_put8(&message, length);
		memset(message.bytes + message.length, byte, length);
		message.length += length;
	}
	dns_put(&message, "\0\0\1\0\1", 5);
	dns_count(&message, DNS_QUESTION);
}

/* The longest labels and names, and those that are longer by one. */
static void lengths(struct kunit *test)
{
	struct persock_question question;
	unsigned int i;

	dns_header(&message, 1, DNS_QUERY);
	put_long_name(61, 'x');
	KUNIT_EXPECT_EQ(test, read_it(&question), 0);
	KUNIT_EXPECT_EQ(test, strlen(question.host), PERSOCK_HOST_LENGTH);
	KUNIT_EXPECT_EQ(test, question.end, 12 + 255 + 4);

	/* Of odd bytes. */
	dns_header(&message, 1, DNS_QUERY);
	put_long_name(61, 0xff);
	KUNIT_EXPECT_EQ(test, read_it(&question), 0);
	KUNIT_EXPECT_EQ(test, strlen(question.host), PERSOCK_HOST_LENGTH);

	dns_header(&message, 1, DNS_QUERY);
	put_long_name(62, 'x');
	expect_bad(test, "a name of 256 bytes");

	/* 127 labels, and 128. */
	dns_header(&message, 1, DNS_QUERY);
	for (i = 0; i < 127; i++)
		dns_put(&message, "\1a", 2);
	dns_put(&message, "\0\0\1\0\1", 5);
	dns_count(&message, DNS_QUESTION);
	KUNIT_EXPECT_EQ(test, read_it(&question), 0);
	KUNIT_EXPECT_EQ(test, strlen(question.host), PERSOCK_HOST_LENGTH);
	message.length -= 5;
	dns_put(&message, "\1a\0\0\1\0\1", 7);
	expect_bad(test, "128 labels");

	/* 64 is no length, and neither are the other reserved ones. */
	for (i = 64; i < 0xc0; i++) {
		dns_header(&message, 1, DNS_QUERY);
		dns_put8(&message, i);
		memset(message.bytes + message.length, 'x', i);
		message.length += i;
		dns_put(&message, "\0\0\1\0\1", 5);
		dns_count(&message, DNS_QUESTION);
		expect_bad(test, "a label of 64 bytes");
	}

	begin();
	dns_opt(&message, 0, PERSOCK_DNS_QUERY_MAX - message.length - 11);
	KUNIT_EXPECT_EQ(test, message.length, PERSOCK_DNS_QUERY_MAX);
	KUNIT_EXPECT_EQ(test, read_it(&question), 0);
	begin();
	dns_opt(&message, 0, PERSOCK_DNS_QUERY_MAX - message.length - 10);
	expect_bad(test, "a message that is too long");
}

/* Messages that are no queries, or no plain ones. */
static void refused(struct kunit *test)
{
	unsigned int i;

	/* QR and the opcodes. */
	for (i = 3; i < 8; i++) {
		begin();
		message.bytes[2] |= 1 << i;
		expect_bad(test, "QR or an opcode");
	}

	begin();
	message.bytes[DNS_QUESTION + 1] = 0;
	expect_bad(test, "no question");
	begin();
	message.bytes[DNS_QUESTION] = 1;
	expect_bad(test, "257 questions");
	begin();
	dns_question(&message, "www.example.com", A);
	expect_bad(test, "two questions");

	/* Classes CH and ANY, and IN with the bit of multicast DNS. */
	begin();
	message.bytes[message.length - 1] = 3;
	expect_bad(test, "class CH");
	begin();
	message.bytes[message.length - 1] = 255;
	expect_bad(test, "class ANY");
	begin();
	message.bytes[message.length - 2] = 0x80;
	expect_bad(test, "class IN with another bit");

	begin();
	dns_pointer(&message, 12);
	dns_a(&message, DNS_ANSWER, 1, 1);
	expect_bad(test, "an answer");
	begin();
	dns_pointer(&message, 12);
	dns_a(&message, DNS_AUTHORITY, 1, 1);
	expect_bad(test, "an authority");
	begin();
	dns_pointer(&message, 12);
	dns_a(&message, DNS_ADDITIONAL, 1, 1);
	expect_bad(test, "another additional record");
	for (i = DNS_ANSWER; i < PERSOCK_DNS_HEADER; i++) {
		begin();
		dns_opt(&message, 0, 0);
		message.bytes[i]++;
		expect_bad(test, "a number of records that is too high");
	}
}

/* Names with pointers, and OPT records that are none. */
static void broken(struct kunit *test)
{
	unsigned int target;

	/* Into the header, at itself, and forward. */
	for (target = 0; target < 20; target++) {
		dns_header(&message, 1, DNS_QUERY);
		dns_pointer(&message, target);
		dns_put32(&message, 0x00010001);
		dns_count(&message, DNS_QUESTION);
		expect_bad(test, "a pointer");
		dns_header(&message, 1, DNS_QUERY);
		dns_put(&message, "\1a", 2);
		dns_pointer(&message, target);
		dns_put32(&message, 0x00010001);
		dns_count(&message, DNS_QUESTION);
		expect_bad(test, "a pointer after a label");
	}

	begin();
	dns_opt(&message, 0, 0);
	dns_opt(&message, 0, 0);
	expect_bad(test, "OPT twice");
	begin();
	dns_opt(&message, 0, 0);
	message.bytes[message.length - 11] = 1;
	expect_bad(test, "an owner of OPT");
	begin();
	dns_opt(&message, 0, 0);
	message.bytes[message.length - 9]++;
	expect_bad(test, "another type than OPT");
	begin();
	dns_opt(&message, 0, 4);
	message.bytes[message.length - 5]++;
	expect_bad(test, "OPT longer than the message");
	begin();
	dns_opt(&message, 0, 4);
	message.bytes[message.length - 5]--;
	expect_bad(test, "OPT shorter than the message");
	begin();
	dns_opt(&message, 0, 0);
	message.bytes[DNS_ADDITIONAL + 1] = 0;
	expect_bad(test, "OPT that is not counted");
	begin();
	dns_put8(&message, 0);
	expect_bad(test, "a byte after the question");
}

/* A query is whole. */
static void truncated(struct kunit *test)
{
	struct persock_question question;
	size_t length;

	begin();
	dns_opt(&message, 0, 8);
	KUNIT_EXPECT_EQ(test, read_it(&question), 0);
	for (length = message.length; length--; ) {
		message.length = length;
		expect_bad(test, "a part of a query");
	}
}

/* The answer that refuses is an answer to the same question. */
static void expect_refusal(struct kunit *test, const u8 *expected,
			   size_t length)
{
	struct persock_question question, other;
	u8 answer[PERSOCK_DNS_REFUSAL_MAX + 1];

	KUNIT_ASSERT_EQ(test, read_it(&question), 0);
	memset(answer, 0xaa, sizeof(answer));
	KUNIT_EXPECT_EQ(test, persock_dns_refuse(message.bytes, &question,
						 answer), length);
	KUNIT_EXPECT_EQ(test, memcmp(answer, expected,
				     PERSOCK_DNS_HEADER), 0);
	KUNIT_EXPECT_EQ(test, memcmp(answer + PERSOCK_DNS_HEADER,
				     message.bytes + PERSOCK_DNS_HEADER,
				     question.end - PERSOCK_DNS_HEADER), 0);
	KUNIT_EXPECT_EQ(test, memcmp(answer + question.end,
				     expected + PERSOCK_DNS_HEADER,
				     length - question.end), 0);
	KUNIT_EXPECT_EQ(test, answer[length], 0xaa);

	KUNIT_EXPECT_EQ(test, persock_dns_answer(answer, length, &other, none,
						 test), -ENODATA);
	KUNIT_EXPECT_EQ(test, other.id, question.id);
	KUNIT_EXPECT_EQ(test, other.type, question.type);
	KUNIT_EXPECT_EQ(test, other.end, question.end);
	KUNIT_EXPECT_STREQ(test, other.host, question.host);
}

static void refusals(struct kunit *test)
{
	static const u8 plain[] = {
		0xab, 0xcd, 0x81, 0x83, 0, 1, 0, 0, 0, 0, 0, 0,
	};
	static const u8 no_bits[] = {
		0xab, 0xcd, 0x80, 0x83, 0, 1, 0, 0, 0, 0, 0, 0,
	};
	static const u8 edns[] = {
		0xab, 0xcd, 0x81, 0x93, 0, 1, 0, 0, 0, 0, 0, 1,
		0, 0, 41, 4, 0xd0, 0, 0, 0, 0, 0, 6, 0, 15, 0, 2, 0, 15,
	};
	static const u8 edns_do[] = {
		0xab, 0xcd, 0x81, 0x83, 0, 1, 0, 0, 0, 0, 0, 1,
		0, 0, 41, 4, 0xd0, 0, 0, 0x80, 0, 0, 6, 0, 15, 0, 2, 0, 15,
	};

	begin();
	expect_refusal(test, plain, message.length);

	/* The case of letters stays; AA, TC, RA, AD and a code do not. */
	dns_header(&message, 0xabcd, 0x06ef);
	dns_question(&message, "wWw.eXAMPLE.com", A);
	expect_refusal(test, no_bits, message.length);

	dns_header(&message, 0xabcd, DNS_QUERY | 0x10);
	dns_question(&message, "wWw.eXAMPLE.com", A);
	dns_opt(&message, 0x7fff, 8);
	expect_refusal(test, edns, message.length - 8 + 6);

	dns_header(&message, 0xabcd, DNS_QUERY);
	put_long_name(61, 'X');
	dns_opt(&message, 0x8000, 0);
	expect_refusal(test, edns_do, PERSOCK_DNS_REFUSAL_MAX);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(fields),
	KUNIT_CASE(odd_bytes),
	KUNIT_CASE(lengths),
	KUNIT_CASE(refused),
	KUNIT_CASE(broken),
	KUNIT_CASE(truncated),
	KUNIT_CASE(refusals),
	{ }
};

static struct kunit_suite suite = {
	.name = "persock_dns",
	.test_cases = cases,
};

kunit_test_suite(suite);
