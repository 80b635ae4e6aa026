// SPDX-License-Identifier: GPL-2.0
/*
 * Reads and writes DNS messages. socket/query.c reads and answers queries,
 * socket/answer.c finds the addresses in answers, and a fuzzer
 * (selftests/names/) runs it all on the host.
 *
 * Whoever serves some zone may have written a message. Each access is checked
 * against its length. A name is read over at most 255 bytes and 127 pointers,
 * each of which goes backwards. The work is linear in the length of a message,
 * see persock_dns_answer().
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/limits.h>
#include <linux/minmax.h>
#include <linux/socket.h>
#include <linux/string.h>

#include "policy/dns.h"

#define NAME_LENGTH	255	/* with the lengths of labels */
#define LABEL_LENGTH	63
#define POINTER		0xc0
#define HOPS		127

#define CLASS_IN	1

/* The third and the fourth byte of a header. */
#define FLAG_QR		0x80
#define FLAG_OPCODE	0x78
#define FLAG_RD		0x01
#define FLAG_RA		0x80
#define FLAG_CD		0x10
#define FLAG_RCODE	0x0f
#define NXDOMAIN	3

/* An OPT record: its owner is the root, its class the size of a buffer. */
#define OPT_LENGTH	11
#define OPT_FLAGS	7	/* offset of the flags */
#define OPT_DO		0x80
#define OPT_SIZE	1232
#define OPT_EDE		15	/* the option with the reason, and its bytes */
#define EDE_LENGTH	2
#define EDE_BLOCKED	15

/* Parameters of an HTTPS record. */
#define HINT_IPV4	4
#define HINT_IPV6	6

struct message {
	const u8 *bytes;
	size_t length;
};

/* A name that is read label by label. */
struct reader {
	const struct message *message;
	size_t next;		/* offset of the next label */
	size_t start;		/* pointers go before this offset */
	size_t end;		/* of what follows the name; 0: not yet known */
	unsigned int length;	/* of the labels so far */
	unsigned int hops;
};

/*
 * A name without pointers, in lower case, with the lengths of labels. @asked:
 * it is the question's.
 */
struct name {
	u8 bytes[NAME_LENGTH];
	u8 length;
	bool asked;
};

struct record {
	size_t owner;
	u16 type;
	u16 class;
	u32 ttl;
	size_t data;
	size_t end;
};

/* The aliases of an answer: those that a chain can have. */
struct aliases {
	struct alias {
		u16 owner;
		u16 data;
		u32 ttl;
	} list[PERSOCK_DNS_CHAIN_MAX];
	unsigned int nr;
};

static u16 read16(const u8 *bytes)
{
	return bytes[0] << 8 | bytes[1];
}

static u32 read32(const u8 *bytes)
{
	return (u32)read16(bytes) << 16 | read16(bytes + 2);
}

static u8 *write16(u8 *bytes, u16 value)
{
	bytes[0] = value >> 8;
	bytes[1] = value;

	return bytes + 2;
}

static u8 lower(u8 byte)
{
	return byte >= 'A' && byte <= 'Z' ? byte - 'A' + 'a' : byte;
}

static bool is_host_byte(u8 byte)
{
	return (byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9') ||
	       byte == '-' || byte == '_';
}

static void start_name(struct reader *reader, const struct message *message,
		       size_t offset)
{
	*reader = (struct reader){
		.message = message,
		.next = offset,
		.start = offset,
	};
}

/* Go on where a pointer points to. A pointer to a pointer is no error. */
static int follow(struct reader *reader)
{
	const struct message *message = reader->message;
	size_t target;

	if (message->length - reader->next < 2 || ++reader->hops > HOPS)
		return -EBADMSG;
	target = read16(message->bytes + reader->next) & ~(POINTER << 8);
	if (target < PERSOCK_DNS_HEADER || target >= reader->start)
		return -EBADMSG;

	if (!reader->end)
		reader->end = reader->next + 2;
	reader->next = target;
	reader->start = target;

	return 0;
}

/*
 * The length of the next label, which @label is set to; 0: it was the last
 * one, and the name has ended. Do not go on after that.
 */
static int next_label(struct reader *reader, const u8 **label)
{
	const struct message *message = reader->message;
	unsigned int length;

	for (;;) {
		if (reader->next >= message->length)
			return -EBADMSG;
		length = message->bytes[reader->next];
		if ((length & POINTER) != POINTER)
			break;
		if (follow(reader))
			return -EBADMSG;
	}

	reader->length += 1 + length;
	if (length > LABEL_LENGTH || reader->length > NAME_LENGTH ||
	    message->length - reader->next < 1 + length)
		return -EBADMSG;
	*label = message->bytes + reader->next + 1;
	reader->next += 1 + length;
	if (!length && !reader->end)
		reader->end = reader->next;

	return length;
}

/* Is the name a pointer to the question's? That of most records is. */
static bool is_question(const struct message *message, size_t offset)
{
	return message->length > offset + 1 &&
	       read16(message->bytes + offset) ==
			(POINTER << 8 | PERSOCK_DNS_HEADER);
}

/* The offset of what follows a name, which is checked. It is behind the question. */
static ssize_t skip_name(const struct message *message, size_t offset)
{
	struct reader reader;
	const u8 *label;
	int length;

	if (is_question(message, offset))
		return offset + 2;
	start_name(&reader, message, offset);
	do {
		length = next_label(&reader, &label);
	} while (length > 0);

	return length < 0 ? length : (ssize_t)reader.end;
}

static int read_name(const struct message *message, size_t offset,
		     struct name *name)
{
	struct reader reader;
	const u8 *label;
	int length, i;

	name->length = 0;
	name->asked = offset == PERSOCK_DNS_HEADER;
	start_name(&reader, message, offset);
	do {
		length = next_label(&reader, &label);
		if (length < 0)
			return length;
		name->bytes[name->length++] = length;
		for (i = 0; i < length; i++)
			name->bytes[name->length++] = lower(label[i]);
	} while (length);

	return 0;
}

/* Is there this name? It ends the comparison as soon as it differs. */
static bool is_name(const struct message *message, size_t offset,
		    const struct name *name)
{
	const u8 *label, *expected = name->bytes;
	struct reader reader;
	int length, i;

	if (name->asked && is_question(message, offset))
		return true;
	start_name(&reader, message, offset);
	do {
		length = next_label(&reader, &label);
		if (length != *expected++)
			return false;
		for (i = 0; i < length; i++) {
			if (lower(label[i]) != *expected++)
				return false;
		}
	} while (length);

	return true;
}

/* Bytes of labels that no host name has. */
static unsigned int count_odd(const struct name *name)
{
	const u8 *label = name->bytes;
	unsigned int odd = 0, i;

	for (; *label; label += 1 + *label) {
		for (i = 1; i <= *label; i++)
			odd += !is_host_byte(label[i]);
	}

	return odd;
}

/*
 * Write a name as text. Without the lengths of the first label and of the root
 * it fits; with the values of odd bytes it may not, and they are left out.
 */
static void write_host(const struct name *name, char *host)
{
	bool values = name->length + 3 * count_odd(name) <=
		      PERSOCK_HOST_LENGTH + 2;
	const u8 *label = name->bytes;
	unsigned int i;

	for (; *label; label += 1 + *label) {
		if (label != name->bytes)
			*host++ = '.';
		for (i = 1; i <= *label; i++) {
			u8 byte = label[i];

			if (is_host_byte(byte)) {
				*host++ = byte;
				continue;
			}
			*host++ = '\\';
			if (!values)
				continue;
			*host++ = '0' + byte / 100;
			*host++ = '0' + byte / 10 % 10;
			*host++ = '0' + byte % 10;
		}
	}
	*host = '\0';
}

/* The one question of a message whose header is there. */
static int read_question(const struct message *message, struct name *name,
			 struct persock_question *question)
{
	ssize_t end;

	if (read16(message->bytes + 4) != 1 ||
	    read_name(message, PERSOCK_DNS_HEADER, name))
		return -EBADMSG;

	/* A pointer could only go into the header: the name has none. */
	end = PERSOCK_DNS_HEADER + name->length;
	if (message->length - end < 4 ||
	    read16(message->bytes + end + 2) != CLASS_IN)
		return -EBADMSG;

	question->id = read16(message->bytes);
	question->type = read16(message->bytes + end);
	question->end = end + 4;
	question->edns = false;
	write_host(name, question->host);

	return 0;
}

/* Is the rest of a query an OPT record? */
static bool is_opt(const u8 *rest, size_t length)
{
	return length >= OPT_LENGTH && !rest[0] &&
	       read16(rest + 1) == PERSOCK_DNS_OPT &&
	       length - OPT_LENGTH == read16(rest + 9);
}

/**
 * persock_dns_query() - read a query
 * @message: a DNS message
 * @length: its length in bytes
 * @question: filled in, unless the message is refused
 *
 * Only what a stub resolver sends is a query: one question of class IN, and at
 * most an OPT record after it. All else may ask for more than that name.
 *
 * Context: Any. Takes no lock and does not sleep.
 * Return: 0 or -EBADMSG.
 */
int persock_dns_query(const u8 *message, size_t length,
		      struct persock_question *question)
{
	const struct message query = { message, length };
	struct name name;
	u16 additional;

	if (length < PERSOCK_DNS_HEADER || length > PERSOCK_DNS_QUERY_MAX ||
	    message[2] & (FLAG_QR | FLAG_OPCODE))
		return -EBADMSG;
	/* Records that answer, and those of authorities. */
	if (read32(message + 6) || read_question(&query, &name, question))
		return -EBADMSG;

	additional = read16(message + 10);
	if (additional > 1)
		return -EBADMSG;
	message += question->end;
	length -= question->end;
	question->edns = additional;
	if (additional ? !is_opt(message, length) : length)
		return -EBADMSG;

	return 0;
}

/**
 * persock_dns_refuse() - answer a query in the resolver's place: there is no
 *			  such name
 * @query: a query that persock_dns_query() has read
 * @question: what it has read
 * @answer: filled in; PERSOCK_DNS_REFUSAL_MAX bytes
 *
 * The question is repeated byte by byte: resolvers vary the case of its
 * letters, and compare it. A query with an OPT record is told the reason. The
 * answer has no SOA record, so that it is not kept: policies change.
 *
 * Context: Any. Takes no lock and does not sleep.
 * Return: length of the answer in bytes.
 */
size_t persock_dns_refuse(const u8 *query,
			  const struct persock_question *question, u8 *answer)
{
	u8 *end = answer + question->end;

	memcpy(answer, query, question->end);
	answer[2] = FLAG_QR | (query[2] & (FLAG_OPCODE | FLAG_RD));
	answer[3] = FLAG_RA | (query[3] & FLAG_CD) | NXDOMAIN;
	memset(answer + 6, 0, PERSOCK_DNS_HEADER - 6);
	if (!question->edns)
		return question->end;

	write16(answer + 10, 1);
	*end++ = 0;
	end = write16(end, PERSOCK_DNS_OPT);
	end = write16(end, OPT_SIZE);
	/* No further bits of the response code; version 0; of the flags DO. */
	end = write16(end, 0);
	*end++ = query[question->end + OPT_FLAGS] & OPT_DO;
	*end++ = 0;
	end = write16(end, 4 + EDE_LENGTH);
	end = write16(end, OPT_EDE);
	end = write16(end, EDE_LENGTH);
	end = write16(end, EDE_BLOCKED);

	return end - answer;
}

/*
 * Call @found for each address of the hints of an HTTPS record, if it is not
 * NULL. The owner is an address of the service, even if its name is another.
 */
static int read_hints(const struct message *message,
		      const struct record *record, u32 ttl,
		      persock_dns_found_t found, void *data)
{
	/* What is read ends with the record. */
	const struct message params = { message->bytes, record->end };
	const u8 *bytes = message->bytes;
	size_t offset, next;
	ssize_t name;
	u16 priority;

	if (record->end - record->data < 2)
		return -EBADMSG;
	priority = read16(bytes + record->data);
	name = skip_name(&params, record->data + 2);
	if (name < 0)
		return name;

	for (offset = name; offset < record->end; offset = next) {
		size_t length, size;
		u16 key;

		if (record->end - offset < 4)
			return -EBADMSG;
		key = read16(bytes + offset);
		length = read16(bytes + offset + 2);
		offset += 4;
		if (record->end - offset < length)
			return -EBADMSG;
		next = offset + length;
		if (key != HINT_IPV4 && key != HINT_IPV6)
			continue;
		size = key == HINT_IPV4 ? 4 : 16;
		if (length % size)
			return -EBADMSG;
		/* Priority 0 is an alias, and has no parameters. */
		for (; found && priority && offset < next; offset += size)
			found(key == HINT_IPV4 ? AF_INET : AF_INET6,
			      bytes + offset, ttl, data);
	}

	return 0;
}

/* Check the data of a record, and tell @found, if not NULL, its addresses. */
static int read_data(const struct message *message,
		     const struct record *record, u32 ttl,
		     persock_dns_found_t found, void *data)
{
	const u8 *bytes = message->bytes + record->data;
	size_t length = record->end - record->data;

	if (record->class != CLASS_IN)
		return 0;

	switch (record->type) {
	case PERSOCK_DNS_A:
		if (length != 4)
			return -EBADMSG;
		if (found)
			found(AF_INET, bytes, ttl, data);
		return 0;
	case PERSOCK_DNS_AAAA:
		if (length != 16)
			return -EBADMSG;
		if (found)
			found(AF_INET6, bytes, ttl, data);
		return 0;
	case PERSOCK_DNS_CNAME:
		return skip_name(message, record->data) ==
		       (ssize_t)record->end ? 0 : -EBADMSG;
	case PERSOCK_DNS_HTTPS:
	case PERSOCK_DNS_SVCB:
		return read_hints(message, record, ttl, found, data);
	default:
		return 0;
	}
}

static int read_record(const struct message *message, size_t offset,
		       struct record *record)
{
	ssize_t end = skip_name(message, offset);
	const u8 *bytes;

	if (end < 0 || message->length - end < 10)
		return -EBADMSG;
	bytes = message->bytes + end;
	record->owner = offset;
	record->type = read16(bytes);
	record->class = read16(bytes + 2);
	/* RFC 2181: a number with that bit is no number of seconds. */
	record->ttl = read32(bytes + 4);
	if (record->ttl >> 31)
		record->ttl = 0;
	record->data = end + 10;
	record->end = record->data + read16(bytes + 8);
	if (record->end > message->length)
		return -EBADMSG;

	return 0;
}

/* Check all records that answer, and collect the aliases. */
static int read_records(const struct message *message, size_t offset,
			struct aliases *aliases)
{
	unsigned int left = read16(message->bytes + 6);
	struct record record;

	aliases->nr = 0;
	for (; left; left--, offset = record.end) {
		if (read_record(message, offset, &record) ||
		    read_data(message, &record, 0, NULL, NULL))
			return -EBADMSG;
		if (record.type != PERSOCK_DNS_CNAME ||
		    record.class != CLASS_IN)
			continue;
		/* A chain has them all, or else they do not belong here. */
		if (aliases->nr == ARRAY_SIZE(aliases->list))
			return -EBADMSG;
		aliases->list[aliases->nr++] = (struct alias){
			.owner = record.owner,
			.data = record.data,
			.ttl = record.ttl,
		};
	}

	return 0;
}

static const struct alias *find_alias(const struct message *message,
				      const struct aliases *aliases,
				      const struct name *name)
{
	unsigned int i;

	for (i = 0; i < aliases->nr; i++) {
		if (is_name(message, aliases->list[i].owner, name))
			return &aliases->list[i];
	}

	return NULL;
}

/* Replace a name by that at the end of its chain, and @ttl by the lowest. */
static int follow_aliases(const struct message *message,
			  const struct aliases *aliases, struct name *name,
			  u32 *ttl)
{
	const struct alias *alias;
	unsigned int steps = 0;

	while ((alias = find_alias(message, aliases, name))) {
		/* More steps than aliases: they go round in a circle. */
		if (steps++ == aliases->nr)
			return -EBADMSG;
		if (alias->ttl < *ttl)
			*ttl = alias->ttl;
		/* It has been checked with the record. */
		read_name(message, alias->data, name);
	}

	return 0;
}

/**
 * persock_dns_answer() - find the addresses in an answer
 * @message: a DNS message
 * @length: its length in bytes
 * @question: filled in, unless -EBADMSG is returned before it is read
 * @found: called for each address of the name that was asked for
 * @data: its last argument
 *
 * Only records that answer count, in any order: those of the name at the end
 * of the chain of aliases (CNAME) that begins with the question. Addresses are
 * those of A and AAAA records and those in the hints of HTTPS and SVCB
 * records. If a message is truncated, what it has left is true all the same.
 * Nothing is found in a message with a malformed record or with more than
 * PERSOCK_DNS_CHAIN_MAX aliases.
 *
 * A record has at least 11 bytes: a message of 65535 bytes has fewer than 6000
 * records. An owner is read three times, each over at most 255 bytes and 127
 * pointers. For the chain, an alias is compared once for each alias.
 *
 * Context: Any, if @found does not sleep.
 * Return: 0, even if nothing was found; -ENODATA if the answer is an error,
 * such as that there is no such name; -EBADMSG if this is no answer, or a
 * malformed one.
 */
int persock_dns_answer(const u8 *message, size_t length,
		       struct persock_question *question,
		       persock_dns_found_t found, void *data)
{
	const struct message answer = { message, length };
	struct aliases aliases;
	struct record record;
	unsigned int left;
	struct name name;
	u32 ttl = U32_MAX;
	size_t offset;

	if (length < PERSOCK_DNS_HEADER || length > U16_MAX ||
	    (message[2] & (FLAG_QR | FLAG_OPCODE)) != FLAG_QR ||
	    read_question(&answer, &name, question))
		return -EBADMSG;
	if (message[3] & FLAG_RCODE)
		return -ENODATA;

	if (read_records(&answer, question->end, &aliases) ||
	    follow_aliases(&answer, &aliases, &name, &ttl))
		return -EBADMSG;

	offset = question->end;
	for (left = read16(message + 6); left; left--, offset = record.end) {
		read_record(&answer, offset, &record);
		if (is_name(&answer, record.owner, &name))
			read_data(&answer, &record, min(ttl, record.ttl),
				  found, data);
	}

	return 0;
}
