// SPDX-License-Identifier: GPL-2.0
/*
 * dns_fuzz SECONDS CRASH: random DNS messages, read by dns.c of the module on
 * the host, with sanitizers. The script fuzz builds and runs it.
 *
 * It begins with valid and hostile messages, changes them, and keeps those
 * that take dns.c on a way that none has taken before: with gcc's option
 * -fsanitize-coverage=trace-pc each place calls a function. For every message:
 *
 *   - no access is outside of the message, which lies alone in its memory
 *   - dns.c reads what the second reader (dns_naive.h) reads
 *   - nothing is found in an answer that is refused
 *   - a refusal is an answer to the question that it refuses
 *   - the work is linear in the length of the message
 *
 * The message that breaks this is written to CRASH. dns_fuzz FILE reads one
 * message again. With -DLIBFUZZER it is a target of libFuzzer, instead.
 */
#include <stdio.h>
#include <time.h>

#include "dns_message.h"
#include "dns_naive.h"

/* Changed messages are kept up to this length; the longest seed has more. */
#define KEPT_LENGTH	4096
#define MAX_KEPT	8192

/* Places that dns.c may pass: for any message, and for each of its bytes. */
#define PLACES		1000000
#define PLACES_A_BYTE	600

static struct naive_found found, expected;
static const char *crash;
static const u8 *current;
static size_t current_length;

/* What was seen, so that a run is known to have tested something. */
static unsigned long long messages, queries, answers, errors, addresses;
static unsigned long long places, most_places;

void __sanitizer_set_death_callback(void (*callback)(void));

static void write_crash(void)
{
	FILE *file = crash ? fopen(crash, "wb") : NULL;

	if (!file)
		return;
	fwrite(current, 1, current_length, file);
	fclose(file);
	fprintf(stderr, "the message is in %s\n", crash);
}

static void fail(const char *what)
{
	fprintf(stderr, "%s\n", what);
	write_crash();
	abort();
}

static void expect(bool good, const char *what)
{
	if (!good)
		fail(what);
}

static void add(int family, const u8 *address, u32 ttl, void *data)
{
	expect(data == &found, "another argument");
	expect(family == AF_INET || family == AF_INET6, "another family");
	expect(found.nr < ARRAY_SIZE(found.list), "too many addresses");
	naive_add(&found, family, address, ttl);
}

static void expect_same(const struct persock_question *a,
			const struct persock_question *b)
{
	expect(a->id == b->id && a->type == b->type && a->end == b->end &&
	       a->edns == b->edns, "another question");
	expect(strlen(a->host) <= PERSOCK_HOST_LENGTH, "a long name");
	expect(!strcmp(a->host, b->host), "another name");
}

static void try_refusal(const u8 *query, const struct persock_question *asked)
{
	u8 *answer = malloc(PERSOCK_DNS_REFUSAL_MAX);
	size_t length = persock_dns_refuse(query, asked, answer);
	struct persock_question question;

	expect(length == asked->end + (asked->edns ? 17U : 0U) &&
	       length <= PERSOCK_DNS_REFUSAL_MAX, "the refusal's length");
	if (asked->edns)
		expect(!memcmp(answer + asked->end, "\0\0\51", 3) &&
		       !memcmp(answer + asked->end + 9, "\0\6\0\17\0\2\0\17", 8),
		       "the refusal's OPT record");
	expect(!memcmp(query, answer, 2), "another id");
	expect(!memcmp(query + 12, answer + 12, asked->end - 12),
	       "another question in the refusal");
	found.nr = 0;
	expect(persock_dns_answer(answer, length, &question, add, &found) ==
	       -ENODATA, "the refusal is no error");
	expect(!found.nr, "addresses in the refusal");
	question.edns = asked->edns;
	expect_same(&question, asked);
	free(answer);
}

/* Read one message in all ways. */
static void try_message(const u8 *data, size_t length)
{
	struct persock_question question, other;
	u8 *message = malloc(length);
	size_t i;
	int result;

	/* In memory of its own, what is behind it is poisoned. */
	memcpy(message, data, length);
	current = message;
	current_length = length;
	messages++;

	places = 0;
	result = persock_dns_query(message, length, &question);
	expect(result == naive_query(message, length, &other),
	       "another result for a query");
	if (!result) {
		queries++;
		expect_same(&question, &other);
		try_refusal(message, &question);
	}

	found.nr = 0;
	places = 0;
	result = persock_dns_answer(message, length, &question, add, &found);
	expect(places <= PLACES + PLACES_A_BYTE * length, "too much work");
	if (places > most_places)
		most_places = places;
	expect(result == naive_answer(message, length, &other, &expected),
	       "another result for an answer");
	if (result != -EBADMSG)
		expect_same(&question, &other);
	expect(!result || !found.nr, "addresses in a refused answer");
	expect(found.nr == expected.nr, "other addresses");
	for (i = 0; i < found.nr; i++)
		expect(found.list[i].family == expected.list[i].family &&
		       found.list[i].ttl == expected.list[i].ttl &&
		       !memcmp(found.list[i].bytes, expected.list[i].bytes, 16),
		       "another address");
	answers += !result;
	errors += result == -ENODATA;
	addresses += found.nr;
	free(message);
}

#ifdef LIBFUZZER

int LLVMFuzzerTestOneInput(const u8 *data, size_t length);

int LLVMFuzzerTestOneInput(const u8 *data, size_t length)
{
	try_message(data, length);
	return 0;
}

#else

/* How often one place has followed another: for this message, and for all. */
#define PAIRS	8192

static u8 passed[PAIRS], seen[PAIRS];

void __sanitizer_cov_trace_pc(void);

void __sanitizer_cov_trace_pc(void)
{
	static size_t before;
	size_t here = (size_t)__builtin_return_address(0);
	u8 *count = &passed[(here ^ before) % PAIRS];

	before = here >> 1;
	places++;
	*count += *count < U8_MAX;
}

/*
 * Has the last message done something that none before it has? As in AFL, only
 * the power of two of a number counts.
 */
static bool is_new(void)
{
	bool new = false;
	unsigned int i;

	for (i = 0; i < PAIRS; i++) {
		u8 bit;

		if (!passed[i])
			continue;
		bit = 1 << (31 - __builtin_clz(passed[i]));
		new |= bit & ~seen[i];
		seen[i] |= bit;
		passed[i] = 0;
	}

	return new;
}

/* The messages that are changed. */
static struct kept {
	u8 *bytes;
	size_t length;
} kept[MAX_KEPT];
static unsigned int nr_kept;

static void keep(const u8 *bytes, size_t length)
{
	struct kept *one = &kept[nr_kept++];

	one->bytes = malloc(length);
	one->length = length;
	memcpy(one->bytes, bytes, length);
}

static u64 state;

/* xorshift64* */
static u32 draw(u32 limit)
{
	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;

	return (state * 0x2545f4914f6cdd1dULL >> 32) % limit;
}

static struct dns_message message;

static void keep_message(void)
{
	try_message(message.bytes, message.length);
	keep(message.bytes, message.length);
}

/* A chain of aliases, in reverse order if @backwards. */
static void keep_chain(unsigned int length, bool backwards)
{
	char owner[] = "a", target[] = "b";
	unsigned int i;

	dns_header(&message, 1, DNS_RESPONSE);
	dns_question(&message, owner, PERSOCK_DNS_A);
	for (i = 0; i < length; i++) {
		unsigned int step = backwards ? length - 1 - i : i;

		owner[0] = 'a' + step;
		target[0] = 'b' + step;
		dns_alias(&message, owner, 60 + step, target);
	}
	target[0] = 'a' + length;
	dns_name(&message, target);
	dns_a(&message, DNS_ANSWER, 60, 1);
	keep_message();
}

/* The longest message whose owners have the most labels and pointers. */
static void keep_costly(void)
{
	size_t start;
	int i;

	dns_header(&message, 1, DNS_RESPONSE);
	for (i = 0; i < 127; i++)
		dns_put(&message, "\1a", 2);
	dns_put(&message, "\0\0\1\0\1", 5);
	dns_count(&message, DNS_QUESTION);

	/* A label and a pointer to the label before. */
	dns_name(&message, "");
	start = dns_record(&message, DNS_ANSWER, 16, 60, 1 + 4 * 126);
	dns_put8(&message, 0);
	for (i = 0; i < 126; i++) {
		dns_put(&message, "\1a", 2);
		dns_pointer(&message, i ? start + 1 + 4 * (i - 1) : start);
	}
	for (i = 0; i < PERSOCK_DNS_CHAIN_MAX; i++) {
		dns_put(&message, "\1b", 2);
		dns_pointer(&message, start + 1 + 4 * 125);
		dns_record(&message, DNS_ANSWER, PERSOCK_DNS_CNAME, 60, 1);
		dns_put8(&message, 0);
	}
	while (message.length + 18 <= U16_MAX) {
		dns_put(&message, "\1a", 2);
		dns_pointer(&message, start + 1 + 4 * 125);
		dns_a(&message, DNS_ANSWER, 60, 1);
	}
	keep_message();
}

static void seed(void)
{
	int i;

	for (i = 0; i < 4; i++) {
		dns_header(&message, i, DNS_QUERY);
		dns_question(&message, i & 1 ? "wWw.Example.com" : "\1 \xff.b",
			     PERSOCK_DNS_A);
		if (i & 2)
			dns_opt(&message, 0x8000, 4);
		keep_message();
	}
	dns_header(&message, 5, DNS_QUERY);
	for (i = 0; i < 127; i++)
		dns_put(&message, "\1a", 2);
	dns_put(&message, "\0\0\1\0\1", 5);
	dns_count(&message, DNS_QUESTION);
	keep_message();

	dns_rich_answer(&message);
	keep_message();
	for (i = 1; i <= PERSOCK_DNS_CHAIN_MAX + 1; i += 5) {
		keep_chain(i, false);
		keep_chain(i, true);
	}

	/* Pointers from owner to owner, and in a circle. */
	dns_header(&message, 6, DNS_RESPONSE);
	dns_question(&message, "a.b", PERSOCK_DNS_AAAA);
	for (i = 0; i < 5; i++) {
		size_t here = message.length;

		dns_pointer(&message, i ? here - 28 : 12);
		dns_aaaa(&message, DNS_ANSWER, 60, i);
	}
	keep_message();
	dns_pointer(&message, message.length);
	dns_aaaa(&message, DNS_ANSWER, 60, i);
	keep_message();

	/* As many pointers as a name may have, and one more. */
	for (i = 126; i < 128; i++) {
		size_t start;
		int j;

		dns_header(&message, 7, DNS_RESPONSE);
		dns_question(&message, "", PERSOCK_DNS_A);
		dns_name(&message, "");
		start = dns_record(&message, DNS_ANSWER, 16, 60, 1 + 2 * i);
		dns_put8(&message, 0);
		for (j = 0; j < i; j++)
			dns_pointer(&message, j ? start + 2 * j - 1 : start);
		dns_pointer(&message, message.length - 2);
		dns_a(&message, DNS_ANSWER, 60, 1);
		keep_message();
	}

	/* Parameters at the end of a message. */
	dns_header(&message, 8, DNS_RESPONSE);
	dns_question(&message, "a", PERSOCK_DNS_SVCB);
	dns_pointer(&message, 12);
	dns_record(&message, DNS_ANSWER, PERSOCK_DNS_SVCB, 60, 3);
	dns_put(&message, "\0\1\0", 3);
	keep_message();

	keep_costly();
}

static void remove_bytes(size_t at, size_t nr)
{
	memmove(message.bytes + at, message.bytes + at + nr,
		message.length - at - nr);
	message.length -= nr;
}

static void insert_bytes(size_t at, const u8 *bytes, size_t nr)
{
	if (message.length + nr > sizeof(message.bytes))
		return;
	memmove(message.bytes + at + nr, message.bytes + at,
		message.length - at);
	memcpy(message.bytes + at, bytes, nr);
	message.length += nr;
}

static void change(void)
{
	static const u16 numbers[] = {
		0, 1, 2, 3, 4, 5, 6, 15, 16, 28, 41, 43, 63, 64, 65, 127, 128,
		253, 254, 255, 256, 0x4000, 0x7fff, 0x8000, 0x8180, 0xc000,
		0xc00c, 0xffff,
	};
	size_t length = message.length, at = draw(length), nr;
	u16 number = numbers[draw(ARRAY_SIZE(numbers))];
	u8 *byte = message.bytes + at, chunk[64];
	const struct kept *other;

	switch (draw(12)) {
	case 0:
		*byte ^= 1 << draw(8);
		break;
	case 1:
		*byte = draw(256);
		break;
	case 2:
		*byte = number;
		break;
	case 3:
		*byte += draw(9) - 4;
		break;
	case 4:
		if (length - at >= 2) {
			byte[0] = number >> 8;
			byte[1] = number;
		}
		break;
	case 5:
		/* A pointer, most of them backwards. */
		if (length - at >= 2) {
			nr = draw(4) ? draw(at + 1) : draw(length);
			byte[0] = 0xc0 | nr >> 8;
			byte[1] = nr;
		}
		break;
	case 6:
		if (length > 12)
			message.bytes[4 + 2 * draw(4) + 1] += draw(3) - 1;
		break;
	case 7:
		nr = 1 + draw(min(length - at, (size_t)64));
		if (nr < length)
			remove_bytes(at, nr);
		break;
	case 8:
		message.length = 1 + draw(length);
		break;
	case 9:
		nr = 1 + draw(sizeof(chunk));
		memset(chunk, number, nr);
		insert_bytes(at, chunk, nr);
		break;
	case 10:
		/* A part of this message again. */
		nr = 1 + draw(min(length - at, sizeof(chunk)));
		memcpy(chunk, byte, nr);
		insert_bytes(draw(length), chunk, nr);
		break;
	default:
		/* A part of another one. */
		other = &kept[draw(nr_kept)];
		at = draw(other->length);
		nr = 1 + draw(min(other->length - at, sizeof(chunk)));
		insert_bytes(draw(length), other->bytes + at, nr);
		break;
	}
}

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);

	return time.tv_sec + time.tv_nsec / 1e9;
}

static int read_again(const char *name)
{
	FILE *file = fopen(name, "rb");

	if (!file) {
		perror(name);
		return 1;
	}
	message.length = fread(message.bytes, 1, sizeof(message.bytes), file);
	fclose(file);
	try_message(message.bytes, message.length);
	printf("%llu queries, %llu answers, %llu errors, %llu addresses\n",
	       queries, answers, errors, addresses);

	return 0;
}

int main(int argc, char **argv)
{
	const char *given = getenv("SEED");
	double end;
	int i;

	if (argc == 2)
		return read_again(argv[1]);
	if (argc != 3) {
		fprintf(stderr, "usage: dns_fuzz SECONDS CRASH\n");
		return 1;
	}
	crash = argv[2];
	__sanitizer_set_death_callback(write_crash);
	state = (given ? strtoull(given, NULL, 0) : 1) * 2 + 1;

	seed();
	is_new();
	for (end = now() + atof(argv[1]); now() < end; ) {
		for (i = 0; i < 100; i++) {
			const struct kept *one = &kept[draw(nr_kept)];
			unsigned int changes = 1 + draw(1 << draw(4));

			/* Long ones take long. */
			if (one->length > KEPT_LENGTH && draw(500))
				continue;
			memcpy(message.bytes, one->bytes, one->length);
			message.length = one->length;
			while (changes--)
				change();
			try_message(message.bytes, message.length);
			if (is_new() && message.length <= KEPT_LENGTH &&
			    nr_kept < MAX_KEPT)
				keep(message.bytes, message.length);
		}
	}

	printf("# %llu messages: %llu queries, %llu answers, %llu errors, %llu addresses\n",
	       messages, queries, answers, errors, addresses);
	printf("# %u kept; at most %llu places for a message\n", nr_kept,
	       most_places);
	/* If nearly all were refused, little was tested. */
	if (queries < messages / 1000 || answers < messages / 1000) {
		fprintf(stderr, "too few messages are valid\n");
		return 1;
	}

	return 0;
}

#endif
