/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Writes DNS messages, valid ones and others. dns_test.c and dns_answer_test.c
 * read them, and the fuzzer (selftests/names/dns_fuzz.c) begins with them.
 */
#ifndef _KUNIT_DNS_MESSAGE_H
#define _KUNIT_DNS_MESSAGE_H

#include <linux/string.h>
#include <linux/types.h>

#include "policy/dns.h"

/* Offsets of the numbers of questions and records in a header. */
#define DNS_QUESTION	4
#define DNS_ANSWER	6
#define DNS_AUTHORITY	8
#define DNS_ADDITIONAL	10

#define DNS_QUERY	0x0100	/* RD */
#define DNS_RESPONSE	0x8180	/* QR, RD, RA */

struct dns_message {
	size_t length;
	u8 bytes[66000];
};

static inline void dns_put(struct dns_message *message, const void *bytes,
			   size_t length)
{
	memcpy(message->bytes + message->length, bytes, length);
	message->length += length;
}

static inline void dns_put8(struct dns_message *message, u8 value)
{
	message->bytes[message->length++] = value;
}

static inline void dns_put16(struct dns_message *message, u16 value)
{
	dns_put8(message, value >> 8);
	dns_put8(message, value);
}

static inline void dns_put32(struct dns_message *message, u32 value)
{
	dns_put16(message, value >> 16);
	dns_put16(message, value);
}

/* One more question or record. */
static inline void dns_count(struct dns_message *message, unsigned int section)
{
	u8 *number = message->bytes + section;

	if (!++number[1])
		number[0]++;
}

static inline void dns_header(struct dns_message *message, u16 id, u16 flags)
{
	message->length = 0;
	dns_put16(message, id);
	dns_put16(message, flags);
	dns_put32(message, 0);
	dns_put32(message, 0);
}

static inline void dns_name(struct dns_message *message, const char *name)
{
	while (*name) {
		size_t length = strcspn(name, ".");

		dns_put8(message, length);
		dns_put(message, name, length);
		name += length + (name[length] == '.');
	}
	dns_put8(message, 0);
}

static inline void dns_pointer(struct dns_message *message, size_t offset)
{
	dns_put16(message, 0xc000 | offset);
}

static inline void dns_question(struct dns_message *message, const char *name,
				u16 type)
{
	dns_name(message, name);
	dns_put16(message, type);
	dns_put16(message, 1);
	dns_count(message, DNS_QUESTION);
}

/* What follows an owner up to the data; it returns the offset of the data. */
static inline size_t dns_record(struct dns_message *message,
				unsigned int section, u16 type, u32 ttl,
				u16 length)
{
	dns_put16(message, type);
	dns_put16(message, 1);
	dns_put32(message, ttl);
	dns_put16(message, length);
	dns_count(message, section);

	return message->length;
}

/* The data that begin at @start are complete. */
static inline void dns_end(struct dns_message *message, size_t start)
{
	u16 length = message->length - start;

	message->bytes[start - 2] = length >> 8;
	message->bytes[start - 1] = length;
}

/* Data of the records of an address: 192.0.2.@last and 2001:db8::@last. */
static inline void dns_a(struct dns_message *message, unsigned int section,
			 u32 ttl, u8 last)
{
	const u8 address[4] = { 192, 0, 2, last };

	dns_record(message, section, PERSOCK_DNS_A, ttl, sizeof(address));
	dns_put(message, address, sizeof(address));
}

static inline void dns_aaaa(struct dns_message *message, unsigned int section,
			    u32 ttl, u8 last)
{
	const u8 address[16] = { 0x20, 1, 0x0d, 0xb8, [15] = last };

	dns_record(message, section, PERSOCK_DNS_AAAA, ttl, sizeof(address));
	dns_put(message, address, sizeof(address));
}

static inline void dns_alias(struct dns_message *message, const char *owner,
			     u32 ttl, const char *target)
{
	size_t start;

	dns_name(message, owner);
	start = dns_record(message, DNS_ANSWER, PERSOCK_DNS_CNAME, ttl, 0);
	dns_name(message, target);
	dns_end(message, start);
}

static inline void dns_opt(struct dns_message *message, u16 flags, u16 length)
{
	dns_put8(message, 0);
	dns_put16(message, PERSOCK_DNS_OPT);
	dns_put16(message, 1232);
	dns_put16(message, 0);
	dns_put16(message, flags);
	dns_put16(message, length);
	memset(message->bytes + message->length, 0, length);
	message->length += length;
	dns_count(message, DNS_ADDITIONAL);
}

/* An answer with all that persock_dns_answer() reads. */
static inline void dns_rich_answer(struct dns_message *message)
{
	size_t start;

	dns_header(message, 0x1234, DNS_RESPONSE);
	dns_question(message, "www.example.com", PERSOCK_DNS_HTTPS);
	dns_pointer(message, PERSOCK_DNS_HEADER);
	start = dns_record(message, DNS_ANSWER, PERSOCK_DNS_CNAME, 300, 0);
	dns_put8(message, 3);
	dns_put(message, "cdn", 3);
	dns_pointer(message, PERSOCK_DNS_HEADER + 4);
	dns_end(message, start);
	dns_pointer(message, start);
	dns_a(message, DNS_ANSWER, 60, 1);
	dns_pointer(message, start);
	dns_aaaa(message, DNS_ANSWER, 600, 2);
	dns_name(message, "CDN.example.com");
	start = dns_record(message, DNS_ANSWER, PERSOCK_DNS_HTTPS, 120, 0);
	dns_put16(message, 1);
	dns_name(message, "");
	/* alpn, ipv4hint, ipv6hint */
	dns_put32(message, 0x00010003);
	dns_put(message, "\2h2", 3);
	dns_put32(message, 0x00040008);
	dns_put32(message, 0xc0000203);
	dns_put32(message, 0xc0000204);
	dns_put32(message, 0x00060010);
	dns_put32(message, 0x20010db8);
	dns_put32(message, 0);
	dns_put32(message, 0);
	dns_put32(message, 5);
	dns_end(message, start);
	dns_name(message, "example.com");
	start = dns_record(message, DNS_AUTHORITY, PERSOCK_DNS_NS, 60, 0);
	dns_name(message, "ns.example.com");
	dns_end(message, start);
	dns_name(message, "cdn.example.com");
	dns_a(message, DNS_ADDITIONAL, 60, 9);
	dns_opt(message, 0, 0);
}

#endif /* _KUNIT_DNS_MESSAGE_H */
