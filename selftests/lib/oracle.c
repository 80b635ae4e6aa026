// SPDX-License-Identifier: GPL-2.0
/* What the specification says about a request: see oracle.h. */
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <netinet/in.h>
#include <string.h>

#include <linux/netlink.h>

#include "oracle.h"

#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP	262
#endif

#define CLASSES		(PERSOCK_CLASS_OTHER + 1)
#define SECTIONS	PERSOCK_SECTION_LIMITS
#define LIMITS		(PERSOCK_LIMIT_RECEIVED_CONTROL + 1)
#define EVERY		CLASSES
/* More than the test ever sends. */
#define RULES		16384

#define IGNORE		1
/* The largest errno that Linux answers, EHWPOISON: the documents say "errno". */
#define LAST_ERRNO	133
#define NONE		(-1)

/* The attributes that requests have, as the specification lists them. */
enum kind { ABSENT, U8, U16, U32, U64, S32, STRING, UNENDED, BINARY, NEST };

struct set {
	const struct attribute *attributes;
	unsigned int nr;
};

struct attribute {
	enum kind kind;
	__u32 max;		/* of a number or a length; 0: any, or a name's */
	const struct set *nested;
};

#define SET(list) { list, sizeof(list) / sizeof((list)[0]) }

static const struct attribute default_attributes[] = {
	[PERSOCK_A_DEFAULT_SECTION] = { U32, PERSOCK_SECTION_LIMITS },
	[PERSOCK_A_DEFAULT_CLASS] = { U32, PERSOCK_CLASS_OTHER },
	[PERSOCK_A_DEFAULT_VERDICT] = { S32 },
};

static const struct attribute rule_attributes[] = {
	[PERSOCK_A_RULE_SECTION] = { U32, PERSOCK_SECTION_LIMITS },
	[PERSOCK_A_RULE_CLASS] = { U32, PERSOCK_CLASS_OTHER },
	[PERSOCK_A_RULE_VERDICT] = { S32 },
	[PERSOCK_A_RULE_LINE] = { U32 },
	[PERSOCK_A_RULE_FAMILY] = { U32 },
	[PERSOCK_A_RULE_TYPE] = { U32 },
	[PERSOCK_A_RULE_PROTOCOL] = { U32 },
	[PERSOCK_A_RULE_LEVEL] = { S32 },
	[PERSOCK_A_RULE_NAME] = { S32 },
	[PERSOCK_A_RULE_SIZE] = { U32 },
	[PERSOCK_A_RULE_SIZE_MAX] = { U32 },
	[PERSOCK_A_RULE_FLAGS] = { U32 },
	[PERSOCK_A_RULE_COMMAND] = { U32 },
	[PERSOCK_A_RULE_ADDRESS] = { BINARY },
	[PERSOCK_A_RULE_PREFIX_LENGTH] = { U8 },
	[PERSOCK_A_RULE_PORT_FIRST] = { U16 },
	[PERSOCK_A_RULE_PORT_LAST] = { U16 },
};

static const struct attribute bound_attributes[] = {
	[PERSOCK_A_BOUND_LIMIT] = { U32, PERSOCK_LIMIT_RECEIVED_CONTROL },
	[PERSOCK_A_BOUND_CLASS] = { U32, PERSOCK_CLASS_OTHER },
	[PERSOCK_A_BOUND_VALUE] = { U32 },
	[PERSOCK_A_BOUND_VERDICT] = { S32 },
};

static const struct set default_set = SET(default_attributes);
static const struct set rule_set = SET(rule_attributes);
static const struct set bound_set = SET(bound_attributes);

/*
 * Those of all commands: "kernel-policy: global" has a command ignore what only
 * others take. A provider need not end with a NUL: the generator makes a
 * string of any attribute that may be repeated one that ends with its length.
 */
static const struct attribute request_attributes[] = {
	[PERSOCK_A_CGROUP_FD] = { U32 },
	[PERSOCK_A_CGROUP_ID] = { U64 },
	[PERSOCK_A_PERSONALITY] = { STRING },
	[PERSOCK_A_BASE] = { STRING },
	[PERSOCK_A_PROVIDER] = { UNENDED },
	[PERSOCK_A_MODE] = { U32, PERSOCK_MODE_RECORD },
	[PERSOCK_A_DEFAULT] = { NEST, 0, &default_set },
	[PERSOCK_A_RULE] = { NEST, 0, &rule_set },
	[PERSOCK_A_BOUND] = { NEST, 0, &bound_set },
	[PERSOCK_A_NETWORK] = { STRING, PERSOCK_NETWORK_MAX },
	[PERSOCK_A_NETWORK_FD] = { U32 },
	[PERSOCK_A_NETWORK_FROM] = { STRING, PERSOCK_NETWORK_MAX },
	[PERSOCK_A_NETWORK_FROM_FD] = { U32 },
	[PERSOCK_A_DELEGATE] = { U32, PERSOCK_DELEGATE_FULL },
	[PERSOCK_A_HOLD] = { U8 },
};

static const struct set request_set = SET(request_attributes);

#define HAS(name)	(1U << PERSOCK_A_RULE_##name)
#define ADDRESSES	(HAS(ADDRESS) | HAS(PREFIX_LENGTH))
#define WHERE		(ADDRESSES | HAS(PORT_FIRST) | HAS(PORT_LAST) | HAS(PROTOCOL))
#define OPTION		(HAS(LEVEL) | HAS(NAME))

/*
 * The sections. That only what can succeed without effect can be ignored is
 * read out of "answered with success, without effect; a flag is masked": a
 * socket, an address or an option's value cannot.
 */
static const struct section {
	int absent;		/* the default if none is specified */
	bool by_class;
	bool ignores;
	bool ordered;		/* the order of its rules means something */
	unsigned int needs;	/* of each rule; 0 and no @has: no rules */
	unsigned int has;
} sections[SECTIONS] = {
	[PERSOCK_SECTION_SOCKETS] = {
		-EAFNOSUPPORT, false, false, true,
		0, HAS(FAMILY) | HAS(TYPE) | HAS(PROTOCOL)
	},
	[PERSOCK_SECTION_OPTIONS_GET] = {
		-ENOPROTOOPT, true, false, false,
		OPTION, OPTION | HAS(SIZE) | HAS(SIZE_MAX)
	},
	[PERSOCK_SECTION_OPTIONS_SET] = {
		-ENOPROTOOPT, true, true, false, OPTION, OPTION | HAS(SIZE)
	},
	[PERSOCK_SECTION_FLAGS_SEND] = {
		-EINVAL, true, true, false, HAS(FLAGS), HAS(FLAGS)
	},
	[PERSOCK_SECTION_FLAGS_RECEIVE] = {
		-EINVAL, true, true, false, HAS(FLAGS), HAS(FLAGS)
	},
	[PERSOCK_SECTION_CONTROL_SEND] = {
		-EINVAL, true, true, false, OPTION, OPTION
	},
	/* What has been received can be cut, there is no call to refuse. */
	[PERSOCK_SECTION_CONTROL_RECEIVE] = {
		IGNORE, true, true, false, OPTION, OPTION
	},
	[PERSOCK_SECTION_IOCTLS] = {
		-ENOTTY, true, true, false, HAS(COMMAND), HAS(COMMAND)
	},
	[PERSOCK_SECTION_CONNECT] = {
		-EACCES, false, false, true, ADDRESSES, WHERE
	},
	[PERSOCK_SECTION_BIND] = {
		-EACCES, false, false, true, ADDRESSES, WHERE
	},
	[PERSOCK_SECTION_ACCEPT] = {
		-EACCES, false, false, true, ADDRESSES, WHERE
	},
	[PERSOCK_SECTION_LISTEN] = { -EACCES, true },
	[PERSOCK_SECTION_UNIX_RIGHTS] = { -EACCES },
	[PERSOCK_SECTION_UNIX_CREDENTIALS] = { -EACCES },
	[PERSOCK_SECTION_PAIR] = { -EAFNOSUPPORT, true },
	[PERSOCK_SECTION_MMAP] = { -ENODEV, true },
};

/* One thing that a policy says; what it has nothing to do with is 0. */
struct item {
	int section;
	int class;
	int verdict;
	__u32 line;
	__u32 order;
	int family, type, protocol;
	int level, name;
	__u32 size, size_max;
	__u32 flag;
	__u32 command;
	__u32 first, last;
	__u32 prefix;
	__u32 length;
	unsigned char address[16];
};

static struct reading {
	__u64 policy;
	__u32 mode;
	bool has_default[SECTIONS][CLASSES];
	int defaults[SECTIONS][CLASSES];
	__u32 flags[SECTIONS][CLASSES];
	__u32 rules[SECTIONS][CLASSES];
	bool bounded[LIMITS][CLASSES];
	__u32 bounds[LIMITS][CLASSES];
	int full;
	unsigned int nr;
} now;

static struct item items[RULES];

#define for_each(attribute, start, left)				\
	for (attribute = (const void *)(start);				\
	     (left) >= NLA_HDRLEN && attribute->nla_len >= NLA_HDRLEN &&\
	     attribute->nla_len <= (left);				\
	     (left) -= NLA_ALIGN(attribute->nla_len),			\
	     attribute = (const void *)((const char *)attribute +	\
					NLA_ALIGN(attribute->nla_len)))

static const void *data_of(const struct nlattr *attribute)
{
	return (const char *)attribute + NLA_HDRLEN;
}

static int length_of(const struct nlattr *attribute)
{
	return attribute->nla_len - NLA_HDRLEN;
}

static unsigned int type_of(const struct nlattr *attribute)
{
	return attribute->nla_type & NLA_TYPE_MASK;
}

/* An unsigned number of any size. */
static __u64 number(const struct nlattr *attribute)
{
	__u64 value = 0;

	memcpy(&value, data_of(attribute), length_of(attribute));
	return value;
}

static int integer(const struct nlattr *attribute)
{
	return (__s32)number(attribute);
}

static const char *check_set(const struct set *set, const void *start,
			     int left);

static const char *check(const struct attribute *known,
			 const struct nlattr *attribute)
{
	static const int sizes[] = {
		[U8] = 1, [U16] = 2, [U32] = 4, [U64] = 8, [S32] = 4,
	};
	const char *data = data_of(attribute);
	int length = length_of(attribute);

	if (known->kind == ABSENT)
		return "requests do not have this attribute";
	/* Of the other flag, the byte order, netlink takes no notice. */
	if (!!(attribute->nla_type & NLA_F_NESTED) != (known->kind == NEST))
		return "a nest is not marked as one, or something else is";

	switch (known->kind) {
	case NEST:
		return check_set(known->nested, data, length);
	case STRING:
		if (!memchr(data, '\0', length))
			return "a string does not end";
		/* fall through */
	case UNENDED:
		if (!length)
			return "a string has no byte";
		if (length - !data[length - 1] >
		    (known->max ? (int)known->max : PERSOCK_NAME_MAX))
			return "a string is too long";
		return NULL;
	case BINARY:
		return NULL;
	default:
		if (length != sizes[known->kind])
			return "a number has another size";
		if (known->max && number(attribute) > known->max)
			return "a number is none of the enumeration";
		return NULL;
	}
}

static const char *check_set(const struct set *set, const void *start,
			     int left)
{
	const struct nlattr *attribute;
	const char *why;

	for_each(attribute, start, left) {
		if (type_of(attribute) >= set->nr)
			return "there is no such attribute";
		why = check(&set->attributes[type_of(attribute)], attribute);
		if (why)
			return why;
	}

	return left > 0 ? "bytes are left over" : NULL;
}

/* Of attributes that may not be repeated, the last one counts. */
static void sort_out(const struct nlattr *nest, const struct nlattr **tb,
		     unsigned int max)
{
	const struct nlattr *attribute;
	int left = length_of(nest);

	memset(tb, 0, (max + 1) * sizeof(*tb));
	for_each(attribute, data_of(nest), left)
		tb[type_of(attribute)] = attribute;
}

/*
 * A sum, as the order of most things means nothing; and FNV-1a, as any hash of
 * their bytes will do.
 */
static void say(const struct item *item)
{
	const unsigned char *byte = (const void *)item;
	__u64 hash = 0xcbf29ce484222325;
	size_t i;

	for (i = 0; i < sizeof(*item); i++)
		hash = (hash ^ byte[i]) * 0x100000001b3;
	now.policy += hash;
}

static const char *check_verdict(int section, int verdict)
{
	if (verdict == IGNORE && !sections[section].ignores)
		return "the section cannot ignore";
	if (verdict > IGNORE || verdict < -LAST_ERRNO)
		return "this is no verdict";
	if (section == PERSOCK_SECTION_CONTROL_RECEIVE && verdict < 0)
		return "what was received cannot be refused";
	return NULL;
}

static bool concerns(int section, int class, int i)
{
	if (!sections[section].by_class)
		return i == 0;
	/* "Class inet only." */
	if (section == PERSOCK_SECTION_CONTROL_RECEIVE && class == EVERY)
		return i == PERSOCK_CLASS_INET;
	return class == EVERY || class == i;
}

static const char *read_default(const struct nlattr *nest)
{
	const struct nlattr *tb[PERSOCK_A_DEFAULT_MAX + 1];
	int section, class = EVERY, verdict, i;
	const char *why;

	sort_out(nest, tb, PERSOCK_A_DEFAULT_MAX);
	if (!tb[PERSOCK_A_DEFAULT_SECTION] ||
	    !tb[PERSOCK_A_DEFAULT_VERDICT])
		return "a default has a section and a verdict";
	section = number(tb[PERSOCK_A_DEFAULT_SECTION]);
	verdict = integer(tb[PERSOCK_A_DEFAULT_VERDICT]);
	if (section == PERSOCK_SECTION_LIMITS)
		return "limits have no default";
	if (tb[PERSOCK_A_DEFAULT_CLASS]) {
		if (!sections[section].by_class)
			return "the section is the whole policy's";
		class = number(tb[PERSOCK_A_DEFAULT_CLASS]);
	}
	why = check_verdict(section, verdict);
	if (why)
		return why;
	/* policy-get returns that the other class is not filtered. */
	if (section == PERSOCK_SECTION_CONTROL_RECEIVE &&
	    class == PERSOCK_CLASS_OTHER && verdict)
		return "received control messages are judged in class inet only";

	for (i = 0; i < CLASSES; i++) {
		if (!concerns(section, class, i))
			continue;
		if (now.has_default[section][i])
			return "a default is specified twice";
		now.has_default[section][i] = true;
		now.defaults[section][i] = verdict;
	}

	return NULL;
}

/* A number that may be absent; no kind of socket has one above @max. */
static bool read_any(const struct nlattr *attribute, __u32 max, int *value)
{
	*value = attribute ? integer(attribute) : NONE;
	return !attribute || number(attribute) <= max;
}

static const char *read_address(const struct nlattr **tb, struct item *item)
{
	static const unsigned char mapped[12] = { [10] = 0xff, [11] = 0xff };
	const struct nlattr *address = tb[PERSOCK_A_RULE_ADDRESS];
	int bit;

	item->length = length_of(address);
	if (item->length != 4 && item->length != 16)
		return "this is no address";
	memcpy(item->address, data_of(address), item->length);
	item->prefix = number(tb[PERSOCK_A_RULE_PREFIX_LENGTH]);
	if (item->prefix > item->length * 8)
		return "the address has fewer bits";
	for (bit = item->prefix; bit < item->length * 8; bit++) {
		if (item->address[bit / 8] >> (7 - bit % 8) & 1)
			return "a bit behind the prefix is not 0";
	}
	if (item->length == 16 && item->prefix >= 96 &&
	    !memcmp(item->address, mapped, sizeof(mapped)))
		return "the prefix is of mapped addresses";

	item->last = 65535;
	if (tb[PERSOCK_A_RULE_PORT_FIRST])
		item->first = number(tb[PERSOCK_A_RULE_PORT_FIRST]);
	if (tb[PERSOCK_A_RULE_PORT_LAST])
		item->last = number(tb[PERSOCK_A_RULE_PORT_LAST]);
	if (item->first > item->last)
		return "there is no port in the range";
	if (!read_any(tb[PERSOCK_A_RULE_PROTOCOL], INT_MAX, &item->protocol))
		return "there is no such protocol";
	if (item->protocol == IPPROTO_MPTCP)
		return "MPTCP is judged as TCP";

	return NULL;
}

static const char *read_what(const struct nlattr **tb, struct item *item)
{
	const struct nlattr *size = tb[PERSOCK_A_RULE_SIZE];
	const struct nlattr *size_max = tb[PERSOCK_A_RULE_SIZE_MAX];

	if (item->section == PERSOCK_SECTION_SOCKETS)
		return read_any(tb[PERSOCK_A_RULE_FAMILY], SHRT_MAX,
				&item->family) &&
		       read_any(tb[PERSOCK_A_RULE_TYPE], SHRT_MAX,
				&item->type) &&
		       read_any(tb[PERSOCK_A_RULE_PROTOCOL], INT_MAX,
				&item->protocol) ? NULL :
		       "there is no such socket";
	if (tb[PERSOCK_A_RULE_ADDRESS])
		return read_address(tb, item);
	if (tb[PERSOCK_A_RULE_COMMAND])
		item->command = number(tb[PERSOCK_A_RULE_COMMAND]);
	if (tb[PERSOCK_A_RULE_FLAGS]) {
		item->flag = number(tb[PERSOCK_A_RULE_FLAGS]);
		if (!item->flag)
			return "\"one or more bits\"";
		/* They are returned without lines, as they have no list. */
		item->line = 0;
	}
	if (tb[PERSOCK_A_RULE_LEVEL]) {
		item->level = integer(tb[PERSOCK_A_RULE_LEVEL]);
		item->name = integer(tb[PERSOCK_A_RULE_NAME]);
	}
	if (size)
		item->size = number(size);
	if (size_max)
		item->size_max = number(size_max);
	if (item->size > USHRT_MAX || item->size_max > USHRT_MAX)
		return "no option has this size";
	if (item->size_max && item->size_max < item->size)
		return "the longest answer is shorter than the shortest";

	return NULL;
}

/* Options, control messages and commands have one verdict each. */
static bool is_listed(const struct item *item)
{
	unsigned int i;

	for (i = 0; i < now.nr; i++) {
		if (items[i].section == item->section &&
		    items[i].class == item->class &&
		    items[i].level == item->level &&
		    items[i].name == item->name &&
		    items[i].command == item->command)
			return true;
	}

	return false;
}

static const char *add(struct item *item)
{
	__u32 flags = item->flag;
	int section = item->section;

	if (flags) {
		if (flags & now.flags[section][item->class])
			return "a flag is listed twice";
		now.flags[section][item->class] |= flags;
		for (item->flag = 1; item->flag; item->flag <<= 1) {
			if (flags & item->flag)
				say(item);
		}
		item->flag = flags;
		return NULL;
	}
	if (sections[section].ordered) {
		item->order = ++now.rules[section][0];
	} else {
		if (is_listed(item))
			return "a rule is listed twice";
		if (now.nr == RULES)
			return "the test lists too many rules";
		items[now.nr++] = *item;
		now.rules[section][item->class]++;
	}
	say(item);

	return NULL;
}

static const char *read_rule(const struct nlattr *nest)
{
	const struct nlattr *tb[PERSOCK_A_RULE_MAX + 1];
	unsigned int class = EVERY, has = 0;
	struct item item = { };
	const char *why;
	int i;

	sort_out(nest, tb, PERSOCK_A_RULE_MAX);
	if (!tb[PERSOCK_A_RULE_SECTION] || !tb[PERSOCK_A_RULE_VERDICT])
		return "a rule has a section and a verdict";
	item.section = number(tb[PERSOCK_A_RULE_SECTION]);
	item.verdict = integer(tb[PERSOCK_A_RULE_VERDICT]);
	if (item.section == PERSOCK_SECTION_LIMITS ||
	    !sections[item.section].has)
		return "the section has no rules";
	for (i = PERSOCK_A_RULE_FAMILY; i <= PERSOCK_A_RULE_MAX; i++)
		has |= tb[i] ? 1U << i : 0;
	if (has & ~sections[item.section].has)
		return "rules of the section do not have this attribute";
	if (sections[item.section].needs & ~has)
		return "a rule does not say what it is about";
	if (tb[PERSOCK_A_RULE_CLASS]) {
		if (!sections[item.section].by_class)
			return "the section is the whole policy's";
		class = number(tb[PERSOCK_A_RULE_CLASS]);
	}
	/* Absent means every class, and that is not inet only. */
	if (item.section == PERSOCK_SECTION_CONTROL_RECEIVE &&
	    class != PERSOCK_CLASS_INET)
		return "received control messages are judged in class inet only";
	if (tb[PERSOCK_A_RULE_LINE])
		item.line = number(tb[PERSOCK_A_RULE_LINE]);
	why = check_verdict(item.section, item.verdict);
	if (!why)
		why = read_what(tb, &item);
	for (i = 0; !why && i < CLASSES; i++) {
		item.class = i;
		if (concerns(item.section, class, i))
			why = add(&item);
	}

	return why;
}

static const char *read_bound(const struct nlattr *nest)
{
	const struct nlattr *tb[PERSOCK_A_BOUND_MAX + 1];
	unsigned int class = EVERY, limit, i;
	bool by_class;
	__u32 value;

	sort_out(nest, tb, PERSOCK_A_BOUND_MAX);
	if (!tb[PERSOCK_A_BOUND_LIMIT] || !tb[PERSOCK_A_BOUND_VALUE])
		return "a bound has a limit and a value";
	limit = number(tb[PERSOCK_A_BOUND_LIMIT]);
	value = number(tb[PERSOCK_A_BOUND_VALUE]);
	by_class = limit >= PERSOCK_LIMIT_OPTION;
	if (tb[PERSOCK_A_BOUND_VERDICT]) {
		if (limit != PERSOCK_LIMIT_SOCKETS)
			return "\"The others have a fixed one.\"";
		now.full = integer(tb[PERSOCK_A_BOUND_VERDICT]);
		if (now.full >= 0 || now.full < -LAST_ERRNO)
			return "this is no errno";
	}
	if (tb[PERSOCK_A_BOUND_CLASS]) {
		if (!by_class)
			return "the limit is the whole policy's";
		class = number(tb[PERSOCK_A_BOUND_CLASS]);
	}
	if (limit == PERSOCK_LIMIT_RECEIVED_CONTROL) {
		if (class == PERSOCK_CLASS_OTHER)
			return "\"Class inet only.\"";
		class = PERSOCK_CLASS_INET;
	}
	/* A backlog is an int; no address and no such buffer is longer. */
	if ((limit == PERSOCK_LIMIT_BACKLOG_FLOOR ||
	     limit == PERSOCK_LIMIT_BACKLOG_CEILING) && value > INT_MAX)
		return "there is no such backlog";
	if (limit >= PERSOCK_LIMIT_ADDRESS && value > USHRT_MAX)
		return "the limit is above any length";

	for (i = 0; i < CLASSES; i++) {
		if (by_class ? class != EVERY && class != i : i)
			continue;
		if (now.bounded[limit][i])
			return "a limit is specified twice";
		now.bounded[limit][i] = true;
		now.bounds[limit][i] = value;
	}

	return NULL;
}

/* What was specified, and what holds without. */
static const char *conclude(void)
{
	const __u32 *floor = now.bounds[PERSOCK_LIMIT_BACKLOG_FLOOR];
	const __u32 *ceiling = now.bounds[PERSOCK_LIMIT_BACKLOG_CEILING];
	__u32 *received = now.bounds[PERSOCK_LIMIT_RECEIVED_CONTROL];
	struct item item = { .section = -1, .verdict = now.mode };
	int section, limit, i;

	if (*floor && *ceiling && *floor > *ceiling)
		return "the floor is above the ceiling";
	say(&item);
	for (section = 0; section < SECTIONS; section++) {
		for (i = 0; i < CLASSES; i++) {
			item = (struct item){ .section = section, .class = i };
			item.verdict = now.has_default[section][i] ?
				       now.defaults[section][i] :
				       sections[section].absent;
			if (concerns(section, EVERY, i))
				say(&item);
		}
	}
	/*
	 * "Needed where control-receive does not allow all": there it is never
	 * absent, and 1024 if it is not specified, as in gVisor. Elsewhere it
	 * is for nothing.
	 */
	section = PERSOCK_SECTION_CONTROL_RECEIVE;
	if (!now.rules[section][0] && now.has_default[section][0] &&
	    !now.defaults[section][0])
		*received = 0;
	else if (!*received)
		*received = 1024;
	for (limit = 0; limit < LIMITS; limit++) {
		for (i = 0; i < CLASSES; i++) {
			item = (struct item){ .section = -2 - limit, .class = i };
			item.size = now.bounds[limit][i];
			if (limit == PERSOCK_LIMIT_SOCKETS && item.size)
				item.verdict = now.full;
			say(&item);
		}
	}

	return NULL;
}

static const char *read_all(const void *start, int length, int type,
			    const char *(*read)(const struct nlattr *nest))
{
	const struct nlattr *attribute;
	const char *why = NULL;

	for_each(attribute, start, length) {
		if (!why && type_of(attribute) == type)
			why = read(attribute);
	}

	return why;
}

static void copy(char *to, const struct nlattr *attribute)
{
	int length = strnlen(data_of(attribute), length_of(attribute));

	memcpy(to, data_of(attribute), length);
	to[length] = '\0';
}

static const char *add_provider(struct oracle_request *request,
				const struct nlattr *attribute)
{
	unsigned int i = request->nr_providers;

	if (i == ORACLE_PROVIDERS)
		return "a personality has at most 8 providers";
	copy(request->providers[i], attribute);
	request->nr_providers++;
	while (i--) {
		if (!strcmp(request->providers[i],
			    request->providers[request->nr_providers - 1]))
			return "a provider is named twice";
	}

	return NULL;
}

static const char *read_one(struct oracle_request *request,
			    const struct nlattr *attribute)
{
	switch (type_of(attribute)) {
	case PERSOCK_A_CGROUP_FD:
		request->has_fd = true;
		request->fd = number(attribute);
		break;
	case PERSOCK_A_CGROUP_ID:
		request->has_id = true;
		request->id = number(attribute);
		break;
	case PERSOCK_A_PERSONALITY:
		request->named = true;
		copy(request->personality, attribute);
		break;
	case PERSOCK_A_BASE:
		request->based = true;
		copy(request->base, attribute);
		break;
	case PERSOCK_A_PROVIDER:
		return add_provider(request, attribute);
	/* They are no part of a policy: where it holds, not what. */
	case PERSOCK_A_NETWORK:
		request->pathed = true;
		copy(request->path, attribute);
		break;
	case PERSOCK_A_NETWORK_FD:
		request->has_network = true;
		request->network = number(attribute);
		break;
	case PERSOCK_A_NETWORK_FROM:
		request->from_pathed = true;
		copy(request->from_path, attribute);
		break;
	case PERSOCK_A_NETWORK_FROM_FD:
		request->has_from = true;
		request->from = number(attribute);
		break;
	/* How the cgroup is attached, and when the change is made. */
	case PERSOCK_A_DELEGATE:
		break;
	case PERSOCK_A_HOLD:
		request->hold = number(attribute);
		break;
	case PERSOCK_A_MODE:
		now.mode = number(attribute);
		/* fall through */
	default:
		request->has_policy = true;
	}

	return NULL;
}

void oracle_read(const void *attributes, int length,
		 struct oracle_request *request)
{
	const struct nlattr *attribute;
	int left = length;
	const char *why = NULL;

	memset(request, 0, sizeof(*request));
	memset(&now, 0, sizeof(now));
	now.full = -ENFILE;
	request->malformed = check_set(&request_set, attributes, length);
	if (request->malformed)
		return;

	for_each(attribute, attributes, left) {
		const char *also = read_one(request, attribute);

		why = why ? why : also;
	}
	/* policy-get returns an empty one where there is none. */
	if (!why && request->base[0] && !oracle_name(request->base))
		why = "no personality can have the base's name";
	if (!why)
		why = read_all(attributes, length, PERSOCK_A_DEFAULT,
			       read_default);
	if (!why)
		why = read_all(attributes, length, PERSOCK_A_RULE, read_rule);
	if (!why)
		why = read_all(attributes, length, PERSOCK_A_BOUND,
			       read_bound);
	if (!why)
		why = conclude();
	request->wrong = why;
	request->policy = now.policy;
}

/* The specification's [A-Za-z0-9._-]+, and no option of a command. */
bool oracle_name(const char *name)
{
	size_t i;

	for (i = 0; name[i]; i++) {
		if (!isascii(name[i]) ||
		    (!isalnum(name[i]) && !strchr("._-", name[i])))
			return false;
	}

	return i && i <= PERSOCK_NAME_MAX && name[0] != '-';
}
