/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A second reader of DNS messages, written from dns.h and not from dns.c, for
 * dns_fuzz.c to compare. It is short, recursive and slow.
 */
#ifndef _SELFTESTS_NAMES_DNS_NAIVE_H
#define _SELFTESTS_NAMES_DNS_NAIVE_H

#include "policy/dns.h"

/* A name with the lengths of its labels, in lower case. */
struct naive_name {
	int length;
	u8 bytes[255];
};

struct naive_record {
	struct naive_name owner;
	unsigned int type, class, ttl;
	size_t data, end;
};

/* What was found. */
struct naive_found {
	size_t nr;
	struct naive_address {
		int family;
		u32 ttl;
		u8 bytes[16];
	} list[17000];
};

static unsigned int naive16(const u8 *at)
{
	return at[0] * 256 + at[1];
}

/* The offset behind a name, or 0. */
static size_t naive_read_name(const u8 *m, size_t length, size_t at, int hops,
			      struct naive_name *name)
{
	size_t begin = at, i;

	if (!hops)
		name->length = 0;
	for (;;) {
		if (at >= length)
			return 0;
		if (m[at] >= 0xc0) {
			size_t target;

			if (at + 2 > length || hops == 127)
				return 0;
			target = naive16(m + at) - 0xc000;
			if (target < 12 || target >= begin ||
			    !naive_read_name(m, length, target, hops + 1, name))
				return 0;
			return at + 2;
		}
		if (m[at] > 63 || at + 1 + m[at] > length ||
		    name->length + 1 + m[at] > 255)
			return 0;
		name->bytes[name->length++] = m[at];
		for (i = 0; i < m[at]; i++) {
			u8 byte = m[at + 1 + i];

			name->bytes[name->length++] =
				byte >= 'A' && byte <= 'Z' ? byte + 32 : byte;
		}
		if (!m[at])
			return at + 1;
		at += 1 + m[at];
	}
}

static bool naive_same(const struct naive_name *a, const struct naive_name *b)
{
	return a->length == b->length && !memcmp(a->bytes, b->bytes, a->length);
}

static void naive_text(const struct naive_name *name, char *text)
{
	char with[4 * 255 + 1] = "", without[2 * 255 + 1] = "";
	char *a = with, *b = without;
	int i, left = 0;

	for (i = 0; i < name->length - 1; i++) {
		u8 byte = name->bytes[i];

		if (!left) {
			left = byte;
			if (i) {
				*a++ = '.';
				*b++ = '.';
			}
			continue;
		}
		left--;
		if (strchr("abcdefghijklmnopqrstuvwxyz0123456789-_", byte) &&
		    byte) {
			*a++ = byte;
			*b++ = byte;
		} else {
			a += sprintf(a, "\\%03u", byte);
			*b++ = '\\';
		}
	}
	*a = *b = '\0';
	strcpy(text, strlen(with) <= 253 ? with : without);
}

/* The question, or false. */
static bool naive_question(const u8 *m, size_t length, struct naive_name *name,
			   struct persock_question *question)
{
	size_t end;

	if (length < 12 || naive16(m + 4) != 1)
		return false;
	end = naive_read_name(m, length, 12, 0, name);
	if (!end || end + 4 > length || naive16(m + end + 2) != 1)
		return false;
	question->id = naive16(m);
	question->type = naive16(m + end);
	question->end = end + 4;
	question->edns = false;
	naive_text(name, question->host);

	return true;
}

static int naive_query(const u8 *m, size_t length,
		       struct persock_question *question)
{
	static const u8 none[4];
	struct naive_name name;
	const u8 *rest;

	if (length > 1024 || !naive_question(m, length, &name, question) ||
	    (m[2] & 0xf8) || memcmp(m + 6, none, 4) || m[10] || m[11] > 1)
		return -EBADMSG;
	rest = m + question->end;
	question->edns = m[11];
	if (!question->edns)
		return rest == m + length ? 0 : -EBADMSG;
	if (length - question->end < 11 || memcmp(rest, "\0\0\51", 3) ||
	    question->end + 11 + naive16(rest + 9) != length)
		return -EBADMSG;

	return 0;
}

static void naive_add(struct naive_found *found, int family, const u8 *bytes,
		      u32 ttl)
{
	struct naive_address *address = &found->list[found->nr++];

	address->family = family;
	address->ttl = ttl;
	memset(address->bytes, 0, 16);
	memcpy(address->bytes, bytes, family == AF_INET ? 4 : 16);
}

/* Are the hints well-formed? They are added if @found is not NULL. */
static bool naive_hints(const u8 *m, const struct naive_record *record,
			u32 ttl, struct naive_found *found)
{
	struct naive_name target;
	size_t at, i;

	if (record->data + 2 > record->end)
		return false;
	at = naive_read_name(m, record->end, record->data + 2, 0, &target);
	if (!at)
		return false;
	while (at < record->end) {
		unsigned int key, length, size;

		if (at + 4 > record->end)
			return false;
		key = naive16(m + at);
		length = naive16(m + at + 2);
		at += 4;
		if (at + length > record->end)
			return false;
		size = key == 4 ? 4 : key == 6 ? 16 : 0;
		if (size && length % size)
			return false;
		if (size && found && naive16(m + record->data)) {
			for (i = 0; i < length; i += size)
				naive_add(found, key == 4 ? AF_INET : AF_INET6,
					  m + at + i, ttl);
		}
		at += length;
	}

	return true;
}

static int naive_answer(const u8 *m, size_t length,
			struct persock_question *question,
			struct naive_found *found)
{
	static struct naive_record records[6000];
	unsigned int nr, i, aliases = 0;
	struct naive_name name, target;
	static bool used[6000];
	u32 ttl = U32_MAX;
	size_t at;

	found->nr = 0;
	if (length > 65535 || !naive_question(m, length, &name, question) ||
	    (m[2] & 0xf8) != 0x80)
		return -EBADMSG;
	if (m[3] & 15)
		return -ENODATA;

	nr = naive16(m + 6);
	at = question->end;
	for (i = 0; i < nr; i++) {
		struct naive_record *record = &records[i];
		size_t size;

		at = naive_read_name(m, length, at, 0, &record->owner);
		if (!at || at + 10 > length)
			return -EBADMSG;
		record->type = naive16(m + at);
		record->class = naive16(m + at + 2);
		record->ttl = naive16(m + at + 4) << 16 | naive16(m + at + 6);
		if (record->ttl > 0x7fffffff)
			record->ttl = 0;
		size = naive16(m + at + 8);
		record->data = at + 10;
		record->end = at + 10 + size;
		at = record->end;
		if (at > length)
			return -EBADMSG;
		used[i] = false;
		if (record->class != 1)
			continue;
		if (record->type == 1 && size != 4)
			return -EBADMSG;
		if (record->type == 28 && size != 16)
			return -EBADMSG;
		if ((record->type == 64 || record->type == 65) &&
		    !naive_hints(m, record, 0, NULL))
			return -EBADMSG;
		if (record->type == 5 &&
		    (naive_read_name(m, length, record->data, 0, &target) !=
		     record->end || ++aliases > 16))
			return -EBADMSG;
	}

	for (i = 0; i < nr; i++) {
		if (records[i].type != 5 || records[i].class != 1 ||
		    !naive_same(&records[i].owner, &name))
			continue;
		if (used[i])
			return -EBADMSG;
		used[i] = true;
		if (records[i].ttl < ttl)
			ttl = records[i].ttl;
		naive_read_name(m, length, records[i].data, 0, &name);
		i = -1;
	}

	for (i = 0; i < nr; i++) {
		struct naive_record *record = &records[i];
		u32 lowest = record->ttl < ttl ? record->ttl : ttl;

		if (record->class != 1 || !naive_same(&record->owner, &name))
			continue;
		if (record->type == 1)
			naive_add(found, AF_INET, m + record->data, lowest);
		if (record->type == 28)
			naive_add(found, AF_INET6, m + record->data, lowest);
		if (record->type == 64 || record->type == 65)
			naive_hints(m, record, lowest, found);
	}

	return 0;
}

#endif /* _SELFTESTS_NAMES_DNS_NAIVE_H */
